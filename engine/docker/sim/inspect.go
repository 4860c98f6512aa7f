// Part of the simulated engine: what it tells about containers.

package sim

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

func containerInspect(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	doc := inspectDocument(w, c, q)
	if q.Flag("size") {
		doc["SizeRw"], doc["SizeRootFs"] = sizes(w, c)
	}
	rep, err := wire.Encoded(wire.Reply{JSON: doc})
	polled(w, c)
	return rep, err
}

// polled moves the clock for a client that looks again at a container in a passing state, so that looking leads somewhere.
func polled(w *world, c *container) {
	if w.clock.mode != ClockJump || !c.Running || c.Paused || !c.Restarting && c.Health != "starting" {
		return
	}
	if !c.Polled {
		c.Polled = true
		return
	}
	next := c.RestartAt
	if !c.Restarting {
		next = c.HealthAt
	}
	if !next.IsZero() {
		w.clock.advanceTo(next)
		w.clock.touch()
	}
}

func inspectDocument(w *world, c *container, q *wire.Request) wire.Object {
	base := "/var/lib/docker/containers/" + c.ID + "/"
	where := map[string]string{"ResolvConfPath": "resolv.conf", "HostnamePath": "hostname", "HostsPath": "hosts", "LogPath": c.ID + "-json.log"}
	host := c.HostConfig
	host.Links = w.st.shownLinks(c)
	doc := wire.Object{
		"Id": c.ID, "Created": wire.Stamp(c.Created), "Path": c.Path, "Args": wire.List(c.Args), "State": stateDocument(w, c), "Image": c.ImageID,
		"Name": "/" + c.Name, "RestartCount": c.RestartCount, "Driver": "overlay2", "Platform": "linux", "MountLabel": "",
		"ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": execIDs(w, c), "HostConfig": host, "Config": c.Config,
		"GraphDriver":     wire.Object{"Name": "overlay2", "Data": wire.Object{"MergedDir": "/var/lib/docker/overlay2/" + c.ID + "/merged"}},
		"Mounts":          mountDocuments(c),
		"NetworkSettings": networkSettings(w, c, q),
	}
	for _, field := range slices.Sorted(maps.Keys(where)) {
		doc[field] = ""
		if c.EverStarted {
			doc[field] = base + where[field]
		}
	}
	return doc
}

func stateDocument(w *world, c *container) wire.Object {
	doc := wire.Object{
		"Status": c.status(), "Running": c.Running, "Paused": c.Paused, "Restarting": c.Restarting, "OOMKilled": c.OOMKilled,
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

func mountDocuments(c *container) []wire.Object {
	docs := []wire.Object{}
	for _, dest := range slices.Sorted(maps.Keys(c.Mounts)) {
		docs = append(docs, mountDocument(c.Mounts[dest]))
	}
	return docs
}

func networkSettings(w *world, c *container, q *wire.Request) wire.Object {
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

func sizes(w *world, c *container) (written, all int64) {
	for _, f := range c.Files {
		written += f.Size
	}
	all = written
	if im := w.st.Images[c.ImageID]; im != nil {
		all += im.Size
	}
	return written, all
}

func execIDs(w *world, c *container) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(w.st.Execs)) {
		if x := w.st.Execs[id]; x.Container == c.ID && x.Running {
			ids = append(ids, id)
		}
	}
	return ids
}

// statuses are the values that the status filter knows.
func statuses() []string {
	return []string{"created", "running", "paused", "restarting", "removing", "exited", "dead"}
}

func containerList(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "ancestor", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network", "publish", "since", "status", "volume")
	if err != nil {
		return wire.Reply{}, err
	}
	limit := 0
	if text := q.Query.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil {
			return wire.Reply{}, wire.Invalid(q, "strconv.Atoi: parsing %q: invalid syntax", text)
		}
	}
	match, err := containerFilter(w, q, f)
	if err != nil {
		return wire.Reply{}, err
	}
	all := q.Flag("all") || len(f["status"]) > 0 || len(f["exited"]) > 0 || limit > 0
	byAge := w.st.containers()
	slices.Reverse(byAge)
	docs := []wire.Object{}
	for _, c := range byAge {
		if limit > 0 && len(docs) >= limit {
			break
		}
		if (all || c.Running) && match(c) {
			docs = append(docs, listDocument(w, c, q))
		}
	}
	return wire.OK(docs)
}

