// Sandbox: the hint for a limit that was reached.

package sandbox

import "strings"

// Raise returns the hint for a limit that was reached; field is its name in
// starlarkmap.Limits.
func Raise(field string) string {
	return "raise Limits." + field + ": --limit " + kebab(field) + "=…"
}

// kebab returns "source-bytes" for "SourceBytes".
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
