// Resolve: image names.

package resolve

import (
	"cmp"
	"strings"

	"github.com/distribution/reference"

	"github.com/dmap-dev/dmap/engine/model"
)

// image returns the reference that Docker gets for an image name of the map: with the
// map's repository unless the name contains a slash, without the leading slash that
// asks for no repository (rows 25-27), and with a tag unless it has one or a digest
// (rows 30, 31). An image id is left alone.
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

// toolImage does the same for the base and helper images, which do not belong to the
// map's repository.
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
