// Part of the tests of the simulated engine: the addresses of networks and endpoints,
// given and asked for.

package sim_test

import (
	"fmt"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// pool returns the IPAM field of a network with one pool.
func pool(more fields) fields {
	p := fields{"Subnet": "10.199.74.0/24"}
	for k, v := range more {
		p[k] = v
	}
	return fields{"IPAM": fields{"Config": list{p}}}
}

// on returns a container on one network, with its endpoint as it should be there.
func (l *lab) on(network string, endpoint fields) spec {
	s := container("run", fields{"NetworkMode": network})
	s["NetworkingConfig"] = fields{"EndpointsConfig": fields{network: endpoint}}
	return s
}

func fixed(kind, address string) fields { return fields{"IPAMConfig": fields{kind: address}} }

// place returns the addresses of a container on a network as inspect shows them.
func (l *lab) place(name, network string) string {
	l.t.Helper()
	type place struct {
		IPAddress, Gateway, IPv6Gateway, GlobalIPv6Address, MacAddress string
		IPPrefixLen, GlobalIPv6PrefixLen                               int
	}
	var doc struct {
		NetworkSettings struct{ Networks map[string]place }
	}
	l.get(l.t, l.at(name)+"/json", &doc)
	p := doc.NetworkSettings.Networks[network]
	text := fmt.Sprintf("%s/%d %s %s", p.IPAddress, p.IPPrefixLen, p.Gateway, p.MacAddress)
	if p.GlobalIPv6Address != "" {
		text += fmt.Sprintf(" %s/%d %s", p.GlobalIPv6Address, p.GlobalIPv6PrefixLen, p.IPv6Gateway)
	}
	return text
}

func TestFixedAddressNeedsASubnetOfItsOwn(t *testing.T) {
	const (
		subnet     = "400 user specified IP address is supported only when connecting to networks with user configured subnets"
		predefined = "400 user specified IP address is supported on user defined networks only"
		alias      = "400 network-scoped alias is supported only for containers in user defined networks"
		inUse      = "403 Address already in use"
		outside    = "500 Invalid address %s: It does not belong to any of this network's subnets"
		none       = "400 container cannot be connected to multiple networks with one of the networks in private (none) mode"
		host       = "400 container cannot be disconnected from host network or connected to host network"
	)
	both(t, func(l *lab) {
		auto, own, six := l.prefix+"auto", l.prefix+"own", l.prefix+"six"
		l.equal("auto", l.network("auto", nil), "201")
		l.equal("own", l.network("own", pool(nil)), "201")
		l.equal("six", l.network("six", map[string]any{"EnableIPv6": true, "IPAM": pools("10.199.75.0/24", "fd00:75::/64")}), "201")
		aliasToo := fixed("IPv4Address", "172.17.0.77")
		aliasToo["Aliases"] = []string{"x"}
		for i, row := range []struct {
			network  string
			endpoint fields
			want     string
			place    string
		}{
			{auto, fixed("IPv4Address", "10.1.2.3"), subnet, "/0  "},
			{auto, fixed("IPv6Address", "fd00::9"), subnet, "/0  "},
			{own, fixed("IPv6Address", "fd00::9"), subnet, "/0  "},
			{own, fixed("IPv4Address", "10.198.1.1"), fmt.Sprintf(outside, "10.198.1.1"), "/0  "},
			{own, fixed("IPv4Address", "10.199.74.1"), inUse, "/0  "},
			{own, fixed("IPv4Address", "10.199.74.255"), inUse, "/0  "},
			{own, fixed("IPv4Address", "10.199.74.9"), "204", "10.199.74.9/24 10.199.74.1 02:42:0a:c7:4a:09"},
			{own, fixed("IPv4Address", "10.199.74.9"), inUse, "/0  "},
			{own, fields{"IPAMConfig": fields{"LinkLocalIPs": []string{"xx"}}}, "500 Invalid link-local IP address: [xx]", "/0  "},
			{"bridge", aliasToo, predefined, "/0  "},
			{six, fixed("IPv6Address", "fd00:75::9"), "204", "10.199.75.2/24 10.199.75.1 02:42:0a:c7:4b:02 fd00:75::9/64 fd00:75::1"},
			{six, fields{}, "204", "10.199.75.3/24 10.199.75.1 02:42:0a:c7:4b:03 fd00:75::2/64 fd00:75::1"},
			{six, fixed("IPv6Address", "fd00:76::9"), fmt.Sprintf(outside, "fd00:76::9"), "/0  "},
		} {
			name := fmt.Sprint("c", i)
			l.create(name, l.on(row.network, row.endpoint))
			what := fmt.Sprint(row.network, row.endpoint)
			l.equal(what, l.post(l.at(name)+"/start", nil), row.want)
			l.equal(what+" leaves", l.place(name, row.network), row.place)
		}
		l.create("made", container("run", fields{"NetworkMode": "bridge"}))
		l.create("runs", container("run", fields{"NetworkMode": "bridge"}))
		l.start("runs")
		l.create("alone", container("run", fields{"NetworkMode": "host"}))
		shared := "400 container sharing network namespace with another container or host cannot be connected to any other network"
		ip := fixed("IPv4Address", "10.1.2.3")
		aliased := fields{"Aliases": []string{"x"}}
		for _, row := range []struct {
			network, name string
			endpoint      fields
			want          string
		}{
			{auto, "made", ip, subnet}, {auto, "runs", ip, subnet}, {auto, "runs", fixed("IPv4Address", "zz"), subnet},
			{own, "made", ip, "200"}, {own, "runs", ip, fmt.Sprintf(outside, "10.1.2.3")}, {own, "runs", fixed("IPv4Address", "zz"), "500 Invalid IPv4 address: zz)"},
			{"bridge", "made", ip, predefined}, {"bridge", "made", aliased, alias}, {"bridge", "runs", ip, predefined}, {"bridge", "runs", fields{}, "403 endpoint with name runs already exists in network bridge"},
			{"none", "made", ip, predefined}, {"none", "made", aliased, alias}, {"none", "made", fields{}, none},
			{"host", "runs", ip, predefined}, {"host", "runs", fields{}, host}, {"host", "alone", fields{}, "200"},
			{"none", "alone", fields{}, shared}, {auto, "alone", fields{}, shared}, {auto, "alone", ip, subnet},
		} {
			got := l.post("/networks/"+row.network+"/connect", fields{"Container": l.prefix + row.name, "EndpointConfig": row.endpoint})
			l.equal(fmt.Sprint(row.name, " to ", row.network, row.endpoint), got, row.want)
		}
		for _, row := range []struct{ network, name, want string }{
			{auto, "made", "500 container ID is not connected to the network auto"}, {"host", "made", "500 container ID is not connected to the network host"},
			{"host", "runs", "500 container ID is not connected to network host"}, {"host", "alone", "200"},
		} {
			l.equal(row.name+" from "+row.network, l.post("/networks/"+row.network+"/disconnect", fields{"Container": l.prefix + row.name}), row.want)
		}
	})
}

// TestPoolsOfAddresses must never ask for an auxiliary address that is outside of its
// pool or invalid: the real engine would then keep the pool until it is restarted.
func TestPoolsOfAddresses(t *testing.T) {
	both(t, func(l *lab) {
		const taken = "500 failed to allocate secondary ip address (a:%s): Address already in use"
		for i, row := range []struct {
			pool  fields
			want  string
			place string // of the first container
		}{
			{nil, "201", "10.199.74.2/24 10.199.74.1 02:42:0a:c7:4a:02"},
			{fields{"IPRange": "10.199.74.70/26"}, "201", "10.199.74.65/24 10.199.74.64 02:42:0a:c7:4a:41"},
			{fields{"IPRange": "10.199.0.0/16"}, "201", "10.199.74.2/24 10.199.74.1 02:42:0a:c7:4a:02"},
			{fields{"IPRange": "10.199.74.64/26", "Gateway": "10.199.74.5"}, "201", "10.199.74.64/24 10.199.74.5 02:42:0a:c7:4a:40"},
			{fields{"Gateway": "10.199.74.254"}, "201", "10.199.74.1/24 10.199.74.254 02:42:0a:c7:4a:01"},
			{fields{"AuxiliaryAddresses": fields{"a": "10.199.74.2"}}, "201", "10.199.74.3/24 10.199.74.1 02:42:0a:c7:4a:03"},
			{fields{"AuxiliaryAddresses": fields{"a": "10.199.74.1"}}, fmt.Sprintf(taken, "10.199.74.1"), ""},
			{fields{"AuxiliaryAddresses": fields{"a": "10.199.74.255"}}, fmt.Sprintf(taken, "10.199.74.255"), ""},
			{fields{"Gateway": "10.199.74.255"}, "500 failed to allocate gateway (10.199.74.255): Address already in use", ""},
			{fields{"Subnet": "10.199.74.0/31"}, "500 failed to allocate gateway (): No available addresses on this pool", ""},
			{fields{"Subnet": "10.199.74.9/30"}, "201", "10.199.74.10/30 10.199.74.9 02:42:0a:c7:4a:0a"},
		} {
			name := fmt.Sprint("n", i)
			l.equal(fmt.Sprint(row.pool), l.network(name, pool(row.pool)), row.want)
			if row.place != "" {
				l.create("c", container("run", fields{"NetworkMode": l.prefix + name}))
				l.start("c")
				l.equal(fmt.Sprint(row.pool, " first"), l.place("c", l.prefix+name), row.place)
				l.equal("remove", l.delete(l.at("c")+"?force=1"), "204")
				l.equal("free", l.delete("/networks/"+l.prefix+name), "204")
			}
		}
		l.equal("internal", l.network("internal", map[string]any{"Internal": true, "IPAM": pools("10.199.76.0/24")}), "201")
		for _, row := range []struct{ name, mac, want, place string }{
			{"upper", "02:42:AA:BB:CC:DD", "204", "10.199.76.2/24 10.199.76.1 02:42:aa:bb:cc:dd"},
			{"none", "zz", "500 address zz: invalid MAC address", "/0  "},
		} {
			s := container("run", fields{"NetworkMode": l.prefix + "internal"})
			s["MacAddress"] = row.mac
			l.create(row.name, s)
			l.equal(row.name, l.post(l.at(row.name)+"/start", nil), row.want)
			l.equal(row.name+" at", l.place(row.name, l.prefix+"internal"), row.place)
		}
	})
	t.Run("auxiliary addresses outside", func(t *testing.T) {
		g, _ := simTarget(t, sim.Options{})
		l := &lab{target: g, t: t, prefix: prefix}
		l.equal("outside", l.network("n", pool(fields{"AuxiliaryAddresses": fields{"a": "10.199.78.1"}})),
			"403 auxiliary address: (a:10.199.78.1) must belong to the master pool: 10.199.74.0/24")
	})
}
