// Front door: stories of the action update on the simulated engine.

package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

type dict = map[string]any

// options gives a container create_options.
func options(values dict) func(*model.Container) {
	return func(c *model.Container) {
		in, ok := model.From(values)
		if !ok {
			panic("these are no options")
		}
		c.CreateOptions = model.Options{Values: in.Value.(model.Dict)}
	}
}

func user(u string) func(*model.Container) { return func(c *model.Container) { c.User = u } }

// post makes a call that dmap never makes, as another program would.
func (b *bench) post(t testing.TB, path, body string) {
	t.Helper()
	if err := b.try(path, body); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) try(path, body string) error {
	client := &http.Client{Transport: &http.Transport{DialContext: b.sim.DialContext}}
	defer client.CloseIdleConnections()
	res, err := client.Post("http://docker/v1.41"+path, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("POST %s: %s", path, res.Status)
	}
	return nil
}

// requests are what the engine shows of all containers, as far as it was asked for.
func (b *bench) requests(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := b.client.Containers(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		info, err := b.client.Container(context.Background(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range []string{identity.LabelRun, identity.LabelDeps, identity.LabelSpec, identity.LabelFields} {
			delete(info.Config.Labels, label)
		}
		info.Config.Hostname = ""
		if strings.HasPrefix(info.HostConfig.NetworkMode, "container:") {
			info.HostConfig.NetworkMode = "container:" // of another id
		}
		if p := info.HostConfig.RestartPolicy; p != nil && p.Name == "" {
			p.Name = "no"
		}
		if limit := info.HostConfig.PidsLimit; limit != nil && *limit == 0 {
			info.HostConfig.PidsLimit = nil
		}
		for i, m := range info.Mounts {
			if len(m.Name) == 64 { // of no name of its own
				info.Mounts[i].Name, info.Mounts[i].Source = "", ""
			}
		}
		networks := map[string]docker.EndpointSpec{}
		for name, e := range info.Networks {
			e.Aliases = slices.DeleteFunc(e.Aliases, func(alias string) bool { return strings.HasPrefix(c.ID, alias) })
			e.MacAddress = ""
			networks[name] = e.EndpointSpec
		}
		text, err := json.MarshalIndent([]any{info.State.Status, info.ImageID, info.Config, info.HostConfig, info.Mounts, networks}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out[c.Name] = string(text)
	}
	return out
}

// updated plans an update and expects nothing to do and nothing to say; so does start.
func (b *bench) updated(t testing.TB, m *model.ContainerMap) {
	t.Helper()
	for _, action := range []plan.Action{plan.Update, plan.Start} {
		p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: action})
		if err != nil {
			t.Fatal(err)
		}
		p.Notes = slices.DeleteFunc(p.Notes, func(n plan.Note) bool { // see TestUpdateOfVolumesWithoutRecord
			return strings.HasPrefix(n.Text, "nothing records that the volume was prepared")
		})
		if len(p.Steps)+len(p.Notes) > 0 {
			t.Errorf("a further %s: steps %v, notes %v, error %v", action, ids(p), p.Notes, err)
		}
	}
}

// reasons are the steps of a plan that change what exists, with why.
func reasons(p *plan.Plan) string {
	var out []string
	for _, st := range p.Steps {
		if st.Op == plan.CreateContainer || st.Op == plan.UpdateContainer || st.Op == plan.PrepareVolume {
			out = append(out, st.ID+": "+strings.Join(st.Why, ", "))
		}
	}
	return strings.Join(out, "\n")
}

// What changed in the map is brought to the engine, in place where it can be, and
// then all is as if the new map had been started at once.
func TestUpdateStory(t *testing.T) {
	memory := func(v any) func(*model.Container) { return options(dict{"mem_limit": v}) }
	volumes := func(path string) []model.Volume { return []model.Volume{{Alias: "v", Path: path}} }
	for _, tt := range []struct {
		name     string
		was, now *model.ContainerMap
		want     string
	}{
		{"nothing changed", boxes(box("a", memory("64m"))), boxes(box("a", memory("64m"))), ""},
		{"a limit changed", boxes(box("a", memory("64m"))), boxes(box("a", memory("128m"))), "container.update m.a: Memory changed"},
		{"a limit is lower", boxes(box("a", memory("64m"))), boxes(box("a", memory("32m"))), "container.update m.a: Memory changed"},
		{"a limit is new", boxes(box("a")), boxes(box("a", memory("64m"))), "container.update m.a: Memory is new"},
		{"a limit is gone", boxes(box("a", memory("64m"))), boxes(box("a")), "container.create m.a: Memory is gone"},
		{"a limit that can be lifted", boxes(box("a", options(dict{"pids_limit": 9}))), boxes(box("a")), "container.update m.a: PidsLimit is gone"},
		{"restart policy is new", boxes(box("a")), boxes(box("a", options(dict{"restart_policy": "always"}))), "container.update m.a: RestartPolicy is new"},
		{"restart policy is gone", boxes(box("a", options(dict{"restart_policy": "always"}))), boxes(box("a")), "container.update m.a: RestartPolicy is gone"},
		{"swap follows memory", boxes(box("a", options(dict{"mem_limit": "64m", "memswap_limit": "64m"}))), boxes(box("a", memory("64m"))), "container.update m.a: MemorySwap is gone"},
		{"fewer tries of a restart policy", boxes(box("a", options(dict{"restart_policy": "on-failure:3"}))), boxes(box("a", options(dict{"restart_policy": "on-failure"}))),
			"container.update m.a: RestartPolicy changed"},
		{"swap without limit is gone", boxes(box("a", options(dict{"mem_limit": "64m", "memswap_limit": -1}))), boxes(box("a", memory("64m"))), "container.create m.a: MemorySwap is gone"},
		{"swap without limit is new", boxes(box("a", memory("64m"))), boxes(box("a", options(dict{"mem_limit": "96m", "memswap_limit": -1}))), "container.create m.a: Memory changed, MemorySwap is new"},
		{"a real-time limit", boxes(box("a")), boxes(box("a", options(dict{"cpu_rt_runtime": 95000}))), "container.create m.a: CpuRealtimeRuntime is new"},
		{"no network", boxes(box("a", options(dict{"network_disabled": true, "network_mode": "bridge", "networking_config": dict{"bridge": nil}}))),
			boxes(box("a", options(dict{"network_disabled": true, "network_mode": "bridge", "networking_config": dict{"bridge": nil}}))), ""},
		{"both kinds of processor limit", boxes(box("a", options(dict{"cpu_quota": 50000}))), boxes(box("a", options(dict{"nano_cpus": 500000000}))),
			"container.create m.a: CpuQuota is gone, NanoCpus is new"},
		{"a limit and a variable", boxes(box("a", memory("64m"))), boxes(box("a", options(dict{"mem_limit": "65m", "environment": dict{"A": "1"}}))),
			"container.create m.a: Env is new, Memory changed"},
		{"a variable is gone", boxes(box("a", options(dict{"environment": dict{"A": 8080, "B": "2"}}))), boxes(box("a", options(dict{"environment": dict{"A": 8080}}))), // D16, D28
			"container.create m.a: Env changed"},
		{"read-only", boxes(box("a"), bound("b", false)), boxes(box("a"), bound("b", true)), "container.create m.b: Binds changed"}, // D16
		{"user", boxes(box("a", user("5"))), boxes(box("a", user("6"))), "container.create m.a: User changed"},                      // D16
		{"a link is gone", boxes(box("b"), box("a", linked("b"))), boxes(box("b"), box("a")), "container.create m.a: Links is gone"},
		{"its linkers follow", boxes(box("c"), box("b", user("5"), linked("c")), box("a", linked("b"))), boxes(box("c"), box("b", user("6"), linked("c")), box("a", linked("b"))),
			"container.create m.b: User changed\ncontainer.create m.a: links b, which is created anew"},
		{"its users follow", boxes(box("b", sharing("/s")), using("a", "b")), boxes(box("b", sharing("/t")), using("a", "b")),
			"container.create m.b: Volumes changed\ncontainer.create m.a: uses b, which is created anew"},
		{"what joins the owner of a volume that it uses follows", boxes(box("b", attaching("v", "5")), joining("a", "b", "v")), boxes(box("b", attaching("v", "5"), options(dict{"environment": dict{"A": 1}})), joining("a", "b", "v")),
			"container.create m.b: Env is new\ncontainer.create m.a: joins b, which is created anew"},
		{"a linker of what is on another's network", boxes(box("c"), joining("b", "c", ""), box("a", linked("b"))), boxes(box("c"), joining("b", "c", ""), box("a", linked("b"))), ""},
		{"a volume is elsewhere", boxes(box("b", attaching("v", "")), using("a", "v")),
			&model.ContainerMap{Name: "m", Volumes: volumes("/w"), Containers: []*model.Container{box("b", attaching("v", "")), using("a", "v")}},
			"container.create m.v: Binds changed, Volumes changed\ncontainer.create m.b: volume v is not mounted at /w\ncontainer.create m.a: volume v is not mounted at /w"},
		{"a volume's owner", boxes(box("b", attaching("v", "5")), using("a", "v")), boxes(box("b", attaching("v", "6")), using("a", "v")),
			"container.create m.v: User changed\nvolume.prepare m.v: was prepared as 5:5, the map says 6:6, needed by b\ncontainer.create m.b: User changed"},
		{"a volume's mode", boxes(box("b", attaching("v", "5"), permissions("0750"))), boxes(box("b", attaching("v", "5"), permissions("0700"))),
			"volume.prepare m.v: was prepared as 5:5 0750, the map says 5:5 0700, needed by b"},
		{"new in the map", boxes(box("a")), boxes(box("a"), box("b")), "container.create m.b: does not exist"},
		{"a persistent one too", boxes(box("a", persistent, user("5"))), boxes(box("a", persistent, user("6"))), "container.create m.a: User changed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, want := newBench(t), newBench(t)
			b.must(t, tt.was, plan.Start)
			p := b.must(t, tt.now, plan.Update)
			if got := reasons(p); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			want.must(t, tt.now, plan.Start)
			if diff := cmp.Diff(want.requests(t), b.requests(t)); diff != "" {
				t.Errorf("not as if started (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want.world(), withoutLimits(b.world())); diff != "" && !strings.Contains(tt.name, "its users follow") { // of no name of their own, and left behind
				t.Errorf("not as if started (-want +got):\n%s", diff)
			}
			b.updated(t, tt.now)
		})
	}
}

// withoutLimits is a world without the records of limits that were set in place.
func withoutLimits(world string) string {
	var lines []string
	for line := range strings.Lines(world) {
		if !strings.Contains(line, identity.LimitSuffix) {
			lines = append(lines, line)
		}
	}
	return strings.TrimSuffix(strings.Join(lines, ""), "\n")
}

func permissions(mode string) func(*model.Container) {
	return func(c *model.Container) { c.Permissions = mode }
}

func bound(name string, readOnly bool) *model.Container {
	return box(name, func(c *model.Container) {
		c.CreateOptions = model.Options{}
		options(dict{"binds": dict{"/srv": dict{"bind": "/b", "ro": readOnly}}})(c)
	})
}

// joining is on the network of another container, and uses a volume if it names one.
func joining(name, other, volume string) *model.Container {
	return box(name, options(dict{"network_mode": "container:m." + other}), func(c *model.Container) {
		if volume != "" {
			c.Uses = []model.Use{{Name: volume}}
		}
	})
}

func using(name, what string) *model.Container {
	return box(name, func(c *model.Container) { c.Uses = []model.Use{{Name: what}} })
}

// What somebody did to a container behind dmap's back is seen and undone.
func TestUpdateFindsWhatOthersDid(t *testing.T) {
	const network = `{"Name": "net"}`
	on := options(dict{"network_mode": "net", "mem_limit": "64m", "restart_policy": "always"})
	m := boxes(box("db"), box("a", linked("db")), box("b", on))
	for _, tt := range []struct {
		name, path, body string
		want             string
	}{
		{"a limit", "/containers/m.b/update", `{"Memory": 33554432}`, "container.update m.b: Memory differs on the engine"},
		{"a policy", "/containers/m.b/update", `{"RestartPolicy": {"Name": "no"}}`, "container.update m.b: RestartPolicy differs on the engine"},
		{"a network", "/networks/net/disconnect", `{"Container": "m.b"}`, "container.create m.b: is not on the network net"},
		{"an image", "/images/example/web/tag?repo=example/app&tag=latest", "",
			"container.create m.db: image example/app:latest is another one now (ID)\ncontainer.create m.a: image example/app:latest is another one now (ID)\ncontainer.create m.b: image example/app:latest is another one now (ID)"},
		{"a pause", "/containers/m.b/pause", "", ""},
		{"a stop", "/containers/m.b/stop", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.post(t, "/networks/create", network)
			b.must(t, m, plan.Start)
			before := b.requests(t)
			b.post(t, tt.path, tt.body)
			image, err := b.client.Image(context.Background(), "example/app")
			if err != nil {
				t.Fatal(err)
			}
			p := b.must(t, m, plan.Update)
			short := strings.TrimPrefix(image.ID, "sha256:")[:12]
			if got := strings.ReplaceAll(reasons(p), short, "ID"); got != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, tt.want)
			}
			switch tt.name {
			case "a pause":
				if notes(p) != "m.b is paused" {
					t.Errorf("notes %q", notes(p))
				}
				b.post(t, "/containers/m.b/unpause", "")
			case "an image":
				before = nil
			}
			if diff := cmp.Diff(before, b.requests(t)); before != nil && diff != "" {
				t.Errorf("not as before (-want +got):\n%s", diff)
			}
			b.updated(t, m)
		})
	}
}

