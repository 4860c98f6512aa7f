// Front door: what means the same makes nothing anew, on the simulated and on the real engine.

package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/resolve/option"
	"github.com/dmap-dev/dmap/engine/run"
)

type list = []any

// spelling is two ways to write the same: options, or what sets properties.
type spelling struct {
	option string
	a, b   any
	other  any // means something else; nil: not tried
}

// spellings has a row for each option that can be written in more than one way. A value of nil is not set.
func spellings() []spelling {
	device := func(path, in string) dict { return dict{"PathOnHost": path, "PathInContainer": in} }
	return []spelling{
		{"environment", list{"A=1", "B=2"}, list{"B=2", "A=1"}, list{"B=2", "A=2"}},
		{"stop_signal", "INT", "SIGINT", "TERM"},
		{"stop_signal", 2, "INT", nil},
		{"stop_signal", "15", "TERM", "KILL"},
		{"volumes", list{"/b", "/a"}, list{"/a/", "/b/"}, list{"/a"}},
		{"working_dir", "/srv/./a/", "/srv/a", "/srv"},
		{"mac_address", "02:42:AC:11:00:07", "02:42:ac:11:00:07", "02:42:ac:11:00:08"},
		{"binds", list{"/r/./a/:/x", "/r/b:/y:rw", "/r/c:/y/z:ro"}, list{"/r/c:/y/z:ro", "/r/b:/y", "/r/a:/x:rw"}, list{"/r/a:/x:ro", "/r/b:/y", "/r/c:/y/z:ro"}},
		{"network_mode", nil, "bridge", "none"},
		{"network_mode", "default", nil, "host"},
		{"network_mode", "bridge", "default", nil},
		{"port_bindings", dict{"80": list{list{"127.0.0.2", 18011}, list{"127.0.0.1", 18011}}}, dict{"80": list{list{"127.0.0.1", 18011}, list{"127.0.0.2", 18011}}}, dict{"80": list{list{"127.0.0.1", 18011}}}},
		{"restart_policy", "no", nil, nil},
		{"volumes_from", list{"{map}.one:ro", "{map}.two:rw"}, list{"{map}.two", "{map}.one:ro"}, list{"{map}.two", "{map}.one"}},
		{"mounts", list{dict{"target": "/a", "source": "/tmp/", "type": "bind"}, dict{"target": "/b"}}, list{dict{"target": "/b"}, dict{"target": "/a", "source": "/tmp", "type": "bind"}}, list{dict{"target": "/b"}}},
		{"cap_add", list{"SYS_TIME", "NET_ADMIN"}, list{"net_admin", "CAP_SYS_TIME"}, list{"NET_ADMIN"}},
		{"cap_drop", list{"KILL", "MKNOD"}, list{"MKNOD", "KILL"}, list{"MKNOD"}},
		{"dns", list{"2620:fe:0::fe"}, list{"2620:fe::fe"}, list{"9.9.9.9"}},
		{"dns_opt", list{"timeout:1", "ndots:2"}, list{"ndots:2", "timeout:1"}, list{"ndots:2"}},
		{"extra_hosts", list{"b:10.0.0.2", "a:10.0.0.1"}, list{"a:10.0.0.1", "b:10.0.0.2"}, list{"a:10.0.0.1", "b:10.0.0.3"}},
		{"group_add", list{"44", "5"}, list{5, 44}, list{5}},
		{"links", list{"{map}.two:y", "{map}.one:x"}, list{"{map}.one:x", "{map}.two:y"}, list{"{map}.one:x"}},
		{"oom_score_adj", 0, nil, 5},
		{"security_opt", list{"seccomp=unconfined", "no-new-privileges"}, list{"no-new-privileges:true", "seccomp=unconfined"}, list{"no-new-privileges"}},
		{"tmpfs", dict{"/a": "size=1m,mode=700"}, dict{"/a/": "mode=700,size=1m"}, dict{"/a": "size=2m,mode=700"}},
		{"isolation", "default", nil, nil},
		{"masked_paths", list{"/b", "/a"}, list{"/a/", "/b"}, list{"/a"}},
		{"readonly_paths", list{"/b", "/a"}, list{"/a/", "/b"}, list{"/a"}},
		{"blkio_weight_device", list{"/dev/zero:10", "/dev/null:20"}, list{"/dev/null:20", "/dev/zero:10"}, nil},
		{"device_read_bps", list{"/dev/zero:10", "/dev/null:20"}, list{"/dev/null:20", "/dev/zero:10"}, nil},
		{"device_write_bps", list{"/dev/zero:10", "/dev/null:20"}, list{"/dev/null:20", "/dev/zero:10"}, nil},
		{"device_read_iops", list{"/dev/zero:10", "/dev/null:20"}, list{"/dev/null:20", "/dev/zero:10"}, nil},
		{"device_write_iops", list{"/dev/zero:10", "/dev/null:20"}, list{"/dev/null:20", "/dev/zero:10"}, nil},
		{"cpu_quota", -1, nil, nil},
		{"cpuset_cpus", "0,1", "0-1", nil},
		{"cpuset_mems", "0,0", "0", nil},
		{"devices", list{device("/dev/zero", "/z"), device("/dev/null", "/n")}, list{device("/dev/null", "/n"), device("/dev/zero", "/z")}, list{device("/dev/zero", "/z")}},
		{"device_cgroup_rules", list{"c 1:3 rwm", "b *:* r"}, list{"b *:* r", "c 1:3 mwr"}, list{"b *:* r"}},
		{"mem_swappiness", -1, nil, nil},
		{"oom_kill_disable", false, nil, nil},
		{"pids_limit", -1, 0, nil},
		{"pids_limit", 0, nil, nil},
		{"ulimits", list{"nproc=10:20", "nofile=1024"}, dict{"nofile": 1024, "nproc": list{10, 20}}, dict{"nofile": 1024}},
		{"networking_config", dict{"bridge": dict{"link_local_ips": list{"fe80:0::1"}}}, dict{"default": dict{"link_local_ips": list{"fe80::1"}}}, dict{"bridge": dict{"link_local_ips": list{"fe80::2"}}}},
	}
}

