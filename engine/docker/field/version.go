// API fields, versions: what an engine lacks.

package field

import (
	"fmt"
	"strconv"
	"strings"
)

// In reports whether an API version ("1.41") has the field. For a row with Several, it
// reports whether the version allows more than one element in it.
func (f Field) In(version string) (bool, error) {
	v, ok := parseVersion(version)
	if !ok {
		return false, fmt.Errorf("%q is not an API version such as %s", version, Oldest)
	}
	return f.in(v), nil
}

func (f Field) in(v apiVersion) bool {
	since, isSince := parseVersion(f.Since)
	until, isUntil := parseVersion(f.Until)
	return (!isSince || !v.before(since)) && (!isUntil || !until.before(v))
}

// Lacking returns the rows of what a request asks for and an API version does not have,
// in the order of the table. value returns what the request sets a field to, as decoded
// JSON; nil if it does not set the field.
func Lacking(version string, value func(field string) any) ([]Field, error) {
	v, ok := parseVersion(version)
	if !ok {
		return nil, fmt.Errorf("%q is not an API version such as %s", version, Oldest)
	}
	var out []Field
	for _, f := range rows().dated {
		if set := value(f.of); set != nil && !f.in(v) && f.asked(set, f.keys) {
			out = append(out, f)
		}
	}
	return out, nil
}

// asked reports whether a value holds anything where the keys lead. Lists do not use up
// a key: each of their elements counts.
func (f Field) asked(value any, keys []string) bool {
	if list, isList := value.([]any); isList && len(keys) > 0 {
		for _, one := range list {
			if f.asked(one, keys) {
				return true
			}
		}
		return false
	}
	if len(keys) == 0 {
		held, _ := value.(map[string]any)
		return len(held) > 1 || !f.Several && !zero(value)
	}
	held, _ := value.(map[string]any)
	for key, one := range held {
		if (keys[0] == key || keys[0] == "*") && f.asked(one, keys[1:]) {
			return true
		}
	}
	return false
}

// Title returns the name for people, without the keys that can be anything.
func (f Field) Title() string { return strings.ReplaceAll(f.Name, ".*", "") }

// apiVersion is a version of the Engine API.
type apiVersion struct{ major, minor int }

func parseVersion(s string) (apiVersion, bool) {
	major, minor, ok := strings.Cut(s, ".")
	a, errMajor := strconv.Atoi(major)
	b, errMinor := strconv.Atoi(minor)
	return apiVersion{a, b}, ok && errMajor == nil && errMinor == nil && a >= 0 && b >= 0
}

func (v apiVersion) before(w apiVersion) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}
