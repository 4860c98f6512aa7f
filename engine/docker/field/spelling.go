// API fields, meaning: texts that can be written in more than one way. Each function
// returns the one form that stands for all spellings of a text.

package field

import (
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
)

// clean returns a path in its shortest form: "/r/a" for "/r/./a/".
func clean(text string) string {
	if text == "" {
		return ""
	}
	return path.Clean(text)
}

// hostPath is clean for a text that may also be the name of a volume.
func hostPath(text string) string {
	if !strings.HasPrefix(text, "/") {
		return text
	}
	return path.Clean(text)
}

// bind is for "source:target:modes".
func bind(text string) string {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 2 {
		return text
	}
	out := hostPath(parts[0]) + ":" + clean(parts[1])
	if len(parts) == 3 {
		out += suffix(modes(parts[2]))
	}
	return out
}

// modes are sorted. "rw" is dropped, since it is what no mode means.
func modes(text string, but ...string) string {
	all := slices.DeleteFunc(strings.Split(text, ","), func(m string) bool { return m == "" || m == "rw" || slices.Contains(but, m) })
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

func suffix(text string) string {
	if text == "" {
		return ""
	}
	return ":" + text
}

// from is for "container:modes".
func from(text string) string {
	name, mode, _ := strings.Cut(text, ":")
	return name + suffix(modes(mode))
}

// link is for "target:alias", and for what an engine shows for that:
// "/target:/container/alias".
func link(text string) string {
	target, alias, _ := strings.Cut(text, ":")
	return strings.TrimPrefix(target, "/") + ":" + alias[strings.LastIndex(alias, "/")+1:]
}

// capability returns a name with its prefix, except for ALL, which stands for all of
// them.
func capability(text string) string {
	name := strings.TrimPrefix(strings.ToUpper(text), "CAP_")
	if name == "ALL" {
		return name
	}
	return "CAP_" + name
}

// hardware is for a MAC address.
func hardware(text string) string { return strings.ReplaceAll(strings.ToLower(text), "-", ":") }

// address is for an IP address.
func address(text string) string {
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return text
	}
	return a.String()
}

// host is for "name:address", a line in /etc/hosts.
func host(text string) string {
	name, at, _ := strings.Cut(text, ":")
	return name + ":" + address(at)
}

// before returns what comes before the first of some characters: the key of
// "name=value".
func before(text, separators string) string {
	if i := strings.IndexAny(text, separators); i >= 0 {
		return text[:i]
	}
	return text
}

// securityOption is for "key=value", whichever character separates the two, or a flag
// that stands for true.
func securityOption(text string) string {
	i := strings.Index(text, "=")
	if i < 0 {
		i = strings.Index(text, ":")
	}
	if i < 0 {
		return text
	}
	key, value := text[:i], text[i+1:]
	if key == "no-new-privileges" {
		if on, err := strconv.ParseBool(value); err == nil && on {
			return key
		}
	}
	return key + "=" + value
}

// securityKey returns what a security option is about: "label" covers several things.
func securityKey(text string) string {
	key, value, _ := strings.Cut(text, "=")
	if key == "label" {
		return key + "=" + before(value, ":")
	}
	return key
}

// permissions are those of a device, or in a rule for devices, sorted.
func permissions(text string) string {
	letters := []rune(text)
	slices.Sort(letters)
	return string(letters)
}

// deviceRule is for rules such as "c 1:3 rwm".
func deviceRule(text string) string {
	i := strings.LastIndex(text, " ")
	return text[:i+1] + permissions(text[i+1:])
}

// tmpfsOptions are sorted by what they are about, and otherwise keep their order: of
// "ro" and "rw" the last one counts.
func tmpfsOptions(text string) string {
	all := slices.DeleteFunc(strings.Split(text, ","), func(o string) bool { return o == "" })
	slices.SortStableFunc(all, func(a, b string) int { return strings.Compare(tmpfsKey(a), tmpfsKey(b)) })
	return strings.Join(all, ",")
}

func tmpfsKey(option string) string {
	name := strings.TrimPrefix(before(option, "="), "no")
	switch {
	case strings.HasSuffix(name, "atime"):
		return "atime"
	case name == "ro":
		return "rw"
	}
	return name
}

// cpus returns the shortest list of ranges: "0-1" for "0,1" and "1,0".
func cpus(text string) string {
	const most = 1 << 16
	has := map[int]bool{}
	for _, part := range strings.Split(text, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, errLast := strconv.Atoi(to)
		if err != nil || errLast != nil || first < 0 || last < first || last >= most {
			return text
		}
		for n := first; n <= last; n++ {
			has[n] = true
		}
	}
	var out []string
	for n := 0; n < most && len(has) > 0; n++ {
		if !has[n] {
			continue
		}
		first := n
		for ; has[n]; n++ {
			delete(has, n)
		}
		out = append(out, span(first, n-1))
	}
	return strings.Join(out, ",")
}

func span(first, last int) string {
	if first == last {
		return strconv.Itoa(first)
	}
	return strconv.Itoa(first) + "-" + strconv.Itoa(last)
}

// image returns a reference with its registry and folder spelled out.
func image(text string) string {
	const registry, folder = "docker.io", "library/"
	if text == "" || strings.HasPrefix(text, "sha256:") {
		return text
	}
	domain, rest, ok := strings.Cut(text, "/")
	if !ok || !strings.ContainsAny(domain, ".:") && domain != "localhost" && domain == strings.ToLower(domain) {
		domain, rest = registry, text
	}
	if domain == "index."+registry {
		domain = registry
	}
	if domain == registry && !strings.Contains(rest, "/") {
		rest = folder + rest
	}
	return domain + "/" + rest
}

// signal returns the name of a signal.
func signal(text string) string {
	if name := Signal(text); name != "" {
		return name
	}
	return text
}

// Network returns the name of the network that a mode stands for. No mode stands for
// the engine's default.
func Network(mode string) string {
	if mode == "" || mode == "default" {
		return DefaultNetwork
	}
	return mode
}

// DefaultNetwork is the network of containers that ask for none.
const DefaultNetwork = "bridge"

// IsID reports whether a name can be the id, short or in full, of an object on an
// engine.
func IsID(name string) bool {
	return len(name) >= 12 && strings.Trim(name, "0123456789abcdef") == ""
}