// Every option whose values have more than one spelling is tried.
func TestEveryOptionHasSpellings(t *testing.T) {
	tried := map[string]bool{}
	for _, s := range spellings() {
		o, ok := option.Find(s.option)
		if !ok {
			t.Errorf("no option %q", s.option)
		}
		tried[o.Field] = true
	}
	for _, o := range option.Table() {
		f, ok := field.Find(o.Field)
		if ok && o.Refused == "" && f.HasForm() && !tried[f.Name] {
			t.Errorf("option %q (%s) has no spellings", o.Name, f.Kind)
		}
	}
}

// written is a map of one container for each spelling, with one of its values, and properties in one of two orders.
func written(name, image string, value func(spelling) any, turn func(list) list) *model.ContainerMap {
	box := func(name string, set func(*model.Container)) *model.Container {
		c := &model.Container{Name: name, Image: image}
		if set != nil {
			set(c)
		}
		return c
	}
	m := &model.ContainerMap{Name: name, Attached: model.AttachedVolume,
		Containers: []*model.Container{
			box("one", func(c *model.Container) { c.Shares = []string{"/one"} }),
			box("two", func(c *model.Container) { c.Shares = []string{"/two"} }),
		},
		Volumes: []model.Volume{{Alias: "v", Path: "/v"}, {Alias: "w", Path: "/w"}, {Alias: "h", Path: "/h"}, {Alias: "k", Path: "/k"}},
		Host:    []model.HostPath{{Alias: "h", Path: "/tmp"}, {Alias: "k", Path: "/usr"}}}
	for i, s := range spellings() {
		m.Containers = append(m.Containers, box(fmt.Sprintf("%s_%d", s.option, i), func(c *model.Container) {
			if v := value(s); v != nil {
				options(filled(dict{s.option: v}, name))(c)
			}
		}))
	}
	texts := func(of ...string) []string {
		var all list
		for _, one := range of {
			all = append(all, one)
		}
		var out []string
		for _, one := range turn(all) {
			out = append(out, one.(string))
		}
		return out
	}
	m.Containers = append(m.Containers,
		box("attaches", func(c *model.Container) { c.Attaches = texts("v", "w") }),
		box("uses", func(c *model.Container) {
			for _, one := range texts("v", "w", "one", "two") {
				c.Uses = append(c.Uses, model.Use{Name: one})
			}
		}),
		box("links", func(c *model.Container) {
			for _, one := range texts("one", "two") {
				c.Links = append(c.Links, model.Link{Container: one})
			}
		}),
		box("binds", func(c *model.Container) {
			for _, one := range texts("h", "k") {
				c.Binds = append(c.Binds, model.HostShare{Volume: one})
			}
		}),
		box("shares", func(c *model.Container) { c.Shares = texts("/a", "/b") }),
	)
	return m
}

