// Script: the little that is understood of a shell.

package script

import (
	"path"
	"strconv"
	"strings"
)

// IsScript reports whether a command line is itself a script.
func IsScript(argv []string) bool {
	if words, ok := Words(argv); ok {
		argv = words
	}
	return path.Base(argv[0]) == "simproc"
}

// builtins are the commands that need no file because the shell has them. Nothing else
// is known about them here.
const builtins = " . [ alias bg cd command eval export fg hash jobs kill local printf pwd read readonly return set shift source test times trap type ulimit umask unset wait "

// Words returns the words of a single plain command that is given to a shell, as in sh
// -c "sleep 5".
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

// Exit reads exit N, and the shell's own commands whose code is known: ":", true and
// false.
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
