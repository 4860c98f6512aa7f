// Options, conversion: strings, and values written as strings.

package option

import (
	"math"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	api "github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/model"
)

// textWhere returns a reader of strings that a check accepts. The check returns what is
// wanted instead, or "" if the string is good. None inside a list or dictionary is not
// accepted.
func textWhere(check func(string) string) func(*reader, item) string {
	return func(r *reader, it item) string {
		s, ok := it.Value.(string)
		if !ok {
			r.want(it, "a string")
			return ""
		}
		if wanted := check(s); wanted != "" {
			r.wrong(it, "want %s, got %s", wanted, it.Input)
			return ""
		}
		return s
	}
}

// emptyOr accepts "" and what the check accepts.
func emptyOr(check func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return check(s)
	}
}

func anyText(string) string { return "" }

func notEmpty(s string) string {
	if s == "" {
		return "a text that is not empty"
	}
	return ""
}

// word accepts a string without blanks and control characters.
func word(s string) string {
	if s == "" || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return "a word without blanks"
	}
	return ""
}

// absolutePath accepts a path inside the container.
func absolutePath(s string) string {
	if !strings.HasPrefix(s, "/") {
		return `an absolute path ("/...")`
	}
	return ""
}

// mountPath accepts a path inside the container on which something can be mounted.
func mountPath(s string) string {
	if !strings.HasPrefix(s, "/") {
		return `an absolute path inside the container ("/...")`
	}
	if path.Clean(s) == "/" {
		return `a path below "/" (Docker cannot mount on "/" itself)`
	}
	return ""
}

// oneOf accepts only the given words.
func oneOf(words ...string) func(string) string {
	return func(s string) string {
		if slices.Contains(words, s) {
			return ""
		}
		return "one of " + quoteAll(words)
	}
}

func quoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = strconv.Quote(w)
	}
	return strings.Join(quoted, ", ")
}

// oneOfOrContainer accepts the given words and "container:NAME".
func oneOfOrContainer(words ...string) func(string) string {
	return func(s string) string {
		if name, ok := api.Joined(s); ok && isContainerName(name) {
			return ""
		}
		if slices.Contains(words, s) {
			return ""
		}
		return "one of " + quoteAll(words) + `, "container:NAME"`
	}
}

// networkMode accepts Docker's modes and names of networks.
func networkMode(s string) string {
	name, ok := api.Joined(s)
	if ok && !isContainerName(name) {
		return `"container:" with the name of a container`
	}
	if !ok && s != "" && word(s) != "" {
		return `"bridge", "host", "none", "container:NAME" or the name of a network`
	}
	return ""
}

// isContainerName reports whether Docker accepts s as the name or id of a container.
func isContainerName(s string) bool {
	return len(s) > 1 && isName(s)
}

// isName reports whether s has only characters allowed in names of containers and
// volumes.
func isName(s string) bool {
	for i, c := range s {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("_.-", c)) {
			return false
		}
	}
	return s != ""
}

// hostName accepts what the kernel accepts as a host or domain name.
func hostName(s string) string {
	const longest = 64
	if len(s) > longest || !isName(s) {
		return "a name of at most 64 letters, digits, dots, dashes and underscores"
	}
	return ""
}

func ipAddress(s string) string {
	if _, err := netip.ParseAddr(s); err != nil {
		return "an IP address"
	}
	return ""
}

// macAddress accepts a MAC address of six pairs with one kind of separator or the other.
func macAddress(s string) string {
	const wanted, pairs = `a MAC address such as "02:42:ac:11:00:02"`, 6
	parts := strings.FieldsFunc(s, func(c rune) bool { return c == ':' || c == '-' })
	if len(parts) != pairs || len(s) != pairs*3-1 {
		return wanted
	}
	for _, p := range parts {
		if _, err := strconv.ParseUint(p, 16, 8); err != nil || len(p) != 2 {
			return wanted
		}
	}
	return ""
}

// userOrID accepts users and groups: "name", "1000", "name:group".
func userOrID(s string) string {
	name, group, both := strings.Cut(s, ":")
	if word(name) != "" || both && word(group) != "" || strings.Contains(group, ":") {
		return `a user name or id, "user:group" or (user, group)`
	}
	return ""
}

// readUser reads a user: a name, an id, "user:group", or a pair of both.
func readUser(r *reader, it item) string {
	const forms = `a user name or id, "user:group" or (user, group)`
	parts := r.elements(it)
	if len(parts) != 1 && len(parts) != 2 {
		r.want(it, forms)
		return ""
	}
	var words []string
	for _, p := range parts {
		switch v := p.Value.(type) {
		case string:
			words = append(words, v)
		case int64:
			if v < 0 || v > math.MaxInt32 {
				r.wrong(p, "want an id from 0 to %d, got %s", math.MaxInt32, p.Input)
				return ""
			}
			words = append(words, strconv.FormatInt(v, 10))
		default:
			r.want(p, forms)
			return ""
		}
	}
	user := strings.Join(words, ":")
	if user != "" && userOrID(user) != "" {
		r.wrong(it, "want %s, got %s", forms, it.Input)
		return ""
	}
	return user
}

// readScalar reads a string, number or boolean as the string that reaches the
// container. Numbers and booleans are written as a program prints them: 8080, 1.5, True
// (D28).
func readScalar(r *reader, it item) (string, bool) {
	switch v := it.Value.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool: // as str() writes it in Python, and so as docker-py sent it
		if v {
			return "True", true
		}
		return "False", true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			r.wrong(it, "want a finite number, got %s", it.Input)
			return "", false
		}
		return floatText(v), true
	}
	r.want(it, "a string, number or bool")
	return "", false
}

// floatText writes a float as Python does: the shortest digits, with a point or an
// exponent.
func floatText(v float64) string {
	const smallest, largest = 1e-4, 1e16
	if a := math.Abs(v); v != 0 && (a < smallest || a >= largest) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// readText is readScalar without booleans.
func readText(r *reader, it item) (string, bool) {
	if flag, isFlag := it.Value.(bool); isFlag {
		r.want(it, "a string or number").Hint = "write " + strconv.Quote(strconv.FormatBool(flag))
		return "", false
	}
	return readScalar(r, it)
}

// texts returns a reader of lists of strings that a check accepts. A single string
// counts as a list of one.
func texts(check func(string) string) func(*reader, item) []element[string] {
	read := textWhere(check)
	return func(r *reader, it item) []element[string] {
		if _, isDict := it.Value.(model.Dict); isDict {
			r.want(it, "a list of strings")
			return nil
		}
		var out []element[string]
		for _, e := range r.elements(it) {
			out = append(out, element[string]{e, read(r, e)})
		}
		return out
	}
}

// readFlag reads True or False.
func readFlag(r *reader, it item) bool {
	v, ok := it.Value.(bool)
	if !ok {
		r.want(it, "True or False")
	}
	return v
}
