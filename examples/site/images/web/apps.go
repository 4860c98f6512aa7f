// Example images, web: asks the app servers through their sockets.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	socketDir   = "/var/lib/app/socket"
	answerLimit = 64 << 10
	askTimeout  = 3 * time.Second
)

// answer is what one app said, or why it said nothing.
type answer struct {
	app  string
	text string
	err  error
}

// askAll asks every app that has a socket in the shared folder, all at once. The
// answers are sorted by name.
func askAll(ctx context.Context) ([]answer, error) {
	entries, err := os.ReadDir(socketDir) // sorted
	if err != nil {
		return nil, fmt.Errorf("cannot look for apps: %w (this process is user %d, group %d)", err, os.Getuid(), os.Getgid())
	}
	var answers []answer
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), ".sock"); ok {
			answers = append(answers, answer{app: name})
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	var wait sync.WaitGroup
	for i := range answers {
		a := &answers[i]
		wait.Go(func() { a.text, a.err = ask(ctx, filepath.Join(socketDir, a.app+".sock")) })
	}
	wait.Wait()
	return answers, nil
}

// ask sends GET / to one socket.
func ask(ctx context.Context, socket string) (string, error) {
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "unix", socket)
		},
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://app/", nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerLimit+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > answerLimit:
		return "", fmt.Errorf("its answer is longer than %d bytes", answerLimit)
	case response.StatusCode != http.StatusOK:
		return "", errors.New(response.Status)
	}
	return strings.TrimSpace(string(text)), nil
}
