// Calls: calls about networks.

package api

import (
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func networkConnect(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Container      string
		EndpointConfig *spec.EndpointConfig
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(body.Container)
	if err != nil {
		return wire.Reply{}, err
	}
	ep := body.EndpointConfig
	if ep == nil {
		ep = &spec.EndpointConfig{}
	}
	if err := w.Endpoints.Join(c, q.Name, ep); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(200)
}

func networkDisconnect(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body struct {
		Container string
		Force     bool
	}
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.State.FindContainer(body.Container)
	// With force the engine looks for an endpoint that a container left behind, so what
	// is missing is the endpoint.
	if err != nil && body.Force {
		if _, err := w.State.FindNetwork(q.Name); err != nil {
			return wire.Reply{}, err
		}
		return wire.Reply{}, wire.NotFound("endpoint %s not found", body.Container)
	}
	if err != nil {
		return wire.Reply{}, err
	}
	if err := w.Endpoints.Part(c, q.Name, body.Force); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(200)
}

// networkDocument is a network as the API shows it, with the fields in the API's order.
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

func shownNetwork(w *world.World, n *state.Network, withMembers bool) networkDocument {
	doc := networkDocument{
		Name: n.Name, ID: n.ID, Created: wire.Stamp(n.Created), Scope: n.Scope, Driver: n.Driver, EnableIPv6: n.EnableIPv6, IPAM: n.IPAM,
		Internal: n.Internal, Attachable: n.Attachable, Ingress: n.Ingress, ConfigFrom: spec.ConfigFrom{Network: n.ConfigFrom}, ConfigOnly: n.ConfigOnly,
		Containers: map[string]networkMember{}, Options: n.Options, Labels: n.Labels,
	}
	doc.IPAM.Config = append([]spec.IPAMPool{}, n.IPAM.Config...)
	for i, pool := range doc.IPAM.Config {
		// A gateway that the engine chose itself shows on endpoints only.
		if pool.Implied {
			doc.IPAM.Config[i].Gateway, doc.IPAM.Config[i].Implied = "", false
		}
	}
	if !withMembers {
		return doc
	}
	for _, c := range w.State.Members(n) {
		ep := c.On(n)
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

func networkInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	n, err := w.State.FindNetwork(q.Name)
	if err != nil {
		return wire.Reply{}, ambiguousInspect(q.Name, err)
	}
	return wire.OK(shownNetwork(w, n, true))
}

// ambiguousInspect words the error about two networks of one name as inspect does.
func ambiguousInspect(name string, err error) error {
	text := err.Error()
	prefix := "network " + name + " is ambiguous ("
	if rest, ok := strings.CutPrefix(text, prefix); ok {
		return wire.BadRequest("%s: network %s is ambiguous", strings.TrimSuffix(rest, ")"), name)
	}
	return err
}

func networkList(w *world.World, q *wire.Request) (wire.Reply, error) {
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
	for _, n := range w.State.NetworksByAge() {
		kind := "custom"
		if n.Predefined {
			kind = "builtin"
		}
		if !fits(n.Name) || !fitsID(n.ID) || !f.Has("driver", n.Driver) || !f.Has("scope", n.Scope) ||
			!f.Has("type", kind) || !f.Labels(n.Labels) {
			continue
		}
		if dangling != nil && *dangling != (!n.Predefined && len(w.State.Members(n)) == 0) {
			continue
		}
		docs = append(docs, shownNetwork(w, n, false))
	}
	return wire.OK(docs)
}

func networkCreate(w *world.World, q *wire.Request) (wire.Reply, error) {
	var body spec.NetworkBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	switch body.Name {
	case "bridge", "host", "none", "default":
		return wire.Reply{}, wire.Forbidden("operation is not permitted on predefined %s network ", body.Name)
	}
	var twin *state.Network
	for _, n := range w.State.NetworksByAge() {
		if n.Name == body.Name {
			twin = n
		}
	}
	// Before API 1.44 names need not be unique: a client that cares has to ask for the
	// check, and everybody else gets a warning and a second network.
	if twin != nil && (body.CheckDuplicate || w.Version.At(44)) {
		return wire.Reply{}, wire.Conflict("network with name %s already exists", body.Name)
	}
	n, err := w.Networks.New(q.Version, &body)
	if err != nil {
		return wire.Reply{}, err
	}
	warning := ""
	if twin != nil {
		warning = fmt.Sprintf("Network with name %s (id : %s) already exists", twin.Name, twin.ID)
	}
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": n.ID, "Warning": warning}}, nil
}

func networkRemove(w *world.World, q *wire.Request) (wire.Reply, error) {
	n, err := w.State.FindNetwork(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if n.Predefined {
		return wire.Reply{}, wire.Forbidden("%s is a pre-defined network and cannot be removed", n.Name)
	}
	for _, user := range w.State.NetworksByAge() {
		if n.ConfigOnly && user.ConfigFrom == n.Name {
			return wire.Reply{}, wire.Forbidden("error while removing network: configuration network %q is in use", n.Name)
		}
	}
	if len(w.State.Members(n)) > 0 {
		return wire.Reply{}, wire.Forbidden("error while removing network: network %s id %s has active endpoints", n.Name, n.ID)
	}
	w.Networks.Drop(n)
	return wire.Status(204)
}

// networkPrune spares networks that only hold a configuration for others.
func networkPrune(w *world.World, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.State.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var gone []string
	for _, n := range w.State.NetworksByAge() {
		if !n.Predefined && !n.ConfigOnly && !filter.Spares(until, n.Created) && len(w.State.Members(n)) == 0 && f.Labels(n.Labels) {
			w.Networks.Drop(n)
			gone = append(gone, n.Name)
		}
	}
	w.Journal.Emit("network", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"NetworksDeleted": gone})
}
