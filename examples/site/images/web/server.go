// Example images, web: what the web server answers.

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	titlePath    = "/etc/nginx/title"
	titleLimit   = 1 << 10
	defaultTitle = "dmap example site"
)

// newServer answers GET / with the answers of all apps and writes every request to the
// log.
func newServer(log *accessLog) *http.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", front)
	return &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
			mux.ServeHTTP(seen, r)
			log.request(r.RemoteAddr, r.Method, r.URL.Path, seen.status)
		}),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

// statusWriter remembers the status for the log.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// front is 200 as soon as one app answers, and 502 with the reasons if none does.
func front(w http.ResponseWriter, r *http.Request) {
	status, text := page(r)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, title()+"\n"+text) // a client that has left needs no answer
}

func page(r *http.Request) (status int, text string) {
	answers, err := askAll(r.Context())
	if err != nil {
		return http.StatusBadGateway, fmt.Sprintf("no app answers: %v\n", err)
	}
	if len(answers) == 0 {
		return http.StatusBadGateway, fmt.Sprintf("no app answers: there is no socket in %s\n", socketDir)
	}
	var out strings.Builder
	status = http.StatusBadGateway
	for _, a := range answers {
		if a.err != nil {
			fmt.Fprintf(&out, "app %s does not answer: %v\n", a.app, a.err)
			continue
		}
		status = http.StatusOK
		fmt.Fprintln(&out, a.text)
	}
	return status, out.String()
}

// title reads the first line of the configured title each time, so that a change shows
// at once.
func title() string {
	file, err := os.Open(titlePath)
	if errors.Is(err, fs.ErrNotExist) {
		return defaultTitle
	}
	if err != nil {
		return fmt.Sprintf("%s (cannot read its title: %v)", defaultTitle, err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, titleLimit))
	if err != nil {
		return fmt.Sprintf("%s (cannot read its title: %v)", defaultTitle, err)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if line == "" {
		return defaultTitle
	}
	return line
}
