// Program text to model: tests of functions as options.

package starlarkmap_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// optionFunc loads a program that sets create_options of container c, and returns
// them.
func optionFunc(t *testing.T, opts *starlarkmap.Options, src string) model.Options {
	t.Helper()
	if opts == nil {
		opts = &starlarkmap.Options{}
	}
	opts.Src = "m = container_map(\"site\")\n" + src
	p, err := starlarkmap.Load(t.Context(), "site.star", opts)
	if err != nil {
		t.Fatal(err)
	}
	return p.Maps[0].Container("c").CreateOptions
}

func call() model.OptionCall {
	return model.OptionCall{Map: "site", Container: "c", Instance: "a", Name: "site.c.a",
		Host: map[string]string{"data": "/srv/data", "cfg": "/srv/cfg"}}
}

// Row 110: a function may stand in for the dictionary. It is not called by
// defining the map.
func TestOptionFunctions(t *testing.T) {
	rows := []struct{ name, src, want, text string }{
		{"of ctx", `
def opts(ctx):
    return {"environment": {"I": ctx.instance, "N": ctx.name, "C": ctx.container, "M": ctx.map}}
m.containers.c.create_options = opts`,
			`{"environment":{"I":"a","N":"site.c.a","C":"c","M":"site"}}`, "opts at site.star:3:1"},
		{"of nothing", `m.containers.c = container(create_options = lambda: {"mem_limit": "1g"})`,
			`{"mem_limit":"1g"}`, "lambda at site.star:2:45"},
		{"in a dictionary", `m.update({"c": {"create_options": lambda ctx: {"a": ctx.host.data, "b": ctx.host["cfg"], "n": len(ctx.host)}}})`,
			`{"a":"/srv/data","b":"/srv/cfg","n":2}`, "lambda at site.star:2:35"},
		{"a default is not replaced by ctx", `
for port in [1, 2]:
    m.containers.c.create_options = lambda port = port: {"port": port}`, `{"port":2}`, "lambda at site.star:4:37"},
		{"ctx with a default", `m.containers.c.create_options = lambda ctx = None: {"i": ctx.instance}`, `{"i":"a"}`, "lambda at site.star:2:33"},
		{"any number of values", `m.containers.c.create_options = lambda *args: {"i": args[0].instance}`, `{"i":"a"}`, "lambda at site.star:2:33"},
		{"None is nothing", `m.containers.c.create_options = lambda: None`, `null`, "lambda at site.star:2:33"},
		{"what it closes over", `
def make(limit):
    limits = [limit]
    def opts(ctx):
        return {"mem_limit": limits[0], "image": m.containers.c.image, "known": "x" in m.containers}
    return opts
m.containers.c.create_options = make("2g")
m.containers.c.image = "later"`, `{"mem_limit":"2g","image":"later","known":false}`, "opts at site.star:5:5"},
		{"ports by number and protocol", `m.containers.c.create_options = lambda: {"ports": {(53, "udp"): 53, 80: None}}`,
			`{"ports":{"53/udp":53,"80":null}}`, "lambda at site.star:2:33"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := optionFunc(t, nil, row.src)
			d, err := o.Func(t.Context(), call())
			if err != nil {
				t.Fatal(err)
			}
			var in model.Input
			if d != nil {
				in.Value = d
			}
			got, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{row.want, row.text}, []string{string(got), o.Text}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOptionFunctionKeysKeepTheirPlaces(t *testing.T) {
	o := optionFunc(t, nil, `
def opts(ctx):
    if ctx.instance == "b":
        return {"other": 1}
    d = {"mem_limit": "1g"}
    d["later"] = 1
    return d
def literal():
    return {"a": 1,
        "b": 2}
m.containers.c.create_options = opts
m.containers.c.start_options = literal
`)
	places := func(d model.Dict, err error) (out []string) {
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range d {
			out = append(out, e.Key.Value.(string)+" "+e.Key.Origin.String()+" "+e.Value.Origin.String())
		}
		return out
	}
	want := []string{"mem_limit site.star:6:10 site.star:6:23", "later site.star:3:1 site.star:3:1"}
	if diff := cmp.Diff(want, places(o.Func(t.Context(), call()))); diff != "" {
		t.Error(diff)
	}
}

func TestOptionFunctionFailures(t *testing.T) {
	rows := []struct{ name, src, want string }{
		{"missing key", `
ports = {}
def opts(ctx):
    return {"port": ports["PORT"]}
m.containers.c.create_options = opts
`, `site.star:5:26: create_options of container "site.c" (instance "a") failed: key "PORT" not in dict
   |
 5 |     return {"port": ports["PORT"]}
   |                          ^
   = set at site.star:6:33
   = hint: ctx.container was "c", ctx.instance "a"
`},
		{"fail in a helper", `
def helper():
    fail("no port")
m.containers.c.create_options = lambda: helper()
`, `site.star:4:5: create_options of container "site.c" (instance "a") failed: no port
   |
 4 |     fail("no port")
   |     ^^^^^^^^^^^^^^^
   = in helper(), called from site.star:5:41
   = set at site.star:5:33
   = hint: ctx.container was "c", ctx.instance "a"
`},
		{"wrong result", `
m.containers.c.create_options = lambda: [1]
`, `site.star:3:33: create_options of container "site.c" (instance "a") failed: it returned list of 1, want a dict or None
   |
 3 | m.containers.c.create_options = lambda: [1]
   |                                 ^^^^^^^^^^^
   = set at site.star:3:33
`},
		{"wrong value", `
m.containers.c.create_options = lambda ctx: {
    "a": {"b": ctx},
}
`, `site.star:3:33: create_options of container "site.c" (instance "a") failed: a.b: want plain data (None, bool, int, float, string, list, dict), got struct
   |
 3 | m.containers.c.create_options = lambda ctx: {
   |                                 ^^^^^^^^^^^^^
   = set at site.star:3:33
`},
		{"wrong key", `
m.containers.c.create_options = lambda: {5: 1}
`, `site.star:3:33: create_options of container "site.c" (instance "a") failed: want the name of an option (string), got int 5
   |
 3 | m.containers.c.create_options = lambda: {5: 1}
   |                                 ^^^^^^^^^^^^^^
   = set at site.star:3:33
`},
		{"a function as value", `
m.containers.c.create_options = lambda: {"a": len}
`, `site.star:3:47: create_options of container "site.c" (instance "a") failed: a: want plain data (None, bool, int, float, string, list, dict), got function
   |
 3 | m.containers.c.create_options = lambda: {"a": len}
   |                                               ^^^
   = set at site.star:3:33
`},
		{"changing the map", `
def opts():
    m.containers.c.image = "x"
m.containers.c.create_options = opts
`, `site.star:4:20: create_options of container "site.c" (instance "a") failed: container "c" is frozen: it can be changed only while the map file runs
   |
 4 |     m.containers.c.image = "x"
   |                    ^^^^^
   = set at site.star:5:33
   = hint: a function returns its options; it changes nothing
`},
		{"changing a captured list", `
def make():
    l = []
    def opts():
        l.append(1)
    return opts
m.containers.c.create_options = make()
`, `site.star:6:9: create_options of container "site.c" (instance "a") failed: cannot change l: what a file made is frozen once the file has run (append: cannot append to frozen list)
   |
 6 |         l.append(1)
   |         ^^^^^^^^^^^
   = set at site.star:8:33
   = hint: change a copy: mine = list(l)
`},
		{"making a container", `
def opts():
    m.containers.another.image = "x"
m.containers.c.create_options = opts
`, `site.star:4:18: create_options of container "site.c" (instance "a") failed: map "site" is frozen, and has no container "another"
   |
 4 |     m.containers.another.image = "x"
   |                  ^^^^^^^
   = set at site.star:5:33
   = hint: a function returns its options; it changes nothing
`},
		{"copying the map", `
def opts():
    m.copy("n")
m.containers.c.create_options = opts
`, `site.star:4:5: create_options of container "site.c" (instance "a") failed: map "site" is frozen: it can be changed only while the map file runs
   |
 4 |     m.copy("n")
   |     ^^^^^^^^^^^
   = set at site.star:5:33
   = hint: a function returns its options; it changes nothing
`},
		{"an unknown container", `
m.containers.c.create_options = lambda: m.containers.cc.image
`, `site.star:3:54: create_options of container "site.c" (instance "a") failed: map "site" is frozen, and has no container "cc"
   |
 3 | m.containers.c.create_options = lambda: m.containers.cc.image
   |                                                      ^^
   = set at site.star:3:33
   = hint: did you mean "c"?
`},
		{"making a container", `
m.containers.c.create_options = lambda: container(image = "x")
`, `site.star:3:41: create_options of container "site.c" (instance "a") failed: container() can be called only while the map file runs
   |
 3 | m.containers.c.create_options = lambda: container(image = "x")
   |                                         ^^^^^^^^^^^^^^^^^^^^^^
   = set at site.star:3:33
   = hint: call it in the program and use the result
`},
		{"changing ctx", `
def opts(ctx):
    ctx.host["x"] = "/y"
m.containers.c.create_options = opts
`, `site.star:4:13: create_options of container "site.c" (instance "a") failed: ctx.host cannot be changed
   |
 4 |     ctx.host["x"] = "/y"
   |             ^
   = set at site.star:5:33
   = hint: a function returns its options; it changes nothing
`},
		{"a host path that is not there", `
m.containers.c.create_options = lambda ctx: {"a": ctx.host["dta"]}
`, `site.star:3:59: create_options of container "site.c" (instance "a") failed: ctx.host has no "dta"
   |
 3 | m.containers.c.create_options = lambda ctx: {"a": ctx.host["dta"]}
   |                                                           ^
   = set at site.star:3:33
   = hint: did you mean "data"?
`},
		{"endless work", `
def opts():
    for i in range(1000000):
        for j in range(1000000):
            pass
m.containers.c.create_options = opts
`, `site.star:5:9: create_options of container "site.c" (instance "a") failed: step limit of 10 000 reached
   |
 5 |         for j in range(1000000):
   |         ^
   = set at site.star:7:33
   = hint: raise Limits.CallSteps: --limit call-steps=…
`},
		{"a list that contains itself", `
def opts():
    l = []
    l.append(l)
    return {"a": l}
m.containers.c.create_options = opts
`, `site.star:3:1: create_options of container "site.c" (instance "a") failed: the value is nested deeper than 64
   |
 3 | def opts():
   | ^
   = set at site.star:7:33
`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			o := optionFunc(t, &starlarkmap.Options{Limits: starlarkmap.Limits{CallSteps: 10_000}}, row.src)
			_, err := o.Func(t.Context(), call())
			var p *problem.Problem
			if !errors.As(err, &p) {
				t.Fatalf("got %T %v, want a *problem.Problem", err, err)
			}
			var got strings.Builder
			if err := problem.Write(&got, err); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionFunctionEndsWithItsContext(t *testing.T) {
	o := optionFunc(t, nil, `
def opts():
    for i in range(1000):
        for j in range(1000000):
            pass
m.containers.c.create_options = opts
`)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := o.Func(ctx, call()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	o = optionFunc(t, &starlarkmap.Options{Limits: starlarkmap.Limits{CallSteps: -1}}, `
def opts():
    for i in range(1000000):
        for j in range(1000000):
            pass
m.containers.c.create_options = opts
`)
	if _, err := o.Func(ctx, call()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}

// Functions are called from any goroutine; run with -race.
func TestOptionFunctionsAreSafeForConcurrentUse(t *testing.T) {
	var mu sync.Mutex
	printed := 0
	o := optionFunc(t, &starlarkmap.Options{Print: func(problem.Origin, string) {
		mu.Lock()
		defer mu.Unlock()
		printed++
	}}, `
shared = {"a": [1, 2]}
def opts(ctx):
    print(ctx.name)
    local = dict(shared)
    local["b"] = m.containers.c.shares + [ctx.instance]
    if m.containers.c.shares == ["/s"] and hasattr(m.containers, "x"):
        fail()
    return {"a": local, "host": dict(ctx.host), "again": m.volumes.v}
m.volumes.v = "/v"
m.containers.c.shares = "/s"
m.containers.c.create_options = opts
`)
	const calls = 50
	var wait sync.WaitGroup
	for range calls {
		wait.Go(func() {
			d, err := o.Func(t.Context(), call())
			if err != nil || len(d) != 3 {
				t.Error(d, err)
			}
		})
	}
	wait.Wait()
	if printed != calls {
		t.Errorf("%d texts printed, want %d", printed, calls)
	}
}
