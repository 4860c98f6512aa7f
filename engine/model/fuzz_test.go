// Model: what never and what always holds, for any input.

package model_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// FuzzConvert sets a property of a container from any JSON value. It never panics,
// every problem says where and what, and what was taken is given back: as it is
// held, and as JSON.
func FuzzConvert(f *testing.F) {
	for _, seed := range []string{
		`"a"`, `["a","b"]`, `[["a","ro"]]`, `[{"a":null}]`, `{"a":"ro","b":false}`, `null`, `7`, `-1.5`, `true`, `{}`, `[]`, `[[]]`,
		`["u","g"]`, `"u:g"`, `"yes"`, `[{"container":"b","alias":"x"}]`, `[["b",null]]`, `{"port_bindings":{"80":[8000,["127.0.0.1",1]]}}`,
		`{"a":{"b":[{"c":[1,2.5,"x",null,false]}]}}`, `""`, `[""]`, `{"":""}`, `9223372036854775807`,
	} {
		for _, field := range model.ContainerFields() {
			f.Add(field.Name, seed)
		}
	}
	f.Fuzz(func(t *testing.T, property, text string) {
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil {
			return
		}
		value, ok := model.From(v)
		if !ok {
			return
		}
		checkRoundTrip(t, property, value)
	})
}

func checkRoundTrip(t interface {
	Errorf(string, ...any)
	Fatalf(string, ...any)
}, property string, value model.Input) {
	c := &model.Container{Name: "a"}
	for _, p := range c.Set(property, value) {
		if p.Msg == "" || p.Code == "" || p.Code != problem.CodeUnknownKey && !strings.HasPrefix(p.Path, property) {
			t.Errorf("a problem that does not say where and what: %+v", p)
		}
	}
	held, ok := c.Get(property)
	if !ok {
		return
	}
	again := &model.Container{Name: "a"}
	if ps := again.Set(property, held); len(ps) > 0 {
		t.Fatalf("%s: %s is not taken back: %v", property, held, ps)
	}
	if diff := cmp.Diff(c, again, noPlaces()); diff != "" {
		t.Fatalf("%s set to what was read (-first +second):\n%s", property, diff)
	}
	text, err := json.Marshal(c.Dict())
	if err != nil {
		t.Fatalf("cannot write %s as JSON: %v", property, err)
	}
	var back map[string]any
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.UseNumber()
	if err := dec.Decode(&back); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if !stableAsJSON(c) {
		return
	}
	d, ok := model.From(back)
	if !ok {
		t.Fatalf("cannot take back %s", text)
	}
	fromJSON := &model.Container{Name: "a"}
	if ps := fromJSON.Update(d.Value.(model.Dict)); len(ps) > 0 {
		t.Fatalf("%s is not taken back: %v", text, ps)
	}
	rewritten, err := json.Marshal(fromJSON.Dict())
	if err != nil || string(rewritten) != string(text) {
		t.Fatalf("%s becomes %s %v", text, rewritten, err)
	}
}

// stableAsJSON tells containers whose JSON can be compared: option dictionaries
// keep their order, which decoding into Go maps loses.
func stableAsJSON(c *model.Container) bool {
	return c.CreateOptions.Values == nil && c.StartOptions.Values == nil
}

// Pieces of random maps: few names, so that they meet, and some that are wrong.
var (
	drawName  = rapid.SampledFrom([]string{"a", "b", "c", "d", "a.1", "b.2", "v", "w", "", "m.a", "ro", "A", "a b", "x.dmap-prepare"})
	drawAlias = rapid.SampledFrom([]string{"v", "w", "x", "a", "root", "", "v.w"})
	drawPath  = rapid.SampledFrom([]string{"/v", "/w", "/v/", "rel", "", "/", "/a/../v", "/a:b", "\x00"})
	drawInst  = rapid.SampledFrom([]string{"1", "2", "i", "default", ""})
	drawBool  = rapid.Bool()
)

