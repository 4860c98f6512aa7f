// Secrets: which names have values that are masked.

package secret

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Mark stands where a value is masked.
const Mark = "***"

// words are those that make a name that of a secret.
var words = []string{
	"apikey", "credential", "credentials", "key", "keys", "pass", "passphrase", "passwd", "password", "passwords",
	"pgpassword", "secret", "secrets", "token", "tokens",
}

// Name reports whether a value of that name is a secret: one of the words of the name,
// as in API_KEY, db.password or apiToken, is "password", "token" or the like. KEYBOARD
// is one word, and another one.
func Name(name string) bool {
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.Contains(words, strings.ToLower(part)) {
			return true
		}
		for _, word := range strings.Fields(humps.ReplaceAllString(part, "$1$3 $2$4")) {
			if slices.Contains(words, strings.ToLower(word)) {
				return true
			}
		}
	}
	return false
}

// humps are where words meet in a name such as apiToken or APIToken.
var humps = regexp.MustCompile(`(\p{Ll})(\p{Lu})|(\p{Lu})(\p{Lu}\p{Ll})`)

// holders are the properties and fields below which names are chosen by whoever wrote
// the map: those of variables, labels and settings of drivers. Elsewhere a name such as
// "secrets" may be that of a container or a volume.
var holders = []string{"annotations", "config", "driveroptions", "driveropts", "env", "environment", "labels", "options", "storageopt"}

// Holder reports whether the entries of that property, in the words of a map or of the
// Engine API, are named freely, so that [Name] decides about them.
func Holder(property string) bool {
	return slices.Contains(holders, strings.ToLower(strings.ReplaceAll(property, "_", "")))
}

// Path reports whether a path in a map, such as "web > create_options.environment.TOKEN",
// leads to a secret.
func Path(path string) bool {
	held := false
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(" >.[", r) }) {
		if held && Name(part) {
			return true
		}
		held = held || Holder(part)
	}
	return false
}

// setting is how NAME=value and --name=value begin.
var setting = regexp.MustCompile(`^-{0,2}[A-Za-z_][A-Za-z0-9_.-]*=`)

// Setting returns the text "NAME=value" with the value masked, if the name is that of
// a secret; any other text as it is.
func Setting(text string) string {
	if begin := settingOf(text); begin > 0 && begin < len(text) {
		return text[:begin] + Mark
	}
	return text
}

// settingOf returns where the value begins in the setting of a secret; 0 if text is
// none.
func settingOf(text string) int {
	begin := setting.FindString(text)
	if !Name(begin) {
		return 0
	}
	return len(begin)
}
