// Calls: the list of containers, and its filters.

package api

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// statuses are the values that the status filter knows.
func statuses() []string {
	return []string{"created", "running", "paused", "restarting", "removing", "exited", "dead"}
}

func containerList(w *world.World, q *wire.Request) (wire.Reply, error) {
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
	// These filters, and a limit, include containers that are not running.
	all := q.Flag("all") || len(f["status"]) > 0 || len(f["exited"]) > 0 || limit > 0
	byAge := w.State.ContainersByAge()
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

// containerFilter returns a test for the filters of a list or a prune.
func containerFilter(w *world.World, q *wire.Request, f filter.Set) (func(*state.Container) bool, error) {
	if err := checkFilters(q, f); err != nil {
		return nil, err
	}
	before, since, err := ageBounds(w, q, f)
	if err != nil {
		return nil, err
	}
	// No container here is a task of a swarm.
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
	return func(c *state.Container) bool {
		switch {
		case onlyTasks, len(publish)+len(expose) > 0 && !portsFit(c, publish, expose):
			return false
		case before != nil && c.Serial >= before.Serial, since != nil && c.Serial <= since.Serial:
			return false
		case len(f["ancestor"]) > 0 && !ancestors[c.ImageID]:
			return false
		// A container that never ran has no exit code, although its document shows 0.
		case len(f["exited"]) > 0 && (c.Running || c.StartedAt.IsZero() || !f.Has("exited", strconv.Itoa(c.ExitCode))):
			return false
		}
		return f.Has("status", c.Status()) && f.Has("health", cmp.Or(c.Health, "none")) && f.Labels(c.Config.Labels) &&
			f.Prefix("id", c.ID) && nameFits(w, c, name) && mountsFit(c, f) && networkFits(c, f)
	}, nil
}

// checkFilters refuses values that no container can have.
func checkFilters(q *wire.Request, f filter.Set) error {
	for _, s := range f["status"] {
		if !slices.Contains(statuses(), s) {
			return wire.BadRequest("Invalid filter 'status=%s'", s)
		}
	}
	for _, h := range f["health"] {
		if !slices.Contains([]string{"none", "starting", "healthy", "unhealthy"}, h) {
			return wire.BadRequest("Unrecognised filter value for health: %s", h)
		}
	}
	for _, text := range f["exited"] {
		if _, err := strconv.Atoi(text); err != nil {
			return wire.Invalid(q, "strconv.Atoi: parsing %q: invalid syntax", text)
		}
	}
	return nil
}

// ageBounds reads the filters before and since.
func ageBounds(w *world.World, q *wire.Request, f filter.Set) (before, since *state.Container, err error) {
	find := func(name string) (*state.Container, error) {
		if len(f[name]) == 0 {
			return nil, nil
		}
		c, err := w.State.FindContainer(f[name][0])
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

// ancestors returns the ids of the images that a filter names.
func ancestors(w *world.World, names []string) map[string]bool {
	ids := map[string]bool{}
	for _, name := range names {
		if im, err := w.State.FindImage(name); err == nil {
			ids[im.ID] = true
		}
	}
	return ids
}

// nameFits reports whether one of a container's names matches, with or without its
// slash.
func nameFits(w *world.World, c *state.Container, fits func(string) bool) bool {
	return slices.ContainsFunc(w.State.NamesOf(c), func(name string) bool {
		return fits(name) || fits(strings.TrimPrefix(name, "/"))
	})
}

func mountsFit(c *state.Container, f filter.Set) bool {
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

func networkFits(c *state.Container, f filter.Set) bool {
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

// portsFit reports whether an open port is published or exposed as a filter wants; a
// port that is not published counts as number 0.
func portsFit(c *state.Container, publish, expose map[string]bool) bool {
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

func listDocument(w *world.World, c *state.Container, q *wire.Request) wire.Object {
	networks := wire.Object{}
	for name, ep := range c.Endpoints {
		// What was asked for an endpoint only shows in an inspection.
		shown := *ep
		shown.Aliases, shown.Links, shown.IPAMConfig = nil, nil, nil
		networks[name] = shown
	}
	doc := wire.Object{
		"Id": c.ID, "Names": w.State.NamesOf(c), "Image": imageShown(w, c), "ImageID": c.ImageID, "Command": commandShown(c),
		"Created": c.Created.Unix(), "Ports": portList(c), "Labels": spec.NotNil(c.Config.Labels), "State": c.Status(), "Status": statusText(w, c),
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

// imageShown returns the image as it was asked for, or its id once that name stands for
// another image.
func imageShown(w *world.World, c *state.Container) string {
	if im, err := w.State.FindImage(c.Config.Image); err == nil && im.ID == c.ImageID {
		return c.Config.Image
	}
	return c.ImageID
}

func commandShown(c *state.Container) string {
	words := []string{c.Path}
	for _, arg := range c.Args {
		if strings.Contains(arg, " ") {
			arg = "'" + arg + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}

// statusText returns the state in words, as in the table of docker ps.
func statusText(w *world.World, c *state.Container) string {
	switch c.Status() {
	case "created":
		return "Created"
	case "removing":
		return "Removal In Progress"
	case "dead":
		return "Dead"
	case "restarting":
		return fmt.Sprintf("Restarting (%d) %s ago", c.ExitCode, durationInWords(w.State.Now.Sub(c.FinishedAt)))
	case "exited":
		return fmt.Sprintf("Exited (%d) %s ago", c.ExitCode, durationInWords(w.State.Now.Sub(c.FinishedAt)))
	}
	text := "Up " + durationInWords(w.State.Now.Sub(c.StartedAt))
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

// durationInWords returns a duration in words.
func durationInWords(d time.Duration) string {
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

func containerPrune(w *world.World, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.State.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var gone []string
	for _, c := range w.State.ContainersByAge() {
		if !c.Running && !filter.Spares(until, c.Created) && f.Labels(c.Config.Labels) {
			w.Supervisor.Destroy(c, false)
			gone = append(gone, c.ID)
		}
	}
	sort.Strings(gone)
	w.Journal.Emit("container", "prune", "", map[string]string{"reclaimed": "0"})
	return wire.OK(wire.Object{"ContainersDeleted": gone, "SpaceReclaimed": 0})
}

// portList returns the ports as the list of containers shows them.
func portList(c *state.Container) []wire.Object {
	docs := []wire.Object{}
	for _, key := range slices.Sorted(maps.Keys(c.Ports)) {
		number, proto := spec.SplitPort(key)
		private, err := strconv.Atoi(number)
		if err != nil {
			continue
		}
		if len(c.Ports[key]) == 0 {
			docs = append(docs, wire.Object{"PrivatePort": private, "Type": proto})
		}
		for _, b := range c.Ports[key] {
			public, _ := strconv.Atoi(b.HostPort)
			docs = append(docs, wire.Object{"IP": b.HostIP, "PrivatePort": private, "PublicPort": public, "Type": proto})
		}
	}
	return docs
}
