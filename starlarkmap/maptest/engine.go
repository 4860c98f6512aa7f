// Tests of maps: t.engine(), a simulated Docker Engine.

package maptest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// testEngine is a simulated engine, with dmap's engine to work on it.
type testEngine struct {
	sim    *sim.Engine
	client docker.Client
	engine *engine.Engine
	images *images
	runs   int
}

// newEngine is t.engine(images = None, registry = []).
func newEngine(c *invocation) (starlark.Value, error) {
	var given, registry starlark.Value = starlark.None, starlark.None
	if err := c.unpack("images?", &given, "registry?", &registry); err != nil {
		return nil, err
	}
	s := sim.New(sim.Options{})
	ctx := starlarkmap.Context(c.thread)
	context.AfterFunc(ctx, func() { _ = s.Close() }) // nothing reads from it any more
	e := &testEngine{sim: s, images: &images{sim: s, added: map[string]bool{}}}
	if given != starlark.None {
		e.images.given = true
		if err := addImages("engine: images", given, s.AddImage); err != nil {
			return nil, err
		}
	}
	if registry != starlark.None {
		e.images.given = true
		if err := addImages("engine: registry", registry, s.AddRemoteImage); err != nil {
			return nil, err
		}
	}
	var err error
	e.client, err = dockerd.Open(ctx, dockerd.Options{
		DialContext: s.DialContext,
		Host:        "tcp://simulated.invalid",
		ConfigDir:   "/simulated.invalid", // a test must not use the user's credentials
		Env:         func(string) string { return "" },
	})
	if err != nil {
		return nil, err
	}
	if e.engine, err = engine.New(engine.Config{Docker: e.client}); err != nil {
		return nil, err
	}
	return e.value(), nil
}

func (e *testEngine) value() starlark.Value {
	methods := map[string]method{
		"plan":          e.plan,
		"run":           e.run,
		"fail":          e.fail,
		"create":        e.create,
		"start":         e.onContainer(func(ctx context.Context, name string) error { return e.client.StartContainer(ctx, name) }),
		"stop":          e.onContainer(func(ctx context.Context, name string) error { return e.client.StopContainer(ctx, name, nil) }),
		"remove":        e.onContainer(func(ctx context.Context, name string) error { return e.client.RemoveContainer(ctx, name, true) }),
		"remove_volume": e.onContainer(func(ctx context.Context, name string) error { return e.client.RemoveVolume(ctx, name) }),
		"advance":       e.advance,
	}
	for name, do := range methods {
		methods[name] = inTest(do)
	}
	o := newObject("engine", methods)
	o.attrs["containers"] = e.containers
	o.attrs["volumes"] = e.volumes
	return o
}

// wanted is a map and what a test wants done with it.
type wanted struct {
	of      *model.ContainerMap
	request plan.Request
}

// request reads (map, action, *targets, adopt, force, recreate, remove_orphans, pull,
// signal).
func request(c *invocation) (*wanted, error) {
	if len(c.args) < 2 {
		return nil, fmt.Errorf("%s: want a map, an action and targets, such as %s(site, \"start\", \"web\")", c.name, c.name)
	}
	m, err := starlarkmap.MapOf(c.args[0])
	if err != nil {
		return nil, err
	}
	words, err := texts(c.name+": action and targets", c.args[1:])
	if err != nil {
		return nil, err
	}
	w := &wanted{of: m, request: plan.Request{Action: plan.Action(words[0]), Targets: words[1:]}}
	var pull string
	r := &w.request
	err = starlark.UnpackArgs(c.name, nil, c.kwargs, "adopt?", &r.Adopt, "force?", &r.Force, "recreate?", &r.Recreate, "update_persistent?", &r.UpdatePersistent,
		"remove_orphans?", &r.RemoveOrphans, "pull?", &pull, "signal?", &r.Signal)
	if err != nil {
		return nil, err
	}
	r.Pull = plan.PullPolicy(pull)
	return w, nil
}

// readWanted reads the arguments of a call, and provides the images of the map.
func (e *testEngine) readWanted(c *invocation) (*wanted, error) {
	w, err := request(c)
	if err != nil {
		return nil, err
	}
	if err := e.images.forMap(w.of); err != nil {
		return nil, because("cannot plan "+string(w.request.Action), err)
	}
	return w, nil
}

func (e *testEngine) plan(c *invocation) (starlark.Value, error) {
	w, err := e.readWanted(c)
	if err != nil {
		return nil, err
	}
	p, err := e.engine.Plan(starlarkmap.Context(c.thread), w.of, w.request)
	if err != nil {
		return nil, because("cannot plan "+string(w.request.Action), err)
	}
	return planValue(p)
}

// shortTimes returns time limits for an engine that answers immediately.
func shortTimes() run.Times {
	return run.Times{
		Hold: 2 * time.Second, Wait: 5 * time.Second, Settle: 20 * time.Millisecond,
		Pause: time.Millisecond, Reach: 100 * time.Millisecond,
	}
}