// drawValue makes any tree of values, with types that are refused among them.
func drawValue(t *rapid.T, depth int) model.Input {
	at := problem.Origin{Line: rapid.IntRange(0, 3).Draw(t, "line")}
	kinds := 12
	if depth == 0 {
		kinds = 10
	}
	in := func(v any) model.Input { return model.Input{Value: v, Origin: at} }
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return in(nil)
	case 1:
		return in(drawBool.Draw(t, "bool"))
	case 2:
		return in(rapid.SampledFrom([]int64{0, 80, 8000, -1}).Draw(t, "int"))
	case 3:
		return in(rapid.Float64().Draw(t, "float"))
	case 4:
		return in(model.HostShare{Volume: drawAlias.Draw(t, "alias"), ReadOnly: drawBool.Draw(t, "ro")})
	case 5:
		return in(model.Link{Container: drawName.Draw(t, "name"), Alias: drawName.Draw(t, "alias")})
	case 6:
		return in(model.Use{Name: drawName.Draw(t, "name"), ReadOnly: drawBool.Draw(t, "ro")})
	case 7:
		return in(rapid.SampledFrom([]any{struct{}{}, uint8(3), (*model.Container)(nil), []string{"x"}, model.OptionFunc(nil)}).Draw(t, "odd"))
	case 8, 9:
		return in(drawName.Draw(t, "text"))
	case 10:
		list := model.List{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			list = append(list, drawValue(t, depth-1))
		}
		return in(list)
	}
	d := model.Dict{}
	for range rapid.IntRange(0, 3).Draw(t, "pairs") {
		d = append(d, model.Entry{Key: drawValue(t, depth-1), Value: drawValue(t, depth-1)})
	}
	return in(d)
}

// Any tree of values, not only those that JSON knows, is converted or refused.
func TestAnyValueRoundTrips(t *testing.T) {
	fields := model.ContainerFields()
	rapid.Check(t, func(t *rapid.T) {
		field := rapid.SampledFrom(fields).Draw(t, "property")
		checkRoundTrip(t, field.Name, drawValue(t, 3))
	})
}

// Any dictionary makes a map or problems, and the map gives back the same one.
func TestAnyDictionaryIsTakenOrRefused(t *testing.T) {
	keys := []string{"a", "b", "a.1", "default_tag", "attached", "x"}
	for _, f := range model.MapFields() {
		keys = append(keys, f.Name)
	}
	rapid.Check(t, func(t *rapid.T) {
		var d model.Dict
		for range rapid.IntRange(0, 5).Draw(t, "keys") {
			key := model.Input{Value: rapid.SampledFrom(keys).Draw(t, "key")}
			if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
				key = drawValue(t, 1)
			}
			d = append(d, model.Entry{Key: key, Value: drawValue(t, 3)})
		}
		m, _ := model.FromDict("m", d)
		m.Validate()
		again, ps := model.FromDict("m", m.Dict())
		if len(ps) > 0 {
			t.Fatalf("the dictionary of the map is not taken back: %v", ps)
		}
		if diff := cmp.Diff(m, again, noPlaces()); diff != "" {
			t.Fatalf("the map of its dictionary (-first +second):\n%s", diff)
		}
	})
}

func drawOptions(t *rapid.T) model.Options {
	var o model.Options
	for range rapid.IntRange(0, 2).Draw(t, "options") {
		name := rapid.SampledFrom([]string{"port_bindings", "PortBindings", "network_mode", "host_config", "volumes", ""}).Draw(t, "option")
		o.Values = append(o.Values, model.Entry{Key: model.Input{Value: name}, Value: drawValue(t, 3)})
	}
	return o
}

