// Model: image references are taken exactly where Docker's own parser takes them.

package model_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/distribution/reference"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// takesImage tells whether Validate accepts an image name.
func takesImage(image string) bool {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: image}}}
	return m.Validate() == nil
}

func parserTakes(image string) bool {
	_, err := reference.ParseNormalizedNamed(strings.TrimPrefix(image, "/"))
	return err == nil
}

func TestImagesAreTakenAsDockerTakesThem(t *testing.T) {
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for _, image := range []string{
		"nginx", "nginx:1.2", "r.e/nginx", "r.e:5000/a/b:T_1", "localhost/x", "localhost:1/x", "x" + digest, "x:1" + digest,
		"/ubuntu", "//ubuntu", "a//b", "a/", "A", "a/B", "A/b", "A.B/c", "a..b", "a.b", "a__b", "a___b", "a--b", "-a", "a-", "a:", "a:-1",
		"a:" + strings.Repeat("x", 128), "a:" + strings.Repeat("x", 129), "a b", "a\n", "a@x", "x@sha256:0123", "x@md5:0123456789abcdef0123456789abcdef",
		"[::1]:5000/x", "a:b/c", "a:5000/c", "r.e:/c", "x.y", "x_y/z", "x_y.z/z", "x" + strings.ToUpper(digest),
		strings.Repeat("a", 247), strings.Repeat("a", 248), "b/" + strings.Repeat("a", 253), "b/" + strings.Repeat("a", 254),
		"r.e/" + strings.Repeat("a", 255), "r.e/" + strings.Repeat("a", 256), "docker.io/" + strings.Repeat("a", 247), "docker.io/" + strings.Repeat("a", 248),
		"x_y.z/" + strings.Repeat("a", 249), "x_y.z/" + strings.Repeat("a", 250),
	} {
		if got, want := takesImage(image), parserTakes(image); got != want {
			t.Errorf("image %q: valid is %v, Docker's parser says %v", image, got, want)
		}
	}
}

func TestRandomImagesAreTakenAsDockerTakesThem(t *testing.T) {
	parts := rapid.SampledFrom([]string{"a", "B", "0", "/", ":", "@", ".", "_", "-", "sha256:", "5000", "localhost", " ", "é"})
	rapid.Check(t, func(t *rapid.T) {
		image := strings.Join(rapid.SliceOfN(parts, 1, 8).Draw(t, "parts"), "")
		if got, want := takesImage(image), parserTakes(image); got != want {
			t.Errorf("image %q: valid is %v, Docker's parser says %v", image, got, want)
		}
	})
}

func TestNamesHaveALength(t *testing.T) {
	for _, test := range []struct {
		length int
		want   []problem.Code
	}{
		{198, nil}, // "m." makes 200
		{199, []problem.Code{problem.CodeNameSyntax}},
		{1 << 20, []problem.Code{problem.CodeNameSyntax}},
	} {
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: strings.Repeat("a", test.length), Image: "x"}}}
		err := m.Validate()
		var ps problem.Problems
		var codes []problem.Code
		if errors.As(err, &ps) {
			for _, p := range ps {
				codes = append(codes, p.Code)
			}
			if len(err.Error()) > 2000 {
				t.Errorf("length %d: the message has %d characters", test.length, len(err.Error()))
			}
		}
		same(t, "codes", codes, test.want)
	}
}
