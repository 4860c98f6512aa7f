// Model: tests of the places in problems, of maps built by hand, and of large ones.

package model_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

func at(line int) problem.Origin { return problem.Origin{File: "site.star", Line: line, Col: 1} }

// placed is a container whose values stand in the lines after its own.
func placed(line int, c model.Container) *model.Container {
	c.Origin = at(line)
	c.Origins = problem.Origins{
		"binds": at(line + 1), "uses": at(line + 2), "uses[1]": at(line + 3), "links": at(line + 4), "attaches": at(line + 5), "instances": at(line + 6),
	}
	return &c
}

// row 125: every problem has its place, those that take part in it are named, and
// all come at once, in the order of the program.
func TestProblemsHavePlaces(t *testing.T) {
	m := &model.ContainerMap{
		Name:   "m",
		Origin: at(1),
		Origins: problem.Origins{
			"volumes.web_log": at(2), "volumes.socket": at(3), "host.data": at(4), "host.data.i1": at(5), "volumes.data": at(6),
		},
		Volumes: []model.Volume{{Alias: "web_log", Path: "/l"}, {Alias: "socket", Path: "/s"}, {Alias: "data", Path: "/d"}},
		Host:    []model.HostPath{{Alias: "data", Instances: []model.InstancePath{{Instance: "i1", Path: "p"}}}},
		Containers: []*model.Container{
			placed(50, model.Container{Name: "web", Image: "x", Uses: []model.Use{{Name: "socket"}, {Name: "web_lag"}}, Attaches: []string{"web_log"}}),
			placed(10, model.Container{Name: "app", Image: "x", Attaches: []string{"socket"}, Links: []model.Link{{Container: "db.1"}}}),
			placed(20, model.Container{Name: "db", Image: "x", Instances: []string{"1"}, Uses: []model.Use{{Name: "web"}, {Name: "one"}}, Attaches: []string{"web_log"}}),
			placed(30, model.Container{Name: "one", Image: "x", Binds: []model.HostShare{{Volume: "data"}}, Uses: []model.Use{{Name: "two"}}}),
			placed(40, model.Container{Name: "two", Image: "x"}),
			placed(60, model.Container{Name: "two", Image: "x"}),
		},
	}
	var ps problem.Problems
	if !errors.As(m.Validate(), &ps) {
		t.Fatal("no problems")
	}
	var got []string
	for _, p := range ps {
		got = append(got, fmt.Sprintf("%d %s %s", p.Origin.Line, p.Code, p.Path))
		for _, r := range p.Related {
			got = append(got, fmt.Sprintf("   %s %d", r.Msg, r.Origin.Line))
		}
	}
	same(t, "problems", got, []string{
		`5 missing-path container_map > host.data.i1`,
		`   bound by one 31`,
		`25 duplicate container_map > containers > db > attaches[0]`,
		`   first attached 55`,
		`31 missing-path container_map > containers > one > binds[0]`,
		`   its host paths are set 4`,
		`52 cycle container_map > containers > web > uses[0]`,
		`   web uses "socket" of app 52`,
		`   app links to db.1 14`,
		`   db uses web 22`,
		`53 unknown-name container_map > containers > web > uses[1]`,
		`   "web_log" defined 2`,
		`60 duplicate container_map > containers > two`,
		`   first defined 40`,
	})
	again := m.Validate()
	same(t, "a second look at the same map", lines(again), lines(ps))
}

// row 53: what two used containers mount at one path is shown with all four places.
func TestUsedMountsHavePlaces(t *testing.T) {
	shares := func(name string, line int) *model.Container {
		return &model.Container{Name: name, Image: "x", Shares: []string{"/s"}, Origins: problem.Origins{"shares": at(line)}}
	}
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{
		shares("b", 1), shares("c", 2),
		placed(10, model.Container{Name: "a", Image: "x", Uses: []model.Use{{Name: "b"}, {Name: "c"}}}),
	}}
	var ps problem.Problems
	if !errors.As(m.Validate(), &ps) || len(ps) != 1 {
		t.Fatalf("want one problem, got %v", ps)
	}
	same(t, "place", ps[0].Origin, at(13))
	same(t, "related", ps[0].Related, []problem.Related{
		{Origin: at(12), Msg: "first mounted"}, {Origin: at(1), Msg: `b shares "/s"`}, {Origin: at(2), Msg: `c shares "/s"`}})
}

