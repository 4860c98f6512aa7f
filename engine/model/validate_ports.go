// Model: published ports that would be published twice.

package model

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// published is a host port that a container publishes, or a range of them of which
// Docker takes a free one when the container starts.
type published struct {
	c           *Container
	at          problem.Origin
	field       string
	ip          string
	proto       string
	first, last int
	// entry is the same for the ports of one range that are published one by one.
	entry *int
}

func (p published) isRange() bool { return p.first < p.last }

// text returns "8000/tcp" or "8000-8010/tcp".
func (p published) text() string {
	text := strconv.Itoa(p.first)
	if p.isRange() {
		text += "-" + strconv.Itoa(p.last)
	}
	return text + "/" + p.proto
}

// ports reports host ports that two containers, or two instances of one (row 34),
// would publish. Only fixed values are known here; what is not understood is left
// to whoever converts the options.
func (v *validator) ports() {
	type port struct {
		number int
		proto  string
	}
	table := map[port][]published{}
	var fixed, ranges []published
	wrong := map[*int]bool{} // one problem is enough for each entry
	for _, c := range v.m.Containers {
		if c == nil {
			continue
		}
		for _, p := range publishedBy(c) {
			if p.isRange() {
				ranges = append(ranges, p)
				continue
			}
			at := port{p.first, p.proto}
			if wrong[p.entry] {
				continue
			}
			wrong[p.entry] = v.publish(table[at], p)
			table[at] = append(table[at], p)
			fixed = append(fixed, p)
		}
	}
	v.portRanges(ranges, fixed)
}

func (v *validator) portClash(p published, format string, args ...any) *problem.Problem {
	found := v.in(p.c, problem.CodePortClash, p.field, format, args...)
	found.Origin = or(p.at, found.Origin)
	return found
}

// publish reports a port that others publish, and tells whether it did.
func (v *validator) publish(others []published, p published) bool {
	for _, other := range others {
		if !sameAddress(other.ip, p.ip) {
			continue
		}
		found := v.portClash(p, "%s and %s both publish host port %s", label(other.c.Name), label(p.c.Name), p.text())
		if other.c == p.c {
			found.Msg = label(p.c.Name) + " publishes host port " + p.text() + " twice"
		}
		found.Related = problem.RelatedAt(or(other.at, other.c.At(other.field)), "first published")
		return true
	}
	n := len(p.c.Instances)
	if n > 1 {
		v.portClash(p, "all %d instances of %s publish host port %s", n, label(p.c.Name), p.text()).
			Hint = "only one can: let a function give each instance its own port, or publish None for any free one"
	}
	return n > 1
}

