// Part of the simulated engine: networks; where containers sit on them is in endpoints.go.

package sim

import (
	"fmt"
	"net/netip"
	"sort"
	"strings"
)

// addPredefinedNetworks makes bridge, host and none.
func (e *Engine) addPredefinedNetworks() {
	for _, n := range []struct{ name, driver string }{{"none", "null"}, {"host", "host"}, {"bridge", "bridge"}} {
		made := &network{
			ID: idOf("network", n.name), Name: n.name, Driver: n.driver, Scope: "local", Created: e.st.Now, Predefined: true,
			Labels: map[string]string{}, Options: map[string]string{}, IPAM: ipamConfig{Driver: "default", Config: []ipamPool{}},
		}
		if n.name == "bridge" {
			made.IPAM.Config = []ipamPool{{Subnet: "172.17.0.0/16", Gateway: "172.17.0.1"}}
			made.Options = map[string]string{
				"com.docker.network.bridge.default_bridge": "true", "com.docker.network.bridge.enable_icc": "true",
				"com.docker.network.bridge.enable_ip_masquerade": "true", "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
				"com.docker.network.bridge.name": "docker0", "com.docker.network.driver.mtu": "1500",
			}
		}
		e.st.Networks[made.ID] = made
	}
}

// networks gives all networks, oldest first.
func (s *state) networks() []*network {
	all := make([]*network, 0, len(s.Networks))
	for _, n := range s.Networks {
		all = append(all, n)
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Created.Equal(all[j].Created) {
			return all[i].Created.Before(all[j].Created)
		}
		return all[i].Name < all[j].Name || all[i].Name == all[j].Name && all[i].ID < all[j].ID
	})
	return all
}

// findNetwork finds a network by id, by name, or by the beginning of its id.
func (e *Engine) findNetwork(ref string) (*network, error) {
	if n := e.st.Networks[ref]; n != nil {
		return n, nil
	}
	var named, prefixed []*network
	for _, n := range e.st.networks() {
		if n.Name == ref {
			named = append(named, n)
		}
		if ref != "" && strings.HasPrefix(n.ID, ref) {
			prefixed = append(prefixed, n)
		}
	}
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		return nil, badRequest("network %s is ambiguous (%d matches found based on name)", ref, len(named))
	case len(prefixed) == 1:
		return prefixed[0], nil
	case len(prefixed) > 1:
		return nil, badRequest("network %s is ambiguous (%d matches found based on ID prefix)", ref, len(prefixed))
	}
	return nil, notFound("network %s not found", ref)
}

// members gives the containers that are on a network now.
func (e *Engine) members(n *network) []*container {
	var on []*container
	for _, c := range e.st.containers() {
		for _, ep := range c.Endpoints {
			if ep.NetworkID == n.ID && ep.EndpointID != "" {
				on = append(on, c)
			}
		}
	}
	return on
}

// on gives the live endpoint of c on n, or nil.
func (c *container) on(n *network) *endpointConfig {
	for _, ep := range c.Endpoints {
		if ep.NetworkID == n.ID && ep.EndpointID != "" {
			return ep
		}
	}
	return nil
}

func (e *Engine) networkDocument(n *network, withMembers bool) object {
	members := object{}
	if withMembers {
		for _, c := range e.members(n) {
			ep := c.on(n)
			address := ""
			if ep.IPAddress != "" {
				address = fmt.Sprintf("%s/%d", ep.IPAddress, ep.IPPrefixLen)
			}
			members[c.ID] = object{
				"Name": c.Name, "EndpointID": ep.EndpointID, "MacAddress": ep.MacAddress, "IPv4Address": address, "IPv6Address": "",
			}
		}
	}
	return object{
		"Name": n.Name, "Id": n.ID, "Created": stamp(n.Created), "Scope": n.Scope, "Driver": n.Driver, "EnableIPv6": n.EnableIPv6,
		"IPAM": n.IPAM, "Internal": n.Internal, "Attachable": n.Attachable, "Ingress": n.Ingress,
		"ConfigFrom": object{"Network": ""}, "ConfigOnly": false, "Containers": members, "Options": n.Options, "Labels": n.Labels,
	}
}

