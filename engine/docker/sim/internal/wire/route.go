// Wire: which operation a method and a path stand for.

package wire

import (
	"net/http"
	"strings"
)

// Route ties a method and a path to an operation on W, what an engine holds. In a path
// "*" stands for one or more segments.
type Route[W any] struct {
	method, path, Op string
	Do               func(w W, q *Request) (Reply, error)
}

// On makes a route.
func On[W any](method, path, op string, do func(W, *Request) (Reply, error)) Route[W] {
	return Route[W]{method, path, op, do}
}

// match reports whether path fits the route, and what "*" stands for in it.
func (r Route[W]) match(path string) (string, bool) {
	before, after, star := strings.Cut(r.path, "*")
	if !star {
		return "", r.path == path
	}
	name, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, after)
	return name, ok && name != ""
}

// Find returns the route for a request, and the name in its path.
func Find[W any](table []Route[W], method, path string) (Route[W], string, bool) {
	if method == http.MethodOptions {
		return On(method, path, "options", func(W, *Request) (Reply, error) { return Status(200) }), "", true
	}
	for _, r := range table {
		if r.method != method {
			continue
		}
		if name, ok := r.match(path); ok {
			return r, name, true
		}
	}
	return Route[W]{}, "", false
}
