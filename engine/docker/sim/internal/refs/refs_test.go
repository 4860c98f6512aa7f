// Refs: the test of names of images.

package refs_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
)

func TestParse(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a", 32)
	for _, row := range []struct {
		text   string
		want   refs.Reference
		tagged string
	}{
		{"web", refs.Reference{Name: "web"}, "web:latest"},
		{"web:2", refs.Reference{Name: "web", Tag: "2"}, "web:2"},
		{"docker.io/library/web", refs.Reference{Name: "web"}, "web:latest"},
		{"index.docker.io/a/web:2", refs.Reference{Name: "a/web", Tag: "2"}, "a/web:2"},
		{"localhost/web", refs.Reference{Name: "localhost/web"}, "localhost/web:latest"},
		{"host.example:5000/a/web", refs.Reference{Name: "host.example:5000/a/web"}, "host.example:5000/a/web:latest"},
		{"host.example:5000/a/web:2@" + digest, refs.Reference{Name: "host.example:5000/a/web", Tag: "2", Digest: digest}, "host.example:5000/a/web:2"},
		{"library/web", refs.Reference{Name: "web"}, "web:latest"},
		{"a_b__c--d/e.f", refs.Reference{Name: "a_b__c--d/e.f"}, "a_b__c--d/e.f:latest"},
	} {
		got, err := refs.Parse(row.text)
		if err != nil || got != row.want || got.Tagged() != row.tagged {
			t.Errorf("%s: got %+v, %v, want %+v, called %s", row.text, got, err, row.want, row.tagged)
		}
	}
	for text, want := range map[string]string{
		"":                       "invalid reference format",
		"a//b":                   "invalid reference format",
		"web:":                   "invalid reference format",
		"web:a b":                "invalid reference format",
		"web@sha256:1":           "invalid reference format",
		"a_b.c/d":                "invalid reference format", // a host has no underscore
		"Web":                    "invalid reference format: repository name must be lowercase",
		strings.Repeat("a", 256): "invalid reference format",
		strings.Repeat("0a", 32): "invalid repository name (" + strings.Repeat("0a", 32) + "), cannot specify 64-byte hexadecimal strings",
	} {
		if got, err := refs.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: got %+v, %v, want %s", text, got, err, want)
		}
	}
}