// What joins a container that ended for good is not started: the plan says so, not the engine.
func TestUpdateOfWhatJoinsAnEndedContainer(t *testing.T) {
	b := newBench(t)
	m := boxes(box("job", persistent), joining("a", "job", ""))
	b.must(t, m, plan.Start)
	b.halt(t, "m.job")
	b.halt(t, "m.a")
	_, _, err := b.do(m, plan.Update)
	var problems problem.Problems
	if !errors.As(err, &problems) || problems[0].Msg != `container "m.a" joins job, which is persistent and has ended` {
		t.Error(err)
	}
}

// Whoever follows the hint gets further: a service that was ended is started again, and
// a job that has done its work is no longer linked.
func TestHintsOfAnEndedPersistentContainer(t *testing.T) {
	b := newBench(t)
	m := boxes(box("p", persistent), box("a", linked("p")))
	b.must(t, m, plan.Start, "p")
	b.halt(t, "m.p")
	refused := func() {
		t.Helper()
		_, _, err := b.do(m, plan.Start)
		var problems problem.Problems
		if !errors.As(err, &problems) || !strings.Contains(problems[0].Hint, "restart p;") || !strings.Contains(problems[0].Hint, "leave that out") {
			t.Fatal(err)
		}
	}
	refused()
	b.must(t, m, plan.Restart, "p")
	b.must(t, m, plan.Start)
	b.halt(t, "m.a")
	b.halt(t, "m.p")
	refused()
	b.must(t, boxes(box("p", persistent), box("a")), plan.Update)
	if got := b.states(); got["m.a"] != "running" || got["m.p"] != "exited" {
		t.Errorf("without the link: %v", got)
	}
}