// run plans and runs the plan, one step at a time, so that the same test always sees
// the same order.
func (e *testEngine) run(c *invocation) (starlark.Value, error) {
	w, err := e.readWanted(c)
	if err != nil {
		return nil, err
	}
	e.runs++
	var p *plan.Plan
	report, err := e.engine.Do(starlarkmap.Context(c.thread), w.of, w.request, engine.Options{
		Options: run.Options{
			RunID:  fmt.Sprintf("%08x", e.runs), // not random: the same test sees the same labels
			Limits: run.Limits{Work: 1, Stops: 1, Pulls: 1},
			Times:  shortTimes(),
		},
		Review: func(reviewed *plan.Plan) error { p = reviewed; return nil },
	})
	switch {
	case err != nil && p == nil:
		return nil, because("cannot plan "+string(w.request.Action), err)
	case err != nil && report.Count(run.Failed)+report.Count(run.Unknown) == 0: // the run itself failed, not a step
		return nil, because("cannot run "+string(w.request.Action), err)
	}
	return reportValue(p, report)
}

// fail is e.fail(op, name = "", message = …, status = 500, times = 1): matching calls
// fail from now on.
func (e *testEngine) fail(c *invocation) (starlark.Value, error) {
	f := sim.Fault{Status: 500, Times: 1, Message: "simulated failure"}
	if err := c.unpack("op", &f.Op, "name?", &f.Name, "message?", &f.Message, "status?", &f.Status, "times?", &f.Times); err != nil {
		return nil, err
	}
	if !slices.Contains(failing(), f.Op) {
		hint := problem.DidYouMean(f.Op, failing())
		if hint == "" {
			hint = "one of " + strings.Join(failing(), ", ")
		}
		return nil, &problem.Problem{Code: problem.CodeUnknownName, Msg: fmt.Sprintf("fail: there is no operation %q", f.Op), Hint: hint}
	}
	switch {
	case f.Status < 400 || f.Status > 599:
		return nil, fmt.Errorf("fail: status: want 400 to 599, got %d", f.Status)
	case f.Times == 0 || f.Times < -1:
		return nil, fmt.Errorf("fail: times: want a number of calls, or -1 for all, got %d", f.Times)
	}
	e.sim.AddFault(f)
	return starlark.None, nil
}

// failing returns the operations with which dmap changes something on an engine.
func failing() []string {
	return []string{
		"container.create", "container.start", "container.stop", "container.remove", "container.update", "container.kill",
		"container.rename", "container.wait", "image.create", "volume.create", "volume.remove",
	}
}

// create is e.create(name, image = "other", labels = {}): it adds a container made by
// somebody else.
func (e *testEngine) create(c *invocation) (starlark.Value, error) {
	var name string
	image := "other"
	var labels *starlark.Dict
	err := c.unpack("name", &name, "image?", &image, "labels?", &labels)
	if err != nil {
		return nil, err
	}
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: image}}
	if spec.Labels, err = textDict("create: labels", labels); err != nil {
		return nil, err
	}
	if err := e.images.addOnce(image, false); err != nil {
		return nil, err
	}
	if _, _, err := e.client.CreateContainer(starlarkmap.Context(c.thread), name, spec); err != nil {
		return nil, because("create", err)
	}
	return starlark.None, nil
}

// onContainer returns a method that does something to a container by name, as if
// somebody else did it.
func (e *testEngine) onContainer(do func(ctx context.Context, name string) error) method {
	return func(c *invocation) (starlark.Value, error) {
		var name string
		if err := c.unpack("name", &name); err != nil {
			return nil, err
		}
		if err := do(starlarkmap.Context(c.thread), name); err != nil {
			return nil, because(c.name, err)
		}
		return starlark.None, nil
	}
}

// advance is e.advance(time): it moves the engine's clock on.
func (e *testEngine) advance(c *invocation) (starlark.Value, error) {
	var text string
	if err := c.unpack("time", &text); err != nil {
		return nil, err
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 || d > 24*365*time.Hour {
		return nil, fmt.Errorf("advance: want a time such as \"90s\" or \"2h\", at most a year, got %q", text)
	}
	e.sim.Advance(d)
	return starlark.None, nil
}

// containers is e.containers: the containers on the engine, by name.
func (e *testEngine) containers() (starlark.Value, error) {
	return byName(e.sim.World().Containers, func(c sim.ContainerState) string { return c.Name }, func(c sim.ContainerState) (starlark.Value, error) {
		mounts := make([]starlark.Value, len(c.Mounts))
		for i, m := range c.Mounts {
			var err error
			mounts[i], err = record(map[string]any{"type": m.Type, "source": m.Source, "destination": m.Destination, "rw": m.RW})
			if err != nil {
				return nil, err
			}
		}
		return record(map[string]any{
			"name": c.Name, "id": c.ID, "image": c.Image, "state": c.Status, "exit_code": c.ExitCode, "health": c.Health, "error": c.Error,
			"command": c.Command, "env": c.Env, "user": c.User, "labels": c.Labels, "restart": c.Restart, "restart_count": c.RestartCount,
			"mounts": starlark.NewList(mounts), "links": c.Links, "networks": c.Networks, "ports": c.Ports,
		})
	})
}

// volumes is e.volumes: the volumes on the engine, by name.
func (e *testEngine) volumes() (starlark.Value, error) {
	return byName(e.sim.World().Volumes, func(v sim.VolumeState) string { return v.Name }, func(v sim.VolumeState) (starlark.Value, error) {
		return record(map[string]any{
			"name": v.Name, "labels": v.Labels, "containers": v.Users,
			"uid": v.Root.UID, "gid": v.Root.GID, "mode": fmt.Sprintf("%04o", v.Root.Mode),
		})
	})
}
