// Front door: labels tell no secrets, and every change is noticed all the same.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// secretive are options in which people write secrets, each with what an update says when
// the secret changes.
func secretive(secret string) []struct {
	name  string
	value any
	says  string
} {
	return []struct {
		name  string
		value any
		says  string
	}{
		{"environment", dict{"PASSWORD": secret, "USER": "u"}, "Env changed"},
		{"command", list{"serve", "--password", secret}, "Cmd changed"},
		{"entrypoint", list{"/run", secret}, "Entrypoint changed"},
		{"healthcheck", dict{"test": list{"CMD", "check", "--password", secret}}, "Healthcheck changed"},
		{"hostname", secret, "Hostname changed"},
		{"domainname", secret, "Domainname changed"},
		{"working_dir", "/" + secret, "WorkingDir changed"},
		{"labels", dict{"token": secret}, "Labels changed"}, // which is a label itself
		{"shell", list{"/bin/sh", secret}, "Shell changed"},
		{"mounts", list{dict{"target": "/v", "type": "volume", "labels": dict{"token": secret}}}, "Mounts changed"},
		{"log_config", dict{"type": "json-file", "config": dict{"tag": secret}}, "LogConfig changed"},
		{"extra_hosts", dict{secret: "10.0.0.1"}, "ExtraHosts changed"},
		{"dns_search", list{secret}, "DnsSearch changed"},
		{"dns_opt", list{"timeout:" + secret}, "DnsOptions changed"},
		{"group_add", list{secret}, "GroupAdd changed"},
		{"security_opt", list{"label=user:" + secret}, "SecurityOpt changed"},
		{"sysctls", dict{"kernel.domainname": secret}, "Sysctls changed"},
		{"tmpfs", dict{"/t": "size=" + secret}, "Tmpfs changed"},
		{"cgroup_parent", "/" + secret, "CgroupParent changed"},
	}
}

// secrets is a map of one container for each of them, with the secret in it.
func secrets(name, image, secret string) *model.ContainerMap {
	m := &model.ContainerMap{Name: name}
	for _, row := range secretive(secret) {
		c := &model.Container{Name: row.name, Image: image}
		options(dict{row.name: row.value})(c)
		m.Containers = append(m.Containers, c)
	}
	return m
}

// ownLabels are dmap's labels on everything of a map, but for the run's id.
func ownLabels(t *testing.T, client docker.Client, mapName string) map[string]map[string]string {
	t.Helper()
	out := map[string]map[string]string{}
	add := func(name string, labels map[string]string) {
		out[name] = map[string]string{}
		for key, value := range labels {
			if identity.IsLabel(key) && key != identity.LabelRun {
				out[name][key] = value
			}
		}
	}
	containers, err := client.Containers(t.Context(), identity.Pattern(mapName))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range containers {
		add(c.Name, c.Labels)
	}
	volumes, err := client.Volumes(t.Context(), identity.Pattern(mapName))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes {
		add(v.Name, v.Labels)
	}
	return out
}

// secretsOn creates the map with a secret. Its labels are those that it has with another
// secret, so nobody can tell from them which one it is; an update finds each change, and
// nothing if there is none.
func secretsOn(t *testing.T, client docker.Client, name, image string) {
	t.Helper()
	const one, other = "7777", "8888" // numbers are accepted everywhere
	create := func(secret string) map[string]map[string]string {
		if _, err := do(t, client, secrets(name, image, secret), plan.Create); err != nil {
			t.Fatal(err)
		}
		return ownLabels(t, client, name)
	}
	was := create(one)
	p := planFor(t, client, secrets(name, image, one), plan.Update)
	if got := reasons(p); got != "" {
		t.Errorf("of the same map: %s", got)
	}
	p = planFor(t, client, secrets(name, image, other), plan.Update)
	noted := map[string]string{}
	for _, note := range planFor(t, client, secrets(name, image, other), plan.Create).Notes {
		noted[note.Target] = note.Text
	}
	for _, row := range secretive(one) {
		target := identity.Name(name, row.name)
		if st := p.Step("container.create " + target); st == nil || strings.Join(st.Why, ", ") != row.says {
			t.Errorf("%s: got %+v, want %s", row.name, st, row.says)
		}
		if want := "differs from the map: " + row.says; noted[target] != want {
			t.Errorf("%s: create notes %q, want %q", row.name, noted[target], want)
		}
	}
	if _, err := do(t, client, secrets(name, image, one), plan.Shutdown); err != nil {
		t.Fatal(err)
	}
	anonymous, err := client.Volumes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range anonymous { // shutdown leaves volumes
		if v.Labels["token"] == one && identity.IsAnonymous(v.Name) {
			if err := client.RemoveVolume(t.Context(), v.Name); err != nil {
				t.Error(err)
			}
		}
	}
	if diff := cmp.Diff(was, create(other)); diff != "" || len(was) != len(secretive(one)) {
		t.Errorf("labels of %d things tell one secret from the other:\n%s", len(was), diff)
	}
}

func TestLabelsTellNoSecrets(t *testing.T) { secretsOn(t, newBench(t).client, "m", "/example/app") }

func TestLabelsTellNoSecretsOnDocker(t *testing.T) {
	name, client := onDocker(t)
	secretsOn(t, client, name, "/"+strings.TrimSuffix(dockertest.ProcImage, ":latest"))
}

