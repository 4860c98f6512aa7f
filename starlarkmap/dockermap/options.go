// Import of docker-map files: options, and properties that are options in dmap.

package dockermap

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// givenOptions checks the keys of create_options, start_options or host_config.
func (b *builder) givenOptions(n *node, where string) *node {
	pairs, isDict := n.value.([]pair)
	if !isDict || b.c.options.CheckOption == nil {
		return n
	}
	kept := make([]pair, 0, len(pairs))
	for _, p := range pairs {
		key, isText := p.key.value.(string)
		if !isText {
			kept = append(kept, p)
			continue
		}
		if err := b.c.options.CheckOption(key); err != nil {
			b.c.unsupported(p.key.at, where+" > "+key, "", "%s", err)
			continue
		}
		kept = append(kept, p)
	}
	return n.with(kept)
}

// networkMode accepts the networks that every engine has, "none", and containers
// outside the map.
func (b *builder) networkMode(p pair, where string) {
	key := text("network_mode", p.key.at)
	mode, isText := p.value.value.(string)
	switch {
	case p.value.value == nil:
		b.c.wrong(problem.CodeWrongValue, p.value.at, where, "write none, or leave the property out", "it is not clear what an empty network mode means")
	case !isText && !hasType[[]*node](p.value.value):
		b.c.wrong(problem.CodeWrongType, p.value.at, where, "", "want a network mode (text), got %s", p.value.input())
	case mode == "disabled":
		b.option(key, text("none", p.value.at), where)
		b.option(text("network_disabled", p.key.at), p.value.with(true), where)
	case mode == "bridge", mode == "host", mode == "none", strings.HasPrefix(mode, "container:"):
		b.option(key, p.value, where)
	case strings.HasPrefix(mode, "/"):
		b.option(key, p.value.with("container:"+mode[1:]), where)
	default:
		b.c.unsupported(p.key.at, where, "write container:NAME with the full name of the container, and start that one first",
			"dmap knows no order between a container and the one whose network it shares")
	}
}

var healthTime = regexp.MustCompile(`^([0-9]+)\s*(ns|us|ms|s|m)?$`)

// healthcheck reads the three forms of a health check.
func (b *builder) healthcheck(p pair, where string) {
	key := text("healthcheck", p.key.at)
	names := []string{"test", "interval", "timeout", "retries", "start_period"}
	switch v := p.value.value.(type) {
	case nil:
		b.c.wrong(problem.CodeWrongValue, p.value.at, where, "write NONE to switch it off, or leave the property out", "it is not clear what an empty health check means")
	case string:
		b.option(key, p.value, where)
	case []*node:
		var parts []pair
		if len(v) == 0 || len(v) > len(names) {
			b.c.wrong(problem.CodeWrongValue, p.value.at, where, "", "want test, interval, timeout, retries and start_period, got %s", p.value.input())
			return
		}
		for i, e := range v {
			parts = append(parts, pair{text(names[i], e.at), e})
		}
		b.option(key, p.value.with(b.healthParts(parts, where)), where)
	case []pair:
		b.option(key, p.value.with(b.healthParts(v, where)), where)
	default:
		b.c.wrong(problem.CodeWrongType, p.value.at, where, "", "want a command, a list or a dictionary, got %s", p.value.input())
	}
}

func (b *builder) healthParts(parts []pair, where string) []pair {
	var out []pair
	for _, p := range parts {
		switch name := p.key.name(); name {
		case "test":
			if p.value.isEmpty() {
				p.value = p.value.with("NONE")
			}
			out = append(out, p)
		case "interval", "timeout", "start_period":
			if v := b.healthTime(p.value, where+" > "+name); v != nil {
				out = append(out, pair{p.key, v})
			}
		case "retries":
			if p.value.isSet() {
				out = append(out, p)
			}
		default:
			b.c.wrong(problem.CodeUnknownKey, p.key.at, where, problem.DidYouMean(name, []string{"test", "interval", "timeout", "retries", "start_period"}),
				"unknown part of a health check %q", name)
		}
	}
	return out
}

// healthTime reads a number with one unit, or nanoseconds. Several units are refused:
// the original read the first and ignored the others.
func (b *builder) healthTime(n *node, where string) *node {
	s, isText := n.value.(string)
	if !isText {
		if !n.isSet() {
			return nil
		}
		return n
	}
	m := healthTime.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		b.c.wrong(problem.CodeWrongValue, n.at, where, `write it in one unit: "90s"`, "want a number with ns, us, ms, s or m, got %s", n.input())
		return nil
	}
	if m[2] != "" {
		return n.with(m[1] + m[2])
	}
	i, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		b.c.wrong(problem.CodeWrongValue, n.at, where, "", "%s is not a usable time", n.input())
		return nil
	}
	return n.with(i)
}