// filled are options with the name of the map.
func filled(v any, name string) dict {
	var fill func(any) any
	fill = func(v any) any {
		switch v := v.(type) {
		case string:
			return strings.ReplaceAll(v, "{map}", name)
		case list:
			var out list
			for _, one := range v {
				out = append(out, fill(one))
			}
			return out
		case dict:
			out := dict{}
			for key, one := range v {
				out[key] = fill(one)
			}
			return out
		}
		return v
	}
	return fill(v).(dict)
}

func straight(l list) list { return l }

func turned(l list) list {
	out := slices.Clone(l)
	slices.Reverse(out)
	return out
}

// anew are the containers that a plan makes, removes or changes, without the name of the map.
func anew(p *plan.Plan) []string {
	var out []string
	for _, st := range p.Steps {
		if st.Op == plan.CreateContainer || st.Op == plan.UpdateContainer {
			_, name, _ := strings.Cut(st.Target, ".")
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func planFor(t *testing.T, client docker.Client, m *model.ContainerMap, action plan.Action) *plan.Plan {
	t.Helper()
	p, err := engine.Plan(context.Background(), client, m, plan.Request{Action: action})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Containers made from one spelling are left alone by an update with the other, and those made for something else are not.
func sameOn(t *testing.T, client docker.Client, name, image string) {
	t.Helper()
	first := func(s spelling) any { return s.a }
	second := func(s spelling) any { return s.b }
	a := written(name, image, first, straight)
	if _, err := do(t, client, a, plan.Create); err != nil {
		t.Fatal(err)
	}
	full := "docker.io/" + image
	if !strings.Contains(image[1:], "/") {
		full = "docker.io/library" + image
	}
	for what, m := range map[string]*model.ContainerMap{
		"the other spelling": written(name, image, second, straight),
		"the other order":    written(name, image, first, turned),
		"the full image":     written(name, strings.ReplaceAll(full, "//", "/"), first, straight),
	} {
		if got := anew(planFor(t, client, m, plan.Update)); len(got) > 0 {
			t.Errorf("%s: anew are %v", what, got)
		}
	}
	others := written(name, image, func(s spelling) any {
		if s.other == nil {
			return s.a
		}
		return s.other
	}, straight)
	var want []string
	for i, s := range spellings() {
		if s.other != nil {
			want = append(want, fmt.Sprintf("%s_%d", s.option, i))
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, anew(planFor(t, client, others, plan.Update))); diff != "" {
		t.Errorf("other values (-want anew +got):\n%s", diff)
	}
}

func TestSameMeaning(t *testing.T) { sameOn(t, newBench(t).client, "m", "/example/app") }

func TestSameMeaningOnDocker(t *testing.T) {
	name, client := onDocker(t)
	sameOn(t, client, name, "/"+strings.TrimSuffix(dockertest.ProcImage, ":latest"))
}

// A container of an earlier version has no label of what its fields mean: it is compared by how they were written. Nothing is
// made anew by a new version alone, and another order is a change, as it was.
func TestContainersOfEarlierVersionsAreComparedAsWritten(t *testing.T) {
	b := newBench(t)
	a := written("m", "/example/app", func(s spelling) any { return s.a }, straight)
	was := labelsOfEarlierVersions(t, a)
	p := planFor(t, b.client, a, plan.Create)
	for _, st := range p.Steps {
		if st.Create != nil {
			delete(st.Create.Labels, identity.LabelFields)
			st.Create.Labels[identity.LabelSpec] = was[st.Target]
		}
	}
	if _, err := run.Do(context.Background(), b.client, p, run.Options{Times: quick}); err != nil {
		t.Fatal(err)
	}
	if got := anew(planFor(t, b.client, a, plan.Update)); len(got) > 0 {
		t.Errorf("of the same map anew are %v", got)
	}
	other := written("m", "/example/app", func(s spelling) any { return s.b }, turned)
	limit := map[string]bool{} // what it is now counts
	for i, s := range spellings() {
		o, _ := option.Find(s.option)
		limit[fmt.Sprintf("m.%s_%d", s.option, i)] = docker.Updatable(o.Field)
	}
	var want []string
	for name, label := range labelsOfEarlierVersions(t, other) {
		if label != was[name] && !limit[name] {
			want = append(want, strings.TrimPrefix(name, "m."))
		}
	}
	slices.Sort(want)
	if len(want) < 20 {
		t.Fatalf("only %v are written otherwise", want)
	}
	if diff := cmp.Diff(want, anew(planFor(t, b.client, other, plan.Update))); diff != "" {
		t.Errorf("written otherwise (-want anew +got):\n%s", diff)
	}
}

// labelsOfEarlierVersions are the labels dev.dmap.spec that an earlier version gave to the containers of a map.
func labelsOfEarlierVersions(t *testing.T, m *model.ContainerMap) map[string]string {
	t.Helper()
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range d.Nodes {
		names = append(names, n.Name)
	}
	if err := d.Specify(t.Context(), m, names, resolve.Keywords{}); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, n := range d.Nodes {
		text, err := json.Marshal(n.Digests)
		if err != nil {
			t.Fatal(err)
		}
		out[n.Name] = string(text)
	}
	return out
}

// Of two containers that lend a volume at the same path, the engine mounts that of the last: there, order counts.
func TestOrderOfLendersOfOnePath(t *testing.T) {
	b := newBench(t)
	if err := b.sim.AddImage(sim.Image{Names: []string{"example/data"}, Config: sim.Config{Volumes: map[string]struct{}{"/data": {}}}}); err != nil {
		t.Fatal(err)
	}
	site := func(uses ...string) *model.ContainerMap {
		user := box("user")
		for _, name := range uses {
			user.Uses = append(user.Uses, model.Use{Name: name})
		}
		lends := func(path string) func(*model.Container) {
			return func(c *model.Container) { c.Image, c.Shares = "example/data", []string{path} }
		}
		return boxes(box("one", lends("/a")), box("two", lends("/b")), box("three", func(c *model.Container) { c.Shares = []string{"/c"} }), user)
	}
	b.must(t, site("one", "two", "three"), plan.Start)
	b.updated(t, site("one", "two", "three"))
	if got := notes(planFor(t, b.client, site("two", "one", "three"), plan.Start)); got != "m.user differs from the map: VolumesFrom has another order" {
		t.Errorf("start notes %q", got)
	}
	if got := reasons(b.must(t, site("two", "one", "three"), plan.Update)); got != "container.create m.user: VolumesFrom has another order" {
		t.Errorf("got %s", got)
	}
	b.updated(t, site("two", "one", "three"))
	b.must(t, site("one", "three"), plan.Update)
	b.updated(t, site("three", "one"))
}
