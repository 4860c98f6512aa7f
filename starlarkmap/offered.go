// Program text to model: which module of the standard library has a name.

package starlarkmap

import (
	"io/fs"
	"strconv"
	"strings"
)

// loadOf returns the load statement for a function of the standard library, or "" if it
// has none of that name.
func loadOf(library fs.FS, name string) string {
	if library == nil || strings.HasPrefix(name, "_") {
		return ""
	}
	files, err := fs.Glob(library, "*.star")
	if err != nil {
		return ""
	}
	for _, file := range files { // sorted
		text, err := fs.ReadFile(library, file)
		if err == nil && strings.Contains("\n"+string(text), "\ndef "+name+"(") && !strings.HasSuffix(file, "_test.star") {
			return "load(" + strconv.Quote("@stdlib//"+file) + ", " + strconv.Quote(name) + ")"
		}
	}
	return ""
}
