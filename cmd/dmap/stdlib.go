// Command line: the help about the modules of stdlib, made from their sources.

package main

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/stdlib"
)

const aboutStdlib = `Modules of plain functions that ship with dmap: load("@stdlib//units.star", "bytes"). They belong to the version of dmap and
can change with it; a map that must stay as it is loads a copy beside itself. What is wrong with an argument ends the program.
`

// stdlibText describes all modules.
func stdlibText() string {
	var b strings.Builder
	b.WriteString(aboutStdlib)
	files, err := fs.Glob(stdlib.FS(), "*.star")
	if err != nil {
		panic(fmt.Sprintf("internal error: %v", err)) // only a malformed pattern fails, and this one is fixed
	}
	for _, name := range files {
		doc, err := describe(name)
		if err != nil {
			panic(fmt.Sprintf("internal error: %v", err)) // a test reads them all
		}
		fmt.Fprintf(&b, "\n@stdlib//%s: %s\n", name, doc.Doc)
		for _, f := range doc.Functions {
			fmt.Fprintf(&b, "\n    %s\n%s", f.Signature, indented(f.Doc, "        "))
		}
	}
	return b.String()
}

func describe(name string) (*starlarkmap.FileDoc, error) {
	src, err := fs.ReadFile(stdlib.FS(), name)
	if err != nil {
		return nil, err
	}
	return starlarkmap.Describe(name, src)
}

// indented indents each line that is not empty by space.
func indented(text, space string) string {
	var b strings.Builder
	for _, line := range strings.Split(text, "\n") {
		if line != "" {
			line = space + line
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}