// A long chain of containers that use one another is not looked at again for each.
func TestLongChainsOfUses(t *testing.T) {
	m := chain(20_000, false)
	for i, c := range m.Containers {
		c.Shares = []string{fmt.Sprint("/s", i)}
		for _, l := range c.Links {
			c.Uses = append(c.Uses, model.Use{Name: l.Container})
		}
		c.Links = nil
	}
	if err := m.Validate(); err != nil {
		t.Error(err)
	}
}

func TestMapsBuiltByHand(t *testing.T) {
	none := func(context.Context, model.OptionCall) (model.Dict, error) { return nil, nil }
	for _, test := range []struct {
		name string
		m    *model.ContainerMap
		want []string
	}{
		{"no map", nil, []string{`wrong-value container_map: there is no map`}},
		{"the zero map", &model.ContainerMap{}, []string{`name-syntax container_map: the map has no name`}},
		{"a bad name", &model.ContainerMap{Name: "a/b"}, []string{
			`name-syntax container_map: "a/b" cannot be the name of a map: use letters, digits, "_", "." and "-", with a letter or digit first`}},
		{"nil containers", &model.ContainerMap{Name: "m", Containers: []*model.Container{nil, {Name: "a"}, nil}}, []string{
			`wrong-value containers[0]: there is no container at this place`,
			`wrong-value containers[2]: there is no container at this place`}},
		{"empty containers", &model.ContainerMap{Name: "m", Containers: []*model.Container{{}, {}}}, []string{
			`name-syntax containers > "": "" cannot be the name of a container: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`duplicate containers > "": the container "" is defined twice`}},
		{"mode", &model.ContainerMap{Name: "m", Attached: "x"}, []string{`wrong-value attached: want "container" or "volume", got "x"`}},
		{"aliases twice", &model.ContainerMap{Name: "m",
			Volumes: []model.Volume{{Alias: "v", Path: "/v"}, {Alias: "v", Path: "/w"}},
			Host:    []model.HostPath{{Alias: "v", Path: "/v"}, {Alias: "v", Path: "/w"}, {Alias: "root", Path: "/r"}}}, []string{
			`duplicate volumes.v: alias "v" is defined twice in volumes`,
			`duplicate host.v: alias "v" is defined twice in host`,
			`name-syntax host.root: "root" in host is the host root and cannot be an alias`}},
		{"what is defined twice is not looked at twice", &model.ContainerMap{Name: "m",
			Volumes:    []model.Volume{{Alias: "v", Path: "/v"}, {Alias: "v", Path: "rel"}},
			Host:       []model.HostPath{{Alias: "v", Instances: []model.InstancePath{{Instance: "i", Path: "/i"}, {Instance: "i"}}}, {Alias: "v"}},
			Containers: []*model.Container{{Name: "a", Instances: []string{"", ""}}, {Name: "a", Instances: []string{"/"}}}}, []string{
			`duplicate volumes.v: alias "v" is defined twice in volumes`,
			`duplicate host.v.i: alias "v" has two host paths for instance "i"`,
			`duplicate host.v: alias "v" is defined twice in host`,
			`name-syntax containers > a > instances[0]: "" cannot be the name of an instance: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`duplicate containers > a > instances[1]: a has the instance "" twice`,
			`duplicate containers > a: the container a is defined twice`}},
		{"one host path and another", &model.ContainerMap{Name: "m", Host: []model.HostPath{{
			Alias: "v", Path: "/v", Instances: []model.InstancePath{{Instance: "i", Path: "/i"}}}}}, []string{
			`wrong-value host.v: alias "v" has one host path for all instances and others for each: want one or the other`}},
		{"one host path and several", &model.ContainerMap{Name: "m", Host: []model.HostPath{{
			Alias: "v", Path: "/v", Instances: []model.InstancePath{{Instance: "i", Path: "/i"}, {Instance: "i", Path: "/j"}}}}}, []string{
			`wrong-value host.v: alias "v" has one host path for all instances and others for each: want one or the other`,
			`duplicate host.v.i: alias "v" has two host paths for instance "i"`}},
		{"options of both kinds", &model.ContainerMap{Name: "m", Containers: []*model.Container{{
			Name: "a", StartOptions: model.Options{Values: model.Dict{}, Func: none}}}}, []string{
			`wrong-value containers > a > start_options: want fixed values or a function, got both`}},
		{"options that are no data", &model.ContainerMap{Name: "m", Containers: []*model.Container{{
			Name: "a", CreateOptions: model.Options{Values: model.Dict{{Key: model.Input{Value: "x"}, Value: model.Input{Value: t}}}}}}}, []string{
			`wrong-type containers > a > create_options.x: want plain data (None, bool, int, float, string, list, dict), got unsupported value of type *testing.T`}},
		{"paths that are no text", &model.ContainerMap{Name: "m",
			Volumes: []model.Volume{{Alias: "v", Path: "/\xff"}}, Host: []model.HostPath{{Alias: "v", Path: "/\x00"}}}, []string{
			`wrong-value volumes.v: cannot use "/\xff" as the path of alias "v" inside containers: it is not valid UTF-8`,
			`wrong-value host.v: cannot use "/\x00" as the host path of alias "v": it has control characters`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.m.Validate()
			if err == nil {
				t.Fatal("the map is taken")
			}
			same(t, "problems", shortLines(t, err), test.want)
		})
	}
}