// portRanges reports ranges with a port in them that is fixed for another: which of
// the two gets it depends on which starts first, or starts again. Several containers
// may have one range, if it is long enough.
func (v *validator) portRanges(ranges, fixed []published) {
	type place struct{ ip, text string }
	takers := map[place]int{}
	for _, p := range ranges {
		at := place{p.ip, p.text()}
		before := takers[at]
		takers[at] += len(p.c.InstanceNames())
		if n := p.last - p.first + 1; takers[at] > n && before <= n {
			v.portClash(p, "%d containers publish one of the %d host ports %s each", takers[at], n, p.text()).
				Hint = "make the range longer, or publish None for any free port"
		}
		for _, f := range fixed {
			if f.proto != p.proto || f.first < p.first || f.first > p.last || !sameAddress(f.ip, p.ip) {
				continue
			}
			found := v.portClash(p, "%s publishes one of the host ports %s, which may be %s of %s", label(p.c.Name), p.text(), f.text(), label(f.c.Name))
			if f.c == p.c {
				found.Msg = label(p.c.Name) + " publishes one of the host ports " + p.text() + ", and " + f.text() + " as well"
			}
			found.Hint = "leave " + strconv.Itoa(f.first) + " out of the range"
			found.Related = problem.RelatedAt(or(f.at, f.c.At(f.field)), "published")
			break
		}
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
	mode, _ := option(start, "networkmode")
	if mode.Value == nil {
		mode, _ = option(create, "networkmode")
	}
	if isOwnNetwork(mode) {
		return nil
	}
	won := map[containerPort]bool{}
	return append(portsOf(c, "start_options", start, won), portsOf(c, "create_options", create, won)...)
}

// isOwnNetwork tells a container whose ports are not published by Docker.
func isOwnNetwork(in Input) bool {
	mode, _ := in.Value.(string)
	return mode == "host" || mode == "none" || strings.HasPrefix(mode, "container:")
}

// option finds an option by the keyword or by the name of its field in the API, also
// in host_config.
func option(d Dict, keyword string) (value Input, ok bool) {
	for _, e := range d {
		name, _ := e.Key.Value.(string)
		folded := foldOption(name)
		if folded == keyword {
			return e.Value, true
		}
		if inner, ok := e.Value.Value.(Dict); ok && folded == "hostconfig" {
			for _, e := range inner {
				if name, _ := e.Key.Value.(string); foldOption(name) == keyword {
					return e.Value, true
				}
			}
		}
	}
	return Input{}, false
}

// foldOption makes "port_bindings", "PortBindings" and "HostConfig.PortBindings" one.
func foldOption(name string) string {
	return strings.TrimPrefix(strings.ToLower(strings.ReplaceAll(name, "_", "")), "hostconfig.")
}

// containerPort is a port inside a container.
type containerPort struct {
	number int
	proto  string
}

// containerPorts reads 80, "80", "80/udp", (80, "udp") and "80-90".
func containerPorts(in Input) (first, last int, proto string, ok bool) {
	text, proto, _ := strings.Cut(strings.ToLower(keyText(in.Value)), "/")
	if proto == "" {
		proto = "tcp"
	}
	first, last, ok = portRange(text)
	return first, last, proto, ok
}

// portRange reads "80" and "80-90".
func portRange(text string) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(text, "-")
	if !isRange {
		to = from
	}
	a, errA := strconv.ParseUint(from, 10, 16)
	b, errB := strconv.ParseUint(to, 10, 16)
	return int(a), int(b), errA == nil && errB == nil && 0 < a && a <= b
}

// portsOf returns what the options of one dictionary publish, but for the ports of
// the container that an earlier one has won, which are noted in won.
func portsOf(c *Container, field string, d Dict, won map[containerPort]bool) []published {
	in, _ := option(d, "portbindings")
	bindings, _ := in.Value.(Dict)
	var out []published
	now := map[containerPort]bool{}
	for _, e := range bindings {
		first, last, proto, ok := containerPorts(e.Key)
		if !ok {
			continue
		}
		for _, b := range hostBindings(e.Value, 0) {
			from, to, ok := portRange(b.port)
			if !ok || first < last && to-from != last-first {
				continue
			}
			p := published{c: c, at: e.Key.Origin, field: field + ".port_bindings", ip: b.ip, proto: proto, first: from, last: to, entry: new(int)}
			for i := first; i <= last; i++ {
				if first < last { // one by one
					p.first, p.last = from+i-first, from+i-first
				}
				if !won[containerPort{i, proto}] {
					out = append(out, p)
				}
			}
		}
		for i := first; i <= last; i++ {
			now[containerPort{i, proto}] = true
		}
	}
	for p := range now {
		won[p] = true
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
		ip, _ := option(v, "hostip")
		port, _ := option(v, "hostport")
		return []hostBinding{{unbracket(ip), keyText(port.Value)}}
	case List:
		if len(v) == 2 && isAddress(v[0]) {
			return []hostBinding{{unbracket(v[0]), keyText(v[1].Value)}}
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
	_, err := netip.ParseAddr(unbracket(in))
	return err == nil
}

// unbracket returns an address without the brackets that IPv6 may have.
func unbracket(in Input) string {
	return strings.TrimSuffix(strings.TrimPrefix(keyText(in.Value), "["), "]")
}