// A container whose labels were spoilt is compared as one that another tool made.
func TestUpdateWithoutARecord(t *testing.T) {
	for _, label := range []string{"", "garbage", "[]", "null"} {
		b := newBench(t)
		m := boxes(box("a", options(dict{"environment": dict{"A": 1}})))
		p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Start})
		if err != nil {
			t.Fatal(err)
		}
		spec := *p.Step("container.create m.a").Create
		spec.Env = []string{"A=2"}
		spec.Labels[identity.LabelFields], spec.Labels[identity.LabelSpec] = label, label
		if _, _, err := b.client.CreateContainer(context.Background(), "m.a", spec); err != nil {
			t.Fatal(err)
		}
		if got := reasons(b.must(t, m, plan.Update)); got != "container.create m.a: Env differs on the engine" {
			t.Errorf("label %q: %s", label, got)
		}
		b.updated(t, m)
	}
}

// A limit that nobody put into the map is noted, and lifted when that is asked for.
func TestUpdateLeavesForeignLimits(t *testing.T) {
	b := newBench(t)
	m := boxes(box("a"), box("b"))
	b.must(t, m, plan.Start)
	b.post(t, "/containers/m.a/update", `{"Memory": 33554432, "MemorySwap": 67108864, "CpuShares": 512}`)
	p := b.must(t, m, plan.Update)
	want := "m.a has a limit that is not in the map: CpuShares; --force-recreate lifts it\nm.a has a limit that is not in the map: Memory; --force-recreate lifts it"
	if len(p.Steps) > 0 || notes(p) != want {
		t.Errorf("steps %v, notes:\n%s", ids(p), notes(p))
	}
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Update, Recreate: true, Targets: []string{"a"}})
	if err != nil || reasons(p) != "container.create m.a: recreation was asked for" {
		t.Fatalf("%v, steps:\n%s", err, reasons(p))
	}
	if _, err := b.engine.Run(context.Background(), p, run.Options{}); err != nil {
		t.Fatal(err)
	}
	b.updated(t, m)
}

