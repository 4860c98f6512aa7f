// Options, conversion: health check, restart policy, log driver.

package option

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// healthcheck reads how to check the health of the container. Its parts are merged one
// by one (row 107): an option may set the interval of a test given elsewhere.
func healthcheck(r *reader, it item) change {
	// The parts are collected and applied later: those that were not given must keep
	// what an earlier option set.
	var parts []func(*docker.Healthcheck)
	set := func(part func(*docker.Healthcheck)) { parts = append(parts, part) }
	fields := r.healthFields(set)
	switch v := it.Value.(type) {
	case string:
		fields[0].set(it)
	case model.List:
		r.healthList(it, v, fields)
	case model.Dict:
		r.record(it, v, "a health check", fields...)
	default:
		r.want(it, "a command, a dict with test, interval, timeout, retries, start_period, or a tuple of these")
	}
	return func(s *docker.ContainerSpec) {
		if len(parts) == 0 {
			return
		}
		var h docker.Healthcheck // a copy: the caller may share the old one
		if s.Healthcheck != nil {
			h = *s.Healthcheck
		}
		for _, part := range parts {
			part(&h)
		}
		s.Healthcheck = &h
	}
}

// healthFields returns the parts of a health check, in the order of the tuple form.
func (r *reader) healthFields(set func(func(*docker.Healthcheck))) []field {
	duration := func(at func(*docker.Healthcheck) *int64) func(item) {
		return func(it item) {
			d := readDuration(r, it)
			set(func(h *docker.Healthcheck) { *at(h) = d })
		}
	}
	return []field{
		{"test", "Test", func(it item) {
			test := readTest(r, it)
			set(func(h *docker.Healthcheck) { h.Test = test })
		}},
		{"interval", "Interval", duration(func(h *docker.Healthcheck) *int64 { return &h.Interval })},
		{"timeout", "Timeout", duration(func(h *docker.Healthcheck) *int64 { return &h.Timeout })},
		{"retries", "Retries", func(it item) {
			n := integer[int](0, math.MaxInt32)(r, it)
			set(func(h *docker.Healthcheck) { h.Retries = n })
		}},
		{"start_period", "StartPeriod", duration(func(h *docker.Healthcheck) *int64 { return &h.StartPeriod })},
		{"start_interval", "StartInterval", duration(func(h *docker.Healthcheck) *int64 { return &h.StartInterval })},
	}
}

// healthList reads a list: just the test if it begins with NONE, CMD or CMD-SHELL,
// otherwise the tuple (test, interval, timeout, retries, start_period).
func (r *reader) healthList(it item, list model.List, fields []field) {
	if len(list) > 0 && isProbe(list[0].Value) {
		fields[0].set(it)
		return
	}
	if len(list) == 0 || len(list) > len(fields) {
		r.want(it, "(test, interval, timeout, retries, start_period)")
		return
	}
	before := len(r.problems)
	for i, e := range list {
		if e.Value != nil {
			fields[i].set(it.index(i, e))
		}
	}
	if _, isText := list[0].Value.(string); isText && len(r.problems) > before {
		r.problems[len(r.problems)-1].Hint = `a list is (test, interval, ...); the words of a command go into {"test": [...]}`
	}
}

func isProbe(v any) bool {
	s, ok := v.(string)
	return ok && slices.Contains([]string{"NONE", "CMD", "CMD-SHELL"}, s)
}

// readTest reads the command of a health check. A string is run by a shell, a list
// without one; NONE disables the image's check, an empty list keeps it.
func readTest(r *reader, it item) []string {
	if text, ok := it.Value.(string); ok {
		switch strings.TrimSpace(text) {
		case "":
			r.wrong(it, "the command is empty")
			return nil
		case "NONE":
			return []string{"NONE"}
		}
		return []string{"CMD-SHELL", text}
	}
	words := r.words(it, "a command: a string (run by a shell) or a list of strings")
	if len(words) == 0 {
		return nil
	}
	if !isProbe(words[0]) {
		return append([]string{"CMD"}, words...)
	}
	wrongSize := map[string]bool{"NONE": len(words) != 1, "CMD-SHELL": len(words) != 2, "CMD": len(words) < 2}
	if wrongSize[words[0]] {
		r.wrong(it, `want ["NONE"], ["CMD", word, ...] or ["CMD-SHELL", command], got %s that begins with %q`, it.Input, words[0])
	}
	return words
}

const restartForms = `"no", "always", "unless-stopped", "on-failure", "on-failure:5", or {"Name": name, "MaximumRetryCount": count}`

// readRestart reads a restart policy. It is a single value: no part of an older one is
// kept.
func readRestart(r *reader, it item) docker.RestartPolicy {
	var p docker.RestartPolicy
	switch v := it.Value.(type) {
	case string:
		name, count, hasCount := strings.Cut(v, ":")
		p.Name = name
		n, err := strconv.Atoi(count)
		if hasCount && (err != nil || n < 0 || n > math.MaxInt32) {
			r.wrong(it, "want %s, got %s", restartForms, it.Input)
			return p
		}
		p.MaximumRetryCount = n
	case model.Dict:
		before := len(r.problems)
		r.record(it, v, "a restart policy",
			field{"name", "Name", func(e item) { p.Name = textWhere(anyText)(r, e) }},
			field{"maximum_retry_count", "MaximumRetryCount", func(e item) { p.MaximumRetryCount = integer[int](0, math.MaxInt32)(r, e) }})
		if len(r.problems) > before {
			return p
		}
	default:
		r.want(it, restartForms)
		return p
	}
	return r.checkRestart(it, p)
}

func (r *reader) checkRestart(it item, p docker.RestartPolicy) docker.RestartPolicy {
	names := []string{"no", "always", "unless-stopped", "on-failure"}
	if p.Name == "" && p.MaximumRetryCount == 0 {
		p.Name = "no"
	}
	switch {
	case !slices.Contains(names, p.Name):
		r.wrong(it, "no restart policy %q", p.Name).Hint = "use " + restartForms
		if near := problem.DidYouMean(p.Name, names); near != "" {
			r.problems[len(r.problems)-1].Hint = near
		}
	case p.MaximumRetryCount > 0 && p.Name != "on-failure":
		r.wrong(it, "restart policy %q takes no retry count; only on-failure does", p.Name)
	}
	return p
}

// logConfig reads the log driver: a name, or type and config. Both parts are merged
// (row 107), except that the settings of one driver are not kept for another.
func logConfig(r *reader, it item) change {
	var driver *string
	var config map[string]string
	readType := func(e item) {
		name := textWhere(emptyOr(word))(r, e)
		driver = &name
	}
	switch v := it.Value.(type) {
	case string:
		readType(it)
	case model.Dict:
		r.record(it, v, "a log configuration",
			field{"type", "Type", readType},
			field{"config", "Config", func(e item) {
				elements := textMap(false, notEmpty)(r, e)
				unique(r, elements, "setting", func(n named[string]) string { return n.name })
				config = withEntries(map[string]string{}, elements)
			}})
	default:
		r.want(it, `the name of a log driver, or {"type": name, "config": {...}}`)
	}
	return func(s *docker.ContainerSpec) {
		if driver == nil && config == nil {
			return
		}
		var l docker.LogConfig
		if s.HostConfig.LogConfig != nil {
			l = *s.HostConfig.LogConfig
		}
		if driver != nil && *driver != l.Type {
			l = docker.LogConfig{Type: *driver}
		}
		if config != nil {
			l.Config = config
		}
		s.HostConfig.LogConfig = &l
	}
}
