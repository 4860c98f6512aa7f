// Wire: what a client asks for.

package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Request is one call of the API. The engine's lock is held while its operation runs.
type Request struct {
	Ctx     context.Context
	Method  string
	Op      string
	Name    string // the container, image, volume or network in the path
	Version Version
	Query   url.Values
	Header  http.Header
	Body    []byte
	Cut     <-chan struct{} // closed when the daemon that took the request goes down
}

// Flag reads a boolean parameter as the engine does: everything except nothing, 0, no,
// false and none is true.
func (q *Request) Flag(name string) bool {
	switch strings.ToLower(strings.TrimSpace(q.Query.Get(name))) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// At reports whether the call uses API version 1.minor or newer.
func (q *Request) At(minor int) bool { return q.Version.At(minor) }

// Decode reads the JSON body into v; what follows the first value is ignored.
func (q *Request) Decode(v any) error {
	if err := q.CheckJSONType(); err != nil {
		return err
	}
	if err := json.NewDecoder(bytes.NewReader(q.Body)).Decode(v); err != nil {
		return q.decodeError(err)
	}
	return nil
}

// CheckJSONType refuses bodies that are not declared to be JSON.
func (q *Request) CheckJSONType() error {
	given := q.Header.Get("Content-Type")
	if given == "" && len(q.Body) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(given); err == nil && kind == "application/json" {
		return nil
	}
	return BadRequest("Content-Type specified (%s) must be 'application/json'", given)
}

// decodeError returns the error for a body that cannot be read: an internal error where
// a container's configuration is expected.
func (q *Request) decodeError(err error) error {
	if q.Op == "container.create" || q.Op == "container.update" {
		return Failure("%v", err)
	}
	if err == io.EOF {
		return BadRequest("got EOF while reading request body")
	}
	return BadRequest("%v", err)
}

// Bodies are read before the engine is locked, so a slow client does not hold up
// others; and they are bounded.
const (
	maxJSONBody = 16 << 20
	maxTarBody  = 2 << 30
)

// ReadBody reads the body of a request for an operation.
func ReadBody(op string, r *http.Request) ([]byte, error) {
	limit := int64(maxJSONBody)
	switch op {
	case "image.load", "image.create", "container.archive.put":
		limit = maxTarBody
	case "container.attach", "exec.start":
		// What follows is the terminal's stream, unless it is a JSON body of known
		// length.
		if r.ContentLength <= 0 {
			return nil, nil
		}
	}
	if r.Body == nil {
		return nil, nil
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, 64<<10)) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return nil, BadRequest("cannot read request body: %v", err)
	}
	if int64(body.Len()) > limit {
		return nil, &Error{Status: http.StatusRequestEntityTooLarge, Text: "request body too large"}
	}
	return body.Bytes(), nil
}

// Instant reads a time parameter: seconds since 1970, with or without a fraction.
func Instant(text string) (time.Time, bool, error) {
	if text == "" {
		return time.Time{}, false, nil
	}
	whole, fraction, _ := strings.Cut(text, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return time.Time{}, false, Failure("strconv.ParseInt: parsing %q: invalid syntax", whole)
	}
	fraction = (fraction + "000000000")[:9]
	rest, err := strconv.ParseInt(fraction, 10, 64)
	if err != nil {
		return time.Time{}, false, Failure("strconv.ParseInt: parsing %q: invalid syntax", fraction)
	}
	return time.Unix(seconds, rest), true, nil
}

// Invalid returns the error for a malformed parameter, mostly of a filter: an internal
// error before engine 23, a bad request since.
func Invalid(q *Request, format string, args ...any) error {
	if q.At(42) {
		return BadRequest(format, args...)
	}
	return Failure(format, args...)
}
