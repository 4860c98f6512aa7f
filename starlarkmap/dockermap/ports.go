// Import of docker-map files: exposes, as the options ports and port_bindings.

package dockermap

import "github.com/dmap-dev/dmap/engine/problem"

// exposure is one element of exposes: a port of the container, and where to publish it.
type exposure struct{ port, host, iface, ipv6 *node }

const exposeForms = "a port, or a list of port, host port and interface"

// exposes turns the elements into options: every port is exposed, and those with a port
// of the host are published.
func (b *builder) exposes(n *node, where string) {
	var ports []*node
	var bindings []pair
	at := map[any]int{}
	for _, e := range elements(n) {
		x, ok := b.exposure(e, where)
		if !ok {
			continue
		}
		if !x.host.isSet() {
			ports = append(ports, x.port)
			continue
		}
		i, again := at[x.port.value]
		if !again {
			at[x.port.value] = len(bindings)
			bindings = append(bindings, pair{x.port, x.host})
			continue
		}
		// One port published at several host ports: a list under one key.
		several, isList := bindings[i].value.value.([]*node)
		if !isList {
			several = []*node{bindings[i].value}
		}
		bindings[i].value = list(x.host.at, append(several, x.host)...)
	}
	if len(ports) > 0 {
		b.option(text("ports", n.at), list(n.at, ports...), where)
	}
	if len(bindings) > 0 {
		b.option(text("port_bindings", n.at), dict(n.at, bindings...), where)
	}
}

// exposure splits an element into its parts.
func (b *builder) exposure(e *node, where string) (exposure, bool) {
	var x exposure
	if f, ok := fields(e, "exposed_port", "host_port", "interface", "ipv6"); ok {
		x = exposure{f["exposed_port"], f["host_port"], f["interface"], f["ipv6"]}
	} else if only, ok := onlyPort(e); ok {
		x.port = only
	} else {
		x = exposureOf(e)
	}
	switch {
	case x.port == nil || !isPort(x.port) || x.host.isSet() && !isPort(x.host):
		b.c.wrong(problem.CodeWrongType, e.at, where, "", "want %s, got %s", exposeForms, e.input())
	case x.host.isSet() && x.host.value == int64(0):
		b.c.wrong(problem.CodeWrongValue, x.host.at, where, "leave it out to expose the port without publishing it", "0 is not a port of the host")
	case x.iface.isSet():
		b.c.unsupported(x.iface.at, where, `write the address: start_options with port_bindings: {PORT: [ADDRESS, HOSTPORT]}`,
			"dmap knows no addresses of interfaces by name (%s)", x.iface.input())
	case !x.ipv6.isEmpty():
		b.c.unsupported(x.ipv6.at, where, `write the address: start_options with port_bindings: {PORT: ["::", HOSTPORT]}`,
			"dmap publishes on the addresses of an interface only if they are written")
	default:
		return x, true
	}
	return exposure{}, false
}

// onlyPort returns the port of {exposed_port: 80}.
func onlyPort(e *node) (*node, bool) {
	pairs, ok := e.value.([]pair)
	if !ok || len(pairs) != 1 || pairs[0].key.value != "exposed_port" {
		return nil, false
	}
	return pairs[0].value, true
}

// exposureOf reads [port, host, interface, ipv6] and [port, [host, interface, ipv6]],
// and [port, {host_port: …}].
func exposureOf(e *node) exposure {
	first, rest := tuple(e)
	x := exposure{port: first}
	if len(rest) == 1 {
		if pairs, ok := rest[0].value.([]pair); ok {
			x.host, x.iface, x.ipv6 = get(pairs, "host_port"), get(pairs, "interface"), get(pairs, "ipv6")
			return x
		}
	}
	parts := []**node{&x.host, &x.iface, &x.ipv6}
	if len(rest) > len(parts) {
		return exposure{}
	}
	for i, r := range rest {
		*parts[i] = r
	}
	return x
}

// isPort reports whether a value can name a port.
func isPort(n *node) bool {
	switch n.value.(type) {
	case string, int64:
		return true
	}
	return false
}
