// Example images, helper: the command lines of chown and chmod.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"strings"
)

// order is a command line: what to change to, and where.
type order struct {
	recursive bool
	change    string
	paths     []string
}

// parseOrder reads "[-R] CHANGE PATH..."; options may stand anywhere before "--". A
// first word for which isChange returns true is the change even if it begins with a
// dash, as in "chmod -w file".
func parseOrder(args []string, isChange func(string) bool) (order, error) {
	var o order
	var words []string
	for i, arg := range args {
		if arg == "--" {
			words = append(words, args[i+1:]...)
			break
		}
		switch {
		case arg == "-R" || arg == "--recursive":
			o.recursive = true
		case len(arg) < 2 || !strings.HasPrefix(arg, "-"), len(words) == 0 && isChange(arg):
			words = append(words, arg)
		default:
			return order{}, fmt.Errorf("unknown option %q: only -R is known; put -- before a path that begins with a dash", arg)
		}
	}
	if len(words) < 2 {
		return order{}, errors.New("too few arguments: what to change to and at least one path are needed")
	}
	o.change, o.paths = words[0], words[1:]
	return o, nil
}