// The three ways of variables: the map, the names in the label, and what the engine shows,
// the image's own among it.
func TestVariables(t *testing.T) {
	for _, tt := range []struct {
		name     string
		was, now dict
		want     string
	}{
		{"nothing changed", dict{"A": 1, "B": 2}, dict{"A": 1, "B": 2}, ""},
		{"a value", dict{"A": 1, "B": 2}, dict{"A": 1, "B": 3}, "Env changed"},
		{"one is gone", dict{"A": 1, "B": 2}, dict{"A": 1}, "Env changed"},
		{"one is new", dict{"A": 1}, dict{"A": 1, "B": 2}, "Env changed"},
		{"one of the image gets the image's value", dict{"A": 1}, dict{"A": 1, "PATH": "/bin"}, "Env changed"},
		{"one of the image is set no more", dict{"A": 1, "PATH": "/bin"}, dict{"A": 1}, "Env changed"},
		{"one of the image is set otherwise", dict{"PATH": "/bin"}, dict{"PATH": "/sbin"}, "Env changed"},
		{"one of the image is unset", dict{"A": 1}, dict{"A": 1, "PATH": nil}, "Env changed"},
		{"all are gone", dict{"A": 1}, dict{}, "Env is gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			if err := b.sim.AddImage(sim.Image{Names: []string{"example/env"}, Config: sim.Config{Env: []string{"PATH=/bin", "OWN=1"}}}); err != nil {
				t.Fatal(err)
			}
			with := func(variables dict) *model.ContainerMap {
				return boxes(box("a", options(dict{"environment": variables}), func(c *model.Container) { c.Image = "example/env" }))
			}
			b.must(t, with(tt.was), plan.Start)
			want := ""
			if tt.want != "" {
				want = "container.create m.a: " + tt.want
			}
			if got := reasons(b.must(t, with(tt.now), plan.Update)); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			b.updated(t, with(tt.now))
		})
	}
}

// Another image with other variables of its own makes a container anew once, for the image.
func TestVariablesOfAnotherImage(t *testing.T) {
	b := newBench(t)
	for name, env := range map[string]string{"example/env": "OWN=1", "example/new": "OWN=2"} {
		if err := b.sim.AddImage(sim.Image{Names: []string{name}, Config: sim.Config{Env: []string{env}}}); err != nil {
			t.Fatal(err)
		}
	}
	m := boxes(box("a", options(dict{"environment": dict{"A": 1}}), func(c *model.Container) { c.Image = "example/env" }))
	b.must(t, m, plan.Start)
	b.post(t, "/images/example/new/tag?repo=example/env&tag=latest", "")
	if got := reasons(b.must(t, m, plan.Update)); !strings.HasPrefix(got, "container.create m.a: image example/env:latest is another one now") {
		t.Errorf("got %q", got)
	}
	b.updated(t, m)
}

// A container of an earlier version, and one made between two releases with both labels,
// stay as they are, and so does what is asked for of them.
func TestContainersWithDigestsOfAllFields(t *testing.T) {
	for _, fields := range []string{"", `{"Env":"0123456789ab"}`} {
		b := newBench(t)
		with := func(value string) *model.ContainerMap {
			return boxes(box("a", options(dict{"environment": dict{"A": value}, "mem_limit": "64m"})))
		}
		p := planFor(t, b.client, with("1"), plan.Start)
		labels := p.Step("container.create m.a").Create.Labels
		labels[identity.LabelSpec], labels[identity.LabelFields] = labelsOfEarlierVersions(t, with("1"))["m.a"], fields
		if _, err := run.Do(context.Background(), b.client, p, run.Options{Times: quick}); err != nil {
			t.Fatal(err)
		}
		b.updated(t, with("1"))
		if got := reasons(b.must(t, with("2"), plan.Update)); got != "container.create m.a: Env changed" {
			t.Errorf("got %q", got)
		}
		b.updated(t, with("2"))
	}
}

// What another run made from the same request is taken only if all of it is what was asked
// for: labels do not tell values.
func TestAContainerOfAnotherRunWithAnotherSecretIsNotTaken(t *testing.T) {
	for _, tt := range []struct {
		secret string
		taken  bool
	}{{"one", true}, {"other", false}} {
		b := newBench(t)
		with := func(value string) *model.ContainerMap {
			return boxes(box("a", options(dict{"environment": dict{"A": value}})))
		}
		mine := planFor(t, b.client, with("one"), plan.Create)
		theirs, err := engine.Plan(t.Context(), b.client, with(tt.secret), plan.Request{Action: plan.Create})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range []*plan.Plan{theirs, mine} {
			_, err = run.Do(context.Background(), b.client, p, run.Options{Times: quick})
			if i == 0 && err != nil {
				t.Fatal(err)
			}
		}
		if (err == nil) != tt.taken {
			t.Errorf("secret %q: %v", tt.secret, err)
		}
	}
}

// A start inspects those containers only of which the label does not tell everything.
func TestStartInspectsWhatLabelsDoNotTell(t *testing.T) {
	b := newBench(t)
	m := boxes(box("plain", user("5"), sharing("/s"), options(dict{"mem_limit": "64m", "ports": list{80}})), box("secret", options(dict{"environment": dict{"A": 1}})))
	b.must(t, m, plan.Start)
	b.sim.ClearCalls()
	if p := planFor(t, b.client, m, plan.Start); len(p.Steps)+len(p.Notes) > 0 {
		t.Errorf("steps %v, notes %v", ids(p), p.Notes)
	}
	var inspected []string
	for _, c := range b.sim.Calls() {
		if c.Op == "container.inspect" {
			inspected = append(inspected, c.Name)
		}
	}
	if len(inspected) != 1 || inspected[0] != "m.secret" {
		t.Errorf("inspected %q", inspected)
	}
}
