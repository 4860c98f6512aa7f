// Model: the syntax of names, images, paths, users and modes.

package model

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is the limit for full names of containers and volumes. Docker itself
// sets none, but names end up in paths and host names.
const longestName = 200

const nameRule = `use letters, digits, "_", "." and "-", with a letter or digit first`

// IsName reports whether Docker accepts s as a name, or as a part of one.
func IsName(s string) bool {
	for i := range len(s) {
		switch b := s[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
		case i > 0 && (b == '_' || b == '.' || b == '-'):
		default:
			return false
		}
	}
	return s != ""
}

// The grammar of image references, as Docker's distribution has it.
var (
	imageDomain = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?$`)
	imagePart   = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	imageTag    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
	imageDigest = regexp.MustCompile(`^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$`)
)

// imageFault returns why Docker would refuse an image reference, or "". One leading
// slash is the map's own notation (row 27).
func imageFault(image string) string {
	name, digest, hasDigest := strings.Cut(strings.TrimPrefix(image, "/"), "@")
	if hasDigest && !imageDigest.MatchString(digest) {
		return "the digest " + quote(digest) + " is not of the form sha256:<hexadecimal digits>"
	}
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		if fault := tagFault(name[colon+1:]); fault != "" {
			return fault
		}
		name = name[:colon]
	}
	return repositoryFault(name)
}

func tagFault(tag string) string {
	if imageTag.MatchString(tag) {
		return ""
	}
	return "the tag " + quote(tag) + ` is not made of up to 128 letters, digits, "_", "." and "-"`
}

// repositoryFault checks an image reference without tag and digest.
func repositoryFault(name string) string {
	// most includes the "library/" that Docker puts before a name of one part.
	const most = 255
	parts, length := strings.Split(name, "/"), len(name)
	isHub := len(parts) == 1
	if len(parts) > 1 && isDomain(parts[0]) {
		if !imageDomain.MatchString(parts[0]) && !imagePart.MatchString(parts[0]) {
			return quote(parts[0]) + " is not a host name"
		}
		isHub = len(parts) == 2 && (parts[0] == "docker.io" || parts[0] == "index.docker.io")
		if imageDomain.MatchString(parts[0]) {
			length -= len(parts[0]) + 1
		}
		parts = parts[1:]
	}
	if isHub {
		length += len("library/")
	}
	if length > most {
		return "it is longer than " + strconv.Itoa(most) + " characters"
	}
	for _, part := range parts {
		switch {
		case imagePart.MatchString(part):
		case part == "":
			return "a part of it is empty"
		case imagePart.MatchString(strings.ToLower(part)):
			return quote(part) + " has upper-case letters"
		default:
			return quote(part) + ` is not made of lower-case letters and digits with single separators (".", "_", "__", "-") between them`
		}
	}
	return ""
}

// isDomain reports whether the first part of a reference names a registry.
func isDomain(part string) bool {
	return strings.ContainsAny(part, ".:") || part == "localhost" || strings.ToLower(part) != part
}

// prefixFault checks the prefix of image names of a map: a registry, a path, or both.
func prefixFault(prefix string) string {
	return repositoryFault(strings.TrimSuffix(prefix, "/") + "/x")
}

// userFault returns why a user is not of the form "u" or "u:g" (row 86), or "".
func userFault(user string) string {
	if strings.ContainsFunc(user, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "it has spaces"
	}
	parts := strings.Split(user, ":")
	if len(parts) > 2 {
		return "it has more than two parts"
	}
	for _, part := range parts {
		if part == "" {
			return "a part of it is empty"
		}
		if part[0] == '-' {
			return `a part of it begins with "-", which chown would take for a flag`
		}
	}
	return ""
}

var (
	octalMode    = regexp.MustCompile(`^[0-7]{1,5}$`)
	symbolicMode = regexp.MustCompile(`^[ugoa]*(?:[-+=](?:[ugo]|[rwxXst]*))+(?:,[ugoa]*(?:[-+=](?:[ugo]|[rwxXst]*))+)*$`)
)

// isMode reports whether chmod accepts s as a mode (row 87). A leading "-" is refused,
// because chmod would read it as a flag.
func isMode(s string) bool {
	return octalMode.MatchString(s) || symbolicMode.MatchString(s) && s[0] != '-'
}

// pathFault returns why s cannot be an absolute path, or "".
func pathFault(s string) string {
	switch {
	case s == "":
		return "it is empty"
	case textFault(s) != "":
		return textFault(s)
	case s[0] != '/':
		return "it is not absolute"
	case path.Clean(s) == "/":
		return "it is the root of the file system"
	}
	return ""
}

// textFault returns which character no path can hold, or "".
func textFault(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "it is not valid UTF-8"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "it has control characters"
	}
	return ""
}

// mountFault returns what cannot be part of a mount, or "": Docker separates the parts
// with colons.
func mountFault(s string) string {
	if strings.Contains(s, ":") {
		return `it has a ":", which Docker cannot mount`
	}
	return textFault(s)
}

// quote returns s in quotes, cut and escaped so that any text fits a message.
func quote(s string) string {
	if r := []rune(s); len(r) > longestName {
		return strconv.Quote(string(r[:longestName]) + "…")
	}
	return strconv.Quote(s)
}

// label returns s unchanged if it is a valid name, else quoted.
func label(name string) string {
	if IsName(name) && len(name) <= longestName {
		return name
	}
	return quote(name)
}

// count returns "1 instance" or "2 instances".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// listed returns names in quotes, only the first few if there are many.
func listed(names []string) string {
	const most = 10
	var b strings.Builder
	for i, name := range names {
		if i == most {
			b.WriteString(" and " + strconv.Itoa(len(names)-most) + " more")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(name))
	}
	return b.String()
}