// containerFilter makes a test out of the filters of a list or a prune.
func containerFilter(w *world, q *wire.Request, f filter.Set) (func(*container) bool, error) {
	for _, s := range f["status"] {
		if !slices.Contains(statuses(), s) {
			return nil, wire.BadRequest("Invalid filter 'status=%s'", s)
		}
	}
	for _, h := range f["health"] {
		if !slices.Contains([]string{"none", "starting", "healthy", "unhealthy"}, h) {
			return nil, wire.BadRequest("Unrecognised filter value for health: %s", h)
		}
	}
	for _, text := range f["exited"] {
		if _, err := strconv.Atoi(text); err != nil {
			return nil, wire.Invalid(q, "strconv.Atoi: parsing %q: invalid syntax", text)
		}
	}
	before, since, err := ageBounds(w, q, f)
	if err != nil {
		return nil, err
	}
	// Nothing here is a task of a swarm.
	onlyTasks := slices.Contains(f["is-task"], "true")
	if len(f["is-task"]) > 0 && !onlyTasks && !slices.Contains(f["is-task"], "false") {
		return nil, wire.BadRequest("Invalid filter 'is-task=[%s]'", strings.Join(f["is-task"], " "))
	}
	publish, err := f.Ports(q, "publish")
	if err != nil {
		return nil, err
	}
	expose, err := f.Ports(q, "expose")
	if err != nil {
		return nil, err
	}
	ancestors := ancestors(w, f["ancestor"])
	name := f.Pattern("name")
	return func(c *container) bool {
		switch {
		case onlyTasks, len(publish)+len(expose) > 0 && !portsFit(c, publish, expose):
			return false
		case before != nil && c.Serial >= before.Serial, since != nil && c.Serial <= since.Serial:
			return false
		case len(f["ancestor"]) > 0 && !ancestors[c.ImageID]:
			return false
		case len(f["exited"]) > 0 && (c.Running || c.StartedAt.IsZero() || !f.Has("exited", strconv.Itoa(c.ExitCode))):
			return false
		}
		return f.Has("status", c.status()) && f.Has("health", cmp.Or(c.Health, "none")) && f.Labels(c.Config.Labels) &&
			f.Prefix("id", c.ID) && nameFits(w, c, name) && mountsFit(c, f) && networkFits(w, c, f)
	}, nil
}

// ageBounds reads the filters before and since.
func ageBounds(w *world, q *wire.Request, f filter.Set) (before, since *container, err error) {
	find := func(name string) (*container, error) {
		if len(f[name]) == 0 {
			return nil, nil
		}
		c, err := w.st.lookup(f[name][0])
		if err != nil {
			return nil, wire.Invalid(q, "no such container %s", f[name][0])
		}
		return c, nil
	}
	if before, err = find("before"); err != nil {
		return nil, nil, err
	}
	since, err = find("since")
	return before, since, err
}

// ancestors gives the ids of the images that a filter names.
func ancestors(w *world, names []string) map[string]bool {
	ids := map[string]bool{}
	for _, name := range names {
		if im, err := w.st.findImage(name); err == nil {
			ids[im.ID] = true
		}
	}
	return ids
}

// nameFits tells whether one of the names of a container fits, with its slash or without.
func nameFits(w *world, c *container, fits func(string) bool) bool {
	return slices.ContainsFunc(w.st.names(c), func(name string) bool {
		return fits(name) || fits(strings.TrimPrefix(name, "/"))
	})
}

func mountsFit(c *container, f filter.Set) bool {
	if len(f["volume"]) == 0 {
		return true
	}
	for _, m := range c.Mounts {
		if slices.Contains(f["volume"], m.Name) && m.Name != "" || slices.Contains(f["volume"], m.Destination) || slices.Contains(f["volume"], m.Source) && m.Source != "" {
			return true
		}
	}
	return false
}

func networkFits(w *world, c *container, f filter.Set) bool {
	if len(f["network"]) == 0 {
		return true
	}
	for name, ep := range c.Endpoints {
		if slices.Contains(f["network"], name) || f.Prefix("network", ep.NetworkID) {
			return true
		}
	}
	return false
}

// portsFit tells whether an open port is published or exposed as a filter wants; a port that is not published counts as number 0.
func portsFit(c *container, publish, expose map[string]bool) bool {
	for key, bindings := range c.Ports {
		_, proto := spec.SplitPort(key)
		if expose[key] || len(bindings) == 0 && publish["0/"+proto] {
			return true
		}
		for _, b := range bindings {
			if publish[b.HostPort+"/"+proto] {
				return true
			}
		}
	}
	return false
}

