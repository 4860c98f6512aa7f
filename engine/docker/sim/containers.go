// Part of the simulated engine: finding containers, creating and naming them.

package sim

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// containers makes containers.
type containers struct {
	st        *state
	version   wire.Version
	host      host
	mounts    *mounts
	endpoints *endpoints
}

// lookup finds a container by id, by name, by the path of a legacy link, or by the beginning of its id.
func (s *state) lookup(ref string) (*container, error) {
	if ref == "" {
		return nil, wire.BadRequest("invalid name or ID supplied: \"\"")
	}
	if c := s.Containers[ref]; c != nil {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	var found []*container
	for _, c := range s.Containers {
		if c.Name == name {
			return c, nil
		}
		for _, l := range c.Links {
			if target := s.Containers[l.Target]; target != nil && name == c.Name+"/"+l.Alias {
				return target, nil
			}
		}
		if strings.HasPrefix(c.ID, ref) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, wire.NotFound("No such container: %s", ref)
	}
	return nil, wire.BadRequest("Multiple IDs found with provided prefix: %s", ref)
}

// checkName refuses names that the engine refuses; shown is the name as the message has it.
func checkName(name, shown string) error {
	if !validName(name) {
		return wire.BadRequest("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", shown)
	}
	return nil
}

// validName is the rule for names of containers and volumes.
func validName(name string) bool {
	if len(name) < 2 {
		return false
	}
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("_.-", r)) {
			return false
		}
	}
	return true
}

// nameTaken gives the error for a name that another container has, or nil.
func (s *containers) nameTaken(name string) error {
	for _, c := range s.st.Containers {
		if c.Name == name {
			return wire.Conflict("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name.", name, c.ID)
		}
	}
	return nil
}

func containerCreate(w *world, q *wire.Request) (wire.Reply, error) {
	var body createBody
	if err := q.Decode(&body); err != nil {
		return wire.Reply{}, err
	}
	if len(bytes.Trim(q.Body, "{} \r\n\tnul")) == 0 {
		return wire.Reply{}, wire.BadRequest("Config cannot be empty in order to create a container")
	}
	if err := checkPlatformText(q.Query.Get("platform")); err != nil {
		return wire.Reply{}, err
	}
	if body.HostConfig == nil {
		body.HostConfig = &hostConfig{}
	}
	if body.HostConfig.Memory == 0 {
		body.HostConfig.Memory = body.Memory
	}
	if body.HostConfig.MemorySwap == 0 {
		body.HostConfig.MemorySwap = body.MemorySwap
	}
	if body.NetworkingConfig == nil {
		body.NetworkingConfig = &networkingConfig{}
	}
	if err := checkCreate(q, &body, w.mounts.machine(w.host.cpus())); err != nil {
		return wire.Reply{}, err
	}
	c, err := w.containers.newContainer(q, &body)
	if err != nil {
		return wire.Reply{}, err
	}
	w.journal.emitContainer(c, "create", nil)
	return wire.Reply{Status: 201, JSON: wire.Object{"Id": c.ID, "Warnings": warnings(body.HostConfig)}}, nil
}

// warnings tells what of a configuration is dropped, deprecated or dangerous.
func warnings(h *hostConfig) []string {
	said := []string{}
	if h.OomKillDisable != nil && *h.OomKillDisable && h.Memory == 0 {
		said = append(said, "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.")
	}
	if h.KernelMemory > 0 {
		said = append(said, "Specifying a kernel memory limit is deprecated and will be removed in a future release.")
	}
	if h.CPUPercent > 0 {
		said = append(said, "linux does not support CPU percent. Percent discarded.")
	}
	return said
}

