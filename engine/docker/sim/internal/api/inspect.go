// Calls: inspecting one container.

package api

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// healthDocument returns the health as inspect shows it, with the last probes.
func healthDocument(w *world.World, c *state.Container) wire.Object {
	log := []wire.Object{}
	runs, streak := w.State.Box(c).Probes(w.State.Now)
	for _, run := range runs {
		log = append(log, wire.Object{"Start": wire.Stamp(run.At), "End": wire.Stamp(run.At), "ExitCode": run.ExitCode, "Output": run.Output})
	}
	return wire.Object{"Status": c.Health, "FailingStreak": streak, "Log": log}
}

// containerInspect encodes the document before it tells the supervisor that somebody
// looked: that may move the clock, and the client must get the state that it asked
// about.
func containerInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	doc := inspectDocument(w, c, q)
	if q.Flag("size") {
		doc["SizeRw"], doc["SizeRootFs"] = sizes(w, c)
	}
	rep, err := wire.Encoded(wire.Reply{JSON: doc})
	w.Supervisor.Seen(c)
	return rep, err
}

// inspectDocument leaves the paths of files empty until the first start, because the
// engine only then creates them.
func inspectDocument(w *world.World, c *state.Container, q *wire.Request) wire.Object {
	base := "/var/lib/docker/containers/" + c.ID + "/"
	where := map[string]string{"ResolvConfPath": "resolv.conf", "HostnamePath": "hostname", "HostsPath": "hosts", "LogPath": c.ID + "-json.log"}
	host := c.HostConfig
	host.Links = w.State.ShownLinks(c)
	doc := wire.Object{
		"Id": c.ID, "Created": wire.Stamp(c.Created), "Path": c.Path, "Args": wire.List(c.Args), "State": stateDocument(w, c), "Image": c.ImageID,
		"Name": "/" + c.Name, "RestartCount": c.RestartCount, "Driver": "overlay2", "Platform": "linux", "MountLabel": "",
		"ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": execIDs(w, c), "HostConfig": host, "Config": c.Config,
		"GraphDriver":     wire.Object{"Name": "overlay2", "Data": wire.Object{"MergedDir": "/var/lib/docker/overlay2/" + c.ID + "/merged"}},
		"Mounts":          mountDocuments(c),
		"NetworkSettings": networkSettings(c),
	}
	for _, field := range slices.Sorted(maps.Keys(where)) {
		doc[field] = ""
		if c.EverStarted {
			doc[field] = base + where[field]
		}
	}
	return doc
}

func stateDocument(w *world.World, c *state.Container) wire.Object {
	doc := wire.Object{
		"Status": c.Status(), "Running": c.Running, "Paused": c.Paused, "Restarting": c.Restarting, "OOMKilled": c.OOMKilled,
		"Dead": c.Dead, "Pid": c.Pid, "ExitCode": c.ExitCode, "Error": c.Error, "StartedAt": wire.Stamp(c.StartedAt), "FinishedAt": wire.Stamp(c.FinishedAt),
	}
	if c.Health != "" {
		doc["Health"] = healthDocument(w, c)
	}
	return doc
}

func mountDocument(m *spec.MountPoint) wire.Object {
	doc := wire.Object{
		"Type": m.Type, "Source": m.Source, "Destination": m.Destination, "Mode": m.Mode, "RW": m.RW, "Propagation": m.Propagation,
	}
	if m.Type == "volume" {
		doc["Name"], doc["Driver"], doc["Source"] = m.Name, m.Driver, spec.VolumeRoot+m.Name+"/_data"
	}
	return doc
}

func mountDocuments(c *state.Container) []wire.Object {
	docs := []wire.Object{}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		docs = append(docs, mountDocument(c.Mounts[dest]))
	}
	return docs
}

// networkSettings repeats the endpoint on the default bridge at its top, where clients
// looked before there were other networks.
func networkSettings(c *state.Container) wire.Object {
	bridge := c.Endpoints["bridge"]
	if bridge == nil {
		bridge = &spec.EndpointConfig{}
	}
	sandboxKey := ""
	if c.SandboxID != "" {
		sandboxKey = "/var/run/docker/netns/" + c.SandboxID[:12]
	}
	ports := c.Ports
	if ports == nil {
		ports = map[string][]spec.PortBinding{}
	}
	return wire.Object{
		"Bridge": "", "SandboxID": c.SandboxID, "HairpinMode": false, "LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0,
		"Ports": ports, "SandboxKey": sandboxKey, "SecondaryIPAddresses": nil, "SecondaryIPv6Addresses": nil,
		"EndpointID": bridge.EndpointID, "Gateway": bridge.Gateway, "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
		"IPAddress": bridge.IPAddress, "IPPrefixLen": bridge.IPPrefixLen, "IPv6Gateway": "", "MacAddress": bridge.MacAddress,
		"Networks": c.Endpoints,
	}
}

func sizes(w *world.World, c *state.Container) (written, all int64) {
	for _, f := range c.Files {
		written += f.Size
	}
	all = written
	if im := w.State.Images[c.ImageID]; im != nil {
		all += im.Size
	}
	return written, all
}

// execIDs lists only the execs that are running.
func execIDs(w *world.World, c *state.Container) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(w.State.Execs)) {
		if x := w.State.Execs[id]; x.Container == c.ID && x.Running {
			ids = append(ids, id)
		}
	}
	return ids
}

// containerTop shows one process, since programs here have no children.
func containerTop(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, err
	case !c.Running:
		return wire.Reply{}, notRunning(c)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	w.Journal.EmitContainer(c, "top", nil)
	row := []string{cmp.Or(c.Config.User, "root"), strconv.Itoa(c.Pid), "1", "0", c.StartedAt.Format("15:04"), "?", "00:00:00", commandShown(c)}
	return wire.OK(wire.Object{"Titles": []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}, "Processes": [][]string{row}})
}

// containerChanges compares with the image by paths alone: a file that was written
// counts as modified even if its content is the same.
func containerChanges(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	const modified, added, removed = 0, 1, 2
	var docs []wire.Object
	below := files.Tree{}
	if im := w.State.Images[c.ImageID]; im != nil {
		below = im.Files
	}
	for _, p := range slices.Sorted(maps.Keys(c.Files)) {
		kind := added
		if _, ok := below[p]; ok {
			kind = modified
		}
		if c.Files[p].Mode == files.Deleted {
			kind = removed
		}
		docs = append(docs, wire.Object{"Path": path.Clean(p), "Kind": kind})
	}
	return wire.OK(docs)
}
