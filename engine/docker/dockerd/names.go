// Docker adapter: names that become part of a request's path.

package dockerd

import (
	"errors"
	"regexp"
	"strings"

	"github.com/distribution/reference"
)

// safeName matches what may stand in a path. The engine judges names otherwise, but the
// client library joins paths, so "../volumes/x" would reach another object than the one
// that was named.
var safeName = regexp.MustCompile(`^[A-Za-z0-9_.:@+=-]+$`)

// checkName refuses names that would not arrive unchanged.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case name == "." || name == ".." || !safeName.MatchString(name):
		return errors.New("a name has letters, digits and _ . - only, and no slash")
	}
	return nil
}

// checkImage refuses text that is neither a reference nor an id of an image.
func checkImage(ref string) error {
	if ref == "" {
		return errors.New("the name of the image is empty")
	}
	if strings.HasPrefix(ref, "sha256:") || !strings.ContainsAny(ref, "/:@") {
		if checkName(ref) == nil {
			return nil
		}
	}
	_, err := reference.ParseAnyReference(ref)
	return err
}

// nameFilter compiles the filter of a list. Engines treat an invalid expression as one
// that matches nothing, which would look like an empty engine.
func nameFilter(expr string) (*regexp.Regexp, error) {
	return regexp.Compile(expr)
}
