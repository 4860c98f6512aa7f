// Options, conversion: ports.

package option

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
)

// Ports is a range of ports of one protocol; First and Last are equal for one port.
type Ports struct {
	First, Last int
	Proto       string
}

// ReadPorts reads ports of a container in any form that an option accepts, such as the
// keys of port_bindings.
func ReadPorts(in model.Input) (Ports, bool) { return readPort(&reader{}, item{Input: in}) }

// Has reports whether a port in the API's form, such as "80/tcp", is in the range.
func (p Ports) Has(name string) bool {
	number, proto, _ := strings.Cut(name, "/")
	n, ok := parsePort(number)
	return ok && proto == p.Proto && p.First <= n && n <= p.Last
}

func (p Ports) count() int { return p.Last - p.First + 1 }

// name returns the i'th port of the range in the API's form: "80/tcp".
func (p Ports) name(i int) string { return strconv.Itoa(p.First+i) + "/" + p.Proto }

const portForms = `a port such as 80, "53/udp", (53, "udp") or "8000-8010"`

// readPort reads a port of the container. The protocol is tcp if none is given. It is
// never read as a port, nor written twice (D22).
func readPort(r *reader, it item) (Ports, bool) {
	text, proto, ok := portText(it)
	if !ok {
		r.want(it, portForms)
		return Ports{}, false
	}
	// "53/udp" and (53, "udp") both name the protocol; ("53/udp", "udp") does so twice,
	// which is fine as long as both agree.
	if number, after, cut := strings.Cut(text, "/"); cut {
		if proto != "" && !strings.EqualFold(proto, after) {
			r.wrong(it, "two protocols for one port: %q and %q", after, proto)
			return Ports{}, false
		}
		text, proto = number, after
	} else if proto == "" {
		proto = "tcp"
	}
	proto = strings.ToLower(proto)
	if !slices.Contains([]string{"tcp", "udp", "sctp"}, proto) {
		r.wrong(it, `want tcp, udp or sctp as protocol, got %q`, proto)
		return Ports{}, false
	}
	first, last, ok := ParsePortRange(text)
	if !ok || first == 0 {
		r.wrong(it, "want %s from 1 to 65535, got %s", portForms, it.Input)
		return Ports{}, false
	}
	return Ports{first, last, proto}, true
}

// portText splits 80, "80/tcp" or (80, "tcp") into port and protocol.
func portText(it item) (port, proto string, ok bool) {
	in := it.Input
	if pair, isList := in.Value.(model.List); isList {
		if len(pair) == 0 || len(pair) > 2 {
			return "", "", false
		}
		if len(pair) == 2 {
			if proto, ok = pair[1].Value.(string); !ok || proto == "" {
				return "", "", false
			}
		}
		in = pair[0]
	}
	switch v := in.Value.(type) {
	case string:
		return v, proto, true
	case int64:
		return strconv.FormatInt(v, 10), proto, true
	}
	return "", "", false
}

// ParsePortRange reads "80" or "8000-8010"; port 0 only by itself.
func ParsePortRange(s string) (first, last int, ok bool) {
	from, to, isRange := strings.Cut(s, "-")
	first, ok = parsePort(from)
	if !ok || !isRange {
		return first, first, ok
	}
	last, ok = parsePort(to)
	return first, last, ok && first > 0 && first <= last
}

func parsePort(s string) (int, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil && n <= math.MaxUint16
}

// exposedPorts reads ports to expose: a list, or a dictionary with empty values.
func exposedPorts(r *reader, it item) change {
	var names []string
	for _, e := range exposedItems(r, it) {
		if p, ok := readPort(r, e); ok {
			for i := range p.count() {
				names = append(names, p.name(i))
			}
		}
	}
	return func(s *docker.ContainerSpec) { s.ExposedPorts = withKeys(s.ExposedPorts, names) }
}