// A persistent container is not made anew because its image is.
func TestUpdateOfAPersistentContainersImage(t *testing.T) {
	b := newBench(t)
	m := boxes(box("a", persistent))
	b.must(t, m, plan.Start)
	b.halt(t, "m.a")
	b.post(t, "/images/example/web/tag?repo=example/app&tag=latest", "")
	p := b.must(t, m, plan.Update)
	if len(p.Steps) > 0 || notes(p) != "m.a runs an older image: example/app:latest has changed since" {
		t.Errorf("steps %v, notes %q", ids(p), notes(p))
	}
}

// A container that another tool made is compared with the map as a whole, and left
// alone if it is what the map says. What a foreign holder holds is never given up.
func TestUpdateOfAdoptedContainers(t *testing.T) {
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app", Env: []string{"Z=1", "A=1"}, Labels: map[string]string{"x": "y"}}}
	spec.HostConfig.Binds = []string{"/srv:/b"}
	for _, tt := range []struct {
		name   string
		change func(*docker.ContainerSpec)
		want   string
	}{
		{"as the map says", func(*docker.ContainerSpec) {}, ""},
		{"with more", func(s *docker.ContainerSpec) { s.Env = append(s.Env, "B=2") }, ""},
		{"with another variable", func(s *docker.ContainerSpec) { s.Env = []string{"A=2"} }, "container.create m.a: Env differs on the engine"},
		{"with another bind", func(s *docker.ContainerSpec) { s.HostConfig.Binds = []string{"/srv:/b:ro"} }, "container.create m.a: Binds differs on the engine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			s := spec
			tt.change(&s)
			id, _, err := b.client.CreateContainer(context.Background(), "m.a", s)
			if err == nil {
				err = b.client.StartContainer(context.Background(), id)
			}
			if err == nil {
				_, _, err = b.client.CreateContainer(context.Background(), "m.v", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{
					Image: "tianon/true", Volumes: map[string]struct{}{"/elsewhere": {}}}})
			}
			if err != nil {
				t.Fatal(err)
			}
			m := boxes(box("a", options(dict{"environment": dict{"A": 1}, "binds": dict{"/srv": dict{"bind": "/b", "ro": false}}})), box("o", attaching("v", "")))
			p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Update, Adopt: true})
			if err != nil {
				t.Fatal(err)
			}
			got := strings.TrimSuffix(strings.TrimSuffix(reasons(p), "container.create m.o: does not exist"), "\n")
			if got != tt.want || p.Step("container.remove m.v") != nil {
				t.Errorf("got:\n%s\nwant:\n%s\nsteps %v", got, tt.want, ids(p))
			}
		})
	}
}

