// Program text to model: tests of what programs mean, row by row.

package starlarkmap_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// TestRows evaluates programs that make one map called m, without the integrity
// check, and compares the map as data.
func TestRows(t *testing.T) {
	rows := []struct{ name, src, want string }{
		{"row 2: a map may be empty", ``, `{}`},
		{"row 3: a dictionary, then code, attribute by attribute",
			`m.update({"a": {"image": "i"}}); m.containers.a.user = "u"`,
			`{"containers":{"a":{"image":"i","user":"u"}}}`},
		{"row 4: three name spaces",
			`m.volumes.x = "/x"; m.host.x = "x"; m.containers.x.image = "x"`,
			`{"volumes":{"x":"/x"},"host":{"x":"x"},"containers":{"x":{"image":"x"}}}`},
		{"row 5: elements as attributes",
			`m.containers.app1.binds = "v1"; m.volumes.v1 = "/x"; m.host.v1 = "/y"`,
			`{"volumes":{"v1":"/x"},"host":{"v1":"/y"},"containers":{"app1":{"binds":["v1"]}}}`},
		{"row 6: elements by index",
			`m.containers["app1"].binds = "v1"; m.volumes["v1"] = "/x"; m.host["v1"] = "/y"`,
			`{"volumes":{"v1":"/x"},"host":{"v1":"/y"},"containers":{"app1":{"binds":["v1"]}}}`},
		{"row 7: an access creates", `m.containers.x`, `{"containers":{"x":{}}}`},
		{"row 7: an access by index creates", `m.containers["x"]`, `{"containers":{"x":{}}}`},
		{"row 7: an append creates", `m.containers.x.shares.append("/s")`, `{"containers":{"x":{"shares":["/s"]}}}`},
		{"row 7: order of the first mention", `a = m.containers.a; m.containers.b.image = "x"; a.image = "y"`,
			`{"containers":{"a":{"image":"y"},"b":{"image":"x"}}}`},
		{"row 7: read, then set", `
c = m.containers.x
if c.image == None:
    c.image = "x"`, `{"containers":{"x":{"image":"x"}}}`},
		{"row 8: get_existing creates nothing", `
m.containers.x
if m.get_existing("y") != None or m.get_existing("x") != None:
    fail()
m.containers.x.image = "i"
if m.get_existing("x").image != "i":
    fail()`, `{"containers":{"x":{"image":"i"}}}`},
		{"row 7: questions create nothing", `
"a" in m.containers, hasattr(m.containers, "b"), getattr(m.containers, "c", 1), m.containers.get("d"), dir(m.containers)
hasattr(m.containers.real, "image")`, `{"containers":{"real":{}}}`},
		{"row 7: getattr without default is an access", `getattr(m.containers, "x")`, `{"containers":{"x":{}}}`},

		{"row 40: binds name aliases", `m.containers.a.binds = ["v", "w"]`, `{"containers":{"a":{"binds":["v","w"]}}}`},
		{"row 41: the typed pair", `m.containers.a.binds = host_share("v", True)`, `{"containers":{"a":{"binds":[{"v":"ro"}]}}}`},
		{"row 42: a list or tuple of typed pairs", `m.containers.a.binds = (host_share("v", readonly = "ro"), host_share("w"))`,
			`{"containers":{"a":{"binds":[{"v":"ro"},"w"]}}}`},
		{"row 43: pairs", `m.containers.a.binds = [("a", "ro"), ("b", True), ("c", False)]`,
			`{"containers":{"a":{"binds":[{"a":"ro"},{"b":"ro"},"c"]}}}`},
		{"row 44: dictionaries as elements", `m.containers.a.binds = [{"a": "ro"}, {"b": False}, {"c": None}]`,
			`{"containers":{"a":{"binds":[{"a":"ro"},"b","c"]}}}`},
		{"row 45: strings", `m.containers.a.binds = "a"`, `{"containers":{"a":{"binds":["a"]}}}`},
		{"row 46: rw", `m.containers.a.binds = {"a": "rw", "b": "ro"}`, `{"containers":{"a":{"binds":["a",{"b":"ro"}]}}}`},
		{"row 47: one dictionary", `m.containers.a.binds = {"a": "ro", "b": False}`, `{"containers":{"a":{"binds":[{"a":"ro"},"b"]}}}`},
		{"row 49: a pair of strings is two elements", `m.containers.a.binds = ("a", "b")`, `{"containers":{"a":{"binds":["a","b"]}}}`},
		{"row 51: None is no element", `m.containers.a.binds = ["x"]; m.containers.a.binds = None`, `{"containers":{"a":{}}}`},
		{"row 52: the same path twice stays", `m.host = {"v": "/h", "w": "/h"}; m.containers.a.binds = ["v", "w"]`,
			`{"host":{"v":"/h","w":"/h"},"containers":{"a":{"binds":["v","w"]}}}`},

		{"row 71: the typed link", `m.containers.a.links = link("b", "x")`, `{"containers":{"a":{"links":[{"b":"x"}]}}}`},
		{"row 72: pairs, dictionaries, strings", `m.containers.a.links = [("b", "x"), {"c": "y"}, {"container": "d", "alias": "z"}, "e"]`,
			`{"containers":{"a":{"links":[{"b":"x"},{"c":"y"},{"d":"z"},"e"]}}}`},
		{"row 73: no alias", `m.containers.a.links = link("app_server")`, `{"containers":{"a":{"links":["app_server"]}}}`},
		{"row 74: alias None", `m.containers.a.links = [("b", None), link("c", None)]`, `{"containers":{"a":{"links":["b","c"]}}}`},
		{"row 75: an instance", `m.containers.a.links = "b.1"`, `{"containers":{"a":{"links":["b.1"]}}}`},
		{"row 76: one target twice", `m.containers.a.links = [("b", "x"), ("b", "y")]`, `{"containers":{"a":{"links":[{"b":"x"},{"b":"y"}]}}}`},

		{"row 65: use read-only", `m.containers.a.uses = {"b": "ro"}`, `{"containers":{"a":{"uses":[{"b":"ro"}]}}}`},
		{"row 86: user as a number", `m.containers.a.user = 2000`, `{"containers":{"a":{"user":"2000"}}}`},
		{"row 86: user as a pair", `m.containers.a.user = ("u", 5)`, `{"containers":{"a":{"user":"u:5"}}}`},
		{"row 86: user as a list", `m.containers.a.user = ["u", "g"]`, `{"containers":{"a":{"user":"u:g"}}}`},
		{"row 86: user 0", `m.containers.a.user = 0`, `{"containers":{"a":{"user":"0"}}}`},
		{"row 101: persistent as text", `m.containers.a.persistent = "yes"`, `{"containers":{"a":{"persistent":true}}}`},
		{"row 101: persistent", `m.containers.a.persistent = True`, `{"containers":{"a":{"persistent":true}}}`},
		{"row 109: ports by number and protocol", `m.containers.a.start_options = {"port_bindings": {8000: 80, (53, "udp"): None}}`,
			`{"containers":{"a":{"start_options":{"port_bindings":{"8000":80,"53/udp":null}}}}}`},

		{"row 111: string, list and tuple are the same", `
m.containers.a.uses = "v"
m.containers.b.uses = ["v"]
m.containers.c.uses = ("v",)`, `{"containers":{"a":{"uses":["v"]},"b":{"uses":["v"]},"c":{"uses":["v"]}}}`},
		{"row 111: later changes of the list have no effect", `
l = ["v"]
m.containers.a.shares = l
l.append("w")`, `{"containers":{"a":{"shares":["v"]}}}`},
		{"row 111: instances may be numbers", `m.containers.a.instances = 1, 2`, `{"containers":{"a":{"instances":["1","2"]}}}`},
		{"row 113: a change in place converts", `m.containers.a.binds = "v"; m.containers.a.binds.append(("w", "ro"))`,
			`{"containers":{"a":{"binds":["v",{"w":"ro"}]}}}`},
		{"row 114: adding the typed pair", `m.containers.a.binds.append(host_share("volume1", False))`,
			`{"containers":{"a":{"binds":["volume1"]}}}`},
		{"row 112: extend converts each", `m.containers.a.links.extend([("b", "x"), "c"])`, `{"containers":{"a":{"links":[{"b":"x"},"c"]}}}`},
		{"row 116: containers in both places", `m.update({"containers": {"a": {}}, "b": {}})`, `{"containers":{"a":{},"b":{}}}`},
		{"row 116: container() in both places, in order", `m.update({"b": container(), "a": {}, "containers": {"c": container()}})`,
			`{"containers":{"b":{},"a":{},"c":{}}}`},
		{"row 117: any other key is a container", `m.update({"host_x": {}, "containers": {"volumes": {}}})`, `{"containers":{"host_x":{},"volumes":{}}}`},
		{"row 118: the root inside host", `m.update({"host": {"root": "/r", "v": "x"}})`, `{"host_root":"/r","host":{"v":"x"}}`},
		{"row 118: the root by attribute", `m.host.root = "/r"`, `{"host_root":"/r"}`},
		{"row 119: update replaces, attribute by attribute", `
m.containers.a = container(shares = "/1", user = "u")
m.volumes.v = "/v"
m.update({"a": {"shares": ["/2"]}, "volumes": {"w": "/w"}})`,
			`{"volumes":{"v":"/v","w":"/w"},"containers":{"a":{"shares":["/2"],"user":"u"}}}`},
		{"assigning volumes replaces them", `m.volumes = {"a": "/a"}; m.volumes = {"b": "/b"}`, `{"volumes":{"b":"/b"}}`},
		{"assigning a container replaces it", `m.containers.a.user = "u"; m.containers.a = {"image": "i"}`, `{"containers":{"a":{"image":"i"}}}`},
		{"assigning None makes a container with nothing set", `m.containers.a = None`, `{"containers":{"a":{}}}`},
		{"containers as a whole", `m.containers = {"b": container(image = "x"), "a": {"image": "y"}}`,
			`{"containers":{"b":{"image":"x"},"a":{"image":"y"}}}`},
		{"a pending container is what the dictionary defines", `
w = m.containers.w
m.update({"w": {"image": "i"}})
w.user = "u"`, `{"containers":{"w":{"image":"i","user":"u"}}}`},
		{"a pending container is what container() defines", `
w = m.containers.w
m.containers.w = container(image = "i")
w.user = "u"`, `{"containers":{"w":{"image":"i","user":"u"}}}`},
		{"settings of the map", `m.attached = "volume"; m.default_tag = "1"; m.base_image = "b"; m.core_image = "c"; m.repository = "r"`,
			`{"repository":"r","default_tag":"1","attached":"volume","base_image":"b","core_image":"c"}`},
		{"options key by key", `
m.containers.a.create_options["mem_limit"] = "1g"
m.containers.a.create_options.environment = {"A": "b"}
m.containers.a.create_options["mem_limit"] = "2g"`,
			`{"containers":{"a":{"create_options":{"mem_limit":"2g","environment":{"A":"b"}}}}}`},
		{"copying from one container to another", `
m.containers.a = container(binds = [("v", "ro")], links = {"x": "y"}, uses = {"u": "ro"}, create_options = {"a": 1})
m.containers.b.binds = m.containers.a.binds
m.containers.b.links = m.containers.a.links
m.containers.b.uses = m.containers.a.uses[:]
m.containers.b.create_options = m.containers.a.create_options
m.containers.a.binds.clear()`,
			`{"containers":{"a":{"uses":[{"u":"ro"}],"links":[{"x":"y"}],"create_options":{"a":1}},"b":{"binds":[{"v":"ro"}],"uses":[{"u":"ro"}],"links":[{"x":"y"}],"create_options":{"a":1}}}}`},
		{"augmented assignments evaluate their target once", `
calls = []
def once(x):
    calls.append(1)
    return x
d = {"n": 6, "t": "%s!"}
once(d)["n"] *= 7
once(d)[once("t")] %= "hi"
if d != {"n": 42, "t": "hi!"} or len(calls) != 3:
    fail(d, calls)
n = 5
n *= 2
n %= 7
m.default_tag = str(n)`, `{"default_tag":"3"}`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			m := load(t, "m = container_map(\"m\", check_integrity = False)\n"+row.src+"\n")
			got, err := json.Marshal(model.Input{Value: m.Dict()})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPrograms runs programs that compare for themselves, with eq.
func TestPrograms(t *testing.T) {
	const prelude = `
def eq(got, want):
    if got != want or not (got == want):
        fail("got", got, "want", want)
m = container_map("m", check_integrity = False)
c = m.containers.c
c.image = "x"
`
	rows := []struct{ name, src string }{
		{"a list reads back as typed values", `
c.binds = ["v", ("w", "ro")]
eq(c.binds[0].volume, "v")
eq(c.binds[1].readonly, True)
eq([type(b) for b in c.binds], ["host_share", "host_share"])
eq(c.binds[1], host_share("w", readonly = True))
eq(c.binds[-1] in [host_share("w", True)], True)
c.links = {"db": "d"}
eq((c.links[0].container, c.links[0].alias), ("db", "d"))
eq(link("db").alias, None)
eq({host_share("a"): 1}[host_share("a")], 1)
eq({link("a", "b"): 1}[link("a", alias = "b")], 1)`},
		{"a list compares with every plain form", `
c.binds = ["v", ("w", "ro")]
eq(c.binds, ["v", {"w": "ro"}])
eq(c.binds, ("v", ("w", True)))
eq(["v", ("w", "ro")], c.binds)
eq(c.binds == ["v"], False)
eq(c.binds != ["v", "w"], True)
eq(c.binds == [1, 2], False)
eq(c.binds == "v", False)
eq(c.binds, c.binds)
eq(c.shares, [])`},
		{"a list answers in, len, bool and slices", `
c.shares = ["/a", "/b", "/c"]
eq(len(c.shares), 3)
eq(bool(c.shares) and not bool(c.uses), True)
eq("/b" in c.shares and "/x" not in c.shares and 5 not in c.shares, True)
eq(c.shares[1:], ["/b", "/c"])
eq(c.shares[::-1], ["/c", "/b", "/a"])
c.instances = [1]
eq(1 in c.instances and "1" in c.instances, True)
c.binds = {"v": "ro"}
eq(("v", "ro") in c.binds and "v" not in c.binds, True)`},
		{"a list changes in place", `
c.shares = ["/a"]
same = c.shares
c.shares.append("/b")
c.shares.insert(0, "/0")
c.shares.insert(-1, "/i")
eq(same, ["/0", "/a", "/i", "/b"])
eq(c.shares.pop(), "/b")
eq(c.shares.pop(0), "/0")
c.shares.remove("/i")
c.shares.extend(("/x", "/y"))
c.shares += ["/z"]
eq(c.shares.index("/y"), 2)
c.shares[0] = "/first"
c.shares[-1] = "/last"
eq(same, ["/first", "/x", "/y", "/last"])
eq(c.shares + ["/n"], ["/first", "/x", "/y", "/last", "/n"])
eq(["/n"] + c.shares, ["/n", "/first", "/x", "/y", "/last"])
eq(type(c.shares), "list")
c.shares.extend(c.shares)
eq(len(c.shares), 8)
c.shares.clear()
eq(c.shares, [])
for s in c.shares:
    fail(s)
c.shares = ["/a", "/b"]
for s in c.shares:
    c.shares.append(s + "2")
eq(c.shares, ["/a", "/b", "/a2", "/b2"])`},
		{"volumes and host are dictionaries", `
m.volumes = {"b": "/b", "a": "/a"}
m.host.a = "x"
m.host["b"] = {"i1": "p1", 2: "p2"}
eq(m.volumes.keys(), ["b", "a"])
eq(m.volumes.values(), ["/b", "/a"])
eq(m.volumes.items(), [("b", "/b"), ("a", "/a")])
eq(m.volumes.get("a"), "/a")
eq(m.volumes.get("x"), None)
eq(m.volumes.get("x", "d"), "d")
eq(m.volumes.a, m.volumes["a"])
eq(len(m.volumes), 2)
eq("a" in m.volumes and "x" not in m.volumes, True)
eq([v for v in m.volumes], ["b", "a"])
eq(dict(m.volumes), {"b": "/b", "a": "/a"})
eq(m.volumes, {"b": "/b", "a": "/a"})
eq(m.host["b"], {"i1": "p1", "2": "p2"})
eq(m.host.root, None)
m.host.root = "/r"
eq(m.host_root, "/r")
m.volumes.update({"c": "/c"}, d = "/d")
eq(m.volumes.keys(), ["b", "a", "c", "d"])`},
		{"containers are a dictionary", `
m.containers.b.image = "y"
m.containers.pending
eq(m.containers.keys(), ["c", "b"])
eq([c.image for c in m.containers.values()], ["x", "y"])
eq([name for name in m.containers], ["c", "b"])
eq(m.containers.b == m.containers["b"], True)
eq(m.containers.b.name, "b")
eq(m.containers.get("b").image, "y")
eq("pending" in m.containers, False)
eq(str(m.containers.b), "<container m.b (site.star:9:1)>")
eq(str(m), "<container_map m (site.star:5:5)>")`},
		{"attributes read back", `
eq(m.name, "m")
eq((m.repository, m.attached), (None, None))
c.user = 5
c.persistent = True
c.permissions = "0750"
eq((c.user, c.persistent, c.permissions, c.image), ("5", True, "0750", "x"))
eq(container().image, None)
eq(dir(link("a")), ["alias", "container"])
eq(hasattr(c, "image") and not hasattr(c, "imagee"), True)
eq(c.create_options, {})
c.create_options = {"a": {"b": [1, None, 2.5]}}
eq(c.create_options, {"a": {"b": [1, None, 2.5]}})
eq(c.create_options["a"]["b"][0], 1)
eq("a" in c.create_options, True)`},
		{"struct", `
s = struct(a = 1, b = [2])
eq((s.a, s.b), (1, [2]))
eq(s, struct(b = [2], a = 1))
eq(s == struct(a = 1), False)
eq({struct(a = 1): "x"}[struct(a = 1)], "x")
eq(str(s), "struct(a = 1, b = [2])")
l = []
cyclic = struct(a = l)
l.append(cyclic)
eq(str(cyclic), "struct(a = [struct(...)])")
eq(str(l), "[struct(a = [...])]")
eq(dir(s), ["a", "b"])`},
		{"json", `
eq(json.decode('{"a": [1, "x\\"]["]}'), {"a": [1, "x\"]["]})
eq(json.encode({"a": [1, True, None, "x"]}), '{"a":[1,true,null,"x"]}')
eq(json.encode(struct(a = 1)), '{"a":1}')
eq(json.indent('{"a":1}', indent = " "), '{\n "a": 1\n}')
eq(json.encode_indent({"a": 1}, indent = " "), '{\n "a": 1\n}')
m.volumes.v = "/v"
c.shares = "/s"
eq(json.encode(m.volumes), '{"v":"/v"}')
eq(json.encode([c.shares]), '[["/s"]]')
eq(json.decode("[", default = 5), 5)`},
		{"guarded operators mean what they mean", `
eq("ab" * 3, "ababab")
eq(3 * [1], [1, 1, 1])
eq("a" * 0, "")
eq((1,) * -5, ())
eq(7 * 6 % 5, 2)
eq("%s=%d" % ("a", 5), "a=5")
eq("%(k)s" % {"k": "v"}, "v")
eq("{}-{x}".format(1, x = 2), "1-2")
eq(", ".join(["a", "b"]), "a, b")
eq("aXb".replace("X", "--"), "a--b")
eq("a b".split(), ["a", "b"])
eq([x for x in "ab".elems()], ["a", "b"])
eq(getattr("a,b", "split")(","), ["a", "b"])
eq(str([1, "a", (2,), {"k": None}, set([3])]), '[1, "a", (2,), {"k": None}, set([3])]')
eq(repr("a"), '"a"')
eq(max([1, 3, 2]), 3)
eq(sorted([2, 1], reverse = True), [2, 1])
eq(list(zip([1, 2], "ab".elems())), [(1, "a"), (2, "b")])
eq(set([1, 2]).intersection([2]), set([2]))
eq(int("0x10", 0), 16)
x = [1]
y = x
x += [2]
eq(y, [1, 2])
x = [3]
x.extend(x)
eq(x, [3, 3])
eq(1 == 1.0 and [1] != (1,), True)
s = struct(join = lambda l: "mine", split = 5)
eq(s.join([]), "mine")
eq(s.split, 5)`},
		{"variables", `
eq(var("given", "d"), "value")
eq(var("other", "d"), "d")
eq(var("none", default = None), None)
eq(env("HOME"), "/root")
eq(env("UNSET", 5), 5)`},
		{"top-level control, reassignment and sets", `
for i in range(2):
    pass
for i in range(3):
    pass
if i == 2:
    i = set([1])
eq(i, set([1]))`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			args := map[string]string{}
			if row.name == "variables" {
				args["given"] = "value"
			}
			_, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
				Src: prelude + row.src, Args: args, Env: []string{"HOME", "UNSET"},
				LookupEnv: func(name string) (string, bool) { return "/root", name == "HOME" },
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBothStylesOfTheExampleMakeTheSameMap(t *testing.T) {
	want := loadFile(t, "../testdata/map/example.star")
	got := loadFile(t, "../testdata/map/example_attributes.star")
	if diff := cmp.Diff(want, got, sameMap()); diff != "" {
		t.Errorf("(-dictionary +attributes):\n%s", diff)
	}
}

// Maps come in order, also those of loaded files and functions. Row 122:
// check_integrity = False makes a map that would not pass.
func TestEveryMapCounts(t *testing.T) {
	p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{
		FS: files{
			"site.star": `load("lib/lib.star", "make")
container_map("b", {"a": {"uses": "x"}}, check_integrity = False)
make("c")
`,
			"lib/lib.star": `container_map("a")
def make(name):
    return container_map(name)
`,
		}.fs(),
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range p.Maps {
		names = append(names, m.Name)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, names); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"site.star", "lib/lib.star"}, fileNames(p)); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]string{
		"a": "", "": `site.star makes several maps: ["a" "b" "c"] (name one)`, "bb": `site.star has no map "bb" (did you mean "b"?)`,
	} {
		_, err := p.Map(name)
		if got := errorText(err); got != want {
			t.Errorf("Map(%q): got %q, want %q", name, got, want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func fileNames(p *starlarkmap.Program) (names []string) {
	for _, f := range p.Files {
		names = append(names, f.Name)
	}
	return names
}

// TestOrigins compares the place of every value of a map.
func TestOrigins(t *testing.T) {
	m := load(t, `m = container_map("m", {
    "web": {
        "image": "x",
        "binds": ["v", ("w", "ro")],
    },
    "host": {"v": "/v", "w": {"default": "/w"}},
}, volumes = {"v": "/v", "w": "/w"}, repository = "r")
m.volumes.u = "/u"
db = container(
    image = "db", shares = ["/a", "/b"],
    create_options = {
        "mem_limit": "1g",
    },
)
m.containers.db = db
db.shares.append("/c")
db.links = "web"
m.containers["db"].shares += [
    "/d",
]
def later(c):
    c.user = "u"
later(m.containers.last)
`)
	var got []string
	add := func(name string, at problem.Origin, origins problem.Origins) {
		got = append(got, name+" "+at.String()[len("site.star:"):])
		for _, path := range sortedKeys(origins) {
			got = append(got, name+" "+path+" "+origins[path].String()[len("site.star:"):])
		}
	}
	add("map", m.Origin, m.Origins)
	for _, c := range m.Containers {
		add(c.Name, c.Origin, c.Origins)
	}
	want := []string{
		"map 1:5", "map host 6:13", "map host.v 6:19", "map host.w 6:30", "map host.w.default 6:42",
		"map repository 7:38", "map volumes 7:4", "map volumes.u 8:1", "map volumes.v 7:20", "map volumes.w 7:31",
		"web 2:5", "web binds 4:18", "web binds[0] 4:19", "web binds[1] 4:24", "web image 3:18",
		"db 9:6", "db create_options 11:5", "db create_options.mem_limit 12:9", "db image 10:5", "db links 17:1",
		"db shares 18:1", "db shares[0] 10:29", "db shares[1] 10:35", "db shares[2] 16:18", "db shares[3] 19:5",
		"last 23:7", "last user 22:5",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Row 115: a dictionary and keywords in one call, the keywords applied last. Row 1:
// the name comes first.
func TestMapCall(t *testing.T) {
	m := load(t, `container_map("m", {
    "a": {"image": "i"},
    "repository": "old",
}, repository = "R", host_root = "/r", containers = {"b": container(), "a": {"user": "u"}})`)
	want := &model.ContainerMap{Name: "m", Repository: "R", HostRoot: "/r", Containers: []*model.Container{
		{Name: "a", Image: "i", User: "u"}, {Name: "b"},
	}}
	if diff := cmp.Diff(want, m, sameMap()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWarnings(t *testing.T) {
	p, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{Src: `
m = container_map("m")
m.containers.used = container()
container(image = "x")
`})
	if err != nil {
		t.Fatal(err)
	}
	want := `site.star:4:1: this container is in no map (put it in one: m.containers["name"] = …)`
	if got := p.Warnings.Error(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Merging and copying maps (row 120): lists become their union, the newer access
// wins, the name stays, and a copy is a map of its own.
func TestMergeAndCopy(t *testing.T) {
	program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{Src: `
base = container_map("base", {
    "a": {"image": "i", "user": "u", "shares": ["/1"]},
    "volumes": {"v": "/v"},
}, check_integrity = True)
extra = base.copy("extra")
extra.containers.a.shares.append("/2")
base.merge({"a": {"shares": ["/1", "/3"]}, "b": {"image": "j"}, "volumes": {"w": "/w"}})
base.merge(extra, lists_only = True)
`})
	if err != nil {
		t.Fatal(err)
	}
	base, extra := program.Maps[0], program.Maps[1]
	if base.Name != "base" || extra.Name != "extra" {
		t.Fatalf("names %q and %q", base.Name, extra.Name)
	}
	if diff := cmp.Diff([]string{"/1", "/3", "/2"}, base.Container("a").Shares); diff != "" {
		t.Errorf("row 120: shares (-want +got):\n%s", diff)
	}
	if base.Container("b") == nil || base.Container("a").User != "u" || len(base.Volumes) != 2 {
		t.Errorf("row 120: merged %+v", base)
	}
	if extra.Container("b") != nil || len(extra.Volumes) != 1 {
		t.Errorf("the copy followed the original: %+v", extra)
	}
	_, err = starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{Src: `container_map("m").merge(5)`})
	if err == nil || !strings.Contains(err.Error(), "merge: want a container_map or a dict, got int 5") {
		t.Errorf("merge(5): %v", err)
	}
}

// A map from JSON, and show's JSON evaluated again (row 3).
func TestMapFromJSON(t *testing.T) {
	load := func(src string) *model.ContainerMap {
		t.Helper()
		program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{Src: src})
		if err != nil {
			t.Fatal(err)
		}
		return program.Maps[0]
	}
	text, err := os.ReadFile("../testdata/map/example.star")
	if err != nil {
		t.Fatal(err)
	}
	want := load(string(text)).Dict()
	asJSON, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := load("container_map(\"example_map\", json.decode('''" + string(asJSON) + "'''))").Dict()
	gotJSON, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(asJSON), string(gotJSON)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
