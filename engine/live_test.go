// Front door: stories of what somebody else did to what runs.

package engine_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// delete makes a DELETE call that dmap never makes.
func (b *bench) delete(t *testing.T, path string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "DELETE", "http://docker/v1.41"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := b.sim.Client()
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("DELETE %s: %s", path, res.Status)
	}
}

// stands makes and starts a container outside the map.
func (b *bench) stands(t *testing.T, name string, set func(*docker.ContainerSpec)) {
	t.Helper()
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "example/app"}}
	if set != nil {
		set(&spec)
	}
	id, _, err := b.client.CreateContainer(t.Context(), name, spec)
	if err == nil {
		err = b.client.StartContainer(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A container that somebody disconnected is seen: start notes it, and refuses what links
// there; update mends it.
func TestDisconnected(t *testing.T) {
	m := boxes(box("db"), box("web", linked("db")))
	for _, halted := range []bool{false, true} {
		b := newBench(t)
		b.must(t, m, plan.Start)
		if halted {
			b.halt(t, "m.web")
		}
		b.post(t, "/networks/bridge/disconnect", `{"Container":"m.db"}`)
		p, _, err := b.do(m, plan.Start)
		if halted {
			if want := `container "m.web" links db, which is not on the network bridge any more`; err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("start: %v, want %s", err, want)
			}
		} else if err != nil || len(p.Steps) > 0 || notes(p) != "m.db differs from the map: is not on the network bridge" {
			t.Errorf("start: %v %v %v", ids(p), notes(p), err)
		}
		b.must(t, m, plan.Update)
		b.settled(t, m)
		if p := b.must(t, m, plan.Update); len(p.Steps)+len(p.Notes) > 0 {
			t.Errorf("a second update: %v %s", ids(p), notes(p))
		}
		if diff := cmp.Diff(map[string]string{"m.db": "running", "m.web": "running"}, b.states()); diff != "" {
			t.Error(diff)
		}
	}
}

func joins(target string) func(*model.Container) {
	return options(dict{"network_mode": "container:" + target})
}

// A container that joins another one is restarted when that began after it. The action
// restart says who stays behind.
func TestJoinersBeginAnew(t *testing.T) {
	m := boxes(box("net"), box("web", joins("m.net")), box("top", joins("m.net")))
	for name, harm := range map[string]func(*bench){
		"restarted by hand": func(b *bench) { b.post(t, "/containers/m.net/restart?t=0", "") },
		"stopped":           func(b *bench) { b.halt(t, "m.net") },
		"by dmap": func(b *bench) {
			p := b.must(t, m, plan.Restart, "net", "top")
			if want := "m.web joins net, which is restarted without it: it stays in a namespace that nobody else is in until it is restarted too"; notes(p) != want {
				t.Errorf("restart notes %q, want %q", notes(p), want)
			}
		},
	} {
		for _, action := range []plan.Action{plan.Start, plan.Startup, plan.Update} {
			b := newBench(t)
			b.must(t, m, plan.Start)
			harm(b)
			p := b.must(t, m, action)
			if st := p.Step("container.start m.web"); st == nil || p.Step("container.stop m.web") == nil || !strings.HasPrefix(st.Why[0], "joins net, which ") {
				t.Errorf("%s, %s: %v", name, action, ids(p))
			}
			if p := b.must(t, m, action); len(p.Steps)+len(p.Notes) > 0 {
				t.Errorf("%s, %s again: %v %s", name, action, ids(p), notes(p))
			}
		}
	}
	b := newBench(t)
	b.must(t, m, plan.Start)
	b.halt(t, "m.net")
	if p := b.must(t, m, plan.Start, "net"); p.Step("container.start m.web") == nil {
		t.Errorf("only the target is named: %v", ids(p))
	}
}

// A joiner outside the map is noted too.
func TestJoinersOutsideTheMapAreNoted(t *testing.T) {
	b, m := newBench(t), boxes(box("net"))
	b.must(t, m, plan.Start)
	b.stands(t, "far", func(s *docker.ContainerSpec) { s.HostConfig.NetworkMode = "container:m.net" })
	if p := b.must(t, m, plan.Restart); !strings.HasPrefix(notes(p), "far joins net, which is restarted without it") {
		t.Errorf("notes %q", notes(p))
	}
}

// What a container of the map links, uses or joins outside the map, and that was recreated,
// is seen, and what belongs to the old one follows.
func TestPartnersOutsideTheMap(t *testing.T) {
	share := func(s *docker.ContainerSpec) { s.Volumes = map[string]struct{}{"/data": {}} }
	for name, row := range map[string]struct {
		options dict
		mends   plan.Action
		want    string
	}{
		"links": {dict{"links": dict{"far": "db"}}, plan.Start, "links far, which was created anew"},
		"uses":  {dict{"volumes_from": []any{"far"}}, plan.Start, "uses far, which was created anew"},
		"joins": {dict{"network_mode": "container:far"}, plan.Start, "joins far, which was created anew"},
	} {
		for _, labelled := range []bool{true, false} {
			b, m := newBench(t), boxes(box("web", options(row.options)))
			b.stands(t, "far", share)
			b.must(t, m, plan.Start)
			if !labelled {
				b.unlabel(t, "m.web")
			}
			b.settled(t, m)
			if p := b.must(t, m, plan.Update); len(p.Steps)+len(p.Notes) > 0 {
				t.Errorf("%s: update finds %v %s", name, ids(p), notes(p))
			}
			b.kill(t, "far")
			b.stands(t, "far", share)
			action := plan.Start
			want := "container.create m.web: " + row.want
			if !labelled && name == "links" {
				if p := b.must(t, m, plan.Start); len(p.Steps) > 0 || notes(p) != "m.web differs from the map: has lost the link db" {
					t.Errorf("start without a label: %v %s", ids(p), notes(p))
				}
				action, want = plan.Update, "container.create m.web: Links has lost the link db"
			}
			if p := b.must(t, m, action); !strings.Contains(strings.ReplaceAll(reasons(p), ": has", ": Links has"), want) {
				t.Errorf("%s labelled %t: %s, want %s", name, labelled, reasons(p), want)
			}
			b.settled(t, m)
		}
	}
}

// unlabel makes a container again without the label of what it is tied to, as an earlier
// version would have.
func (b *bench) unlabel(t *testing.T, name string) {
	t.Helper()
	info, err := b.client.Container(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	b.kill(t, name)
	spec := docker.ContainerSpec{ContainerConfig: info.Config, HostConfig: info.HostConfig}
	spec.Hostname, spec.HostConfig.ConsoleSize = "", nil
	for i, link := range spec.HostConfig.Links {
		spec.HostConfig.Links[i] = strings.Replace(strings.TrimPrefix(link, "/"), ":/"+name+"/", ":", 1)
	}
	delete(spec.Labels, "dev.dmap.deps")
	id, _, err := b.client.CreateContainer(t.Context(), name, spec)
	if err == nil {
		err = b.client.StartContainer(t.Context(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A container outside the map without which nothing can be made is missed before anything
// begins.
func TestMissingPartners(t *testing.T) {
	for _, row := range []struct {
		options dict
		there   bool
		want    string
	}{
		{dict{"links": dict{"far": "db"}}, false, `container "m.web" links far, which does not exist (it is not of this map: create it first)`},
		{dict{"links": dict{"far": "db"}}, true, `container "m.web" links far, which is not running (it is not of this map: start it first)`},
		{dict{"volumes_from": []any{"far"}}, false, `container "m.web" uses far, which does not exist (it is not of this map: create it first)`},
		{dict{"volumes_from": []any{"far"}}, true, ""},
		{dict{"network_mode": "container:far"}, false, `container "m.web" joins far, which does not exist (it is not of this map: create it first)`},
		{dict{"network_mode": "container:far"}, true, `container "m.web" joins far, which is not running (it is not of this map: start it first)`},
	} {
		b := newBench(t)
		if row.there {
			b.stands(t, "far", nil)
			b.halt(t, "far")
		}
		got := ""
		if _, _, err := b.do(boxes(box("db"), box("web", options(row.options))), plan.Start); err != nil {
			got = err.Error()
		}
		if _, begun := b.states()["m.db"]; got != row.want || begun != (row.want == "") {
			t.Errorf("%v: got %q, want %q; begun %t", row.options, got, row.want, begun)
		}
	}
}

// A network that was removed and created again has another id, which no start finds:
// start says so, startup and update recreate the container.
func TestNetworkRemovedAndCreatedAgain(t *testing.T) {
	m := boxes(box("web", options(dict{"network_mode": "back"})))
	for _, action := range []plan.Action{plan.Startup, plan.Update} {
		b := newBench(t)
		b.post(t, "/networks/create", `{"Name":"back"}`)
		b.must(t, m, plan.Start)
		b.halt(t, "m.web")
		b.delete(t, "/networks/back")
		for _, want := range []string{
			`container "m.web" was on the network "back", which was removed (create that network, then run the action update)`,
			`container "m.web" was on the network "back", which was removed and created again (the action update recreates the container)`,
		} {
			for _, refused := range []plan.Action{plan.Start, plan.Restart} {
				if _, _, err := b.do(m, refused); err == nil || err.Error() != want {
					t.Errorf("%s: %v, want %s", refused, err, want)
				}
			}
			if !strings.Contains(want, "again") {
				b.post(t, "/networks/create", `{"Name":"back"}`)
			}
		}
		if p := b.must(t, m, action); !strings.Contains(reasons(p), "network back was removed and created again") {
			t.Errorf("%s: %s", action, reasons(p))
		}
		b.settled(t, m)
	}
}

// What an engine that crashed left behind of a container that never ran lets no start
// succeed: it is recreated.
func TestStuckContainer(t *testing.T) {
	m := boxes(box("web", sharing("/data")))
	for _, message := range []string{
		"failed to create task for container: task already exists: unknown",
		"failed to create shim: mkdir /run/containerd/io.containerd.runtime.v2.task/moby/x: file exists: unknown",
	} {
		b := newBench(t)
		b.must(t, m, plan.Create)
		b.sim.AddFault(sim.Fault{Op: "container.start", Status: 500, Message: message})
		if _, _, err := b.do(m, plan.Start); err == nil {
			t.Fatal("the start did not fail")
		}
		p := b.must(t, m, plan.Start)
		if !strings.Contains(reasons(p), "was never started, and no longer can be: "+message) || b.states()["m.web"] != "running" {
			t.Errorf("start: %s, %v", reasons(p), b.states())
		}
	}
}

// A port that a running container has is named with its holder, before anything begins,
// unless the plan stops that one.
func TestPortTakenByAContainer(t *testing.T) {
	publishing := func(binding any) func(*model.Container) { return options(dict{"port_bindings": dict{"80": binding}}) }
	for _, row := range []struct {
		has   docker.PortBinding
		asks  any
		taken string
	}{
		{docker.PortBinding{HostPort: "8080"}, 8080, "8080/tcp"},
		{docker.PortBinding{HostPort: "8080", HostIP: "127.0.0.1"}, 8080, "8080/tcp"},
		{docker.PortBinding{HostPort: "8080"}, []any{"127.0.0.1", 8080}, "127.0.0.1:8080/tcp"},
		{docker.PortBinding{HostPort: "8080", HostIP: "127.0.0.2"}, []any{"127.0.0.1", 8080}, ""},
		{docker.PortBinding{HostPort: "8081"}, 8080, ""},
	} {
		b := newBench(t)
		b.stands(t, "holder", func(s *docker.ContainerSpec) {
			s.ExposedPorts = map[string]struct{}{"80/tcp": {}}
			s.HostConfig.PortBindings = map[string][]docker.PortBinding{"80/tcp": {row.has}}
		})
		m := boxes(box("db"), box("web", publishing(row.asks)))
		got, want := "", ""
		if _, _, err := b.do(m, plan.Start); err != nil {
			got = err.Error()
		}
		if row.taken != "" {
			want = `container "m.web" publishes the port ` + row.taken + ` of the host, which container "holder" has (stop that one, or publish another port)`
		}
		if _, begun := b.states()["m.db"]; got != want || begun != (want == "") {
			t.Errorf("%v %v: got %q, want %q", row.has, row.asks, got, want)
		}
		b.halt(t, "holder")
		b.must(t, m, plan.Start)
	}
	b := newBench(t)
	b.must(t, boxes(box("old", publishing(8080))), plan.Start)
	m := boxes(box("new", publishing(8080)))
	if _, _, err := b.do(m, plan.Update); err == nil || !strings.Contains(err.Error(), `which container "m.old" has`) {
		t.Errorf("an orphan has the port: %v", err)
	}
	p, err := b.engine.Plan(context.Background(), m, plan.Request{Action: plan.Update, RemoveOrphans: true})
	if err != nil || p.Step("container.stop m.old") == nil {
		t.Errorf("the orphan is removed: %v", err)
	}
}

// A persistent container that has ended is left alone by update, whatever changed; one that
// runs is updated, but not for a new image. --update-persistent does both.
func TestUpdateOfPersistentContainers(t *testing.T) {
	job := func(values dict) *model.ContainerMap {
		return boxes(box("job", persistent, options(values)), box("web", linked("job")))
	}
	for _, row := range []struct {
		ended, newImage, asked bool
		made                   string // "" if it is left as it is
	}{
		{true, false, false, ""},
		{true, false, true, "container.create m.job: Env is new"},
		{false, false, false, "container.create m.job: Env is new"},
		{true, true, false, ""},
		{false, true, false, ""},
		{false, true, true, "container.create m.job: image example/app:latest is another one now"},
		{true, true, true, "container.create m.job: image example/app:latest is another one now"},
	} {
		b := newBench(t)
		b.must(t, job(nil), plan.Start, "job")
		if row.ended {
			b.halt(t, "m.job")
		}
		m := job(dict{"environment": dict{"A": 1}})
		if row.newImage {
			m = job(nil)
			if err := b.sim.AddImage(sim.Image{Names: []string{"example/app"}, ID: "sha256:" + strings.Repeat("ab", 32)}); err != nil {
				t.Fatal(err)
			}
		}
		p, err := b.engine.Plan(t.Context(), m, plan.Request{Action: plan.Update, Targets: []string{"job"}, UpdatePersistent: row.asked})
		if err != nil {
			t.Fatal(err)
		}
		made := reasons(p)
		if !strings.HasPrefix(made, row.made) || (made == "") != (row.made == "") || (made == "") == (len(p.Notes) == 0) {
			t.Errorf("%+v: %q, notes %q", row, made, notes(p))
		}
		if row.made == "" && row.ended && !row.newImage && notes(p) != "m.job differs from the map: Env is new; left alone, because it is persistent and has ended; --update-persistent recreates it, and it runs again" {
			t.Errorf("%+v: notes %q", row, notes(p))
		}
	}
	b := newBench(t)
	if _, err := b.engine.Plan(t.Context(), job(nil), plan.Request{Action: plan.Start, UpdatePersistent: true}); err == nil || !strings.Contains(err.Error(), "used by update") {
		t.Errorf("start with --update-persistent: %v", err)
	}
}

// A job that is not persistent runs again with each start and update, and the plan says so.
func TestJobsRunAgain(t *testing.T) {
	b := newBench(t)
	if err := b.sim.AddImage(sim.Image{Names: []string{"example/job"}, Process: &sim.Process{Exits: true}}); err != nil {
		t.Fatal(err)
	}
	m := boxes(&model.Container{Name: "job", Image: "example/job"})
	b.must(t, m, plan.Start)
	for _, action := range []plan.Action{plan.Start, plan.Startup, plan.Update} {
		p := b.must(t, m, action)
		st := p.Step("container.start m.job")
		if want := "ended with exit code 0, and runs again because it is not persistent"; len(p.Steps) != 1 || st == nil || st.Why[0] != want {
			t.Errorf("%s: %v, want %s", action, p.Steps, want)
		}
	}
	m.Containers[0].Persistent = true
	b.settled(t, m)
}
