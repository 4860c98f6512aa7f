// Wire: versions of the API, and which of them an engine accepts.

package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a version of the Engine API.
type Version struct{ Major, Minor int }

// ParseVersion reads MAJOR.MINOR.
func ParseVersion(text string) (Version, bool) {
	major, minor, ok := strings.Cut(text, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	return Version{a, b}, ok && errA == nil && errB == nil && a >= 0 && b >= 0
}

func (v Version) less(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// At reports whether v is 1.minor or newer.
func (v Version) At(minor int) bool { return !v.less(Version{1, minor}) }

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// MinVersion returns the oldest API version that is still answered.
func MinVersion() Version { return Version{1, 12} }

// Release returns the version of the engine that introduced an API version.
// Since API 1.54 it is the version of the module that was compared.
func (v Version) Release() string {
	first := 41
	releases := [...]string{"20.10.24", "23.0.6", "24.0.9", "25.0.5", "26.1.4", "27.1.2", "27.5.1", "28.0.4", "28.1.1", "28.2.2", "28.5.2", "29.0.4", "29.2.0",
		"2.0.0-beta.24", "2.0.0-beta.24", "2.0.0-beta.24"}
	return releases[v.Minor-first]
}

// SplitVersion takes the version off a path. A path without a version, or with a
// malformed one, stays unchanged.
func SplitVersion(path string) (version, rest string) {
	path = strings.TrimPrefix(path, "/")
	first, rest, _ := strings.Cut(path, "/")
	if number, ok := strings.CutPrefix(first, "v"); ok && number != "" && strings.Trim(number, "0123456789.") == "" {
		return number, rest
	}
	return "", path
}

// Accept applies the version gate of an engine: number is the version that a client
// asks for, or empty.
func (v Version) Accept(number string) (Version, error) {
	if number == "" {
		return v, nil
	}
	major, rest, _ := strings.Cut(number, ".")
	minor, more, _ := strings.Cut(rest, ".")
	version := Version{versionPart(major), versionPart(minor)}
	// Engines before 23 refuse a client that is too old in plain text, whatever it
	// asked for.
	if version.less(MinVersion()) {
		text := fmt.Sprintf("client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version", number, MinVersion())
		return version, &Error{Status: 400, Text: text, Plain: !v.At(42)}
	}
	if v.less(version) || version == v && strings.Trim(more, ".0") != "" {
		return version, BadRequest("client version %s is too new. Maximum supported API version is %s", number, v)
	}
	return version, nil
}

// versionPart reads a number of a version: 0 if there is none, and the largest possible
// if it is too long.
func versionPart(text string) int {
	number, _ := strconv.Atoi(text)
	return number
}