func drawContainer(t *rapid.T) *model.Container {
	if rapid.IntRange(0, 15).Draw(t, "nil") == 0 {
		return nil
	}
	few := func(g *rapid.Generator[string]) []string {
		return rapid.SliceOfN(g, 0, 2).Draw(t, "some")
	}
	c := &model.Container{
		Name: drawName.Draw(t, "name"), Image: rapid.SampledFrom([]string{"", "x", "X", "x:1", "x@y"}).Draw(t, "image"),
		Instances: few(drawInst), Shares: few(drawPath), Attaches: few(drawAlias),
		User:          rapid.SampledFrom([]string{"", "u", "u:g", ":"}).Draw(t, "user"),
		Permissions:   rapid.SampledFrom([]string{"", "0700", "-x"}).Draw(t, "permissions"),
		CreateOptions: drawOptions(t), StartOptions: drawOptions(t), Persistent: drawBool.Draw(t, "persistent"),
	}
	for _, name := range few(drawAlias) {
		c.Binds = append(c.Binds, model.HostShare{Volume: name, ReadOnly: drawBool.Draw(t, "ro")})
	}
	for _, name := range few(drawName) {
		c.Uses = append(c.Uses, model.Use{Name: name, ReadOnly: drawBool.Draw(t, "ro")})
	}
	for _, name := range few(drawName) {
		c.Links = append(c.Links, model.Link{Container: name, Alias: drawName.Draw(t, "alias")})
	}
	return c
}

// drawMap makes maps as careless Go code could: wrong, contradictory, with nil entries.
func drawMap(t *rapid.T) *model.ContainerMap {
	m := &model.ContainerMap{
		Name:     rapid.SampledFrom([]string{"m", "m", "m", "", "a/b"}).Draw(t, "map"),
		HostRoot: rapid.SampledFrom([]string{"", "/r", "rel"}).Draw(t, "root"),
		Attached: model.AttachedMode(rapid.SampledFrom([]string{"", "volume", "container", "x"}).Draw(t, "attached")),
	}
	for range rapid.IntRange(0, 4).Draw(t, "volumes") {
		m.Volumes = append(m.Volumes, model.Volume{Alias: drawAlias.Draw(t, "alias"), Path: drawPath.Draw(t, "path")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "host") {
		h := model.HostPath{Alias: drawAlias.Draw(t, "alias"), Path: drawPath.Draw(t, "path")}
		for range rapid.IntRange(0, 2).Draw(t, "paths") {
			h.Instances = append(h.Instances, model.InstancePath{Instance: drawInst.Draw(t, "instance"), Path: drawPath.Draw(t, "path")})
		}
		m.Host = append(m.Host, h)
	}
	for range rapid.IntRange(0, 5).Draw(t, "containers") {
		m.Containers = append(m.Containers, drawContainer(t))
	}
	return m
}

// drawGoodMap makes maps that are right more often than not: each container may
// need those before it, and rarely one after it.
func drawGoodMap(t *rapid.T) *model.ContainerMap {
	m := &model.ContainerMap{Name: "m", HostRoot: "/r", Attached: rapid.SampledFrom([]model.AttachedMode{"", "volume"}).Draw(t, "mode")}
	n := rapid.IntRange(1, 6).Draw(t, "containers")
	for i := range n {
		v, h := fmt.Sprint("v", i), fmt.Sprint("h", i)
		m.Volumes = append(m.Volumes, model.Volume{Alias: v, Path: "/" + v}, model.Volume{Alias: h, Path: "/" + h})
		path := model.HostPath{Alias: h, Path: h}
		if drawBool.Draw(t, "each") {
			path = model.HostPath{Alias: h, Instances: []model.InstancePath{{Instance: "1", Path: "x"}, {Instance: "2", Path: "/x"}, {Instance: "default", Path: "y"}}}
		}
		m.Host = append(m.Host, path)
		c := &model.Container{Name: fmt.Sprint("c", i), Binds: []model.HostShare{{Volume: h}}, Attaches: []string{v}}
		if drawBool.Draw(t, "instances") {
			c.Instances = []string{"1", "2"}
		}
		m.Containers = append(m.Containers, c)
	}
	for i, c := range m.Containers {
		last := i
		if rapid.IntRange(0, 9).Draw(t, "far") == 0 {
			last = n
		}
		for _, j := range rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 3, rapid.ID[int]).Draw(t, "needs") {
			if j >= last {
				continue
			}
			ref := rapid.SampledFrom(m.Containers[j].Refs()).Draw(t, "ref").Name()
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				c.Uses = append(c.Uses, model.Use{Name: ref})
			case 1:
				c.Uses = append(c.Uses, model.Use{Name: fmt.Sprint("v", j), ReadOnly: true})
			default:
				c.Links = append(c.Links, model.Link{Container: ref})
			}
		}
	}
	return m
}