// exposedItems returns the ports of a list, or the keys of a dictionary, whose values
// must be empty: one that is not was meant for port_bindings.
func exposedItems(r *reader, it item) []item {
	d, isDict := it.Value.(model.Dict)
	if !isDict {
		return r.elements(it)
	}
	var out []item
	for _, e := range d {
		if value, isDict := e.Value.Value.(model.Dict); e.Value.Value != nil && (!isDict || len(value) > 0) {
			p := r.want(it.key(keyText(e.Key), e.Value), "None or {} (a port that is only exposed)")
			p.Hint = "to publish ports on the host use port_bindings"
			continue
		}
		out = append(out, item{e.Key, it.path})
	}
	return out
}

// withKeys returns a new set of old and the names; nil if it would be empty.
func withKeys(old map[string]struct{}, names []string) map[string]struct{} {
	if len(names) == 0 {
		return old
	}
	out := make(map[string]struct{}, len(old)+len(names))
	for name := range old {
		out[name] = struct{}{}
	}
	for _, name := range names {
		out[name] = struct{}{}
	}
	return out
}

// published is one port of the container with the places where it is published on the
// host.
type published = named[[]docker.PortBinding]

// portBindings reads ports to publish, keyed by container port. They are exposed as
// well, because the engine drops bindings of ports that are not (row 109).
func portBindings(r *reader, it item) change {
	d, ok := it.Value.(model.Dict)
	if !ok {
		r.want(it, "a dict: container port to host port")
		return nil
	}
	var elements []element[published]
	for _, e := range d {
		elements = append(elements, r.publish(it, e)...)
	}
	// Ranges can overlap, and 80 and "80/tcp" are one port: compare what was read.
	unique(r, elements, "container port", func(p published) string { return p.name })
	var names []string
	for _, e := range elements {
		names = append(names, e.value.name)
	}
	return func(s *docker.ContainerSpec) {
		s.HostConfig.PortBindings = withEntries(s.HostConfig.PortBindings, elements)
		s.ExposedPorts = withKeys(s.ExposedPorts, names)
	}
}

// publish reads one entry; a range of container ports gives one element for each.
func (r *reader) publish(it item, e model.Entry) []element[published] {
	key := item{e.Key, it.path}
	container, ok := readPort(r, key)
	if !ok {
		return nil
	}
	value := it.key(keyText(e.Key), e.Value)
	bindings := make([][]docker.PortBinding, container.count())
	places := hostPlaces(value)
	if r.addressBesidePorts(value, places) {
		return nil
	}
	for _, place := range places {
		ip, host, ok := r.hostPlace(place)
		if !ok {
			continue
		}
		spread, ok := spreadHost(host, container.count())
		if !ok {
			r.wrong(place, "want %d host ports for %d container ports, got %s", container.count(), container.count(), place.Input)
			continue
		}
		for i, port := range spread {
			bindings[i] = append(bindings[i], docker.PortBinding{HostIP: ip, HostPort: port})
		}
	}
	// An empty list would publish nothing: an option without effect.
	if list, isList := value.Value.(model.List); isList && len(list) == 0 {
		r.want(value, "a host port; None for any free one")
	}
	var out []element[published]
	for i := range bindings {
		out = append(out, element[published]{key, published{container.name(i), bindings[i]}})
	}
	return out
}

// hostPlaces splits a list of host places. A single place, which may be a pair of
// address and port, counts as a list of one.
func hostPlaces(it item) []item {
	list, isList := it.Value.(model.List)
	if !isList || isPlace(list) {
		return []item{it}
	}
	out := make([]item, len(list))
	for i, e := range list {
		out[i] = it.index(i, e)
	}
	return out
}

// addressBesidePorts reports a list with an address and ports that are not in pairs,
// such as ("127.0.0.1", 53, 54): read one by one, its ports would be open on all
// addresses of the host.
func (r *reader) addressBesidePorts(it item, places []item) bool {
	var address, port string
	for _, place := range places {
		switch v := place.Value.(type) {
		case int64:
			port = cmp.Or(port, keyText(place.Input))
		case string:
			if ip, isAddress := parseAddress(v); isAddress {
				address = cmp.Or(address, ip)
			} else if v != "" {
				port = cmp.Or(port, keyText(place.Input))
			}
		}
	}
	if address == "" || port == "" {
		return false
	}
	r.wrong(it, "the address %q stands beside ports, which would be published on all addresses", address).Hint =
		fmt.Sprintf("write a pair for each port: [(%q, %s), ...]", address, port)
	return true
}

