// Import of docker-map files: single values, as PyYAML reads them.

package dockermap

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// The forms of YAML 1.1 in PyYAML: yes and off are booleans, 0750 is octal, 22:22 is a
// number in base 60, 1e3 is a string.
var (
	plainInt   = regexp.MustCompile(`^[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*)$`)
	plainFloat = regexp.MustCompile(`^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))$|^\.(?:nan|NaN|NAN)$`)
	base60     = regexp.MustCompile(`^[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$`)
	timestamp  = regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?$`)
)

// scalar reads a single value. A quoted one is a string.
func (r *reader) scalar(n *yaml.Node, at problem.Origin) (any, bool) {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	isTagged := n.Style&yaml.TaggedStyle != 0
	switch {
	case isTagged && isPath(n.Tag):
		return r.expand(n.Value, at)
	case isTagged:
		return r.tagged(n, at)
	case r.hasBareTag(at):
		r.wrong(CodeYAML, at, "put the value in quotes instead", "a tag of ! alone is not read")
		return nil, false
	case n.Style&quoted != 0:
		return n.Value, true
	}
	return r.plain(n.Value, at)
}

// tagged reads a value with a tag for its type before it.
func (r *reader) tagged(n *yaml.Node, at problem.Origin) (any, bool) {
	var fits func(any) bool
	switch n.Tag {
	case "!!str":
		return n.Value, true
	case "!!int":
		fits = hasType[int64]
	case "!!float":
		fits = func(v any) bool { return hasType[float64](v) || hasType[int64](v) }
	case "!!bool":
		fits = hasType[bool]
	case "!!null":
		fits = func(v any) bool { return v == nil }
	default:
		r.unknownTag(n.Tag, at)
		return nil, false
	}
	v, ok := r.plain(n.Value, at)
	if !ok {
		return nil, false
	}
	if !fits(v) {
		r.wrong(CodeYAML, at, "", "%s is no %s", model.Input{Value: v}, n.Tag)
		return nil, false
	}
	if i, isInt := v.(int64); isInt && n.Tag == "!!float" {
		return float64(i), true
	}
	return v, true
}

func hasType[T any](v any) bool {
	_, ok := v.(T)
	return ok
}

// hasBareTag reports whether the value at the place begins with the tag "!", which the
// parser drops.
func (r *reader) hasBareTag(at problem.Origin) bool {
	if at.Line < 1 || at.Line > len(r.lines) {
		return false
	}
	line := []rune(string(r.lines[at.Line-1]))
	return at.Col >= 1 && at.Col <= len(line) && line[at.Col-1] == '!'
}

// plain reads a value without quotes or a tag.
func (r *reader) plain(s string, at problem.Origin) (any, bool) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil, true
	case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON":
		return true, true
	case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF":
		return false, true
	case "=":
		r.wrong(CodeYAML, at, `write "="`, "the value = has a meaning of its own in YAML")
		return nil, false
	}
	switch {
	case plainInt.MatchString(s):
		return r.whole(s, at)
	case plainFloat.MatchString(s):
		return r.fraction(s, at)
	case base60.MatchString(s):
		r.wrong(CodeYAML, at, "put it in quotes if the text is meant", "YAML reads %s as a number to the base of 60", s)
		return nil, false
	case timestamp.MatchString(s):
		r.wrong(CodeYAML, at, "put it in quotes if the text is meant", "YAML reads %s as a date", s)
		return nil, false
	}
	return s, true
}

func (r *reader) whole(s string, at problem.Origin) (any, bool) {
	digits := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i, true
	}
	r.wrong(CodeYAML, at, "put it in quotes if the text is meant", "%s is not a usable number", s)
	return nil, false
}

func (r *reader) fraction(s string, at problem.Origin) (any, bool) {
	f, err := strconv.ParseFloat(strings.Replace(strings.ReplaceAll(s, "_", ""), ".inf", "inf", 1), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		r.wrong(CodeYAML, at, "put it in quotes if the text is meant", "%s is not a usable number", s)
		return nil, false
	}
	return f, true
}
