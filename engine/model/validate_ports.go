// Model: published ports that would be published twice.

package model

import (
	"net/netip"
	"strconv"
	"strings"
)

// published is one host port that a container publishes at a fixed number.
type published struct {
	c     *Container
	at    Origin
	field string
	ip    string
	port  string // "8000/tcp"
}

// ports reports host ports that two containers, or two instances of one (row 34),
// would publish. Only fixed values are known here; what is not understood is left
// to whoever converts the options.
func (v *validator) ports() {
	table := map[string][]published{}
	for _, c := range v.m.Containers {
		if c == nil {
			continue
		}
		for _, p := range publishedBy(c) {
			v.publish(table[p.port], p)
			table[p.port] = append(table[p.port], p)
		}
	}
}

func (v *validator) publish(others []published, p published) {
	report := func(format string, args ...any) *Problem {
		problem := v.in(p.c, CodePortClash, p.field, format, args...)
		problem.Origin = or(p.at, problem.Origin)
		return problem
	}
	for _, other := range others {
		if !sameAddress(other.ip, p.ip) {
			continue
		}
		problem := report("%s and %s both publish host port %s", label(other.c.Name), label(p.c.Name), p.port)
		if other.c == p.c {
			problem.Msg = label(p.c.Name) + " publishes host port " + p.port + " twice"
		}
		problem.Related = related(or(other.at, other.c.At(other.field)), "first published")
		return
	}
	if n := len(p.c.Instances); n > 1 {
		report("all %d instances of %s publish host port %s", n, label(p.c.Name), p.port).
			Hint = "only one can: let a function give each instance its own port, or publish None for any free one"
	}
}

// sameAddress tells whether one port can be published only once on two addresses:
// no address means all of them, 0.0.0.0 and :: all of their kind (API 1.41).
func sameAddress(a, b string) bool {
	if a == b || a == "" || b == "" {
		return true
	}
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil || x.Is4() != y.Is4() {
		return false
	}
	return x == y || x.IsUnspecified() || y.IsUnspecified()
}

// publishedBy returns the fixed host ports of a container. Start options win over
// create options for the same port of the container (row 107).
func publishedBy(c *Container) []published {
	create, start := c.CreateOptions.Values, c.StartOptions.Values
	if c.StartOptions.Func != nil {
		create = nil // whatever it says, the function may say otherwise
	}
	if ownNetwork(create) || ownNetwork(start) {
		return nil
	}
	var out []published
	won := map[string]bool{}
	for _, e := range portBindings(start) {
		won[containerPort(e.Key)] = true
		out = append(out, hostPorts(c, "start_options", e)...)
	}
	for _, e := range portBindings(create) {
		if !won[containerPort(e.Key)] {
			out = append(out, hostPorts(c, "create_options", e)...)
		}
	}
	return out
}

// option finds an option by the keyword or by the name of its field in the API.
func option(d Dict, keyword string) Input {
	for _, e := range d {
		name, _ := e.Key.Value.(string)
		if foldOption(name) == keyword {
			return e.Value
		}
	}
	return Input{}
}

func foldOption(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

func portBindings(d Dict) Dict {
	bindings, _ := option(d, "portbindings").Value.(Dict)
	return bindings
}

// ownNetwork tells a container whose ports are not published by Docker.
func ownNetwork(d Dict) bool {
	mode, _ := option(d, "networkmode").Value.(string)
	return mode == "host" || mode == "none" || strings.HasPrefix(mode, "container:")
}

// containerPort returns "80/tcp" for 80, "80", "80/tcp" and (80, "tcp").
func containerPort(in Input) string {
	text := keyText(in.Value)
	if text != "" && !strings.Contains(text, "/") {
		text += "/tcp"
	}
	return strings.ToLower(text)
}

// hostPorts returns what one entry of port_bindings publishes.
func hostPorts(c *Container, field string, e Entry) []published {
	port := containerPort(e.Key)
	_, protocol, _ := strings.Cut(port, "/")
	var out []published
	for _, b := range hostBindings(e.Value, 0) {
		if n, err := strconv.ParseUint(b.port, 10, 16); err == nil && n > 0 {
			b := published{c: c, at: e.Key.Origin, field: field + ".port_bindings", ip: b.ip}
			b.port = strconv.FormatUint(n, 10) + "/" + protocol
			out = append(out, b)
		}
	}
	return out
}

type hostBinding struct{ ip, port string }

// hostBindings reads the forms of one binding: port, (address, port),
// {"HostPort": port, "HostIp": address}, or a list of these.
func hostBindings(in Input, depth int) []hostBinding {
	switch v := in.Value.(type) {
	case int64, string:
		return []hostBinding{{port: keyText(v)}}
	case Dict:
		return []hostBinding{{keyText(option(v, "hostip").Value), keyText(option(v, "hostport").Value)}}
	case List:
		if len(v) == 2 && isAddress(v[0]) {
			return []hostBinding{{keyText(v[0].Value), keyText(v[1].Value)}}
		}
		if depth > 1 {
			return nil
		}
		var out []hostBinding
		for _, e := range v {
			out = append(out, hostBindings(e, depth+1)...)
		}
		return out
	}
	return nil
}

func isAddress(in Input) bool {
	_, err := netip.ParseAddr(keyText(in.Value))
	return err == nil
}
