// Docker adapter: one call, and what its failure means.

package dockerd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

const (
	maxMessage = 4 << 10  // bytes of an error text
	maxAnswer  = 64 << 20 // bytes of one answer, so that a broken engine cannot fill our memory
	maxLine    = 1 << 20  // bytes of one line of a report; the report as a whole may have any length
)

// call is one request: what it is for, and how far it got. The client library hides
// both the status and errors of the connection, so [recorder] notes them below it.
type call struct {
	op, target string
	write      bool   // the call may change the engine
	host       string // shown in messages
	stream     bool   // whoever reads the answer limits it

	tried  bool // it was handed to the transport
	sent   bool // it had a connection, so the engine may have seen it
	status int  // of the answer, 0 if there was none

	mu  sync.Mutex // the library may still be reading the answer after the call
	err error      // of the connection or the answer, before the library rewords it
}

// note keeps the first error that occurs below the library.
func (k *call) note(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.err = err
	}
}

// noted returns the first error from below the library, or else the library's.
func (k *call) noted(err error) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return k.err
	}
	return err
}

type callKey struct{}

// read and write begin a call. The context they return must be used for exactly one
// request.
func (c *Client) read(ctx context.Context, op, target string) (context.Context, *call) {
	k := &call{op: op, target: target, host: c.Host}
	return context.WithValue(ctx, callKey{}, k), k
}

func (c *Client) write(ctx context.Context, op, target string) (context.Context, *call) {
	ctx, k := c.read(ctx, op, target)
	k.write = true
	return ctx, k
}

// recorder notes in the call of a request how far the request got.
type recorder struct{ base http.RoundTripper }

func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	k, ok := req.Context().Value(callKey{}).(*call)
	if !ok {
		return r.base.RoundTrip(req)
	}
	k.tried = true
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { k.sent = true }}
	resp, err := r.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err != nil {
		k.note(err)
		return nil, err
	}
	k.status = resp.StatusCode
	if !k.stream {
		resp.Body = &limited{ReadCloser: resp.Body, call: k, left: maxAnswer}
	}
	return resp, nil
}

var errTooLong = errors.New("it does not end")

// limited fails, rather than ends, if an answer is too long: a cut-off answer would be
// read as a whole one. It notes failures in the call.
type limited struct {
	io.ReadCloser
	call *call
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		l.call.note(errTooLong)
		return 0, errTooLong
	}
	n, err := l.ReadCloser.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		l.call.note(err)
	}
	return n, err
}

// fail turns an error of the client library into a [*docker.Error], and nil into nil.
// ctx is the context of the call. The order of the cases matters: what the engine
// answered says more than why the library gave up, and only a call that reached a
// connection can have an unknown outcome.
func (k *call) fail(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	err = k.noted(err)
	e := &docker.Error{Op: k.op, Target: k.target, Status: k.status, NoEffect: !k.sent || !k.write, Err: err}
	switch {
	case k.status >= 400:
		e.Msg = clean(strings.TrimPrefix(err.Error(), "Error response from daemon: "))
		e.Kind = kindOfAnswer(k.op, k.target, k.status, e.Msg)
	case ctx.Err() != nil:
		e.Kind, e.Msg = docker.Cancelled, k.ended(ctx.Err())
	case !k.tried:
		e.Kind, e.Msg = docker.InvalidSpec, clean(err.Error())
	case !k.sent:
		e.Kind, e.Msg = docker.Unreachable, unreachable(k.host, err)
	case rejectedByTLS(err):
		e.Kind, e.Msg = docker.Unreachable, unreachable(k.host, err)
	case k.status >= 300:
		e.Kind, e.Msg = docker.Internal, fmt.Sprintf("the engine at %s redirects elsewhere (status %d); is it behind a web server?", k.host, k.status)
	case k.status == 0 || isCut(err):
		e.Kind, e.Msg = docker.OutcomeUnknown, fmt.Sprintf("the connection to %s was lost before the whole answer had arrived: %s", k.host, clean(cause(err)))
	case k.write:
		e.Kind, e.Msg = docker.OutcomeUnknown, "cannot understand the answer of the engine: "+clean(err.Error())
	default:
		e.Kind, e.Msg = docker.Internal, "cannot understand the answer of the engine: "+clean(err.Error())
	}
	return e
}

// ended says that the context ended, and whether the engine may have seen the call.
func (k *call) ended(err error) string {
	text, from := "cancelled", k.host
	if k.op == opRemoteImage && k.sent { // the engine itself waits for the registry
		from = "its registry, which the engine at " + k.host + " asks"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		text = "no answer in time from " + from
	}
	if !k.sent {
		return text + "; nothing was sent"
	}
	if k.write {
		return text + "; the engine may have done it"
	}
	return text
}

// refuse returns an error of our own about a call that is not sent.
func (k *call) refuse(kind docker.Kind, format string, args ...any) error {
	return &docker.Error{Op: k.op, Target: k.target, Kind: kind, NoEffect: !k.sent || !k.write, Msg: clean(fmt.Sprintf(format, args...))}
}

// told returns the error that an engine reported in the body of an answer whose status
// was good.
func (k *call) told(msg string) error {
	msg = clean(msg)
	return &docker.Error{Op: k.op, Target: k.target, Kind: kindOfAnswer(k.op, k.target, k.status, msg), Status: k.status, Msg: msg}
}

// absurd returns an error about an answer that makes no sense. If the call may change
// something, its outcome is unknown: the engine did answer, but not that it did it.
func (k *call) absurd(what string) error {
	kind := docker.Internal
	if k.write {
		kind = docker.OutcomeUnknown
	}
	return &docker.Error{Op: k.op, Target: k.target, Kind: kind, Status: k.status, Msg: "cannot understand the answer of the engine: " + what}
}

// isCut reports whether an answer ended early.
func isCut(err error) bool {
	var netErr net.Error
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &netErr)
}

// clean makes somebody else's text fit for one line of a terminal, at most maxMessage
// bytes long.
func clean(text string) string {
	text = strings.TrimSpace(problem.PrintableLine(text))
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + " ..."
	}
	return text
}
