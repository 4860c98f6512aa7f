// Command line: commands as they are typed into a shell.

package main

import "strings"

// shellWords returns a command of dmap with its arguments quoted for a shell.
func shellWords(args ...string) string {
	words := []string{"dmap"}
	for _, arg := range args {
		if strings.ContainsAny(arg, " \t\n'\"\\$&|;<>()*?[]{}~#`!") || arg == "" {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