// chain is n containers, each of which links to the next, and the last to the
// first if closed is set.
func chain(n int, closed bool) *model.ContainerMap {
	m := &model.ContainerMap{Name: "m"}
	for i := range n {
		c := &model.Container{Name: fmt.Sprint("c", i), Image: "x"}
		if i+1 < n || closed {
			c.Links = []model.Link{{Container: fmt.Sprint("c", (i+1)%n)}}
		}
		m.Containers = append(m.Containers, c)
	}
	return m
}

// row 66, D20: no recursion, however long the chain; a long circle is shortened.
func TestLongChains(t *testing.T) {
	if err := chain(100_000, false).Validate(); err != nil {
		t.Error(err)
	}
	same(t, "a circle of 100,000", shortLines(t, chain(100_000, true).Validate()), []string{
		`cycle containers > c0 > links[0]: containers need one another: c0 → c1 → c2 → c3 → c4 → c5 → c6 → c7 → … 99984 more … → ` +
			`c99992 → c99993 → c99994 → c99995 → c99996 → c99997 → c99998 → c99999 → c0 (leave out one of these)`})
	var ps problem.Problems
	errors.As(chain(20, true).Validate(), &ps)
	if len(ps) != 1 || len(ps[0].Related) != 20 {
		t.Errorf("a circle of 20: want its 20 steps, got %v", ps)
	}
}

// Every container links to every other one: the circles are many, the report is not.
func TestManyCirclesAreCounted(t *testing.T) {
	m := chain(60, false)
	for _, c := range m.Containers {
		c.Links = nil
		for _, other := range m.Containers {
			if other != c {
				c.Links = append(c.Links, model.Link{Container: other.Name})
			}
		}
	}
	got := lines(m.Validate())
	if len(got) != 101 || !strings.Contains(got[100], "containers need one another in 1670 circles more") {
		t.Errorf("want 100 circles and 1670 more, got %d lines, the last %s", len(got), got[len(got)-1])
	}
}

// Wrong names in their thousands: each is reported, whether or not there is time to
// look for a near one.
func TestManyWrongNames(t *testing.T) {
	m := chain(5000, false)
	for i, c := range m.Containers {
		c.Links = []model.Link{{Container: fmt.Sprint("unknown_container_", i)}}
	}
	if got := len(lines(m.Validate())); got != 5000 {
		t.Errorf("want 5000 problems, got %d", got)
	}
}

// row 124: the five checks of the source document, each alone and all at once; row
// 123: a map can be checked again at any time.
func TestTheFiveChecks(t *testing.T) {
	const aliases = `"volumes": {"v": "/v", "w": "/w"}, "host": {"x": "/x"}`
	checks := []struct{ text, want string }{
		{`"a1": {"attaches": "v"}, "b1": {"attaches": "v"}`, `duplicate containers > b1 > attaches[0]`},
		{`"a2": {"uses": "nothing"}`, `unknown-name containers > a2 > uses[0]`},
		{`"a3": {"binds": "w"}`, `unknown-alias containers > a3 > binds[0]`},
		{`"a4": {"binds": "x"}`, `unknown-alias containers > a4 > binds[0]`},
		{`"a5": {"links": "nowhere"}`, `unknown-name containers > a5 > links[0]`},
	}
	found := func(text string) (out []string) {
		m := site(t, "{"+aliases+", "+text+"}")
		for range 2 {
			out = nil
			for _, line := range shortLines(t, m.Validate()) {
				out = append(out, line[:strings.Index(line, ":")])
			}
		}
		return out
	}
	var texts, want []string
	for _, check := range checks {
		same(t, check.text, found(check.text), []string{check.want})
		texts, want = append(texts, check.text), append(want, check.want)
	}
	all := found(strings.Join(texts, ", "))
	slices.Sort(all)
	slices.Sort(want)
	same(t, "all at once", all, want)
}
