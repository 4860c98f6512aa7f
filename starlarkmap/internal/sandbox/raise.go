// Sandbox: what to do about a limit.

package sandbox

import "strings"

// Raise is the hint of a limit that was reached; field is its name in
// starlarkmap.Limits.
func Raise(field string) string {
	return "raise Limits." + field + ": --limit " + kebab(field) + "=…"
}

// kebab returns "source-bytes" of "SourceBytes".
func kebab(field string) string {
	var out strings.Builder
	for i, r := range field {
		if 'A' <= r && r <= 'Z' && i > 0 {
			out.WriteByte('-')
		}
		out.WriteString(strings.ToLower(string(r)))
	}
	return out.String()
}
