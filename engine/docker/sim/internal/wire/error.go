// Wire: answers other than success, in the form and with the status that clients act on.

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
	Plain  bool // sent as plain text instead
}

func (e *Error) Error() string { return e.Text }

// BadRequest says that the call is wrong in itself.
func BadRequest(format string, args ...any) error {
	return &Error{Status: 400, Text: fmt.Sprintf(format, args...)}
}

// Forbidden says that a network or an address cannot be had so.
func Forbidden(format string, args ...any) error {
	return &Error{Status: 403, Text: fmt.Sprintf(format, args...)}
}

// NotFound says that what the call names does not exist.
func NotFound(format string, args ...any) error {
	return &Error{Status: 404, Text: fmt.Sprintf(format, args...)}
}

// Conflict says that the state of what the call names does not allow it.
func Conflict(format string, args ...any) error {
	return &Error{Status: 409, Text: fmt.Sprintf(format, args...)}
}

// Failure is an internal error, by which the engine also means many a mistake of its client.
func Failure(format string, args ...any) error {
	return &Error{Status: 500, Text: fmt.Sprintf(format, args...)}
}

// NotModified says that there was nothing to do. It has no text.
func NotModified() error { return &Error{Status: 304} }

// Prefixed puts text before the message of err and keeps its status.
func Prefixed(text string, err error) error {
	var api *Error
	if errors.As(err, &api) && api.Status != http.StatusNotModified {
		return &Error{Status: api.Status, Text: text + api.Text}
	}
	return err
}

// ErrCut ends a stream without an answer, as the end of the daemon does.
var ErrCut = errors.New("connection cut")
