// Docker adapter: data that the caller lets us read.

package dockerd

import (
	"errors"
	"io"
	"sync"
)

// source remembers the error of a reader, which would otherwise be lost among those of
// the connection. It hides the reader's other methods, such as Close, from the
// transport. The transport reads in a goroutine of its own.
type source struct {
	in  io.Reader
	mu  sync.Mutex
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.err = err
	}
	return n, err
}

func (s *source) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
