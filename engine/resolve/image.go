// Resolve: image names.

package resolve

import (
	"cmp"
	"strings"

	"github.com/distribution/reference"

	"github.com/dmap-dev/dmap/engine/model"
)

// image returns the reference Docker gets for an image name of the map: with the
// map's repository unless the name contains a slash, without the one leading
// slash that asks for that (rows 25-27), and with a tag unless it has one, or a
// digest (rows 30, 31). An image id is left alone.
func image(m *model.ContainerMap, name string) string {
	if isImageID(name) {
		return name
	}
	ref, isLocal := strings.CutPrefix(name, "/")
	if !isLocal && m.Repository != "" && !strings.Contains(name, "/") {
		ref = strings.TrimRight(m.Repository, "/") + "/" + name
	}
	return tagged(ref, cmp.Or(m.DefaultTag, "latest"))
}

// toolImage is the same for the base and the helper image, which are no part of
// the map's repository.
func toolImage(name string) string {
	if isImageID(name) {
		return name
	}
	return tagged(strings.TrimPrefix(name, "/"), "latest")
}

func tagged(ref, tag string) string {
	parsed, err := reference.ParseNormalizedNamed(ref)
	if err != nil || !reference.IsNameOnly(parsed) {
		return ref
	}
	return ref + ":" + tag
}

func isImageID(name string) bool {
	hex, ok := strings.CutPrefix(name, "sha256:")
	return ok && len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == ""
}
