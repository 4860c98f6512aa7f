// Part of the simulated engine: networks; where containers sit on them is in endpoints.go.

package sim

import (
	"cmp"
	"fmt"
	"net/netip"
	"sort"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// networks are the networks, with their pools of addresses.
type networks struct {
	st      *state
	version wire.Version
	journal *journal
}

// addPredefinedNetworks makes bridge, host and none.
func (s *networks) addPredefinedNetworks() {
	for _, n := range []struct{ name, driver string }{{"none", "null"}, {"host", "host"}, {"bridge", "bridge"}} {
		made := &network{
			ID: ids.Of("network", n.name), Name: n.name, Driver: n.driver, Scope: "local", Created: s.st.Now, Predefined: true,
			Labels: map[string]string{}, Options: map[string]string{}, IPAM: spec.IPAMConfig{Driver: "default", Config: []spec.IPAMPool{}},
		}
		if n.name == "bridge" {
			made.IPAM.Config = []spec.IPAMPool{{Subnet: "172.17.0.0/16", Gateway: "172.17.0.1"}}
			made.Options = map[string]string{
				"com.docker.network.bridge.default_bridge": "true", "com.docker.network.bridge.enable_icc": "true",
				"com.docker.network.bridge.enable_ip_masquerade": "true", "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
				"com.docker.network.bridge.name": "docker0", "com.docker.network.driver.mtu": "1500",
			}
		}
		s.st.Networks[made.ID] = made
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
func (s *state) findNetwork(ref string) (*network, error) {
	if n := s.Networks[ref]; n != nil {
		return n, nil
	}
	var named, prefixed []*network
	for _, n := range s.networks() {
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
		return nil, wire.BadRequest("network %s is ambiguous (%d matches found based on name)", ref, len(named))
	case len(prefixed) == 1:
		return prefixed[0], nil
	case len(prefixed) > 1:
		return nil, wire.BadRequest("network %s is ambiguous (%d matches found based on ID prefix)", ref, len(prefixed))
	}
	return nil, wire.NotFound("network %s not found", ref)
}

// members gives the containers that are on a network now.
func (s *state) members(n *network) []*container {
	var on []*container
	for _, c := range s.containers() {
		for _, ep := range c.Endpoints {
			if ep.NetworkID == n.ID && ep.EndpointID != "" {
				on = append(on, c)
			}
		}
	}
	return on
}

// on gives the live endpoint of c on n, or nil.
func (c *container) on(n *network) *spec.EndpointConfig {
	for _, ep := range c.Endpoints {
		if ep.NetworkID == n.ID && ep.EndpointID != "" {
			return ep
		}
	}
	return nil
}

// networkDocument is a network as the API shows it, with the fields in its order.
type networkDocument struct {
	Name                          string
	ID                            string `json:"Id"`
	Created, Scope, Driver        string
	EnableIPv6                    bool
	IPAM                          spec.IPAMConfig
	Internal, Attachable, Ingress bool
	ConfigFrom                    spec.ConfigFrom
	ConfigOnly                    bool
	Containers                    map[string]networkMember
	Options, Labels               map[string]string
}

// networkMember is a container in the document of a network.
type networkMember struct{ Name, EndpointID, MacAddress, IPv4Address, IPv6Address string }

func shownNetwork(w *world, n *network, withMembers bool) networkDocument {
	doc := networkDocument{
		Name: n.Name, ID: n.ID, Created: wire.Stamp(n.Created), Scope: n.Scope, Driver: n.Driver, EnableIPv6: n.EnableIPv6, IPAM: n.IPAM,
		Internal: n.Internal, Attachable: n.Attachable, Ingress: n.Ingress, ConfigFrom: spec.ConfigFrom{Network: n.ConfigFrom}, ConfigOnly: n.ConfigOnly,
		Containers: map[string]networkMember{}, Options: n.Options, Labels: n.Labels,
	}
	doc.IPAM.Config = append([]spec.IPAMPool{}, n.IPAM.Config...)
	for i, pool := range doc.IPAM.Config {
		if pool.Implied {
			doc.IPAM.Config[i].Gateway, doc.IPAM.Config[i].Implied = "", false
		}
	}
	if !withMembers {
		return doc
	}
	for _, c := range w.st.members(n) {
		ep := c.on(n)
		member := networkMember{Name: c.Name, EndpointID: ep.EndpointID, MacAddress: ep.MacAddress}
		if ep.IPAddress != "" {
			member.IPv4Address = fmt.Sprintf("%s/%d", ep.IPAddress, ep.IPPrefixLen)
		}
		if ep.GlobalIPv6Address != "" {
			member.IPv6Address = fmt.Sprintf("%s/%d", ep.GlobalIPv6Address, ep.GlobalIPv6PrefixLen)
		}
		doc.Containers[c.ID] = member
	}
	return doc
}

func networkInspect(w *world, q *wire.Request) (wire.Reply, error) {
	n, err := w.st.findNetwork(q.Name)
	if err != nil {
		return wire.Reply{}, ambiguousInspect(q.Name, err)
	}
	return wire.OK(shownNetwork(w, n, true))
}

// ambiguousInspect words the error of two networks of one name as inspect does.
func ambiguousInspect(name string, err error) error {
	text := err.Error()
	prefix := "network " + name + " is ambiguous ("
	if rest, ok := strings.CutPrefix(text, prefix); ok {
		return wire.BadRequest("%s: network %s is ambiguous", strings.TrimSuffix(rest, ")"), name)
	}
	return err
}

func networkList(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "dangling", "driver", "id", "label", "name", "scope", "type")
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.NetworkUse()
	if err != nil {
		return wire.Reply{}, err
	}
	for _, kind := range f["type"] {
		if kind != "builtin" && kind != "custom" {
			return wire.Reply{}, wire.Failure("invalid filter: 'type'='%s'", kind)
		}
	}
	docs, fits, fitsID := []networkDocument{}, f.Pattern("name"), f.Pattern("id")
	for _, n := range w.st.networks() {
		kind := "custom"
		if n.Predefined {
			kind = "builtin"
		}
		if !fits(n.Name) || !fitsID(n.ID) || !f.Has("driver", n.Driver) || !f.Has("scope", n.Scope) ||
			!f.Has("type", kind) || !f.Labels(n.Labels) {
			continue
		}
		if dangling != nil && *dangling != (!n.Predefined && len(w.st.members(n)) == 0) {
			continue
		}
		docs = append(docs, shownNetwork(w, n, false))
	}
	return wire.OK(docs)
}

func networkCreate(w *world, q *wire.Request) (wire.Reply, error) {
	var body spec.NetworkBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	switch body.Name {
	case "bridge", "host", "none", "default":
		return wire.Reply{}, wire.Forbidden("operation is not permitted on predefined %s network ", body.Name)
	}
	var twin *network
	for _, n := range w.st.networks() {
		if n.Name == body.Name {
			twin = n
		}
	}
	if twin != nil && (body.CheckDuplicate || w.version.At(44)) {
		return wire.Reply{}, wire.Conflict("network with name %s already exists", body.Name)
	}
	n, err := w.networks.newNetwork(q.Version, &body)
	if err != nil {
		return wire.Reply{}, err
	}
	warning := ""
	if twin != nil {
		warning = fmt.Sprintf("Network with name %s (id : %s) already exists", twin.Name, twin.ID)
	}
	w.journal.emit("network", "create", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": n.ID, "Warning": warning}}, nil
}

func (s *networks) newNetwork(asked wire.Version, body *spec.NetworkBody) (*network, error) {
	n := &network{
		Name: body.Name, Driver: cmp.Or(body.Driver, "bridge"), Scope: "local", Created: s.st.Now, Labels: spec.NotNil(body.Labels),
		Options: spec.NotNil(body.Options), Internal: body.Internal, Attachable: body.Attachable, ConfigOnly: body.ConfigOnly,
		EnableIPv6: body.EnableIPv6 != nil && *body.EnableIPv6, IPAM: spec.IPAMConfig{Driver: "default"},
	}
	if body.ConfigFrom != nil {
		n.ConfigFrom = body.ConfigFrom.Network
	}
	if body.IPAM != nil {
		n.IPAM = spec.IPAMConfig{Driver: cmp.Or(body.IPAM.Driver, "default"), Options: body.IPAM.Options, Config: body.IPAM.Config}
	}
	for _, pool := range n.IPAM.Config {
		if _, err := netip.ParsePrefix(pool.Subnet); err != nil {
			return nil, wire.Failure("Invalid subnet %s : invalid CIDR address: %s", pool.Subnet, pool.Subnet)
		}
	}
	if strings.TrimSpace(n.Name) == "" {
		if asked.At(44) {
			return nil, wire.BadRequest("invalid name: name is empty")
		}
		return nil, wire.Failure("invalid name: %s", n.Name)
	}
	if err := checkConfiguration(n, body); err != nil {
		return nil, err
	}
	if n.ConfigOnly {
		n.Driver = "null"
	} else if err := s.plumb(n, body); err != nil {
		return nil, err
	}
	n.ID = s.st.newID("network")
	s.st.Networks[n.ID] = n
	return n, nil
}

// checkConfiguration refuses what does not go together with networks that are, or take, a configuration.
func checkConfiguration(n *network, body *spec.NetworkBody) error {
	switch {
	case n.ConfigOnly && (body.Ingress || n.Internal || n.Attachable || body.Scope != ""):
		return wire.Forbidden("configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported.")
	case n.ConfigFrom == "":
		return nil
	case n.ConfigOnly:
		return wire.Forbidden("a configuration network cannot depend on another configuration network")
	case n.IPAM.Driver != "default" || n.EnableIPv6 || len(n.Labels) > 0 || len(n.IPAM.Options) > 0 || len(n.IPAM.Config) > 0:
		return wire.Forbidden("user specified configurations are not supported if the network depends on a configuration network")
	case len(n.Options) > 0:
		return wire.Forbidden("network driver options are not supported if the network depends on a configuration network")
	}
	return nil
}

// plumb checks what the driver of a network is asked for, and gives the network its addresses.
func (s *networks) plumb(n *network, body *spec.NetworkBody) error {
	switch n.Driver {
	case "bridge", "overlay", "macvlan", "ipvlan", "host", "null":
	default:
		return wire.NotFound("plugin %q not found", n.Driver)
	}
	overlay := n.Driver == "overlay"
	switch {
	case overlay && body.Scope == "local":
		return wire.Forbidden("cannot downgrade network scope for overlay networks")
	case body.Ingress && !overlay:
		return wire.Forbidden("Ingress network can only be global scope network")
	case body.Scope == "swarm":
		return wire.Forbidden("cannot create a swarm scoped network when swarm is not active")
	}
	if n.ConfigFrom != "" {
		if err := s.takeConfiguration(n); err != nil {
			return err
		}
	}
	if n.IPAM.Driver != "default" {
		return wire.NotFound("plugin %q not found", n.IPAM.Driver)
	}
	if n.Driver == "host" || n.Driver == "null" {
		return wire.Forbidden("only one instance of %q network is allowed", n.Driver)
	}
	if err := s.checkPools(n); err != nil {
		return err
	}
	if n.Driver == "bridge" {
		if err := spec.CheckBridge(n.Options, n.IPAM.Config); err != nil {
			return err
		}
	}
	if overlay || body.Scope != "" && body.Scope != "local" {
		return wire.Failure("%s", noManager)
	}
	return nil
}

// takeConfiguration gives a network what the network holds that it takes its configuration from.
func (s *networks) takeConfiguration(n *network) error {
	for _, from := range s.st.networks() {
		if from.ConfigOnly && from.Name == n.ConfigFrom {
			n.EnableIPv6, n.IPAM, n.Options = from.EnableIPv6, from.IPAM, from.Options
			n.Labels = spec.Union(from.Labels, n.Labels)
			return nil
		}
	}
	return wire.NotFound("configuration network %q does not exist", n.ConfigFrom)
}

// checkPools checks the address pools of a network that is about to be, and gives it one of IPv4 addresses if it has none.
// Pools of IPv6 addresses only count where these are enabled.
func (s *networks) checkPools(n *network) error {
	v4, v6 := spec.SplitPools(n.IPAM.Config)
	for i := range v4 {
		if err := s.fillPool(n.Name, &v4[i]); err != nil {
			return err
		}
	}
	if len(v4) == 0 {
		pool, err := s.freePool()
		if err != nil {
			return err
		}
		v4, n.AnyPool = []spec.IPAMPool{{Subnet: pool.String(), Gateway: pool.Addr().Next().String()}}, true
	}
	if n.EnableIPv6 && len(v6) == 0 {
		return wire.NotFound("could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network")
	}
	for i := range v6 {
		if err := s.fillPool(n.Name, &v6[i]); n.EnableIPv6 && err != nil {
			return err
		}
	}
	n.IPAM.Config = append(v4, v6...)
	return nil
}

// overlaps tells whether a subnet meets one in use.
func (s *networks) overlaps(subnet netip.Prefix) bool {
	for _, n := range s.st.Networks {
		if n.ConfigOnly {
			continue // it holds no addresses
		}
		for _, pool := range n.IPAM.Config {
			if used, err := netip.ParsePrefix(pool.Subnet); err == nil && used.Overlaps(subnet) {
				return true
			}
		}
	}
	return false
}

func networkRemove(w *world, q *wire.Request) (wire.Reply, error) {
	n, err := w.st.findNetwork(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if n.Predefined {
		return wire.Reply{}, wire.Forbidden("%s is a pre-defined network and cannot be removed", n.Name)
	}
	for _, user := range w.st.networks() {
		if n.ConfigOnly && user.ConfigFrom == n.Name {
			return wire.Reply{}, wire.Forbidden("error while removing network: configuration network %q is in use", n.Name)
		}
	}
	if len(w.st.members(n)) > 0 {
		return wire.Reply{}, wire.Forbidden("error while removing network: network %s id %s has active endpoints", n.Name, n.ID)
	}
	w.networks.dropNetwork(n)
	return wire.Status(204)
}

func (s *networks) dropNetwork(n *network) {
	delete(s.st.Networks, n.ID)
	s.journal.emit("network", "destroy", n.ID, map[string]string{"name": n.Name, "type": n.Driver})
}

func networkPrune(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.st.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var gone []string
	for _, n := range w.st.networks() {
		if !n.Predefined && !n.ConfigOnly && !filter.Spares(until, n.Created) && len(w.st.members(n)) == 0 && f.Labels(n.Labels) {
			w.networks.dropNetwork(n)
			gone = append(gone, n.Name)
		}
	}
	w.journal.emit("network", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"NetworksDeleted": gone})
}
