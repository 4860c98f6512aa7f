// Problems: where a value was written.

package problem

import (
	"strconv"
	"strings"
)

// Origin is the place in a program that set a value. Line and Col count from 1,
// Col in code points. The zero Origin means "not from a file": a map built in Go.
type Origin struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Col  int    `json:"col"`
}

// String returns "file:line:col", or "" for the zero Origin.
func (o Origin) String() string {
	if o == (Origin{}) {
		return ""
	}
	return o.File + ":" + strconv.Itoa(o.Line) + ":" + strconv.Itoa(o.Col)
}

// Origins gives the place of each value below one object, by its path: "image",
// "binds[1]", "create_options.mem_limit". A nil Origins knows no place.
type Origins map[string]Origin

// At returns the place of path, or of the nearest part of it that is known: "binds[1]"
// falls back to "binds". ok is false if no part of it is known.
func (o Origins) At(path string) (at Origin, ok bool) {
	for path != "" {
		if at, ok = o[path]; ok {
			return at, true
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	return Origin{}, false
}

// Clear forgets path and everything below it.
func (o Origins) Clear(path string) {
	for k := range o {
		if k == path || strings.HasPrefix(k, path+"[") || strings.HasPrefix(k, path+".") {
			delete(o, k)
		}
	}
}