// newContainer makes the container. When a step fails, everything made before it is undone and the name is free again.
func (s *containers) newContainer(q *wire.Request, body *createBody) (*container, error) {
	var im *image
	if body.Image != "" {
		found, err := s.st.findImage(body.Image)
		if err != nil {
			return nil, err
		}
		im = found
	}
	if im != nil {
		mergeConfig(&body.Config, im.Config)
	}
	if err := checkPlatform(q, body.Image, im); err != nil {
		return nil, err
	}
	if err := checkMerged(&body.Config, body.HostConfig); err != nil {
		return nil, err
	}
	c := &container{
		ID: s.st.newID("container"), Created: s.st.Now, Config: body.Config, HostConfig: *body.HostConfig,
		Mounts: map[string]*mountPoint{}, Endpoints: map[string]*endpointConfig{}, Files: tree{},
	}
	c.Serial = s.st.Serial
	if im != nil {
		c.ImageID = im.ID
	}
	c.Name = strings.TrimPrefix(q.Query.Get("name"), "/")
	if asked := q.Query.Get("name"); asked == "" {
		c.Name = fmt.Sprintf("sim_%d", c.Serial)
	} else if err := checkName(c.Name, asked); err != nil {
		return nil, err
	}
	if err := s.nameTaken(c.Name); err != nil {
		return nil, err
	}
	if err := checkSecurity(&c.HostConfig); err != nil {
		return nil, err
	}
	words := append(append([]string{}, nonEmpty(c.Config.Entrypoint)...), c.Config.Cmd...)
	c.Path, c.Args = words[0], words[1:]
	fillDefaults(&c.Config, &c.HostConfig, s.version, c.shortID(), s.host.hostName())
	if err := s.resolveModes(c); err != nil {
		return nil, err
	}
	// Until it is complete nobody can find it, not even a link or volumes-from of its own.
	if err := s.attach(c, body); err != nil {
		s.mounts.releaseVolumes(c, true)
		return nil, err
	}
	s.st.Containers[c.ID] = c
	return c, nil
}

// attach gives a new container its mounts, links and network settings.
func (s *containers) attach(c *container, body *createBody) error {
	if err := s.mounts.addMounts(c); err != nil {
		return err
	}
	if err := s.endpoints.registerLinks(c); err != nil {
		return err
	}
	if err := s.makeWorkingDir(c); err != nil {
		return err
	}
	return s.endpoints.setEndpoints(c, body.NetworkingConfig.EndpointsConfig)
}

// makeWorkingDir makes the directory that the program begins in, below what is mounted, where an image is known to lack it.
func (s *containers) makeWorkingDir(c *container) error {
	im := s.st.Images[c.ImageID]
	if im == nil || !im.Complete || c.Config.WorkingDir == "" {
		return nil
	}
	wanted := path.Clean("/" + c.Config.WorkingDir)
	if _, _, through := s.st.box(c).beneath(wanted); through != "" {
		return wire.Failure("lstat %s: %v", c.rootfs()+wanted, errNoDir)
	}
	if f, ok := s.st.box(c).follow(wanted); ok && !f.Dir {
		return wire.Failure("Cannot mkdir: %s is not a directory", wanted)
	}
	for dir := wanted; dir != "/"; dir = path.Dir(dir) {
		if _, ok := (place{files: c.Files, below: im.Files, path: dir}).get(); ok {
			return nil
		}
		c.Files[dir] = dirFile()
	}
	return nil
}

// nonEmpty drops the one empty word by which a client says "no entrypoint".
func nonEmpty(words []string) []string {
	if len(words) == 1 && words[0] == "" {
		return nil
	}
	return words
}