// isPlace reports whether a list is one place, (address, port) or (address,), and not a
// list of places.
func isPlace(list model.List) bool {
	if len(list) == 0 || len(list) > 2 {
		return false
	}
	address, ok := list[0].Value.(string)
	if !ok || address != "" && ipAddress(unbracket(address)) != "" {
		return false
	}
	if len(list) == 1 {
		return true
	}
	switch list[1].Value.(type) {
	case nil, int64:
		return true
	case string: // two addresses are a list of two places
		return ipAddress(unbracket(list[1].Value.(string))) != ""
	}
	return false
}

// unbracket returns an IPv6 address without the brackets it is often written in.
func unbracket(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(address, "["), "]")
}

const placeForms = `a host port, (address, port), (address,), None, {"HostPort": port, "HostIp": address} or a list of these`

// hostPlace reads where a port is published: the address ("" for all) and the port (""
// for any free one), which may be a range.
func (r *reader) hostPlace(it item) (ip, port string, ok bool) {
	var address, number item
	switch v := it.Value.(type) {
	case model.Dict:
		before := len(r.problems)
		r.record(it, v, "a port binding",
			field{"host_port", "HostPort", func(e item) { number = e }},
			field{"host_ip", "HostIp", func(e item) { address = e }})
		if len(r.problems) > before {
			return "", "", false
		}
	case model.List:
		if !isPlace(v) {
			r.want(it, placeForms)
			return "", "", false
		}
		address = it.index(0, v[0])
		if len(v) == 2 {
			number = it.index(1, v[1])
		}
	case string:
		number = it
		if ip, isAddress := parseAddress(v); isAddress {
			return ip, "", true
		}
	default:
		number = it
	}
	ip, okIP := r.hostAddress(address)
	port, okPort := r.hostPort(number)
	return ip, port, okIP && okPort
}

// parseAddress accepts an IP address, but not one written as a number.
func parseAddress(s string) (string, bool) {
	ip := unbracket(s)
	return ip, ipAddress(ip) == ""
}

// hostAddress reads the address of a place; None and "" mean all addresses.
func (r *reader) hostAddress(it item) (string, bool) {
	switch v := it.Value.(type) {
	case nil:
		return "", true
	case string:
		ip, ok := parseAddress(v)
		if v == "" || ok {
			return ip, true
		}
		r.wrong(it, "want an IP address of the host, got %s", it.Input)
		return "", false
	}
	r.want(it, "an IP address of the host")
	return "", false
}

// hostPort reads the port of a place; None, "" and 0 mean any free one. Ports are
// rewritten without leading zeros, so that equal ones are equal as text.
func (r *reader) hostPort(it item) (string, bool) {
	var text string
	switch v := it.Value.(type) {
	case nil:
		return "", true
	case int64:
		text = strconv.FormatInt(v, 10)
	case string:
		text = v
	default:
		r.want(it, placeForms)
		return "", false
	}
	first, last, ok := ParsePortRange(text)
	switch {
	case text == "" || ok && first == 0:
		return "", true
	case !ok:
		p := r.wrong(it, "want a host port from 1 to 65535, a range, or None for any free port, got %s", it.Input)
		if strings.Contains(text, "/") {
			p.Hint = `the protocol belongs to the container port: {"53/udp": 53}`
		} else if strings.Trim(text, "0123456789-") != "" {
			p.Hint = `write an IP address before its port: ("127.0.0.1", 8080)`
		}
		return "", false
	case first == last:
		return strconv.Itoa(first), true
	}
	return strconv.Itoa(first) + "-" + strconv.Itoa(last), true
}

// spreadHost returns the host port for each of count container ports: those of a range
// of the same length one by one, any free one for each, or whatever was given for a
// single container port.
func spreadHost(host string, count int) ([]string, bool) {
	out := make([]string, count)
	if count == 1 {
		out[0] = host
		return out, true
	}
	if host == "" {
		return out, true
	}
	first, last, _ := ParsePortRange(host)
	if last-first+1 != count {
		return nil, false
	}
	for i := range out {
		out[i] = strconv.Itoa(first + i)
	}
	return out, true
}
