// Options, conversion: endpoints in networks.

package option

import (
	"fmt"
	"net/netip"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
)

// networking reads the networks of a container: {network: endpoint} as in docker-py's
// containers.run, or the same under EndpointsConfig as returned by its
// create_networking_config. An endpoint replaces an earlier one in that network (row
// 107).
func networking(r *reader, it item) change {
	const forms = "a dict: network to its settings (None for the defaults)"
	d, ok := it.Value.(model.Dict)
	if !ok {
		r.want(it, forms)
		return nil
	}
	at := it
	if inner, isAPI := d.Get("EndpointsConfig"); isAPI {
		if !r.onlyEndpoints(it, d) {
			return nil
		}
		at = it.key("EndpointsConfig", inner)
		if d, ok = inner.Value.(model.Dict); !ok {
			r.want(at, forms)
			return nil
		}
	}
	var elements []element[named[docker.EndpointSpec]]
	for _, e := range r.entries(at, d) {
		if wanted := word(e.name); wanted != "" {
			r.wrong(e.key, "want the name of a network, got %q", e.name)
			continue
		}
		if isSetting(e) {
			r.wrong(e.key, "want the name of a network, got %q, which is one of its settings", e.name).Hint = fmt.Sprintf("write {NETWORK: {%q: ...}}", e.name)
			continue
		}
		elements = append(elements, element[named[docker.EndpointSpec]]{e.value, named[docker.EndpointSpec]{e.name, r.endpoint(e.value)}})
	}
	return func(s *docker.ContainerSpec) {
		if len(elements) == 0 {
			return
		}
		var old map[string]docker.EndpointSpec
		if s.NetworkingConfig != nil {
			old = s.NetworkingConfig.EndpointsConfig
		}
		s.NetworkingConfig = &docker.NetworkingConfig{EndpointsConfig: withEntries(old, elements)}
	}
}

// onlyEndpoints reports keys given beside EndpointsConfig, which must be the only one.
func (r *reader) onlyEndpoints(it item, d model.Dict) bool {
	ok := true
	for _, e := range r.entries(it, d) {
		if e.name != "EndpointsConfig" {
			r.wrong(e.key, "%q stands beside EndpointsConfig", e.name).Hint = "put it inside, where the networks are"
			ok = false
		}
	}
	return ok
}

// isSetting reports whether an entry is a setting of an endpoint that was given without
// its network.
func isSetting(e entry) bool {
	switch e.name {
	case "ipam_config", "IPAMConfig":
		return true
	case "aliases", "Aliases", "links", "Links", "mac_address", "MacAddress", "ipv4_address", "IPv4Address", "ipv6_address", "IPv6Address", "link_local_ips", "LinkLocalIPs":
		_, isDict := e.value.Value.(model.Dict)
		return !isDict && e.value.Value != nil
	}
	return false
}

// endpoint reads the settings of one network, with the addresses among them as in
// docker-py, or under IPAMConfig.
func (r *reader) endpoint(it item) docker.EndpointSpec {
	var s docker.EndpointSpec
	if it.Value == nil {
		return s
	}
	d, ok := it.Value.(model.Dict)
	if !ok {
		r.want(it, "a dict with aliases, links, ipv4_address, ipv6_address, mac_address, driver_opt")
		return s
	}
	var ipam docker.EndpointIPAM
	var given bool
	addresses := r.noteGiven(&given, r.addressFields(&ipam))
	fields := []field{
		{"aliases", "Aliases", func(e item) { s.Aliases = values(texts(word)(r, e)) }},
		{"links", "Links", func(e item) {
			for _, l := range r.readLinks(e) {
				s.Links = append(s.Links, l.value.line)
			}
		}},
		{"mac_address", "MacAddress", func(e item) { s.MacAddress = normalMAC(textWhere(macAddress)(r, e)) }},
		{"driver_opt", "DriverOpts", func(e item) { s.DriverOpts = r.textsByName(e, false, notEmpty) }},
		{"ipam_config", "IPAMConfig", func(e item) {
			inner, ok := e.Value.(model.Dict)
			if !ok {
				r.want(e, "a dict with IPv4Address, IPv6Address, LinkLocalIPs")
				return
			}
			r.record(e, inner, "IPAMConfig", addresses...)
		}},
	}
	r.record(it, d, "a network", append(fields, addresses...)...)
	if given { // an empty one would be a setting too, and differ from none
		s.IPAMConfig = &ipam
	}
	return s
}

func (r *reader) addressFields(ipam *docker.EndpointIPAM) []field {
	return []field{
		{"ipv4_address", "IPv4Address", func(e item) { ipam.IPv4Address = textWhere(ipv4)(r, e) }},
		{"ipv6_address", "IPv6Address", func(e item) { ipam.IPv6Address = textWhere(ipv6)(r, e) }},
		{"link_local_ips", "LinkLocalIPs", func(e item) { ipam.LinkLocalIPs = values(texts(ipAddress)(r, e)) }},
	}
}

func ipv4(s string) string {
	if a, err := netip.ParseAddr(s); err != nil || !a.Is4() {
		return "an IPv4 address"
	}
	return ""
}

func ipv6(s string) string {
	if a, err := netip.ParseAddr(s); err != nil || !a.Is6() {
		return "an IPv6 address"
	}
	return ""
}

// values returns the values of elements.
func values[T any](elements []element[T]) []T {
	var out []T
	for _, e := range elements {
		out = append(out, e.value)
	}
	return out
}