// mergeConfig fills a container's configuration from its image; facts 2.6 has the rules.
func mergeConfig(c *Config, from Config) {
	c.User = cmp.Or(c.User, from.User)
	c.WorkingDir = cmp.Or(c.WorkingDir, from.WorkingDir)
	c.StopSignal = cmp.Or(c.StopSignal, from.StopSignal)
	c.ExposedPorts = union(from.ExposedPorts, c.ExposedPorts)
	c.Volumes = union(from.Volumes, c.Volumes)
	c.Labels = union(from.Labels, c.Labels)
	c.Env = mergeEnv(c.Env, from.Env)
	if c.StopTimeout == nil {
		c.StopTimeout = from.StopTimeout
	}
	if len(c.Entrypoint) == 0 {
		if len(c.Cmd) == 0 {
			c.Cmd = from.Cmd
			c.ArgsEscaped = from.ArgsEscaped
		}
		if c.Entrypoint == nil {
			c.Entrypoint = from.Entrypoint
		}
	}
	c.Healthcheck = mergeHealth(c.Healthcheck, from.Healthcheck)
	if len(nonEmpty(c.Entrypoint)) == 0 && len(c.Entrypoint) == 1 {
		c.Entrypoint = nil
	}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// union joins two maps; over wins. It stays nil when both are empty and over was nil.
func union[V any](under, over map[string]V) map[string]V {
	if len(under) == 0 {
		return over
	}
	all := make(map[string]V, len(under)+len(over))
	for k, v := range under {
		all[k] = v
	}
	for k, v := range over {
		all[k] = v
	}
	return all
}

// mergeEnv appends the image's variables that the container does not set.
func mergeEnv(own, image []string) []string {
	set := map[string]bool{}
	for _, pair := range own {
		key, _, _ := strings.Cut(pair, "=")
		set[key] = true
	}
	all := own
	for _, pair := range image {
		if key, _, _ := strings.Cut(pair, "="); !set[key] {
			all = append(all, pair)
		}
	}
	return all
}

func mergeHealth(own, image *Healthcheck) *Healthcheck {
	if own == nil || image == nil {
		if own == nil {
			return image
		}
		return own
	}
	merged := *own
	if len(merged.Test) == 0 {
		merged.Test = image.Test
	}
	for _, pair := range []struct{ own, image *int64 }{
		{&merged.Interval, &image.Interval}, {&merged.Timeout, &image.Timeout},
		{&merged.StartPeriod, &image.StartPeriod}, {&merged.StartInterval, &image.StartInterval},
	} {
		if *pair.own == 0 {
			*pair.own = *pair.image
		}
	}
	if merged.Retries == 0 {
		merged.Retries = image.Retries
	}
	return &merged
}

// fillDefaults sets what inspect shows though nobody asked for it. id is the short one of the container.
func fillDefaults(c *Config, h *hostConfig, api wire.Version, id, host string) {
	h.NetworkMode = cmp.Or(h.NetworkMode, "default")
	if h.NetworkMode == "default" && api.At(44) {
		h.NetworkMode = "bridge"
	}
	if c.Hostname == "" {
		c.Hostname = id
		if h.NetworkMode == "host" {
			c.Hostname = host
		}
	}
	if h.LogConfig.Type == "" {
		h.LogConfig.Type = "json-file"
	}
	if h.LogConfig.Config == nil {
		h.LogConfig.Config = map[string]string{}
	}
	h.CgroupnsMode = cmp.Or(h.CgroupnsMode, "host")
	h.IpcMode = cmp.Or(h.IpcMode, "private")
	h.Runtime = cmp.Or(h.Runtime, "runc")
	if h.ShmSize == 0 {
		h.ShmSize = 64 << 20
	}
	if h.Memory > 0 && h.MemorySwap == 0 {
		h.MemorySwap = 2 * h.Memory
	}
	if h.OomKillDisable == nil {
		h.OomKillDisable = new(bool)
	}
	if h.PidsLimit != nil && *h.PidsLimit <= 0 {
		h.PidsLimit = nil
	}
	if h.MemorySwappiness != nil && *h.MemorySwappiness == -1 {
		h.MemorySwappiness = nil
	}
	if !h.Privileged {
		h.MaskedPaths = []string{
			"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
			"/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
		}
		h.ReadonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
	}
}

// resolveModes replaces the name in container:NAME modes by the id, where that container exists.
func (s *containers) resolveModes(c *container) error {
	h := &c.HostConfig
	for _, mode := range []*string{&h.NetworkMode, &h.PidMode, &h.IpcMode} {
		name, ok := strings.CutPrefix(*mode, "container:")
		if !ok || name == "" {
			continue
		}
		if other, err := s.st.lookup(name); err == nil {
			*mode = "container:" + other.ID
		} else if mode != &h.NetworkMode {
			return wire.BadRequest("%s", err.Error())
		}
	}
	return nil
}

func containerRename(w *world, q *wire.Request) (wire.Reply, error) {
	c, err := w.st.lookup(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	asked := q.Query.Get("name")
	name := strings.TrimPrefix(asked, "/")
	if name == "" {
		return wire.Reply{}, wire.BadRequest("Neither old nor new names may be empty")
	}
	if name == c.Name {
		return wire.Reply{}, wire.BadRequest("Renaming a container with the same name as its current name")
	}
	const where = "Error when allocating new name: "
	if err := checkName(name, "/"+name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if err := w.containers.nameTaken(name); err != nil {
		return wire.Reply{}, wire.Prefixed(where, err)
	}
	if c.Restarting {
		return wire.Reply{}, wire.NotFound("sandbox %s not found", c.SandboxID)
	}
	old := c.Name
	c.Name = name
	w.journal.emitContainer(c, "rename", map[string]string{"oldName": "/" + old})
	return wire.Status(204)
}
