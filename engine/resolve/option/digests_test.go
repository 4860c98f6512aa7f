// Options, tests: what earlier versions recorded of the fields that a container was made with.

package option_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve"
)

var update = flag.Bool("update", false, "add what is missing to testdata/digests.txt")

// The digests that are compared with the label dev.dmap.spec of earlier versions are those of the version that wrote the file,
// for every option and property: an upgrade must not make unchanged containers look different. Lines are added to the file, and never changed.
func TestDigestsOfEveryOptionStay(t *testing.T) {
	const file = "testdata/digests.txt"
	text, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	was := map[string]string{}
	for line := range strings.Lines(string(text)) {
		key, label, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " => ")
		was[key] = label
	}
	var out strings.Builder
	for _, c := range labelled(t) {
		for _, name := range slices.Sorted(maps.Keys(c.labels)) {
			label := c.labels[name]
			key := c.what + " " + name
			if want, ok := was[key]; ok && label != want || !ok && !*update {
				t.Errorf("%s:\n got %s\nwant %s", key, label, want)
			}
			if _, ok := was[key]; !ok {
				fmt.Fprintf(&out, "%s => %s\n", key, label)
			}
			delete(was, key)
		}
	}
	if len(was) > 0 {
		t.Errorf("these were tried once and are no more: %v", was)
	}
	if *update {
		if err := os.WriteFile(file, append(text, out.String()...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// made is what the containers of a map are labelled with, by their names.
type made struct {
	what   string
	labels map[string]string
}

func labelled(t *testing.T) []made {
	t.Helper()
	var out []made
	for _, x := range examples() {
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
			{Name: "a", Image: "i", CreateOptions: model.Options{Values: options(t, dict{x.option: x.value})}},
		}}
		out = append(out, made{fmt.Sprintf("%s %#v", x.option, x.value), labelsOf(t, m)})
	}
	for _, mode := range []model.AttachedMode{model.AttachedContainer, model.AttachedVolume} {
		out = append(out, made{"properties, attached " + string(mode), labelsOf(t, everyProperty(mode))})
	}
	return out
}

func everyProperty(mode model.AttachedMode) *model.ContainerMap {
	return &model.ContainerMap{
		Name: "m", Attached: mode, Repository: "registry.example.com", DefaultTag: "1", HostRoot: "/srv",
		Volumes: []model.Volume{{Alias: "data", Path: "/data"}, {Alias: "socket", Path: "/run/s"}, {Alias: "config", Path: "/etc/x"}, {Alias: "log", Path: "/log"}},
		Host:    []model.HostPath{{Alias: "config", Path: "config/./x/"}, {Alias: "log", Path: "/var/log"}},
		Containers: []*model.Container{
			{Name: "owner", Attaches: []string{"data", "socket"}, User: "2000:3000", Permissions: "u=rwX,g=rX,o="},
			{Name: "user", Image: "/busybox:1", Instances: []string{"one", "two"}, Shares: []string{"/share/", "/b"}, User: "www-data",
				Binds: []model.HostShare{{Volume: "log"}, {Volume: "config", ReadOnly: true}},
				Uses:  []model.Use{{Name: "socket", ReadOnly: true}, {Name: "owner"}, {Name: "data"}},
				Links: []model.Link{{Container: "owner", Alias: "b"}, {Container: "owner", Alias: "a"}, {Container: "other.x_y"}}},
			{Name: "other", Instances: []string{"x_y"}},
		},
	}
}

func labelsOf(t *testing.T, m *model.ContainerMap) map[string]string {
	t.Helper()
	d, err := resolve.Map(m)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range d.Nodes {
		names = append(names, n.Name)
	}
	labels := map[string]string{}
	if err := d.Specify(context.Background(), m, names, resolve.Keywords{}); err != nil {
		return map[string]string{"m": "refused: " + err.Error()}
	}
	for _, n := range d.Nodes {
		text, err := json.Marshal(n.Digests)
		if err != nil {
			t.Fatal(err)
		}
		labels[n.Name] = string(text)
		if diff := cmp.Diff(n.Digests, resolve.DecodeDigests(labels[n.Name])); diff != "" {
			t.Errorf("%s: digests do not come back:\n%s", n.Name, diff)
		}
	}
	return labels
}
