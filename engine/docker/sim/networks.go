// Part of the simulated engine: networks, the endpoints of containers on them, and legacy links.

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
	docs := []object{}
	for _, n := range e.st.networks() {
		kind := "custom"
		if n.Predefined {
			kind = "builtin"
		}
		if !f.pattern("name", n.Name) || !f.prefix("id", n.ID) || !f.has("driver", n.Driver) || !f.has("scope", n.Scope) ||
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
	var gone []string
	for _, n := range e.st.networks() {
		if !n.Predefined && len(e.members(n)) == 0 && f.labels(n.Labels) {
			e.dropNetwork(n)
			gone = append(gone, n.Name)
		}
	}
	return ok(object{"NetworksDeleted": gone})
}

// setEndpoints says which networks a new container will join when it starts.
func (e *Engine) setEndpoints(c *container, given map[string]*endpointConfig) error {
	mode := c.HostConfig.NetworkMode
	if c.Config.NetworkDisabled || strings.HasPrefix(mode, "container:") {
		return nil
	}
	for name, ep := range given {
		if ep == nil {
			ep = &endpointConfig{}
		}
		c.Endpoints[name] = ep
	}
	name := mode
	if mode == "default" {
		name = "bridge"
	} else if n, err := e.findNetwork(mode); err == nil {
		name = n.Name
	}
	if len(c.Endpoints) == 0 {
		c.Endpoints[name] = &endpointConfig{}
	}
	for _, other := range []string{mode, "default"} {
		if ep := c.Endpoints[other]; ep != nil && other != name && (mode == "default" || other == mode) {
			delete(c.Endpoints, other)
			c.Endpoints[name] = ep
		}
	}
	return nil
}

// userDefined tells whether a network mode names a network that somebody made.
func userDefined(mode string) bool {
	switch mode {
	case "", "default", "bridge", "host", "none":
		return false
	}
	return !strings.HasPrefix(mode, "container:")
}

// connectAll puts a container that starts on its networks, and opens its ports.
func (e *Engine) connectAll(c *container) error {
	if other, ok := strings.CutPrefix(c.HostConfig.NetworkMode, "container:"); ok {
		target, err := e.lookup(other)
		if err != nil {
			return err
		}
		if target == c {
			return failure("cannot join own network")
		}
		if !target.Running {
			return conflict("cannot join network of a non running container: %s", other)
		}
		return nil
	}
	c.SandboxID = ""
	sandbox := e.st.newID("sandbox")
	for _, name := range endpointOrder(c) {
		n, err := e.findNetwork(name)
		if err != nil {
			return err
		}
		if err := e.connectOne(c, name, n); err != nil {
			return err
		}
		c.SandboxID = sandbox
	}
	if err := e.checkLinkable(c); err != nil {
		return err
	}
	if err := e.openPorts(c); err != nil {
		return err
	}
	return e.checkLinks(c)
}

// endpointOrder is the default network first, then the others by name.
func endpointOrder(c *container) []string {
	names := sortedKeys(c.Endpoints)
	sort.SliceStable(names, func(i, j int) bool { return names[i] == "bridge" && names[j] != "bridge" })
	return names
}

