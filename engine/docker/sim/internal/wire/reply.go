// Wire: what an operation answers, before it is sent.

package wire

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// Reply is an answer: a status with a JSON body, raw bytes, or a stream.
type Reply struct {
	Status int // 0 means 200
	Header map[string]string
	JSON   any
	Raw    []byte
	// Stream is called after the headers were sent, without the lock; it writes until
	// it returns.
	Stream func(w io.Writer) error
	// Hijack takes the connection over; the lock is not held then either.
	Hijack bool
}

// OK answers with a document.
func OK(body any) (Reply, error) { return Reply{JSON: body}, nil }

// Status answers without a document.
func Status(code int) (Reply, error) { return Reply{Status: code}, nil }

// Object is a JSON object put together by hand.
type Object = map[string]any

// Encoded turns the JSON of a reply into bytes. It runs under the lock, while nothing
// can change what the document shows.
func Encoded(rep Reply) (Reply, error) {
	if rep.JSON == nil {
		return rep, nil
	}
	text, err := json.Marshal(rep.JSON)
	if err != nil {
		return Reply{}, Failure("cannot encode the answer: %v", err)
	}
	rep.Raw, rep.JSON = append(text, '\n'), nil
	rep.Header = map[string]string{"Content-Type": "application/json"}
	return rep, nil
}

// StatusOf returns the status that an operation ends with.
func StatusOf(rep Reply, err error) int {
	var api *Error
	switch {
	case errors.As(err, &api):
		return api.Status
	case err != nil:
		return http.StatusInternalServerError
	case rep.Hijack:
		return http.StatusSwitchingProtocols
	case rep.Status == 0:
		return http.StatusOK
	}
	return rep.Status
}

// Messages answers with a stream of JSON objects that is complete from the start.
func Messages(docs ...Object) (Reply, error) {
	var text []byte
	for _, doc := range docs {
		line, err := json.Marshal(doc)
		if err != nil {
			return Reply{}, Failure("%v", err)
		}
		text = append(append(text, line...), '\r', '\n')
	}
	return Reply{Raw: text, Header: map[string]string{"Content-Type": "application/json"}}, nil
}

// StreamError reports a failure within the stream, after the status 200 and perhaps
// other lines were sent.
func StreamError(lines []Object, text string) (Reply, error) {
	return Messages(append(lines, Object{"errorDetail": Object{"message": text}, "error": text})...)
}

// List returns an empty list for nil, as JSON shows it.
func List(words []string) []string {
	if words == nil {
		return []string{}
	}
	return words
}

// OrNil returns nil for an empty list.
func OrNil(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	return words
}

// Stamp writes a time in the engine's form.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
