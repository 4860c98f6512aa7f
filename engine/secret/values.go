// Secrets: values that are known, such as those of the command line.

package secret

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// shortest is the length in bytes from which a value is masked wherever it stands. A
// shorter one would be found in every other word; it is masked where its name stands.
const shortest = 4

// Values are secrets that are known by themselves. A nil *Values knows none.
type Values struct {
	known    []string
	replacer *strings.Replacer
}

// Add adds what was given under a name: all of it if the name is that of a secret, else
// what it holds as JSON or as a setting.
func (v *Values) Add(name, value string) {
	var tree any
	if Name(name) {
		v.learn(value)
	} else if json.Unmarshal([]byte(value), &tree) == nil {
		v.tree(name, tree, false)
	} else {
		v.setting(value)
	}
}

// tree adds the secrets in a JSON value.
func (v *Values) tree(property string, value any, hide bool) {
	switch t := value.(type) {
	case map[string]any:
		for name, e := range t {
			v.tree(name, e, hide || Holder(property) && Name(name))
		}
	case []any:
		for _, e := range t {
			v.tree(property, e, hide)
		}
	case string:
		if hide {
			v.learn(t)
		}
		v.setting(t)
	}
}

func (v *Values) setting(text string) {
	if begin := settingOf(text); begin > 0 {
		v.learn(text[begin:])
	}
}

// learn adds a value in all forms in which it is printed: as it is, and quoted as JSON,
// Go and a shell quote it. The longest is looked for first, so that no part of it stays.
func (v *Values) learn(value string) {
	if len(value) < shortest || value == Mark {
		return
	}
	inQuotes := func(s string) string { return s[1 : len(s)-1] }
	v.known = append(v.known, value, inQuotes(quoted(value)), inQuotes(strconv.Quote(value)), strings.ReplaceAll(value, "'", `'\''`))
	slices.SortFunc(v.known, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	v.known = slices.Compact(v.known)
	var pairs []string
	for _, s := range v.known {
		pairs = append(pairs, s, Mark)
	}
	v.replacer = strings.NewReplacer(pairs...)
}

// Text returns a text with the known values masked.
func (v *Values) Text(text string) string {
	if v == nil || v.replacer == nil {
		return text
	}
	return v.replacer.Replace(text)
}

// Words returns the words of a command line with their secrets masked: in NAME=VALUE
// and --flag=NAME=VALUE what [Values.Add] would add, and the known values.
func (v *Values) Words(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		flag := ""
		if name, rest, ok := strings.Cut(word, "="); ok && strings.HasPrefix(name, "-") && strings.Contains(rest, "=") {
			flag, word = name+"=", rest
		}
		name, value, ok := strings.Cut(word, "=")
		switch {
		case !ok:
		case Name(name):
			word = name + "=" + Mark
		case json.Valid([]byte(value)):
			word = name + "=" + string(v.JSON(name, []byte(value)))
		default:
			word = name + "=" + Setting(value)
		}
		out[i] = flag + v.Text(word)
	}
	return out
}