// Validate never panics, never changes the map, and says the same each time. In a
// map that it takes, every name leads somewhere.
func TestAnyMapIsValidated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.OneOf(rapid.Custom(drawMap), rapid.Custom(drawGoodMap)).Draw(t, "map")
		before := m.Copy()
		first, second := m.Validate(), m.Validate()
		if diff := cmp.Diff(lines(first), lines(second)); diff != "" {
			t.Fatalf("two texts for one map:\n%s", diff)
		}
		if !sameMap(m, before) {
			t.Fatalf("the map was changed")
		}
		if first == nil {
			checkValid(t, m)
		}
	})
}

// sameMap compares maps of plain Go values that cmp cannot always compare: NaN is
// not equal to itself, and options may hold any type here.
func sameMap(a, b *model.ContainerMap) bool {
	strip := func(m *model.ContainerMap) *model.ContainerMap {
		c := m.Copy()
		for _, x := range c.Containers {
			if x != nil {
				x.CreateOptions, x.StartOptions = model.Options{}, model.Options{}
			}
		}
		return c
	}
	return cmp.Equal(strip(a), strip(b))
}

// What resolve may rely on once a map is valid.
func checkValid(t *rapid.T, m *model.ContainerMap) {
	names := map[string]bool{}
	inOrder(t, m)
	for _, c := range m.Containers {
		for _, r := range c.Refs() {
			if names[r.Name()] {
				t.Fatalf("two containers are called %s", r.Name())
			}
			names[r.Name()] = true
			for _, b := range c.Binds {
				path, ok := m.HostPathFor(b.Volume, r.Instance)
				if _, okToo := m.VolumePath(b.Volume); !ok || !okToo || !strings.HasPrefix(path, "/") {
					t.Fatalf("%s binds %q from %q", r.Name(), b.Volume, path)
				}
			}
		}
		for _, u := range c.Uses {
			if _, targets, ok := m.UseTargets(u); !ok || len(targets) == 0 {
				t.Fatalf("%s uses %q, which is nothing", c.Name, u.Name)
			}
		}
		for _, l := range c.Links {
			if _, ok := m.LinkTarget(l); !ok {
				t.Fatalf("%s links to %q, which is nothing", c.Name, l.Container)
			}
		}
	}
	copied := m.Copy()
	if ps := copied.Merge(m, false); len(ps) > 0 || copied.Validate() != nil {
		t.Fatalf("merged with itself: %v %v", ps, copied.Validate())
	}
	if !cmp.Equal(copied, m, noPlaces()) {
		t.Fatalf("merged with itself, the map is another:\n%s", cmp.Diff(m, copied, noPlaces()))
	}
}

// inOrder takes containers away that need nothing that is left: in a valid map none
// remains, so there is an order in which to start them.
func inOrder(t *rapid.T, m *model.ContainerMap) {
	left := map[*model.Container]bool{}
	for _, c := range m.Containers {
		left[c] = true
	}
	needsNothing := func(c *model.Container) bool {
		for _, u := range c.Uses {
			_, targets, _ := m.UseTargets(u)
			for _, r := range targets {
				if left[r.Container] {
					return false
				}
			}
		}
		for _, l := range c.Links {
			if r, _ := m.LinkTarget(l); left[r.Container] {
				return false
			}
		}
		return true
	}
	for range m.Containers {
		for c := range left {
			if needsNothing(c) {
				delete(left, c)
			}
		}
	}
	if len(left) > 0 {
		t.Fatalf("%d containers need one another", len(left))
	}
}
