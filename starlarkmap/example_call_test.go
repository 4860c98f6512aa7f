// Program text to model: examples of calls after the program.

package starlarkmap_test

import (
	"context"
	"fmt"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/starlarkmap"
)

// A builtin of the caller gets a map that a function of the program makes.
func ExampleCall() {
	images := starlark.NewBuiltin("images", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		m, err := starlarkmap.MapOf(args[0])
		if err != nil {
			return nil, err
		}
		for _, c := range m.Containers {
			fmt.Println(c.Name, c.Image)
		}
		return starlark.None, nil
	})
	const src = `
def main(images):
    images(container_map("site", {"web": {"image": "nginx"}}))
`
	_, err := starlarkmap.Call(context.Background(), "site.star", &starlarkmap.Options{Src: src}, "main", images)
	fmt.Println(err)
	// Output:
	// web nginx
	// <nil>
}

func ExampleDescribe() {
	const src = `
def twice(n, by = 2):
    """Returns n, twice."""
    return n * by
`
	doc, err := starlarkmap.Describe("lib.star", []byte(src))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range doc.Functions {
		fmt.Println(f.Signature + ": " + f.Doc)
	}
	// Output: twice(n, by = 2): Returns n, twice.
}
