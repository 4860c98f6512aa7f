// Problems: tests of near names.

package problem_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/problem"
)

func TestNearestNames(t *testing.T) {
	for _, test := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"imge", []string{"instances", "image"}, "image"},
		{"Web-Server", []string{"web_server"}, "web_server"},
		{"usre", []string{"user", "uses"}, "user"},
		{"x", []string{"y", "z"}, ""},
		{"", []string{"a"}, ""},
		{"same", []string{"same"}, ""},
		{"ab", []string{"ac", "aa"}, "aa"},
		{"grüsse", []string{"grüße", "grüße2"}, "grüße"},
		{strings.Repeat("a", 300), []string{strings.Repeat("a", 299)}, ""},
		{"nothing near", nil, ""},
	} {
		if got := problem.Nearest(test.name, test.candidates); got != test.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
	if got := problem.DidYouMean("imge", []string{"image"}); got != `did you mean "image"?` {
		t.Errorf("got %q", got)
	}
}