// An update may end at any call: the next one completes it, and everything is as if
// the new map had been started at once.
func TestCrashDuringUpdate(t *testing.T) {
	was := boxes(box("db", user("1")), box("app", linked("db"), attaching("v", "5")), box("web", linked("app"), options(dict{"mem_limit": "64m"})), box("alone", options(dict{"mem_limit": "64m"})))
	now := boxes(box("db", user("2")), box("app", linked("db"), attaching("v", "5")), box("web", linked("app"), options(dict{"mem_limit": "65m"})), box("alone", options(dict{"mem_limit": "65m"})))
	undisturbed := newBench(t)
	undisturbed.must(t, now, plan.Start)
	want := undisturbed.requests(t)
	crashEverywhere(t, func(b *bench) { b.must(t, was, plan.Start) }, now, plan.Update, func(t *testing.T, b *bench) {
		b.must(t, now, plan.Update)
		b.updated(t, now)
		if diff := cmp.Diff(want, b.requests(t)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A volume of which nothing says how it was prepared is not touched, whether it never was
// or its record is lost: its owner has run with it. Recreation of the owner is another word.
func TestUpdateOfVolumesWithoutRecord(t *testing.T) {
	prepared := boxes(box("b", attaching("v", "5")))
	for _, tt := range []struct {
		name string
		was  *model.ContainerMap
		harm func(*bench) error
	}{
		{"never prepared", boxes(box("b", attaching("v", ""))), func(*bench) error { return nil }},
		{"record lost", prepared, func(b *bench) error {
			return b.client.RemoveVolume(context.Background(), "m.v"+identity.PreparedSuffix)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.must(t, tt.was, plan.Start)
			if err := tt.harm(b); err != nil {
				t.Fatal(err)
			}
			p := b.must(t, prepared, plan.Update)
			want := "m.v nothing records that the volume was prepared (5:5); left alone, because its owner has run already: update --force-recreate of the owner prepares it"
			if p.Step("volume.prepare m.v") != nil || notes(p) != want {
				t.Errorf("steps %v, notes %s", ids(p), notes(p))
			}
			p, err := b.engine.Plan(context.Background(), prepared, plan.Request{Action: plan.Update, Recreate: true, Targets: []string{"b"}})
			if err != nil || p.Step("volume.prepare m.v") == nil {
				t.Fatalf("%v, steps %v", err, ids(p))
			}
			if _, err := b.engine.Run(context.Background(), p, run.Options{Times: quick}); err != nil {
				t.Fatal(err)
			}
			b.updated(t, prepared)
		})
	}
}

// mutate changes a random map: what is added, changed and removed all occur.
func mutate(m *model.ContainerMap, random *rand.Rand) {
	for _, c := range m.Containers {
		switch random.IntN(8) {
		case 0:
			c.User = fmt.Sprint(1000 + random.IntN(3))
		case 1:
			options(dict{"mem_limit": (10 + random.IntN(3)) << 20})(c)
		case 2:
			options(dict{"environment": dict{"N": random.IntN(3)}, "cpu_shares": 512})(c)
		case 3:
			options(dict{"restart_policy": []any{"always", "no", "on-failure:3"}[random.IntN(3)], "pids_limit": 100})(c)
		case 4:
			c.CreateOptions = model.Options{}
		case 5:
			c.Links = nil
		case 6:
			c.Image = []string{"example/web", "example/app"}[random.IntN(2)]
		}
	}
}

// Of random maps that change at random, an update makes what a start of the new map
// would make, and then finds nothing to do. No volume is lost, and what did not have
// to be touched runs on.
func TestRandomUpdates(t *testing.T) {
	maps := rapid.Custom(randomMap)
	for seed := range 400 {
		if testing.Short() && seed >= 60 {
			break
		}
		random := rand.New(rand.NewPCG(uint64(seed), 7))
		was, now := maps.Example(seed), maps.Example(seed)
		mutate(was, random)
		mutate(now, random)
		b, want := newBench(t), newBench(t)
		b.must(t, was, plan.Start)
		volumes := len(b.sim.World().Volumes)
		before := containerIDs(t, b)
		p := b.must(t, now, plan.Update)
		want.must(t, now, plan.Start)
		if diff := cmp.Diff(want.requests(t), b.requests(t)); diff != "" {
			t.Fatalf("seed %d: not as if started (-want +got):\n%s", seed, diff)
		}
		b.updated(t, now)
		if got := len(b.sim.World().Volumes); got < volumes {
			t.Fatalf("seed %d: %d volumes are left of %d", seed, got, volumes)
		}
		for name, id := range containerIDs(t, b) {
			if p.Step("container.create "+name) == nil && before[name] != id {
				t.Fatalf("seed %d: %s is another container", seed, name)
			}
		}
		b.sim.Close()
		want.sim.Close()
	}
}

func containerIDs(t testing.TB, b *bench) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, c := range b.sim.World().Containers {
		out[c.Name] = c.ID
	}
	return out
}

// Comparing takes one look at each container, and no more calls than a start beside.
func TestUpdateCalls(t *testing.T) {
	b := newBench(t)
	m := site()
	b.must(t, m, plan.Start)
	count := func(action plan.Action) map[string]int {
		b.sim.ClearCalls()
		if _, err := b.engine.Plan(context.Background(), m, plan.Request{Action: action}); err != nil {
			t.Fatal(err)
		}
		calls := map[string]int{}
		for _, c := range b.sim.Calls() {
			calls[c.Op]++
		}
		return calls
	}
	want := count(plan.Start)
	want["container.inspect"] = 6 // three containers, three holders
	if diff := cmp.Diff(want, count(plan.Update)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// Containers that swap a port or an address do so in one run: none is started before it is free.
func TestUpdateMovesPortsAndAddresses(t *testing.T) {
	published := func(port, ip int) func(*model.Container) {
		return options(dict{"port_bindings": dict{"80": port}, "network_mode": "net", "networking_config": dict{"net": dict{"ipv4_address": fmt.Sprint("10.0.7.", ip)}}})
	}
	for range 5 {
		b := newBench(t)
		b.post(t, "/networks/create", `{"Name": "net", "IPAM": {"Config": [{"Subnet": "10.0.7.0/24"}]}}`)
		b.must(t, boxes(box("a", published(8080, 5)), box("b", published(8081, 6)), box("c", published(8082, 7)), box("d", published(8083, 8))), plan.Start)
		now := boxes(box("a", published(8081, 5)), box("b", published(8080, 6)), box("c", published(8082, 8)), box("d", published(8083, 7)), box("new"))
		b.must(t, now, plan.Update)
		b.updated(t, now)
		b.sim.Close()
	}
}

// noVolumes is an engine whose volumes are lost.
type noVolumes struct{ docker.Client }

func (noVolumes) Volumes(context.Context, string) ([]docker.VolumeInfo, error) { return nil, nil }

// A limit is changed after the container has stopped, if it has to: one call on a
// container at a time.
func TestUpdateOfARenewedVolumesOwner(t *testing.T) {
	b := newBench(t)
	with := func(memory string) *model.ContainerMap {
		return boxes(box("o", attaching("v", ""), options(dict{"mem_limit": memory})))
	}
	b.must(t, with("64m"), plan.Start)
	p, err := engine.Plan(context.Background(), noVolumes{b.client}, with("65m"), plan.Request{Action: plan.Update})
	if err != nil {
		t.Fatal(err)
	}
	if update := p.Step("container.update m.o"); update == nil || !slices.Contains(update.Needs, "container.stop m.o") {
		t.Errorf("steps %v, the update is %+v", ids(p), update)
	}
}

// Containers that the map has no longer are named, and taken down if that is asked for,
// so that their ports are free; their volumes stay.
func TestOrphans(t *testing.T) {
	published := options(dict{"port_bindings": dict{"80": 8080}})
	was := boxes(box("old", published, attaching("v", "")), box("stays"), box("job", persistent), box("last", linked("old", "stays")))
	now := boxes(box("renamed", published), box("stays"))
	for _, action := range []plan.Action{plan.Update, plan.Shutdown} {
		b := newBench(t)
		b.must(t, was, plan.Start)
		b.halt(t, "m.job")
		foreign, _, err := b.client.CreateContainer(context.Background(), "m.foreign", docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app"}})
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.engine.Plan(context.Background(), boxes(box("renamed"), box("stays")), plan.Request{Action: action})
		const note = " is not in the map any more; --remove-orphans removes it"
		if want := "m.job" + note + "\nm.last" + note + "\nm.old" + note + "\nm.v" + note; err != nil || notes(p) != want || slices.ContainsFunc(p.Steps, func(st plan.Step) bool {
			return slices.Contains([]string{"m.last", "m.old", "m.v", "m.job"}, st.Target)
		}) {
			t.Errorf("%s: %v, notes:\n%s\nsteps %v", action, err, notes(p), ids(p))
		}
		p, err = b.engine.Plan(context.Background(), now, plan.Request{Action: action, RemoveOrphans: true})
		if err != nil {
			t.Fatal(err)
		}
		if stop := p.Step("container.stop m.old"); !slices.Contains(stop.Needs, "container.stop m.last") { // dependents first
			t.Errorf("%s: the stop of m.old needs %v", action, stop.Needs)
		}
		if _, err := b.engine.Run(context.Background(), p, run.Options{Times: quick}); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"m.foreign": "created"}
		if action == plan.Update {
			want["m.renamed"], want["m.stays"] = "running", "running"
			b.updated(t, now)
		}
		if diff := cmp.Diff(want, b.states()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
		if _, err := b.client.Volume(context.Background(), "m.v"); err != nil {
			t.Errorf("%s: the volume is gone: %v", action, err)
		}
		if _, err := b.client.Container(context.Background(), foreign); err != nil {
			t.Error(err)
		}
	}
}

// leaving is an engine of which each container goes away just before it is inspected.
type leaving struct{ docker.Client }

func (l leaving) Container(ctx context.Context, id string) (docker.ContainerInfo, error) {
	if err := l.RemoveContainer(ctx, id, true); err != nil {
		return docker.ContainerInfo{}, err
	}
	return l.Client.Container(ctx, id)
}

// A container that goes away while the plan is made is made anew, and its linkers follow.
func TestContainersLeaveWhileTheyAreLookedAt(t *testing.T) {
	with := func(memory string) *model.ContainerMap {
		return boxes(box("db", options(dict{"mem_limit": memory})), box("web", linked("db")))
	}
	for _, action := range []plan.Action{plan.Start, plan.Update} {
		b := newBench(t)
		b.must(t, with("64m"), plan.Start)
		p, err := engine.Plan(context.Background(), leaving{b.client}, with("65m"), plan.Request{Action: action, Targets: []string{"db"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.engine.Run(context.Background(), p, run.Options{Times: quick}); err != nil {
			t.Fatal(err)
		}
		b.must(t, with("65m"), plan.Start)
		b.updated(t, with("65m"))
	}
}
