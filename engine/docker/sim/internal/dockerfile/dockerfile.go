// Dockerfile: instructions that change the configuration of an imported or committed
// image.

// Package dockerfile applies to a configuration those Dockerfile instructions that an
// import or a commit accepts.
package dockerfile

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// instruction is one line of a Dockerfile.
type instruction struct {
	name  string // in lower case
	rest  string
	pairs [][2]string // names and values, of ENV and LABEL
	list  []string    // the words, if they were a JSON array
	json  bool
}

// Apply applies instructions such as CMD ["-"]. All are read before the first is
// applied, so one that is malformed or not allowed here changes nothing.
func Apply(c *spec.Config, changes []string) error {
	if len(changes) == 0 {
		return nil
	}
	all, err := readInstructions(strings.Join(changes, "\n"))
	if err != nil {
		return err
	}
	for _, in := range all {
		if !slices.Contains([]string{"cmd", "entrypoint", "env", "expose", "healthcheck", "label", "onbuild", "user", "volume", "workdir"}, in.name) {
			return wire.BadRequest("%s is not a valid change command", in.name)
		}
	}
	ownCommand := false
	for _, in := range all {
		ownCommand = ownCommand || in.name == "cmd"
		if in.name == "entrypoint" && !ownCommand {
			c.Cmd = nil
		}
		if err := apply(c, in); err != nil {
			return err
		}
	}
	return nil
}

// readInstructions reads the lines of a Dockerfile; a backslash at the end of a line
// joins it with the next one.
func readInstructions(text string) ([]instruction, error) {
	var all []instruction
	whole := ""
	for line := range strings.SplitSeq(text, "\n") {
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		if begin, ok := strings.CutSuffix(strings.TrimRight(line, " \t\r"), "\\"); ok {
			whole += begin
			continue
		}
		in, err := readInstruction(strings.TrimSpace(whole + line))
		if err != nil {
			return nil, err
		}
		all, whole = append(all, in), ""
	}
	if len(all) == 0 {
		return nil, wire.BadRequest("file with no instructions")
	}
	return all, nil
}

func readInstruction(line string) (instruction, error) {
	word, rest := line, ""
	if i := strings.IndexAny(line, " \t"); i >= 0 {
		word, rest = line[:i], strings.TrimSpace(line[i:])
	}
	in := instruction{name: strings.ToLower(word), rest: rest}
	var err error
	switch in.name {
	case "env", "label":
		in.pairs, err = readPairs(strings.ToUpper(word), rest)
	case "cmd", "entrypoint", "volume":
		in.list, in.json, err = readArray(rest)
	}
	return in, err
}

// readArray reads a JSON array of strings; false if the text is something else.
func readArray(text string) ([]string, bool, error) {
	var items []any
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &items) != nil {
		return nil, false, nil
	}
	var words []string
	for _, item := range items {
		word, ok := item.(string)
		if !ok {
			return nil, false, wire.BadRequest("when using JSON array syntax, arrays must be comprised of strings only")
		}
		words = append(words, word)
	}
	return words, true, nil
}

// readPairs reads NAME=VALUE words, or the older form NAME VALUE.
func readPairs(instruction, text string) ([][2]string, error) {
	words := splitWords(text)
	if len(words) == 0 {
		return nil, nil
	}
	if !strings.Contains(words[0], "=") {
		i := strings.IndexAny(text, " \t")
		if i < 0 {
			return nil, wire.BadRequest("%s must have two arguments", instruction)
		}
		return [][2]string{{text[:i], strings.TrimSpace(text[i:])}}, nil
	}
	var pairs [][2]string
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, wire.BadRequest("Syntax error - can't find = in %q. Must be of the form: name=value", word)
		}
		pairs = append(pairs, [2]string{name, value})
	}
	return pairs, nil
}

// apply changes the configuration as one instruction says.
func apply(c *spec.Config, in instruction) error {
	upper := strings.ToUpper(in.name)
	switch in.name {
	case "cmd":
		c.Cmd = in.command()
		return nil
	case "entrypoint":
		if c.Entrypoint = in.command(); in.rest == "" {
			c.Entrypoint = nil
		}
		return nil
	case "user", "workdir":
		if in.rest == "" {
			return wire.BadRequest("%s requires exactly one argument", upper)
		}
		text, err := expand(in.rest, c.Env)
		if err == nil && in.name == "user" {
			c.User = text
		} else if err == nil {
			err = enter(c, text)
		}
		return err
	}
	if in.rest == "" || in.json && len(in.list) == 0 {
		return wire.BadRequest("%s requires at least one argument", upper)
	}
	switch in.name {
	case "env", "label":
		return setPairs(c, in)
	case "volume":
		return addVolumes(c, in)
	case "expose":
		return expose(c, strings.Fields(in.rest))
	case "onbuild":
		return onBuild(c, in.rest)
	}
	h, err := healthOf(in.rest)
	if err == nil {
		c.Healthcheck = h
	}
	return err
}

// command returns the words of a command; what is not a JSON array is run by a shell.
func (in instruction) command() spec.StringList {
	switch {
	case in.json:
		return in.list
	case in.rest == "":
		return spec.StringList{"/bin/sh", "-c"}
	}
	return spec.StringList{"/bin/sh", "-c", in.rest}
}

// enter changes the working directory.
func enter(c *spec.Config, dir string) error {
	switch {
	case dir == "":
		return wire.BadRequest("cannot normalize nothing")
	case path.IsAbs(dir):
		c.WorkingDir = dir
	default:
		c.WorkingDir = path.Join("/", c.WorkingDir, dir)
	}
	return nil
}

