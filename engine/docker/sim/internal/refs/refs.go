// Refs: names of images, in their parts.

// Package refs reads the names of images: registry, repository, tag and digest.
package refs

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// The grammar of references.
var (
	imageID     = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	pathPart    = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$`)
	domainPart  = regexp.MustCompile(`^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?$`)
	tagPart     = regexp.MustCompile(`^[\w][\w.-]{0,127}$`)
	digestPart  = regexp.MustCompile(`^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$`)
	onlyHex     = regexp.MustCompile(`^[0-9a-f]+$`)
	wholeHexID  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	errFormat   = wire.BadRequest("invalid reference format")
	errRefUpper = wire.BadRequest("invalid reference format: repository name must be lowercase")
)

// Reference is an image name in its parts.
type Reference struct {
	Name, Tag, Digest string // name in its familiar form
}

// Tagged returns the name with its tag, or with "latest", which no tag means.
func (r Reference) Tagged() string { return r.Name + ":" + cmp.Or(r.Tag, "latest") }

// Given returns the name with its tag, if it has one.
func (r Reference) Given() string {
	if r.Tag == "" {
		return r.Name
	}
	return r.Name + ":" + r.Tag
}

// Parse reads an image name such as web, web:2, host:5000/a/web@sha256:….
func Parse(text string) (Reference, error) {
	var r Reference
	if IsWholeHex(text) {
		return r, wire.BadRequest("invalid repository name (%s), cannot specify 64-byte hexadecimal strings", text)
	}
	rest, digest, hasDigest := strings.Cut(text, "@")
	if hasDigest {
		if !digestPart.MatchString(digest) {
			return r, errFormat
		}
		r.Digest = digest
	}
	if i := strings.LastIndex(rest, ":"); i >= 0 && !strings.Contains(rest[i:], "/") {
		r.Tag = rest[i+1:]
		rest = rest[:i]
		if !IsTag(r.Tag) {
			return r, errFormat
		}
	}
	domain, remote := SplitDomain(rest)
	for part := range strings.SplitSeq(remote, "/") {
		if !pathPart.MatchString(part) {
			if pathPart.MatchString(strings.ToLower(part)) {
				return r, errRefUpper
			}
			return r, errFormat
		}
	}
	if domain != "" && !domainPart.MatchString(domain) || len(rest) > 255 {
		return r, errFormat
	}
	r.Name = remote
	if domain != "" {
		r.Name = domain + "/" + remote
	}
	return r, nil
}

// SplitDomain splits the registry off a name. Familiar names leave out the default
// registry and its folder "library".
func SplitDomain(name string) (domain, remote string) {
	head, tail, found := strings.Cut(name, "/")
	if !found || !strings.ContainsAny(head, ".:") && head != "localhost" && strings.ToLower(head) == head {
		head, tail = "docker.io", name
	}
	if head == "index.docker.io" {
		head = "docker.io"
	}
	if head == "docker.io" {
		return "", strings.TrimPrefix(tail, "library/")
	}
	return head, tail
}

// IsImageID reports whether text is the whole id of an image.
func IsImageID(text string) bool { return imageID.MatchString(text) }

// IsWholeHex reports whether text is a whole id without its algorithm in front.
func IsWholeHex(text string) bool { return wholeHexID.MatchString(text) }

// IsHex reports whether text may be the beginning of an id.
func IsHex(text string) bool { return onlyHex.MatchString(text) }

// IsTag reports whether text may be a tag.
func IsTag(text string) bool { return tagPart.MatchString(text) }