// connectOne gives a container its address on one network.
func (e *Engine) connectOne(c *container, name string, n *network) error {
	ep := c.Endpoints[name]
	if n.Predefined && len(ep.Aliases) > 0 {
		return badRequest("network-scoped alias is supported only for containers in user defined networks")
	}
	if n.Predefined && ep.IPAMConfig != nil && (ep.IPAMConfig.IPv4Address != "" || ep.IPAMConfig.IPv6Address != "") {
		return badRequest("user specified IP address is supported on user defined networks only")
	}
	ep.NetworkID = n.ID
	if n.Driver != "host" && n.Driver != "null" {
		if err := e.assignAddress(c, ep, n); err != nil {
			return err
		}
	}
	ep.EndpointID = e.st.newID("endpoint")
	if !n.Predefined {
		e.addShortAlias(c, ep)
	}
	e.emit("network", "connect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	return nil
}

// addShortAlias adds the short id to the aliases; since API 1.45 it is a DNS name and no alias.
func (e *Engine) addShortAlias(c *container, ep *endpointConfig) {
	if !e.version.less(apiVersion{1, 44}) {
		ep.DNSNames = append([]string{c.Name}, append(append([]string{}, ep.Aliases...), c.shortID())...)
	}
	if !e.version.less(apiVersion{1, 45}) {
		return
	}
	for _, alias := range ep.Aliases {
		if alias == c.shortID() {
			return
		}
	}
	ep.Aliases = append(ep.Aliases, c.shortID())
}

// assignAddress gives an endpoint the address it asks for, or the lowest that is free.
func (e *Engine) assignAddress(c *container, ep *endpointConfig, n *network) error {
	pool, err := netip.ParsePrefix(n.IPAM.Config[0].Subnet)
	if err != nil {
		return failure("no available IPv4 addresses on this network's address pools: %s (%s)", n.Name, n.ID)
	}
	used := map[string]bool{n.IPAM.Config[0].Gateway: true, pool.Masked().Addr().String(): true}
	for _, other := range e.members(n) {
		used[other.on(n).IPAddress] = true
	}
	address := ""
	if ep.IPAMConfig != nil {
		address = ep.IPAMConfig.IPv4Address
	}
	if address != "" {
		asked, err := netip.ParseAddr(address)
		if err != nil || !pool.Contains(asked) {
			return badRequest("invalid IP address in request: %s does not belong to any of this network's subnets", address)
		}
		if used[address] {
			return forbidden("Address already in use")
		}
	} else if address = freeAddress(pool, used); address == "" {
		return failure("no available IPv4 addresses on this network's address pools: %s (%s)", n.Name, n.ID)
	}
	ep.IPAddress, ep.IPPrefixLen, ep.Gateway = address, pool.Bits(), n.IPAM.Config[0].Gateway
	if n.Internal {
		ep.Gateway = ""
	}
	ep.MacAddress = macOf(c.Config.MacAddress, address)
	return nil
}

func freeAddress(pool netip.Prefix, used map[string]bool) string {
	for a := pool.Masked().Addr().Next(); pool.Contains(a) && pool.Contains(a.Next()); a = a.Next() {
		if !used[a.String()] {
			return a.String()
		}
	}
	return ""
}

func macOf(wanted, address string) string {
	if wanted != "" {
		return wanted
	}
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return "02:42:00:00:00:01"
	}
	b := a.As4()
	return fmt.Sprintf("02:42:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}

// disconnectAll takes a container that ended off its networks; it will join them again when it starts.
func (e *Engine) disconnectAll(c *container) {
	c.Ports = nil
	for _, name := range endpointOrder(c) {
		ep := c.Endpoints[name]
		if ep.EndpointID == "" {
			continue
		}
		e.leave(c, ep)
	}
}

// leave ends one endpoint.
func (e *Engine) leave(c *container, ep *endpointConfig) {
	n := e.st.Networks[ep.NetworkID]
	ep.EndpointID, ep.Gateway, ep.IPAddress, ep.IPPrefixLen, ep.MacAddress = "", "", "", 0, ""
	if n != nil {
		e.emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
}

func (e *Engine) networkConnect(q *request) (reply, error) {
	var body struct {
		Container      string
		EndpointConfig *endpointConfig
	}
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	c, err := e.lookup(body.Container)
	if err != nil {
		return reply{}, err
	}
	ep := body.EndpointConfig
	if ep == nil {
		ep = &endpointConfig{}
	}
	ep.EndpointID, ep.NetworkID = "", ""
	n, err := e.findNetwork(q.name)
	if err != nil && !c.Running && replyStatus(reply{}, err) == 404 {
		// Who does not run can be connected to what does not exist; the start will fail.
		c.Endpoints[q.name] = ep
		return status(200)
	}
	if err != nil {
		return reply{}, err
	}
	if err := e.checkConnect(c, n); err != nil {
		return reply{}, err
	}
	if old := c.Endpoints[n.Name]; old != nil {
		if c.Running && old.EndpointID != "" {
			return reply{}, forbidden("endpoint with name %s already exists in network %s", c.Name, n.Name)
		}
		return status(200)
	}
	c.Endpoints[n.Name] = ep
	if c.Running && !c.Restarting {
		if err := e.connectOne(c, n.Name, n); err != nil {
			delete(c.Endpoints, n.Name)
			return reply{}, err
		}
	}
	return status(200)
}

// checkConnect refuses networks that a container cannot have together.
func (e *Engine) checkConnect(c *container, n *network) error {
	mode := c.HostConfig.NetworkMode
	switch {
	case c.Removing || c.Dead:
		return conflict("container %s is marked for removal and cannot be connected or disconnected to the network", c.ID)
	case strings.HasPrefix(mode, "container:"):
		return badRequest("container sharing network namespace with another container or host cannot be connected to any other network")
	case mode == "host", n.Name == "host" && n.Predefined:
		return badRequest("container cannot be disconnected from host network or connected to host network")
	}
	if c.Endpoints[n.Name] == nil && (n.Name == "none" && len(c.Endpoints) > 0 || c.Endpoints["none"] != nil) {
		return badRequest("container cannot be connected to multiple networks with one of the networks in private (none) mode")
	}
	return nil
}

func (e *Engine) networkDisconnect(q *request) (reply, error) {
	var body struct {
		Container string
		Force     bool
	}
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	c, err := e.lookup(body.Container)
	if err != nil {
		return reply{}, err
	}
	n, err := e.findNetwork(q.name)
	if err != nil && (c.Running && !body.Force) {
		return reply{}, err
	}
	name := q.name
	if err == nil {
		name = n.Name
		if c.HostConfig.NetworkMode == "host" || n.Name == "host" && n.Predefined {
			return reply{}, badRequest("container cannot be disconnected from host network or connected to host network")
		}
	}
	ep := c.Endpoints[name]
	if ep == nil && c.Running {
		return reply{}, failure("container %s is not connected to network %s", c.ID, name)
	}
	if ep == nil {
		return reply{}, failure("container %s is not connected to the network %s", c.ID, name)
	}
	if ep.EndpointID != "" {
		e.leave(c, ep)
	}
	delete(c.Endpoints, name)
	return status(200)
}