// setPairs sets variables or labels. All values see the variables as they were before
// the instruction, not each other's.
func setPairs(c *spec.Config, in instruction) error {
	env := slices.Clone(c.Env)
	for _, pair := range in.pairs {
		if pair[0] == "" {
			return wire.BadRequest("%s names can not be blank", strings.ToUpper(in.name))
		}
		name, err := expand(pair[0], env)
		if err != nil {
			return err
		}
		value, err := expand(pair[1], env)
		if err != nil {
			return err
		}
		if in.name == "label" {
			c.Labels = spec.Union(c.Labels, map[string]string{name: value})
			continue
		}
		text := name + "=" + value
		if i := slices.IndexFunc(c.Env, func(have string) bool { return strings.HasPrefix(have, name+"=") }); i >= 0 {
			c.Env[i] = text
		} else {
			c.Env = append(c.Env, text)
		}
	}
	return nil
}

func addVolumes(c *spec.Config, in instruction) error {
	words := in.list
	if !in.json {
		words = strings.Fields(in.rest)
	}
	for _, word := range words {
		place, err := expand(word, c.Env)
		if err != nil {
			return err
		}
		if place = strings.TrimSpace(place); place == "" {
			return wire.BadRequest("VOLUME specified can not be an empty string")
		}
		c.Volumes = spec.Union(c.Volumes, map[string]struct{}{place: {}})
	}
	return nil
}

// expose adds ports such as 80, 80-82/udp or 8080:80; only the last part of a mapping
// counts.
func expose(c *spec.Config, words []string) error {
	for _, word := range words {
		text, err := expand(word, c.Env)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		numbers, proto, _ := strings.Cut(text, "/")
		proto = strings.ToLower(cmp.Or(proto, "tcp"))
		parts := strings.Split(numbers, ":")
		port := parts[len(parts)-1]
		from, to, ok := spec.PortRange(port)
		if !ok {
			return wire.BadRequest("Invalid containerPort: %s", port)
		}
		if len(parts) > 1 {
			host := parts[len(parts)-2]
			if _, _, ok := spec.PortRange(host); !ok && host != "" {
				return wire.BadRequest("Invalid hostPort: %s", host)
			}
		}
		if !slices.Contains([]string{"tcp", "udp", "sctp"}, proto) {
			return wire.BadRequest("Invalid proto: %s", proto)
		}
		for ; from <= to; from++ {
			c.ExposedPorts = spec.Union(c.ExposedPorts, map[string]struct{}{fmt.Sprintf("%d/%s", from, proto): {}})
		}
	}
	return nil
}

func onBuild(c *spec.Config, trigger string) error {
	switch word := strings.ToUpper(strings.Fields(trigger)[0]); word {
	case "ONBUILD":
		return wire.BadRequest("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
	case "FROM", "MAINTAINER":
		return wire.BadRequest("%s isn't allowed as an ONBUILD trigger", word)
	}
	c.OnBuild = append(c.OnBuild, trigger)
	return nil
}

// healthOf reads what follows HEALTHCHECK.
func healthOf(text string) (*spec.Healthcheck, error) {
	var flags []string
	for strings.HasPrefix(text, "--") {
		word := strings.Fields(text)[0]
		flags, text = append(flags, word[2:]), strings.TrimSpace(text[len(word):])
	}
	if text == "" {
		return nil, wire.BadRequest("HEALTHCHECK requires at least one argument")
	}
	kind := strings.Fields(text)[0]
	command := strings.TrimSpace(text[len(kind):])
	kind = strings.ToUpper(kind)
	if kind == "NONE" && command != "" {
		return nil, wire.BadRequest("HEALTHCHECK NONE takes no arguments")
	}
	if kind == "NONE" {
		return &spec.Healthcheck{Test: []string{"NONE"}}, nil
	}
	values, err := healthFlags(flags)
	if err != nil {
		return nil, err
	}
	if kind != "CMD" {
		return nil, wire.BadRequest("Unknown type %q in HEALTHCHECK (try CMD)", kind)
	}
	h := &spec.Healthcheck{Test: []string{"CMD-SHELL", command}}
	words, isJSON, err := readArray(command)
	switch {
	case err != nil:
		return nil, err
	case command == "", isJSON && len(words) == 0:
		return nil, wire.BadRequest("Missing command after HEALTHCHECK CMD")
	case isJSON:
		h.Test = append([]string{"CMD"}, words...)
	}
	return h, setFlags(h, values)
}

// healthFlags reads NAME=VALUE flags.
func healthFlags(flags []string) (map[string]string, error) {
	values := map[string]string{}
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, "=")
		switch {
		case !slices.Contains([]string{"interval", "timeout", "start-period", "retries"}, name):
			return nil, wire.BadRequest("Unknown flag: %s", name)
		case !ok:
			return nil, wire.BadRequest("Missing a value on flag: %s", name)
		}
		values[name] = value
	}
	return values, nil
}

func setFlags(h *spec.Healthcheck, values map[string]string) error {
	for _, flag := range []struct {
		name string
		to   *int64
	}{{"interval", &h.Interval}, {"timeout", &h.Timeout}, {"start-period", &h.StartPeriod}} {
		if values[flag.name] == "" {
			continue
		}
		d, err := time.ParseDuration(values[flag.name])
		switch {
		case err != nil:
			return wire.BadRequest("%v", err)
		case d < time.Millisecond:
			return wire.BadRequest("Interval %q cannot be less than 1ms", flag.name)
		}
		*flag.to = int64(d)
	}
	if values["retries"] == "" {
		return nil
	}
	n, err := strconv.ParseInt(values["retries"], 10, 32)
	switch {
	case err != nil:
		return wire.BadRequest("%v", err)
	case n < 1:
		return wire.BadRequest("--retries must be at least 1 (not %d)", n)
	}
	h.Retries = int(n)
	return nil
}
