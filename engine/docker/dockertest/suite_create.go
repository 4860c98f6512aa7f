// Test tools: the suite's cases about creating containers.

package dockertest

import (
	"sync"

	"github.com/dmap-dev/dmap/engine/docker"
)

var createCases = []suiteCase{
	{"a container has what was asked for", func(s *suite) {
		timeout := 7
		asked := spec("run")
		asked.Hostname = "box"
		asked.Env = []string{"A=1", "B=two words"}
		asked.Labels = map[string]string{"a": "1", "b": ""}
		asked.StopSignal = "SIGINT"
		asked.StopTimeout = &timeout
		asked.User = "12:34"
		asked.WorkingDir = "/data"
		asked.HostConfig.RestartPolicy = &docker.RestartPolicy{Name: "on-failure", MaximumRetryCount: 3}
		asked.HostConfig.Memory = 64 << 20
		asked.HostConfig.ReadonlyRootfs = true
		asked.HostConfig.CapDrop = []string{"CAP_CHOWN"}
		asked.HostConfig.ExtraHosts = []string{"db:10.0.0.1"}
		id := s.create("x", asked)
		got := s.inspect("x")
		s.same("id", got.ID, id)
		s.same("name", got.Name, s.name("x"))
		s.same("state", got.State, docker.ContainerState{Status: docker.StateCreated})
		img, err := s.Image(s.Context(), ProcImage)
		s.ok(err)
		s.same("image", got.ImageID, img.ID)
		s.same("configuration", got.Config, asked.ContainerConfig)
		type some struct {
			Policy   *docker.RestartPolicy
			Memory   int64
			Readonly bool
			Drop     []string
			Hosts    []string
		}
		of := func(h docker.HostConfig) some {
			return some{h.RestartPolicy, h.Memory, h.ReadonlyRootfs, h.CapDrop, h.ExtraHosts}
		}
		s.same("host configuration", of(got.HostConfig), of(asked.HostConfig))
	}},
	{"a container takes from its image what was not asked for", func(s *suite) {
		asked := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{
			Image: FullImage, Hostname: "box", Env: []string{"FROM=map"}, Labels: map[string]string{"mine": "yes"}}}
		asked.HostConfig.NetworkMode = "none"
		s.create("x", asked)
		got := s.inspect("x")
		s.same("configuration", got.Config, docker.ContainerConfig{
			Image: FullImage, Hostname: "box",
			Env:          []string{"FROM=map", "KEEP=yes"},
			Labels:       map[string]string{"mine": "yes", "from": "image"},
			Entrypoint:   []string{Program},
			Cmd:          []string{"run"},
			User:         "1000:1000",
			WorkingDir:   "/data",
			ExposedPorts: map[string]struct{}{"80/tcp": {}},
			Volumes:      map[string]struct{}{"/data": {}},
			StopSignal:   "SIGINT",
		})
		if len(got.Mounts) != 1 || got.Mounts[0].Destination != "/data" || !isAnonymous(got.Mounts[0]) {
			s.Errorf("want one anonymous volume at /data, got %+v", got.Mounts)
		}
	}},
	{"a missing image is told from other missing things", func(s *suite) {
		missing := spec()
		missing.Image = "dmap-test/nowhere"
		_, _, err := s.CreateContainer(s.Context(), s.name("x"), missing)
		s.want("image", err, docker.ImageMissing)
		s.same("state", s.state("x"), "absent")
	}},
	{"a specification that cannot be is refused, and its name stays free", func(s *suite) {
		for _, row := range badSpecs {
			asked := spec("run")
			row.change(s, &asked)
			_, _, err := s.CreateContainer(s.Context(), s.name("x"), asked)
			s.want(row.name, err, docker.InvalidSpec)
			s.same(row.name+": state", s.state("x"), "absent")
		}
		s.create("x", spec("run"))
	}},
	{"a name belongs to one of many who ask for it", func(s *suite) {
		const many = 8
		var group sync.WaitGroup
		errs := make([]error, many)
		for i := range many {
			group.Go(func() { _, _, errs[i] = s.CreateContainer(s.Context(), s.name("x"), spec()) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			s.want("loser", err, docker.NameTaken)
		}
		s.same("winners", won, 1)
	}},
}

// badSpecs are refused when the container is created.
var badSpecs = []struct {
	name   string
	change func(*suite, *docker.ContainerSpec)
}{
	{"no command", func(_ *suite, c *docker.ContainerSpec) { c.Cmd, c.Entrypoint = nil, []string{""} }},
	{"relative bind", func(_ *suite, c *docker.ContainerSpec) { c.HostConfig.Binds = []string{"./x:/x"} }},
	{"bad mode of a bind", func(_ *suite, c *docker.ContainerSpec) { c.HostConfig.Binds = []string{"/tmp:/x:sometimes"} }},
	{"one path twice", func(_ *suite, c *docker.ContainerSpec) { c.HostConfig.Binds = []string{"/tmp:/x", "/var:/x"} }},
	{"strict bind of a missing path", func(s *suite, c *docker.ContainerSpec) {
		c.HostConfig.Mounts = []docker.Mount{{Type: "bind", Source: "/" + s.name("missing"), Target: "/x"}}
	}},
	{"volumes from nobody", func(s *suite, c *docker.ContainerSpec) { c.HostConfig.VolumesFrom = []string{s.name("nobody")} }},
	{"link to nobody", func(s *suite, c *docker.ContainerSpec) {
		c.HostConfig.NetworkMode, c.HostConfig.Links = "", []string{s.name("nobody") + ":db"}
	}},
	{"link without network of its own", func(s *suite, c *docker.ContainerSpec) {
		c.HostConfig.NetworkMode, c.HostConfig.Links = "host", []string{s.name("nobody") + ":db"}
	}},
	{"automatic removal with restarts", func(_ *suite, c *docker.ContainerSpec) {
		c.HostConfig.AutoRemove, c.HostConfig.RestartPolicy = true, &docker.RestartPolicy{Name: "always"}
	}},
	{"retry count that nobody counts", func(_ *suite, c *docker.ContainerSpec) {
		c.HostConfig.RestartPolicy = &docker.RestartPolicy{Name: "always", MaximumRetryCount: 3}
	}},
	{"unknown stop signal", func(_ *suite, c *docker.ContainerSpec) { c.StopSignal = "NOPE" }},
	{"environment without name", func(_ *suite, c *docker.ContainerSpec) { c.Env = []string{"=x"} }},
	{"health check too often", func(_ *suite, c *docker.ContainerSpec) {
		c.Healthcheck = &docker.Healthcheck{Test: []string{"CMD", "x"}, Interval: 1}
	}},
	{"bad image name", func(_ *suite, c *docker.ContainerSpec) { c.Image = "UPPER" }},
	{"bad port", func(_ *suite, c *docker.ContainerSpec) {
		c.HostConfig.PortBindings = map[string][]docker.PortBinding{"80/tcp": {{HostPort: "x"}}}
	}},
}
