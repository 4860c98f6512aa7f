package model

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
)

// net is a kind of things that maps do not have.
type net struct {
	alias  string
	ranges []string
}

// netTable keeps the things of each map in lists.
func netTable(lists map[*ContainerMap]*[]net) table[net] {
	return table[net]{
		Field: Field{Name: "nets"},
		of:    "alias",
		list: func(m *ContainerMap) *[]net {
			if lists[m] == nil {
				lists[m] = new([]net)
			}
			return lists[m]
		},
		name: func(n net) (string, bool) { return n.alias, true },
		read: func(k *converter, path, alias string, in Input) (net, bool) {
			list, ok := in.Value.(List)
			if !ok {
				k.want(path, in, "a list")
			}
			n := net{alias: alias}
			for _, e := range list {
				k.note(key(path, e.Value.(string)), e.Origin)
				n.ranges = append(n.ranges, e.Value.(string))
			}
			return n, ok
		},
		value: func(m *ContainerMap, path string, n net) Input {
			return Input{Value: len(n.ranges), Origin: m.Origins[path]}
		},
		parts: func(n net) []string { return n.ranges },
		clone: func(n net) net { return net{n.alias, slices.Clone(n.ranges)} },
		check: func(bad report, path string, n net) {
			if len(n.ranges) == 0 {
				bad(problem.CodeWrongValue, path, "no ranges")
			}
		},
	}
}

// A table is all that a new kind of things needs: it can be set, read, merged, copied
// and checked, each value with its place.
func TestTableOfANewKind(t *testing.T) {
	lists := map[*ContainerMap]*[]net{}
	nets := netTable(lists)
	at := func(line int) problem.Origin { return problem.Origin{File: "site.star", Line: line, Col: 1} }
	build := func(line int, entries ...string) *ContainerMap {
		m := &ContainerMap{Name: "m", Origins: problem.Origins{}}
		for i, alias := range entries {
			k := &converter{set: m.Origins}
			part := Input{Value: "r" + alias, Origin: at(line + i)}
			nets.open(m).set(k, alias, at(line+i), Input{Value: List{part}})
		}
		return m
	}
	m, other := build(1, "a", "b"), build(11, "b", "c")
	k := &converter{set: m.Origins}
	nets.open(m).set(k, "d", at(9), Input{Value: "text", Origin: at(9)})
	if len(k.problems) != 1 || k.problems[0].Path != "nets.d" || k.problems[0].Origin != at(9) {
		t.Errorf("a wrong value: %v", k.problems)
	}
	delete(m.Origins, "nets.d")

	added := m.Copy()
	lists[added] = &[]net{{"a", []string{"ra"}}, {"b", []string{"rb"}}}
	nets.copy(added)
	nets.merge(added, other, true)
	if added.Origins["nets.b"] != at(2) || added.Origins["nets.c.rc"] != at(12) {
		t.Errorf("places, adding only: %v", added.Origins)
	}
	nets.merge(m, other, false)
	want := problem.Origins{"nets.a": at(1), "nets.a.ra": at(1), "nets.b": at(11), "nets.b.rb": at(11), "nets.c": at(12), "nets.c.rc": at(12)}
	if diff := cmp.Diff(want, m.Origins); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	(*lists[other])[1].ranges[0] = "changed"
	if got := (*lists[m])[2].ranges[0]; got != "rc" {
		t.Errorf("the map shares memory with the other one: %q", got)
	}
	in, ok := nets.open(m).get("b")
	if !ok || in.Value != 1 || in.Origin != at(11) {
		t.Errorf("b is %v", in)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, nets.open(m).names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}

	*lists[m] = append(*lists[m], net{alias: "a"}, net{alias: "no name"})
	v := &validator{m: m}
	nets.validate(m, v.inMap)
	var got []string
	for _, p := range v.problems {
		got = append(got, string(p.Code)+" "+p.Path)
	}
	if diff := cmp.Diff([]string{"duplicate container_map > nets.a", "name-syntax container_map > nets.\"no name\"", "wrong-value container_map > nets.\"no name\""}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