func listDocument(w *world, c *container, q *wire.Request) wire.Object {
	networks := wire.Object{}
	for name, ep := range c.Endpoints {
		shown := *ep
		shown.Aliases, shown.Links, shown.IPAMConfig = nil, nil, nil
		networks[name] = shown
	}
	doc := wire.Object{
		"Id": c.ID, "Names": w.st.names(c), "Image": imageShown(w, c), "ImageID": c.ImageID, "Command": commandShown(c),
		"Created": c.Created.Unix(), "Ports": portList(c), "Labels": spec.NotNil(c.Config.Labels), "State": c.status(), "Status": statusText(w, c),
		"HostConfig": wire.Object{"NetworkMode": c.HostConfig.NetworkMode}, "NetworkSettings": wire.Object{"Networks": networks}, "Mounts": mountDocuments(c),
	}
	if q.Flag("size") {
		written, all := sizes(w, c)
		doc["SizeRootFs"] = all
		if written > 0 {
			doc["SizeRw"] = written
		}
	}
	return doc
}

// imageShown is the image as it was asked for, or its id once that name means another image.
func imageShown(w *world, c *container) string {
	if im, err := w.st.findImage(c.Config.Image); err == nil && im.ID == c.ImageID {
		return c.Config.Image
	}
	return c.ImageID
}

func commandShown(c *container) string {
	words := []string{c.Path}
	for _, arg := range c.Args {
		if strings.Contains(arg, " ") {
			arg = "'" + arg + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}

// statusText is the state in words, as in the table of docker ps.
func statusText(w *world, c *container) string {
	switch c.status() {
	case "created":
		return "Created"
	case "removing":
		return "Removal In Progress"
	case "dead":
		return "Dead"
	case "restarting":
		return fmt.Sprintf("Restarting (%d) %s ago", c.ExitCode, roughly(w.st.Now.Sub(c.FinishedAt)))
	case "exited":
		return fmt.Sprintf("Exited (%d) %s ago", c.ExitCode, roughly(w.st.Now.Sub(c.FinishedAt)))
	}
	text := "Up " + roughly(w.st.Now.Sub(c.StartedAt))
	switch {
	case c.Paused:
		return text + " (Paused)"
	case c.Health == "starting":
		return text + " (health: starting)"
	case c.Health != "":
		return text + " (" + c.Health + ")"
	}
	return text
}

// roughly gives a duration in words.
func roughly(d time.Duration) string {
	switch seconds, minutes, hours := int(d.Seconds()), int(d.Minutes()), int(d.Hours()+0.5); {
	case seconds < 1:
		return "Less than a second"
	case seconds == 1:
		return "1 second"
	case seconds < 60:
		return fmt.Sprintf("%d seconds", seconds)
	case minutes == 1:
		return "About a minute"
	case minutes < 60:
		return fmt.Sprintf("%d minutes", minutes)
	case hours == 1:
		return "About an hour"
	case hours < 48:
		return fmt.Sprintf("%d hours", hours)
	case hours < 24*14:
		return fmt.Sprintf("%d days", hours/24)
	case hours < 24*60:
		return fmt.Sprintf("%d weeks", hours/24/7)
	case hours < 24*365*2:
		return fmt.Sprintf("%d months", hours/24/30)
	default:
		return fmt.Sprintf("%d years", hours/24/365)
	}
}

func containerPrune(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.st.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var gone []string
	for _, c := range w.st.containers() {
		if !c.Running && !filter.Spares(until, c.Created) && f.Labels(c.Config.Labels) {
			w.supervisor.destroy(c, false)
			gone = append(gone, c.ID)
		}
	}
	sort.Strings(gone)
	w.journal.emit("container", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"ContainersDeleted": gone, "SpaceReclaimed": 0})
}

func containerTop(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	switch {
	case err != nil:
		return wire.Reply{}, err
	case !c.Running:
		return wire.Reply{}, notRunning(c)
	case c.Restarting:
		return wire.Reply{}, wire.Conflict("Container %s is restarting, wait until the container is running", c.ID)
	}
	w.journal.emitContainer(c, "top", nil)
	row := []string{cmp.Or(c.Config.User, "root"), strconv.Itoa(c.Pid), "1", "0", c.StartedAt.Format("15:04"), "?", "00:00:00", commandShown(c)}
	return wire.OK(wire.Object{"Titles": []string{"UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"}, "Processes": [][]string{row}})
}

func containerChanges(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	const modified, added, removed = 0, 1, 2
	var docs []wire.Object
	below := files.Tree{}
	if im := w.st.Images[c.ImageID]; im != nil {
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
