// Script: what little is understood of a shell.

package script

import (
	"path"
	"strconv"
	"strings"
)

// IsScript reports whether a command line is a script in itself.
func IsScript(argv []string) bool {
	if words, ok := Words(argv); ok {
		argv = words
	}
	return path.Base(argv[0]) == "simproc"
}

// builtins are commands of a shell that no file has to exist for, and that nothing is known about here.
const builtins = " . [ alias bg cd command eval export fg hash jobs kill local printf pwd read readonly return set shift source test times trap type ulimit umask unset wait "

// Words gives the words of one plain command given to a shell, as in sh -c "sleep 5".
func Words(argv []string) ([]string, bool) {
	if len(argv) != 3 || argv[1] != "-c" || strings.ContainsAny(argv[2], "\n\"'\\`$&|;<>()[]{}*?~#!") {
		return nil, false
	}
	switch path.Base(argv[0]) {
	case "sh", "ash", "bash", "dash":
		words := strings.Fields(argv[2])
		if len(words) > 1 && words[0] == "exec" {
			words = words[1:]
		}
		return words, len(words) > 0 && !strings.Contains(words[0], "=") && !strings.Contains(builtins, " "+words[0]+" ")
	}
	return nil, false
}

// Exit reads exit N, and the two commands that a shell has itself.
func Exit(words []string) (code int, ok bool) {
	switch {
	case words[0] == "exit" && len(words) == 2:
		n, err := strconv.Atoi(words[1])
		return n & 0xff, err == nil
	case words[0] == "exit" || words[0] == ":" || words[0] == "true":
		return 0, true
	case words[0] == "false":
		return 1, true
	}
	return 0, false
}