func (e *Engine) networkInspect(q *request) (reply, error) {
	n, err := e.findNetwork(q.name)
	if err != nil {
		return reply{}, ambiguousInspect(q.name, err)
	}
	return ok(e.networkDocument(n, true))
}

// ambiguousInspect words the error of two networks of one name as inspect does.
func ambiguousInspect(name string, err error) error {
	text := err.Error()
	prefix := "network " + name + " is ambiguous ("
	if rest, ok := strings.CutPrefix(text, prefix); ok {
		return badRequest("%s: network %s is ambiguous", strings.TrimSuffix(rest, ")"), name)
	}
	return err
}

func (e *Engine) networkList(q *request) (reply, error) {
	f, err := readFilters(q, "dangling", "driver", "id", "label", "name", "scope", "type")
	if err != nil {
		return reply{}, err
	}
	dangling, err := f.boolean("dangling")
	if err != nil {
		return reply{}, err
	}
	docs, fits := []object{}, f.pattern("name")
	for _, n := range e.st.networks() {
		kind := "custom"
		if n.Predefined {
			kind = "builtin"
		}
		if !fits(n.Name) || !f.prefix("id", n.ID) || !f.has("driver", n.Driver) || !f.has("scope", n.Scope) ||
			!f.has("type", kind) || !f.labels(n.Labels) {
			continue
		}
		if dangling != nil && *dangling != (!n.Predefined && len(e.members(n)) == 0) {
			continue
		}
		docs = append(docs, e.networkDocument(n, false))
	}
	return ok(docs)
}

// networkBody is the request body of network create.
type networkBody struct {
	Name, Driver, Scope           string
	CheckDuplicate                bool
	Internal, Attachable, Ingress bool
	EnableIPv6                    *bool
	IPAM                          *ipamConfig
	Options, Labels               map[string]string
}

