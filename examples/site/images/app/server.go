// Example images, app: what the app answers.

//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

// newServer answers GET / with one line. If the log cannot be written, the first such
// error goes to failed, which must have room for one, and whoever reads it ends the
// server.
func newServer(name string, log *logFile, failed chan<- error) *http.Server {
	var requests counter
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		count, problem := requests.next()
		answer := fmt.Sprintf("app %s: user %d, group %d, request %d", name, os.Getuid(), os.Getgid(), count)
		if problem != nil {
			answer += fmt.Sprintf(" (kept in memory only: %v)", problem)
		}
		if err := log.line("%s", answer); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			select {
			case failed <- err:
			default: // one is enough
			}
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, answer)
	})
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}
