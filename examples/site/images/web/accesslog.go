// Example images, web: the access log.

package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

const accessLogPath = "/var/log/nginx/access.log"

// accessLog writes lines to its file, or to standard output once the file has failed.
type accessLog struct {
	mu   sync.Mutex
	file *os.File // nil: standard output
}

// openAccessLog opens the file. The volume it is on may belong to another user: then it
// says so, and the lines go to standard output.
func openAccessLog() *accessLog {
	file, err := os.OpenFile(accessLogPath, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		sayFallback(err)
	}
	return &accessLog{file: file}
}

func sayFallback(err error) {
	fmt.Printf("web: cannot write the access log, so its lines follow here: %v\n", err)
}

// request writes the line of one request.
func (l *accessLog) request(remote, method, path string, status int) {
	l.line(fmt.Sprintf("%s %s %s %q %d\n", time.Now().UTC().Format(time.RFC3339), remote, method, path, status))
}

func (l *accessLog) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		_, err := io.WriteString(l.file, text)
		if err == nil {
			return
		}
		sayFallback(err)
		_ = l.file.Close()
		l.file = nil
	}
	fmt.Print(text)
}

func (l *accessLog) close() {
	if l.file != nil {
		_ = l.file.Close() // each line has reached the kernel already
	}
}
