// Part of the simulated engine: the endpoints of containers on networks: addresses, aliases, joining and leaving.

package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"
)

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
		c.Config.Hostname, c.Config.Domainname = target.Config.Hostname, target.Config.Domainname
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
	if err := e.completeEndpoint(c, ep, n); err != nil {
		return err
	}
	if n.Driver == "null" && !n.Predefined {
		return forbidden("cannot create endpoint on configuration-only network")
	}
	ep.NetworkID = n.ID
	if n.Driver != "host" && n.Driver != "null" {
		if err := e.assignAddress(c, ep, n); err != nil {
			return err
		}
	}
	ep.EndpointID = e.st.newID("endpoint")
	e.emit("network", "connect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	return nil
}

// completeEndpoint refuses what the predefined networks cannot do, and on others adds the names that the engine itself gives.
func (e *Engine) completeEndpoint(c *container, ep *endpointConfig, n *network) error {
	if !n.Predefined {
		e.addOwnAliases(c, ep)
		return nil
	}
	if len(ep.Aliases) > 0 {
		return badRequest("network-scoped alias is supported only for containers in user defined networks")
	}
	if ep.IPAMConfig != nil && (ep.IPAMConfig.IPv4Address != "" || ep.IPAMConfig.IPv6Address != "") {
		return badRequest("user specified IP address is supported on user defined networks only")
	}
	return nil
}

// addOwnAliases adds the short id and the host name to the aliases; since API 1.45 they are DNS names and no aliases.
func (e *Engine) addOwnAliases(c *container, ep *endpointConfig) {
	own := []string{c.shortID()}
	if host := c.Config.Hostname; host != "" && host != c.Name && host != c.shortID() {
		own = append(own, host)
	}
	if !e.version.less(apiVersion{1, 44}) {
		ep.DNSNames = append([]string{c.Name}, append(append([]string{}, ep.Aliases...), own...)...)
	}
	if !e.version.less(apiVersion{1, 45}) {
		return
	}
	for _, alias := range own {
		if !slices.Contains(ep.Aliases, alias) {
			ep.Aliases = append(ep.Aliases, alias)
		}
	}
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
		if err != nil {
			return failure("Invalid IPv4 address: %s)", address)
		}
		if !pool.Contains(asked) {
			return failure("Invalid address %s: It does not belong to any of this network's subnets", address)
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
	shares := strings.HasPrefix(c.HostConfig.NetworkMode, "container:")
	if c.Running && shares {
		return reply{}, badRequest("container sharing network namespace with another container or host cannot be connected to any other network")
	}
	n, err := e.findNetwork(q.name)
	if err != nil && !c.Running && replyStatus(reply{}, err) == 404 {
		// Who does not run can be connected to what does not exist; the start will fail. The engine keeps no
		// networks for a container that shares those of another, and its handler dies on that.
		if shares && !c.Connected {
			return reply{}, errStreamCut
		}
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
	c.Endpoints[n.Name], c.Connected = ep, true
	err = e.completeEndpoint(c, ep, n)
	if err == nil && c.Running && !c.Restarting {
		err = e.connectOne(c, n.Name, n)
	}
	if err != nil {
		delete(c.Endpoints, n.Name)
		return reply{}, err
	}
	return status(200)
}

// checkConnect refuses networks that a container cannot have together.
func (e *Engine) checkConnect(c *container, n *network) error {
	mode := c.HostConfig.NetworkMode
	switch {
	case c.Removing || c.Dead:
		return conflict("container %s is marked for removal and cannot be connected or disconnected to the network", c.ID)
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
	if err != nil && body.Force {
		if _, err := e.findNetwork(q.name); err != nil {
			return reply{}, err
		}
		return reply{}, notFound("endpoint %s not found", body.Container)
	}
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
	if n != nil {
		// Who runs leaves and is disconnected, which are two events.
		e.emit("network", "disconnect", n.ID, map[string]string{"container": c.ID, "name": n.Name, "type": n.Driver})
	}
	return status(200)
}
