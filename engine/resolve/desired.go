// Resolve: what Docker must hold, as data.

package resolve

import (
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// Desired is everything of one map that Docker must hold.
type Desired struct {
	Map  string
	Mode model.AttachedMode
	// CoreImage is the image that runs chown and chmod.
	CoreImage string
	// Nodes are all containers, each after everything it needs; otherwise in the order
	// of the map.
	Nodes []*Node
	Resources
	// Source is the map's, for problems.
	Source problem.Source

	nodes map[string]*Node
}

// Node is one container that must exist.
type Node struct {
	// Name in Docker: "<map>.<container>[.<instance>]" or "<map>.<alias>".
	Name string
	// Config is the configuration's name, or the alias of an attached volume.
	Config   string
	Instance string
	// Attached marks the container of an attached volume.
	Attached   bool
	Persistent bool
	Image      string
	// Needs are the containers this one depends on, in order.
	Needs []Need
	// Owns and Uses list the attached volumes it owns and uses, by their names in
	// Docker.
	Owns []string
	Uses []string
	// Origin is where the configuration was made.
	Origin problem.Origin
	// Spec is the create request, or nil before [Desired.Specify].
	Spec *docker.ContainerSpec
	// Record is what the container keeps of Spec's fields, without dmap's own labels, as
	// JSON by field: see [field.Records]. Digests are those of the fields as they are
	// written, for comparing with what earlier versions made; they are never written.
	Record  map[string]string
	Digests map[string]string

	config *model.Container
	at     map[string]problem.Origin // where the cause of an API field was written
	ports  []portEntry
	faulty bool // Spec is incomplete: some option was wrong
}

// portEntry is an entry of port_bindings as written: the last one for a port of the
// container counts (row 107).
type portEntry struct {
	path   string // of the option
	origin problem.Origin
	ports  option.Ports
}

// Need is one dependency of a container.
type Need struct {
	Name string // the other container
	Why  Why
	// Ref is how the map names it: "app_server_socket", "db.1".
	Ref string
	// Origin is where the map says so.
	Origin problem.Origin
}

// Why says how one container depends on another.
type Why string

// The reasons to depend on a container.
const (
	Uses     Why = "uses"
	Links    Why = "links"
	Attaches Why = "attaches"
	// Joins: it shares the network, or another namespace, of the other container.
	Joins Why = "joins"
)

// Node returns the container of that name in Docker, or nil.
func (d *Desired) Node(name string) *Node { return d.nodes[name] }

// At returns where the cause of an API field such as "HostConfig.Binds" was written, or
// where the configuration was made if that is not known.
func (n *Node) At(field string) problem.Origin {
	if at, ok := n.at[field]; ok {
		return at
	}
	if at, ok := n.at["HostConfig.PortBindings"]; ok && field == "ExposedPorts" { // published ports are exposed as well
		return at
	}
	return n.Origin
}

// request returns the create request, or nil if there is none that can be judged.
func (n *Node) request() *docker.ContainerSpec {
	if n == nil || n.faulty {
		return nil
	}
	return n.Spec
}

// Mark returns what dmap's labels say about which part of the map the container is.
func (n *Node) Mark(mapName string) identity.Mark {
	role := identity.RoleContainer
	if n.Attached {
		role = identity.RoleAttached
	}
	return identity.Mark{Map: mapName, Role: role, Name: n.Config, Instance: n.Instance}
}

// Ref returns the name without the map: "app.instance1".
func (n *Node) Ref() string {
	return identity.Part(n.Config, n.Instance)
}

// path leads to the configuration, for problems.
func (n *Node) path() string { return "container_map > containers > " + n.Config }
