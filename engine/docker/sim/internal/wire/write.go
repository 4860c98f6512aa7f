// Wire: sending answers: whole, as a stream, over a hijacked connection, or cut off.

package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// WriteError sends an answer other than success.
func WriteError(w http.ResponseWriter, err error) {
	code := StatusOf(Reply{}, err)
	if code == http.StatusNotModified {
		w.WriteHeader(code)
		return
	}
	var api *Error
	if errors.As(err, &api) && api.Plain {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, api.Text+"\n")
		return
	}
	text, _ := json.Marshal(Object{"message": err.Error()})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(text, '\n'))
}

// Write sends a reply.
func Write(w http.ResponseWriter, q *Request, rep Reply) {
	if rep.Hijack {
		hijack(w, q, rep)
		return
	}
	for name, value := range rep.Header {
		w.Header().Set(name, value)
	}
	if rep.Stream == nil {
		w.WriteHeader(StatusOf(rep, nil))
		if q.Method != http.MethodHead {
			_, _ = w.Write(rep.Raw)
		}
		return
	}
	w.WriteHeader(StatusOf(rep, nil))
	flush(w)
	if err := rep.Stream(flushWriter{w}); errors.Is(err, ErrCut) {
		Cut(w)
	}
}

// WriteHalf sends the headers and the first half of a reply.
func WriteHalf(w http.ResponseWriter, rep Reply) {
	// One byte more than the reply has is announced, so that even an empty reply breaks
	// off.
	text := rep.Raw
	for name, value := range rep.Header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(text)+1))
	w.WriteHeader(StatusOf(rep, nil))
	_, _ = w.Write(text[:len(text)/2])
	flush(w)
}

// flushWriter sends each write at once.
type flushWriter struct{ w http.ResponseWriter }

func (f flushWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	flush(f.w)
	return n, err
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// hijack hands the connection to the reply's stream, as attach and exec do.
func hijack(w http.ResponseWriter, q *Request, rep Reply) {
	h, ok := w.(http.Hijacker)
	if !ok {
		WriteError(w, Failure("cannot take over this connection"))
		return
	}
	conn, buffered, err := h.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Time{})
	// When the client has typed everything, the context of the request ends; but the
	// client still listens.
	q.Ctx = context.WithoutCancel(q.Ctx)
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
	if q.Header.Get("Upgrade") != "" {
		head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: " + rep.Header["Content-Type"] + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
	}
	if _, err := io.WriteString(conn, head); err != nil {
		return
	}
	// What the client types is read and dropped, so that the client never blocks; the
	// end of it does not end the stream.
	go func() { _, _ = io.Copy(io.Discard, buffered) }()
	_ = rep.Stream(conn)
}

// Cut ends the connection without an answer, or without the rest of it. On a writer
// that has no connection it sends an error.
func Cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	WriteError(w, Failure("connection cut"))
}
