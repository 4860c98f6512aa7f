// Resolve, across containers: host ports that cannot all be published.

package resolve

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// published is a host port that a container publishes, or a range of which Docker takes
// a free one when the container starts.
type published struct {
	n           *Node
	inside      string // the port of the container, "80/tcp"
	ip, proto   string
	first, last int
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

// entry returns the entry of the map that publishes the port.
func (p published) entry() portEntry {
	for _, e := range slices.Backward(p.n.ports) {
		if e.ports.Has(p.inside) {
			return e
		}
	}
	return portEntry{path: "port_bindings", origin: p.n.At("HostConfig.PortBindings")}
}

// portClashes reports host ports that two containers, or two instances of one (row 34),
// would publish: the engine would start the first and refuse the other, half-way
// through a run. It compares the finished requests; of containers without one it knows
// only their fixed options, and nothing if a function could override them.
func (r *resolver) portClashes() problem.Problems {
	j := portJudge{fixed: map[port][]published{}, told: map[told]bool{}}
	for _, c := range r.m.Containers {
		for _, ref := range c.Refs() {
			if n := r.d.nodes[r.m.FullName(ref.Name())]; n != nil && n.config == c { // not of another configuration with this name
				for _, p := range publishedBy(n, r.publishing(n)) {
					j.add(p)
				}
			}
		}
	}
	j.judgePorts()
	j.judgeRanges()
	return j.problems
}

// publishing returns the request of a container, or the part of it that says what is
// published; nil if that cannot be known without calling a function.
func (r *resolver) publishing(n *Node) *docker.ContainerSpec {
	if n.Spec != nil {
		return n.request()
	}
	if n.config.CreateOptions.Func != nil || n.config.StartOptions.Func != nil {
		return nil
	}
	spec := &docker.ContainerSpec{}
	n.ports = nil
	for _, o := range fixedOptions(n.config) {
		values := onlyFields(o.values, "HostConfig", "HostConfig.PortBindings", "HostConfig.NetworkMode")
		option.Apply(spec, values, o.path) // problems are reported when the container itself takes part
		n.rememberPorts(values, o.path)
	}
	return spec
}

// rememberPorts notes the entries of port_bindings, including those inside the option
// host_config.
func (n *Node) rememberPorts(values model.Dict, path string) {
	for _, e := range values {
		name, _ := e.Key.Value.(string)
		o, _ := option.Find(name)
		inside, isDict := e.Value.Value.(model.Dict)
		switch {
		case !isDict:
		case o.Field == "HostConfig":
			n.rememberPorts(inside, path)
		case o.Field == "HostConfig.PortBindings":
			for _, one := range inside {
				if ports, ok := option.ReadPorts(one.Key); ok {
					n.ports = append(n.ports, portEntry{path + "." + o.Name, one.Key.Origin, ports})
				}
			}
		}
	}
}

// publishedBy returns the fixed host ports of a request, in a deterministic order.
func publishedBy(n *Node, spec *docker.ContainerSpec) []published {
	// In the network of the host or of another container nothing is published.
	if spec == nil || !field.OwnNetwork(spec.HostConfig.NetworkMode) {
		return nil
	}
	var out []published
	for inside, bindings := range spec.HostConfig.PortBindings {
		_, proto, _ := strings.Cut(inside, "/")
		for _, b := range bindings {
			if first, last, ok := option.ParsePortRange(b.HostPort); ok && first > 0 {
				out = append(out, published{n, inside, b.HostIP, proto, first, last})
			}
		}
	}
	// Bindings is a map: without an order the problems would change from run to run.
	slices.SortStableFunc(out, func(a, b published) int {
		inside := func(p published) int {
			number, _, _ := option.ParsePortRange(strings.TrimSuffix(p.inside, "/"+p.proto))
			return number
		}
		return inside(a) - inside(b)
	})
	return out
}

type (
	port struct {
		number int
		proto  string
	}
	// told identifies the clash of two configurations by one entry of the map: a single
	// problem is enough for all instances and for all ports of the entry.
	told struct {
		a, b *model.Container
		at   problem.Origin
		path string
	}
)

// portJudge compares all published ports with one another.
type portJudge struct {
	fixed    map[port][]published // single ports, with their positions in order
	order    []published
	ranges   []published
	told     map[told]bool
	problems problem.Problems
}

func (j *portJudge) add(p published) {
	if p.isRange() {
		j.ranges = append(j.ranges, p)
		return
	}
	at := port{p.first, p.proto}
	j.fixed[at] = append(j.fixed[at], p)
	j.order = append(j.order, p)
}

// judgePorts reports each port that an earlier container publishes at the same address.
func (j *portJudge) judgePorts() {
	seen := map[port]int{}
	for _, p := range j.order {
		at := port{p.first, p.proto}
		others := j.fixed[at][:seen[at]]
		seen[at]++
		if i := slices.IndexFunc(others, func(other published) bool { return sameAddress(other.ip, p.ip) }); i >= 0 {
			j.clash(p, others[i])
		}
	}
}

// clash reports two containers that publish the same port.
func (j *portJudge) clash(p, other published) {
	if !j.isNew(p, other) {
		return
	}
	n := len(p.n.config.Instances)
	switch {
	case p.n == other.n:
		j.report(p, "%s publishes host port %s twice", p.n.Ref(), p.text()).Related = other.related("first published")
	case p.n.config == other.n.config && j.takers(p) == n:
		j.report(p, "all %d instances of %s publish host port %s", n, p.n.Config, p.text()).
			Hint = "only one can: let a function give each instance its own port, or publish None for any free one"
	default:
		j.report(p, "%s and %s both publish host port %s", other.n.Ref(), p.n.Ref(), p.text()).Related = other.related("first published")
	}
}

// isNew reports whether the clash of these two configurations by this entry is a new
// one.
func (j *portJudge) isNew(p, other published) bool {
	entry := p.entry()
	key := told{p.n.config, other.n.config, entry.origin, entry.path}
	defer func() { j.told[key] = true }()
	return !j.told[key]
}

// takers returns how many instances of the configuration publish the port.
func (j *portJudge) takers(p published) int {
	instances := map[*Node]bool{}
	for _, other := range j.fixed[port{p.first, p.proto}] {
		if other.n.config == p.n.config && sameAddress(other.ip, p.ip) {
			instances[other.n] = true
		}
	}
	return len(instances)
}

func (p published) related(msg string) []problem.Related {
	at := p.entry().origin
	if at == (problem.Origin{}) {
		return nil
	}
	return []problem.Related{{Origin: at, Msg: msg}}
}

func (j *portJudge) report(p published, format string, args ...any) *problem.Problem {
	entry := p.entry()
	found := &problem.Problem{
		Code:   problem.CodePortClash,
		Origin: entry.origin,
		Path:   p.n.path() + " > " + entry.path,
		Msg:    fmt.Sprintf(format, args...),
	}
	if found.Origin == (problem.Origin{}) {
		found.Origin = p.n.At("HostConfig.PortBindings")
	}
	j.problems = append(j.problems, found)
	return found
}

// judgeRanges reports ranges that contain a fixed port of another container: which of
// the two gets it would depend on which starts, or restarts, first. Several containers
// may share a range that is long enough.
func (j *portJudge) judgeRanges() {
	type place struct{ ip, text string }
	all, before := map[place]int{}, map[place]int{}
	for _, p := range j.ranges {
		all[place{p.ip, p.text()}]++
	}
	for _, p := range j.ranges {
		at := place{p.ip, p.text()}
		before[at]++
		if n := p.last - p.first + 1; before[at] == n+1 { // the first one too many for the range
			j.report(p, "%d containers publish one of the %d host ports %s each", all[at], n, p.text()).
				Hint = "make the range longer, or publish None for any free port"
		}
		if i := slices.IndexFunc(j.order, func(f published) bool {
			return f.proto == p.proto && p.first <= f.first && f.first <= p.last && sameAddress(f.ip, p.ip)
		}); i >= 0 {
			j.inRange(p, j.order[i])
		}
	}
}

// inRange reports that the fixed port f is in the range of p.
func (j *portJudge) inRange(p, f published) {
	if !j.isNew(p, f) {
		return
	}
	found := j.report(p, "%s publishes one of the host ports %s, which may be %s of %s", p.n.Ref(), p.text(), f.text(), f.n.Ref())
	if f.n == p.n {
		found.Msg = p.n.Ref() + " publishes one of the host ports " + p.text() + ", and " + f.text() + " as well"
	}
	found.Hint = "leave " + strconv.Itoa(f.first) + " out of the range"
	found.Related = f.related("published")
}

// sameAddress reports whether two addresses overlap, so that a port can be published on
// only one of them: no address means all addresses, 0.0.0.0 and :: mean all of their
// kind (API 1.41).
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
