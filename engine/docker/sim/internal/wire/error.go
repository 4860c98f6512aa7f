// Wire: answers other than success, in the form and with the status that clients act
// on.

package wire

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is an answer other than success. The engine sends it as {"message": text}.
type Error struct {
	Status int
	Text   string
	Plain  bool // sent as plain text instead of JSON
}

func (e *Error) Error() string { return e.Text }

// BadRequest returns the error for a call that is wrong in itself.
func BadRequest(format string, args ...any) error {
	return &Error{Status: 400, Text: fmt.Sprintf(format, args...)}
}

// Forbidden returns the error for a network or an address that cannot be had in this
// way.
func Forbidden(format string, args ...any) error {
	return &Error{Status: 403, Text: fmt.Sprintf(format, args...)}
}

// NotFound returns the error for a call that names something that does not exist.
func NotFound(format string, args ...any) error {
	return &Error{Status: 404, Text: fmt.Sprintf(format, args...)}
}

// Conflict returns the error for a call that the state of its object does not allow.
func Conflict(format string, args ...any) error {
	return &Error{Status: 409, Text: fmt.Sprintf(format, args...)}
}

// Failure returns an internal error, which the engine also answers for many a mistake
// of its client.
func Failure(format string, args ...any) error {
	return &Error{Status: 500, Text: fmt.Sprintf(format, args...)}
}

// NotModified returns the answer that there was nothing to do. It has no text.
func NotModified() error { return &Error{Status: 304} }

// Prefixed puts text before the message of err and keeps its status.
func Prefixed(text string, err error) error {
	var api *Error
	if errors.As(err, &api) && api.Status != http.StatusNotModified {
		return &Error{Status: api.Status, Text: text + api.Text}
	}
	return err
}

// ErrCut ends a stream without an answer, as the death of the daemon does.
var ErrCut = errors.New("connection cut")
