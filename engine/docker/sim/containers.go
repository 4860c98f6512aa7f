// Part of the simulated engine: finding containers, creating and naming them.

package sim

import (
	"fmt"
	"path"
	"sort"
	"strings"
)

// lookup finds a container by id, by name, by the path of a legacy link, or by the beginning of its id.
func (e *Engine) lookup(ref string) (*container, error) {
	if c := e.st.Containers[ref]; c != nil {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	var found []*container
	for _, c := range e.st.containers() {
		if c.Name == name {
			return c, nil
		}
		for _, l := range c.Links {
			if target := e.st.Containers[l.Target]; target != nil && name == c.Name+"/"+l.Alias {
				return target, nil
			}
		}
		if ref != "" && strings.HasPrefix(c.ID, ref) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, notFound("No such container: %s", ref)
	}
	return nil, badRequest("Multiple IDs found with provided prefix: %s", ref)
}

// checkName refuses names that the engine refuses; shown is the name as the message has it.
func checkName(name, shown string) error {
	if !validName(strings.TrimPrefix(name, "/")) {
		return badRequest("Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", shown)
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
func (e *Engine) nameTaken(name string) error {
	for _, c := range e.st.containers() {
		if c.Name == name {
			return conflict("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or rename) that container to be able to reuse that name.", name, c.ID)
		}
	}
	return nil
}

func (e *Engine) containerCreate(q *request) (reply, error) {
	var body createBody
	var probe struct{ Image *string }
	if err := q.decode(&body); err != nil {
		return reply{}, err
	}
	_ = q.decode(&probe)
	if probe.Image == nil && len(strings.Trim(strings.TrimSpace(string(q.body)), "{} \n\tnul")) == 0 {
		return reply{}, badRequest("Config cannot be empty in order to create a container")
	}
	if body.HostConfig == nil {
		body.HostConfig = &hostConfig{}
	}
	if body.NetworkingConfig == nil {
		body.NetworkingConfig = &networkingConfig{}
	}
	if err := e.checkCreate(q, &body); err != nil {
		return reply{}, err
	}
	c, err := e.newContainer(q, &body)
	if err != nil {
		return reply{}, err
	}
	e.emitContainer(c, "create", nil)
	return reply{status: 201, json: object{"Id": c.ID, "Warnings": []string{}}}, nil
}

// newContainer makes the container. When a step fails, everything made before it is undone and the name is free again.
func (e *Engine) newContainer(q *request, body *createBody) (*container, error) {
	var im *image
	if body.Image != "" {
		found, err := e.findImage(body.Image)
		if err != nil {
			return nil, err
		}
		im = found
	}
	mergeImage(&body.Config, im)
	if err := checkMerged(&body.Config); err != nil {
		return nil, err
	}
	c := &container{
		ID: e.st.newID("container"), Created: e.st.Now, Config: body.Config, HostConfig: *body.HostConfig,
		Mounts: map[string]*mountPoint{}, Endpoints: map[string]*endpointConfig{}, Files: tree{},
	}
	c.Serial = e.st.Serial
	if im != nil {
		c.ImageID = im.ID
	}
	c.Name = strings.TrimPrefix(q.query.Get("name"), "/")
	if c.Name == "" {
		c.Name = fmt.Sprintf("sim_%d", c.Serial)
	} else if err := checkName(c.Name, q.query.Get("name")); err != nil {
		return nil, err
	}
	if err := e.nameTaken(c.Name); err != nil {
		return nil, err
	}
	words := append(append([]string{}, nonEmpty(c.Config.Entrypoint)...), c.Config.Cmd...)
	c.Path, c.Args = words[0], words[1:]
	e.fillDefaults(c)
	if err := e.resolveModes(c); err != nil {
		return nil, err
	}
	// Until it is complete nobody can find it, not even a link or volumes-from of its own.
	if err := e.attach(c, body); err != nil {
		e.releaseVolumes(c, true)
		return nil, err
	}
	e.st.Containers[c.ID] = c
	return c, nil
}

// attach gives a new container its mounts, links and network settings.
func (e *Engine) attach(c *container, body *createBody) error {
	if err := e.addMounts(c); err != nil {
		return err
	}
	if err := e.registerLinks(c); err != nil {
		return err
	}
	return e.setEndpoints(c, body.NetworkingConfig.EndpointsConfig)
}

// nonEmpty drops the one empty word by which a client says "no entrypoint".
func nonEmpty(words []string) []string {
	if len(words) == 1 && words[0] == "" {
		return nil
	}
	return words
}

// mergeImage fills a container's configuration from its image; facts 2.6 has the rules.
func mergeImage(c *Config, im *image) {
	if im == nil {
		return
	}
	from := im.Config
	c.User = first(c.User, from.User)
	c.WorkingDir = first(c.WorkingDir, from.WorkingDir)
	c.StopSignal = first(c.StopSignal, from.StopSignal)
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

// fillDefaults sets what inspect shows though nobody asked for it.
func (e *Engine) fillDefaults(c *container) {
	h := &c.HostConfig
	h.NetworkMode = first(h.NetworkMode, "default")
	if h.NetworkMode == "default" && !e.version.less(apiVersion{1, 44}) {
		h.NetworkMode = "bridge"
	}
	if c.Config.Hostname == "" {
		c.Config.Hostname = c.shortID()
		if h.NetworkMode == "host" {
			c.Config.Hostname = e.hostName()
		}
	}
	if h.LogConfig.Type == "" {
		h.LogConfig.Type = "json-file"
	}
	if h.LogConfig.Config == nil {
		h.LogConfig.Config = map[string]string{}
	}
	h.CgroupnsMode = first(h.CgroupnsMode, "host")
	h.IpcMode = first(h.IpcMode, "private")
	h.Runtime = first(h.Runtime, "runc")
	if h.ShmSize == 0 {
		h.ShmSize = 64 << 20
	}
	if h.Memory > 0 && h.MemorySwap == 0 {
		h.MemorySwap = 2 * h.Memory
	}
	if h.OomKillDisable == nil {
		h.OomKillDisable = new(bool)
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
func (e *Engine) resolveModes(c *container) error {
	h := &c.HostConfig
	for _, mode := range []*string{&h.NetworkMode, &h.PidMode, &h.IpcMode} {
		name, ok := strings.CutPrefix(*mode, "container:")
		if !ok {
			continue
		}
		if other, err := e.lookup(name); err == nil {
			*mode = "container:" + other.ID
		} else if mode != &h.NetworkMode {
			return err
		}
	}
	return nil
}

// checkCreate refuses what the engine refuses before it looks at the image.
func (e *Engine) checkCreate(q *request, body *createBody) error {
	if n := body.NetworkingConfig.EndpointsConfig; len(n) > 1 && !q.at(44) {
		return badRequest("Container cannot be connected to network endpoints: %s", strings.Join(sortedKeys(n), ", "))
	}
	c, h := &body.Config, body.HostConfig
	if err := checkPlatformModes(c, h); err != nil {
		return err
	}
	if c.WorkingDir != "" && !path.IsAbs(c.WorkingDir) {
		return badRequest("the working directory '%s' is invalid, it needs to be an absolute path", c.WorkingDir)
	}
	if c.StopSignal != "" {
		if _, err := parseSignal(c.StopSignal); err != nil {
			return err
		}
	}
	for _, pair := range c.Env {
		if key, _, _ := strings.Cut(pair, "="); key == "" {
			return badRequest("invalid environment variable: %s", pair)
		}
	}
	if err := checkHealth(c.Healthcheck); err != nil {
		return err
	}
	return e.checkHost(h)
}

// checkPlatformModes refuses combinations of namespaces that contradict each other.
func checkPlatformModes(c *Config, h *hostConfig) error {
	container := strings.HasPrefix(h.NetworkMode, "container:")
	switch {
	case h.NetworkMode == "container:":
		return badRequest("Invalid network mode: %s", h.NetworkMode)
	case container && c.Hostname != "":
		return badRequest("conflicting options: hostname and the network mode")
	case container && len(h.Links) > 0:
		return badRequest("conflicting options: container type network can't be used with links. This would result in undefined behavior")
	case h.NetworkMode == "host" && len(h.Links) > 0:
		return badRequest("conflicting options: host type networking can't be used with links. This would result in undefined behavior")
	case container && len(h.DNS) > 0:
		return badRequest("conflicting options: dns and the network mode")
	case container && len(h.ExtraHosts) > 0:
		return badRequest("conflicting options: custom host-to-IP mapping and the network mode")
	case container && (len(h.PortBindings) > 0 || h.PublishAllPorts):
		return badRequest("conflicting options: port publishing and the container type network mode")
	case container && len(c.ExposedPorts) > 0:
		return badRequest("conflicting options: port exposing and the container type network mode")
	}
	return nil
}

func checkHealth(h *Healthcheck) error {
	if h == nil {
		return nil
	}
	const shortest = 1_000_000
	for _, d := range []struct {
		name  string
		value int64
	}{{"Interval", h.Interval}, {"Timeout", h.Timeout}, {"StartPeriod", h.StartPeriod}, {"StartInterval", h.StartInterval}} {
		if d.value != 0 && d.value < shortest {
			return badRequest("%s in Healthcheck cannot be less than 1ms", d.name)
		}
	}
	if h.Retries < 0 {
		return badRequest("Retries in Healthcheck cannot be negative")
	}
	return nil
}

// checkHost checks the host configuration of a new container.
func (e *Engine) checkHost(h *hostConfig) error {
	if h.AutoRemove && h.RestartPolicy.Name != "" && h.RestartPolicy.Name != "no" {
		return badRequest("can't create 'AutoRemove' container with restart policy")
	}
	for _, spec := range h.Mounts {
		if _, err := e.mountOf(spec); err != nil {
			return err
		}
	}
	for _, host := range h.ExtraHosts {
		if name, ip, ok := strings.Cut(host, ":"); !ok || name == "" || ip == "" {
			return badRequest("bad format for add-host: %q", host)
		}
	}
	if err := checkPortBindings(h.PortBindings); err != nil {
		return err
	}
	if err := checkRestartPolicy(h.RestartPolicy); err != nil {
		return err
	}
	if err := checkCaps(h); err != nil {
		return err
	}
	if h.ShmSize < 0 {
		return badRequest("SHM size can not be less than 0")
	}
	if err := checkResources(&h.resources, h.Memory, h.MemorySwap); err != nil {
		return err
	}
	if !knownLogDriver(h.LogConfig.Type) {
		return badRequest("error looking up logging plugin %s: plugin %q not found", h.LogConfig.Type, h.LogConfig.Type)
	}
	if h.OomScoreAdj < -1000 || h.OomScoreAdj > 1000 {
		return badRequest("Invalid value %d, range for oom score adj is [-1000, 1000]", h.OomScoreAdj)
	}
	return nil
}

func checkRestartPolicy(p restartPolicy) error {
	switch p.Name {
	case "always", "unless-stopped", "no":
		if p.MaximumRetryCount != 0 {
			return badRequest("maximum retry count cannot be used with restart policy '%s'", p.Name)
		}
	case "on-failure":
		if p.MaximumRetryCount < 0 {
			return badRequest("maximum retry count cannot be negative")
		}
	case "":
	default:
		return badRequest("invalid restart policy '%s'", p.Name)
	}
	return nil
}

func checkResources(r *resources, memory, swap int64) error {
	const least = 6 << 20
	switch {
	case r.Memory != 0 && r.Memory < least:
		return badRequest("Minimum memory limit allowed is 6MB")
	case r.Memory > 0 && r.MemorySwap > 0 && r.MemorySwap < r.Memory, memory > 0 && swap > 0 && swap < memory:
		return badRequest("Minimum memoryswap limit should be larger than memory limit, see usage")
	case r.Memory == 0 && r.MemorySwap > 0 && memory == 0:
		return badRequest("You should always set the Memory limit when using Memoryswap limit, see usage")
	case r.MemoryReservation != 0 && r.MemoryReservation < least:
		return badRequest("Minimum memory reservation allowed is 6MB")
	case r.Memory > 0 && r.MemoryReservation > r.Memory:
		return badRequest("Minimum memory limit can not be less than memory reservation limit, see usage")
	case r.NanoCPUs > 0 && (r.CPUPeriod > 0 || r.CPUQuota > 0):
		return badRequest("Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set")
	case r.CPUShares < 0:
		return badRequest("shares must be at least 0")
	case r.BlkioWeight > 0 && (r.BlkioWeight < 10 || r.BlkioWeight > 1000):
		return badRequest("Range of blkio weight is from 10 to 1000")
	}
	return nil
}

func knownLogDriver(name string) bool {
	known := []string{"", "none", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"}
	i := sort.SearchStrings(known[2:], name)
	return name == "" || name == "none" || i < len(known)-2 && known[2+i] == name
}

// capabilities are the Linux capabilities by name, without their prefix.
const capabilities = " ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID" +
	" IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID" +
	" SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM "

// checkCaps refuses unknown capabilities.
func checkCaps(h *hostConfig) error {
	for _, list := range []struct {
		field string
		caps  []string
	}{{"CapAdd", h.CapAdd}, {"CapDrop", h.CapDrop}} {
		for _, name := range list.caps {
			short := strings.TrimPrefix(strings.ToUpper(name), "CAP_")
			if short == "" || strings.Contains(short, " ") || !strings.Contains(capabilities, " "+short+" ") {
				return badRequest("invalid %s: unknown capability: \"CAP_%s\"", list.field, short)
			}
		}
	}
	return nil
}

// checkMerged checks what can only be known once the image's part is in.
func checkMerged(c *Config) error {
	if len(nonEmpty(c.Entrypoint)) == 0 && len(c.Cmd) == 0 {
		return badRequest("No command specified")
	}
	return nil
}

func (e *Engine) containerRename(q *request) (reply, error) {
	c, err := e.lookup(q.name)
	if err != nil {
		return reply{}, err
	}
	asked := q.query.Get("name")
	name := strings.TrimPrefix(asked, "/")
	if name == "" {
		return reply{}, badRequest("Neither old nor new names may be empty")
	}
	if name == c.Name {
		return reply{}, badRequest("Renaming a container with the same name as its current name")
	}
	const where = "Error when allocating new name: "
	if err := checkName(name, "/"+name); err != nil {
		return reply{}, prefixed(where, err)
	}
	if err := e.nameTaken(name); err != nil {
		return reply{}, prefixed(where, err)
	}
	if c.Restarting {
		return reply{}, notFound("sandbox %s not found", c.SandboxID)
	}
	old := c.Name
	c.Name = name
	e.emitContainer(c, "rename", map[string]string{"oldName": "/" + old})
	return status(204)
}
