// Filter: the filters parameter of lists, prunes and events.

// Package filter reads the filters of a call and decides what passes them.
package filter

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Set holds the values that were given per filter name.
type Set map[string][]string

// Read reads the filters parameter, in its present form or as the older lists. If known
// names are given, it refuses all others.
func Read(q *wire.Request, known ...string) (Set, error) {
	text := q.Query.Get("filters")
	f := Set{}
	if text == "" {
		return f, nil
	}
	var sets map[string]map[string]bool
	if err := json.Unmarshal([]byte(text), &sets); err != nil {
		var lists map[string][]string
		if json.Unmarshal([]byte(text), &lists) != nil {
			return nil, wire.Invalid(q, "%v", err)
		}
		f = lists
	}
	for name, values := range sets {
		for _, value := range slices.Sorted(maps.Keys(values)) {
			if values[value] {
				f[name] = append(f[name], value)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if len(known) > 0 && !slices.Contains(known, name) {
			return nil, wire.BadRequest("Invalid filter '%s'", name)
		}
	}
	return f, nil
}

// Has reports whether value is exactly one of a filter's values; a filter that is not
// given lets everything pass.
func (f Set) Has(name, value string) bool {
	return len(f[name]) == 0 || slices.Contains(f[name], value)
}

// Pattern returns a test for a filter: whether a value matches one of its regular
// expressions, or is one of its texts.
func (f Set) Pattern(name string) func(value string) bool {
	wanted := f[name]
	if len(wanted) == 0 {
		return func(string) bool { return true }
	}
	// What is not a valid expression still counts as a text, so that a name such as
	// "a(" is found, and nothing is refused.
	var expressions []*regexp.Regexp
	for _, want := range wanted {
		if re, err := regexp.Compile(want); err == nil {
			expressions = append(expressions, re)
		}
	}
	return func(value string) bool {
		return slices.Contains(wanted, value) || slices.ContainsFunc(expressions, func(re *regexp.Regexp) bool { return re.MatchString(value) })
	}
}

// Prefix reports whether value begins with one of a filter's values.
func (f Set) Prefix(name, value string) bool {
	return len(f[name]) == 0 || slices.ContainsFunc(f[name], func(want string) bool { return strings.HasPrefix(value, want) })
}

// Labels applies the filters label and label!.
func (f Set) Labels(labels map[string]string) bool {
	for _, want := range f["label"] {
		if !HasLabel(labels, want) {
			return false
		}
	}
	for _, unwanted := range f["label!"] {
		if HasLabel(labels, unwanted) {
			return false
		}
	}
	return true
}

// HasLabel reports whether labels satisfy a filter: NAME, or NAME=VALUE.
func HasLabel(labels map[string]string, want string) bool {
	key, value, withValue := strings.Cut(want, "=")
	got, there := labels[key]
	return there && (!withValue || got == value)
}

// References returns those tags and digests of an image that pass the filter reference.
func (f Set) References(tags, digests []string) (fitTags, fitDigests []string, err error) {
	if fitTags, err = f.matching(tags, ":"); err == nil {
		fitDigests, err = f.matching(digests, "@")
	}
	return fitTags, fitDigests, err
}

// matching returns those names that match the filter reference, whole or up to the
// separator before their last part.
func (f Set) matching(names []string, separator string) ([]string, error) {
	if len(f["reference"]) == 0 {
		return names, nil
	}
	var found []string
	for _, name := range names {
		for _, want := range f["reference"] {
			whole, err := path.Match(want, name)
			if err != nil {
				return nil, wire.Failure("%v", err)
			}
			// "web" lets all tags of web pass. At this point the pattern is known to be
			// well-formed.
			short, _ := path.Match(want, name[:strings.LastIndex(name, separator)])
			if whole || short {
				found = append(found, name)
				break
			}
		}
	}
	return found, nil
}

// Boolean reads a filter that is true or false; nil if it is not given.
func (f Set) Boolean(name string) (*bool, error) {
	values := f[name]
	if len(values) == 0 {
		return nil, nil
	}
	yes, no := slices.Contains(values, "true") || slices.Contains(values, "1"), slices.Contains(values, "false") || slices.Contains(values, "0")
	if yes == no {
		return nil, wire.BadRequest("Invalid filter '%s=[%s]'", name, strings.Join(values, " "))
	}
	return &yes, nil
}

// NetworkUse reads the filter dangling for networks, which is stricter than for other
// lists.
func (f Set) NetworkUse() (*bool, error) {
	if len(f["dangling"]) > 1 {
		return nil, wire.BadRequest("got more than one value for filter key \"dangling\"")
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return nil, wire.BadRequest("invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")")
	}
	return dangling, nil
}

// Until reads the filter of that name of a prune: an instant, or a duration before now.
// Without the filter it returns the zero time.
func (f Set) Until(q *wire.Request, now time.Time) (time.Time, error) {
	values := f["until"]
	switch len(values) {
	case 0:
		return time.Time{}, nil
	case 1:
	default:
		return time.Time{}, wire.Invalid(q, "more than one until filter specified")
	}
	// "0" also reads as a duration, but the engine takes it as the year 1970.
	text := values[0]
	if d, err := time.ParseDuration(text); err == nil && text != "0" {
		return now.Add(-d).Truncate(time.Second), nil
	}
	at, err := time.Parse(timeLayout(text), text)
	if err == nil {
		return at, nil
	}
	// Only what has a dash can be a date; everything else may be seconds.
	if strings.Contains(text, "-") {
		return time.Time{}, wire.Invalid(q, "%v", err)
	}
	at, given, err := wire.Instant(text)
	if err != nil || !given {
		return time.Time{}, wire.Invalid(q, "failed to parse value as time or duration: %q", text)
	}
	return at, nil
}

// timeLayout guesses the layout of a time from the characters in it.
func timeLayout(text string) string {
	zone := strings.ContainsAny(text, "zZ+") || strings.Count(text, "-") == 3
	layout := "2006-01-02"
	switch {
	case strings.Contains(text, "."):
		layout = "2006-01-02T15:04:05.999999999"
	case strings.Contains(text, "T"):
		colons := strings.Count(text, ":")
		if zone && !strings.ContainsAny(text, "zZ") && colons > 0 {
			colons-- // the one in the zone does not count
		}
		layout = [...]string{"2006-01-02T15", "2006-01-02T15:04", "2006-01-02T15:04:05"}[min(colons, 2)]
	}
	if zone {
		layout += "Z07:00"
	}
	return layout
}

// Spares reports whether a prune spares what was made at created, because that is later
// than until.
func Spares(until, created time.Time) bool { return !until.IsZero() && created.After(until) }

// Ports reads a filter of ports such as 80, 80/udp or 80-90/tcp.
func (f Set) Ports(q *wire.Request, name string) (map[string]bool, error) {
	all := map[string]bool{}
	for _, value := range f[name] {
		if strings.Contains(value, ":") {
			return nil, wire.Invalid(q, "filter for '%s' should not contain ':': %s", name, value)
		}
		numbers, proto := spec.SplitPort(value)
		first, last, err := filterRange(numbers)
		if err != nil {
			return nil, wire.Invalid(q, "error while looking up for %s %s: %v", name, value, err)
		}
		for port := first; port <= last; port++ {
			all[fmt.Sprintf("%d/%s", port, proto)] = true
		}
	}
	return all, nil
}

// filterRange reads a port, or the first and the last one of a range.
func filterRange(text string) (first, last uint64, err error) {
	if text == "" {
		//lint:ignore ST1005 the engine says so
		return 0, 0, errors.New("Empty string specified for ports.")
	}
	from, to, isRange := strings.Cut(text, "-")
	if first, err = strconv.ParseUint(from, 10, 16); err != nil || !isRange {
		return first, first, err
	}
	if last, err = strconv.ParseUint(to, 10, 16); err == nil && last < first {
		//lint:ignore ST1005 the engine says so
		err = fmt.Errorf("Invalid range specified for the Port: %s", text)
	}
	return first, last, err
}
