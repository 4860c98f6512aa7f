// Import of docker-map files: the tag !path.

package dockermap

import (
	"regexp"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// pathTag marks texts in which environment variables and a leading "~" are replaced.
const pathTag = "!path"

// isPath reports whether a tag asks for that replacement. !path_lazy does it later,
// which makes no difference in a program that is evaluated for each run.
func isPath(tag string) bool { return tag == pathTag || tag == pathTag+"_lazy" }

// variable matches what Python's expandvars replaces.
var variable = regexp.MustCompile(`\$(?:([0-9A-Za-z_]+)|\{([^}]*)\})`)

var variableName = regexp.MustCompile(`^[0-9A-Za-z_]+$`)

// expand splits a text of !path into its parts; one without variables stays a text.
func (r *reader) expand(s string, at problem.Origin) (any, bool) {
	var out expanded
	literal := func(s string) {
		if s != "" {
			out = append(out, part{literal: s})
		}
	}
	if s == "~" || strings.HasPrefix(s, "~/") {
		out, s = append(out, part{variable: "HOME"}), s[1:]
	} else if strings.HasPrefix(s, "~") {
		r.wrong(CodeUnsupported, at, "write the path of the folder", "the home folder of another user is not known here: %q", s)
		return nil, false
	}
	rest := 0
	for _, m := range variable.FindAllStringSubmatchIndex(s, -1) {
		name := s[max(m[2], m[4]):max(m[3], m[5])]
		if !variableName.MatchString(name) {
			r.wrong(CodeYAML, at, "defaults and other forms of the shell are not read here", "%q is not an environment variable", s[m[0]:m[1]])
			return nil, false
		}
		literal(s[rest:m[0]])
		out = append(out, part{variable: name})
		rest = m[1]
	}
	if len(out) == 0 {
		return s, true
	}
	literal(s[rest:])
	return out, true
}

// expandIn applies the tag of a list or dictionary to one of its values.
func (r *reader) expandIn(n *node) *node {
	switch v := n.value.(type) {
	case expanded:
		return n
	case string:
		if value, ok := r.expand(v, n.at); ok {
			return n.with(value)
		}
		return nil
	}
	r.wrong(problem.CodeWrongType, n.at, "put the tag before each text", "%s replaces in texts, got %s", pathTag, n.input())
	return nil
}