func (e *Engine) networkCreate(q *request) (reply, error) {
	var body networkBody
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	var twin *network
	for _, n := range e.st.networks() {
		if n.Name == body.Name {
			twin = n
		}
	}
	if body.Name == "bridge" || body.Name == "host" || body.Name == "none" {
		if body.CheckDuplicate || q.at(44) {
			return reply{}, conflict("network with name %s already exists", body.Name)
		}
		return reply{}, forbidden("operation is not permitted on predefined %s network ", body.Name)
	}
	if twin != nil && (body.CheckDuplicate || !e.version.less(apiVersion{1, 44})) {
		return reply{}, conflict("network with name %s already exists", body.Name)
	}
	if strings.TrimSpace(body.Name) == "" {
		if q.at(44) {
			return reply{}, badRequest("invalid name: name is empty")
		}
		return reply{}, failure("invalid name: %s", body.Name)
	}
	switch body.Driver {
	case "", "bridge", "overlay", "macvlan", "ipvlan":
	case "host", "null":
		return reply{}, forbidden("only one instance of %q network is allowed", body.Driver)
	default:
		return reply{}, notFound("plugin %q not found", body.Driver)
	}
	if body.Driver == "overlay" {
		return reply{}, badRequest("This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.")
	}
	n, err := e.newNetwork(&body)
	if err != nil {
		return reply{}, err
	}
	warning := ""
	if twin != nil {
		warning = fmt.Sprintf("Network with name %s (id : %s) already exists", twin.Name, twin.ID)
	}
	e.emit("network", "create", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
	return reply{status: 201, json: object{"Id": n.ID, "Warning": warning}}, nil
}

func (e *Engine) newNetwork(body *networkBody) (*network, error) {
	n := &network{
		Name: body.Name, Driver: first(body.Driver, "bridge"), Scope: "local", Created: e.st.Now, Labels: body.Labels, Options: body.Options,
		Internal: body.Internal, Attachable: body.Attachable, EnableIPv6: body.EnableIPv6 != nil && *body.EnableIPv6,
		IPAM: ipamConfig{Driver: "default", Options: nil},
	}
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	if n.Options == nil {
		n.Options = map[string]string{}
	}
	if body.IPAM != nil {
		n.IPAM.Options, n.IPAM.Config = body.IPAM.Options, body.IPAM.Config
		n.IPAM.Driver = first(body.IPAM.Driver, "default")
	}
	if err := e.checkPools(n); err != nil {
		return nil, err
	}
	n.ID = e.st.newID("network")
	e.st.Networks[n.ID] = n
	return n, nil
}

// checkPools checks the address pools of a network that is about to be, and gives it one if it has none.
func (e *Engine) checkPools(n *network) error {
	if len(n.IPAM.Config) == 0 {
		pool, err := e.freePool()
		if err != nil {
			return err
		}
		n.IPAM.Config = []ipamPool{{Subnet: pool.String(), Gateway: pool.Addr().Next().String()}}
		return nil
	}
	for i, pool := range n.IPAM.Config {
		subnet, err := netip.ParsePrefix(pool.Subnet)
		if err != nil {
			return failure("Invalid subnet %s : invalid CIDR address: %s", pool.Subnet, pool.Subnet)
		}
		if e.overlaps(subnet.Masked()) {
			return forbidden("Pool overlaps with other one on this address space")
		}
		if pool.Gateway == "" {
			n.IPAM.Config[i].Gateway = subnet.Masked().Addr().Next().String()
		} else if gateway, err := netip.ParseAddr(pool.Gateway); err != nil || !subnet.Contains(gateway) {
			return badRequest("failed to allocate gateway (%s): Address does not belong to any of the subnets", pool.Gateway)
		}
	}
	return nil
}

// overlaps tells whether a subnet meets one in use.
func (e *Engine) overlaps(subnet netip.Prefix) bool {
	for _, n := range e.st.Networks {
		for _, pool := range n.IPAM.Config {
			if used, err := netip.ParsePrefix(pool.Subnet); err == nil && used.Overlaps(subnet) {
				return true
			}
		}
	}
	return false
}

// freePool gives the first of the engine's address pools that is free: 172.17 to 172.31, then 192.168 in twentieths.
func (e *Engine) freePool() (netip.Prefix, error) {
	for i := 17; i < 32; i++ {
		pool := netip.PrefixFrom(netip.AddrFrom4([4]byte{172, byte(i), 0, 0}), 16)
		if !e.overlaps(pool) {
			return pool, nil
		}
	}
	for i := 0; i < 256; i += 16 {
		pool := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, byte(i), 0}), 20)
		if !e.overlaps(pool) {
			return pool, nil
		}
	}
	return netip.Prefix{}, failure("could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
}

func (e *Engine) networkRemove(q *request) (reply, error) {
	n, err := e.findNetwork(q.name)
	if err != nil {
		return reply{}, err
	}
	if n.Predefined {
		return reply{}, forbidden("%s is a pre-defined network and cannot be removed", n.Name)
	}
	if len(e.members(n)) > 0 {
		return reply{}, forbidden("error while removing network: network %s id %s has active endpoints", n.Name, n.ID)
	}
	e.dropNetwork(n)
	return status(204)
}

func (e *Engine) dropNetwork(n *network) {
	delete(e.st.Networks, n.ID)
	e.emit("network", "destroy", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
}

func (e *Engine) networkPrune(q *request) (reply, error) {
	f, err := readFilters(q, "label", "label!", "until")
	if err != nil {
		return reply{}, err
	}
	until, err := f.until(q, e.st.Now)
	if err != nil {
		return reply{}, err
	}
	var gone []string
	for _, n := range e.st.networks() {
		if !n.Predefined && !spares(until, n.Created) && len(e.members(n)) == 0 && f.labels(n.Labels) {
			e.dropNetwork(n)
			gone = append(gone, n.Name)
		}
	}
	e.emit("network", "prune", "", map[string]string{"reclaimed": "0"})
	return ok(object{"NetworksDeleted": gone})
}
