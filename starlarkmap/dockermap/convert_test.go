// Import of docker-map files: tests of what is taken, and what it becomes.

package dockermap_test

import (
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/starlarkmap"
	"github.com/dmap-dev/dmap/starlarkmap/dockermap"
)

// paths gives the aliases of the rows a meaning.
const paths = `
volumes: {v: /v, w: /w}
host: {v: /hv, w: /hw}
`

const starlarkPaths = `"volumes": {"v": "/v", "w": "/w"}, "host": {"v": "/hv", "w": "/hw"}, `

func TestEveryFormMeansTheSame(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		// The map (rows 1, 2, 115 to 118, D25).
		{"row 2: a name alone is an empty map", "name: m", `container_map("m")`},
		{"the base name of the file is the name", "a:", `container_map("site", {"a": {}})`},
		{"row 3: a container with null contents is defined", "name: m\na:\nb: {}", `container_map("m", {"a": {}, "b": {}})`},
		{"row 116: containers at both places", "name: m\ncontainers: {a: }\nb:", `container_map("m", {"a": {}, "b": {}})`},
		{"row 117: dmap's own property names are containers", "name: m\nattached:\nbase_image: {image: x}\nhost_x:",
			`container_map("m", {"containers": {"attached": {}, "base_image": {"image": "x"}, "host_x": {}}})`},
		{"row 117: a reserved name under containers", "name: m\ncontainers: {volumes: {image: x}}",
			`container_map("m", {"containers": {"volumes": {"image": "x"}}})`},
		{"row 118: the host root inside host", "name: m\nhost: {root: /r}", `container_map("m", {"host_root": "/r"})`},
		{"row 118: twice the same host root", "name: m\nhost_root: /r\nhost: {root: /r}", `container_map("m", {"host_root": "/r"})`},
		{"a container that is called services", "name: m\nservices: {image: x, create_options: {user: y}}", `container_map("m", {"services": {"image": "x", "create_options": {"user": "y"}}})`},
		{"D25: only volumes", "name: m\nvolumes: {v: /v}", `container_map("m", {"volumes": {"v": "/v"}})`},
		{"D25: only abstract configurations", "name: m\na: {abstract: true, uses: nothing}", `container_map("m")`},
		{"empty sections say nothing", "name: m\nvolumes:\nhost:\ncontainers:\nnetworks: {}\ngroups:\nclients: []\nset_hostname: false\nuse_attached_parent_name: no",
			`container_map("m")`},
		{"single values of a map", "name: m\nrepository: r.e\nhost_root: /r\ndefault_tag: '1'",
			`container_map("m", repository = "r.e", host_root = "/r", default_tag = "1")`},
		{"a volume as an object", "name: m\nvolumes: {v: {default_path: /v, driver: local, driver_options: {}}}",
			`container_map("m", {"volumes": {"v": "/v"}})`},
		{"rows 20, 22: paths by instance", "name: m\nhost: {v: {1: /a, default: /b}}", `container_map("m", {"host": {"v": {"1": "/a", "default": "/b"}}})`},

		// Properties of a container (rows 24 to 114).
		{"single values", "name: m\na: {image: i, user: [u, g], permissions: '0750', persistent: yes}",
			`container_map("m", {"a": {"image": "i", "user": "u:g", "permissions": "0750", "persistent": True}})`},
		{"row 111: a text for a list", "name: m\na: {instances: one, shares: /s, attaches: v}" + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"instances": ["one"], "shares": ["/s"], "attaches": ["v"]}})`},
		{"row 51: no value for a list", "name: m\na: {binds: , uses: ~, links: null, shares: []}", `container_map("m", {"a": {}})`},
		{"row 44, D21: a flag without a value is read and write", "name: m\na:\n  binds:\n  - v:\n  - w: ro" + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"binds": ["v", {"w": "ro"}]}})`},
		{"row 43: lists of two as pairs", "name: m\na: {binds: [[v, ro], [w, false]]}" + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"binds": [{"v": "ro"}, "w"]}})`},
		{"row 47: the whole value as a dictionary", "name: m\na: {binds: {v: ro, w: rw}}" + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"binds": [{"v": "ro"}, "w"]}})`},
		{"a nested flag", "name: m\na: {binds: [{v: [ro]}, [w, [rw]]], uses: [{b: [ro]}]}\nb: {shares: /s}" + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"binds": [{"v": "ro"}, "w"], "uses": {"b": "ro"}}, "b": {"shares": "/s"}})`},
		{"parts by name", "name: m\na: {binds: [{name: v, readonly: true}, {name: w}], uses: [{name: b, readonly: yes}], attaches: [{name: x, path: /x}]}\nb: {shares: /s}" + paths,
			`container_map("m", {"volumes": {"v": "/v", "w": "/w", "x": "/x"}, "host": {"v": "/hv", "w": "/hw"},
			"a": {"binds": [{"v": "ro"}, "w"], "uses": {"b": "ro"}, "attaches": "x"}, "b": {"shares": "/s"}})`},
		{"an alias that is called name", "name: m\na: {binds: [{name: ro}]}\nvolumes: {name: /v}\nhost: {name: /h}",
			`container_map("m", {"volumes": {"name": "/v"}, "host": {"name": "/h"}, "a": {"binds": {"name": "ro"}}})`},
		{"rows 72, 76: links", "name: m\na: {links: [b, [b, x], {b: y}, {container: b, alias: z}]}\nb:",
			`container_map("m", {"a": {"links": ["b", ("b", "x"), ("b", "y"), ("b", "z")]}, "b": {}})`},
		{"row 65: read-only use", "name: m\na: {uses: {b: ro}}\nb: {shares: /s}",
			`container_map("m", {"a": {"uses": {"b": "ro"}}, "b": {"shares": "/s"}})`},
		{"a use at the volume's own path", "name: m\na: {uses: [[v, /v], {w: [/w, ro]}]}\nb: {attaches: [v, w]}\nvolumes: {v: /v, w: /w}",
			`container_map("m", {"volumes": {"v": "/v", "w": "/w"}, "a": {"uses": ["v", {"w": "ro"}]}, "b": {"attaches": ["v", "w"]}})`},

		// What later versions can say in place.
		{"host paths in place get an alias", "name: m\na:\n  binds:\n  - [/etc/x, /srv/x]\n  - /etc/y: [srv/y, ro]\n  - v\nc: {binds: [[/etc/x, /srv/z, ro], [/etc-y, /srv/y]]}\nb: {binds: {/etc/x: /srv/x}}\nhost_root: /r\nvolumes: {v: /v}\nhost: {v: /hv}",
			`container_map("m", {"host_root": "/r",
			"volumes": {"v": "/v", "etc_x": "/etc/x", "etc_y": "/etc/y", "etc_x_2": "/etc/x", "etc_y_2": "/etc-y"},
			"host": {"v": "/hv", "etc_x": "/srv/x", "etc_y": "srv/y", "etc_x_2": "/srv/z", "etc_y_2": "/srv/y"},
			"a": {"binds": ["etc_x", {"etc_y": "ro"}, "v"]}, "c": {"binds": [{"etc_x_2": "ro"}, "etc_y_2"]}, "b": {"binds": "etc_x"}})`},
		{"an alias that is taken", "name: m\na: {binds: [[/v, /a], [/x, /b]]}\nvolumes: {v: /other}\nhost: {x: /other}",
			`container_map("m", {"volumes": {"v": "/other", "v_2": "/v", "x_2": "/x"}, "host": {"x": "/other", "v_2": "/a", "x_2": "/b"},
			"a": {"binds": ["v_2", "x_2"]}})`},
		{"host paths in place, by instance and by name", "name: m\na: {instances: [i], binds: [{/x: {i: /h}}, {path: /y, host_path: /hy, readonly: true}]}",
			`container_map("m", {"volumes": {"x": "/x", "y": "/y"}, "host": {"x": {"i": "/h"}, "y": "/hy"},
			"a": {"instances": "i", "binds": ["x", {"y": "ro"}]}})`},
		{"attached volumes with a path", "name: m\na: {attaches: {x: /x, v: , y: /y}}\nvolumes: {v: /v, y: /y}",
			`container_map("m", {"volumes": {"v": "/v", "y": "/y", "x": "/x"}, "a": {"attaches": ["x", "v", "y"]}})`},

		// Options, and what becomes one.
		{"row 95: options", "name: m\na: {create_options: {mem_limit: 3g, environment: {A: 1, B: 1.5, C: no}}, start_options: {privileged: true}}",
			`container_map("m", {"a": {"create_options": {"mem_limit": "3g", "environment": {"A": 1, "B": 1.5, "C": False}}, "start_options": {"privileged": True}}})`},
		{"row 109: whole numbers as keys", "name: m\na: {host_config: {port_bindings: {80: 80, 53/udp: [127.0.0.1, 53]}}}",
			`container_map("m", {"a": {"start_options": {"port_bindings": {80: 80, "53/udp": ["127.0.0.1", 53]}}}})`},
		{"D19: host_config is start_options", "name: m\na: {host_config: {mem_limit: 1g}, start_options: }",
			`container_map("m", {"a": {"start_options": {"mem_limit": "1g"}}})`},
		{"stop properties", "name: m\na: {stop_timeout: 5, stop_signal: SIGINT, create_options: {tty: true}}",
			`container_map("m", {"a": {"create_options": {"tty": True, "stop_timeout": 5, "stop_signal": "SIGINT"}}})`},
		{"the same option twice, equal", "name: m\na: {stop_timeout: 5, create_options: {stop_timeout: 5}}",
			`container_map("m", {"a": {"create_options": {"stop_timeout": 5}}})`},
		{"network modes", "name: m\na: {network_mode: host}\nb: {network_mode: disabled}\nc: {network_mode: /other}\nd: {network: 'container:x'}",
			`container_map("m", {"a": {"create_options": {"network_mode": "host"}},
			"b": {"create_options": {"network_mode": "none", "network_disabled": True}},
			"c": {"create_options": {"network_mode": "container:other"}}, "d": {"create_options": {"network_mode": "container:x"}}})`},
		{"health checks", "name: m\na: {healthcheck: NONE}\nb: {healthcheck: [[CMD, x], 30s, 5 m, 3, 1000000000]}\nc: {healthcheck: {test: curl x, interval: '2000000'}}\nd: {healthcheck: {test: , retries: }}",
			`container_map("m", {"a": {"create_options": {"healthcheck": "NONE"}},
			"b": {"create_options": {"healthcheck": {"test": ["CMD", "x"], "interval": "30s", "timeout": "5m", "retries": 3, "start_period": 1000000000}}},
			"c": {"create_options": {"healthcheck": {"test": "curl x", "interval": 2000000}}},
			"d": {"create_options": {"healthcheck": {"test": "NONE"}}}})`},
		{"exposed ports", "name: m\na:\n  exposes: [81, 53/udp, [80, 8080], [80, 8081], [90, [9090]], {exposed_port: 70, host_port: 7070}, [60, ], [61, null, null, false], [50, {host_port: 5050}]]",
			`container_map("m", {"a": {"create_options": {"ports": [81, "53/udp", 60, 61],
			"port_bindings": {80: [8080, 8081], 90: 9090, 70: 7070, 50: 5050}}}})`},
		{"exposed ports as a dictionary, and D22", "name: m\na: {exposes: {53/udp: 53, 80: }}\nb: {exposes: '90'}",
			`container_map("m", {"a": {"create_options": {"ports": [80], "port_bindings": {"53/udp": 53}}}, "b": {"create_options": {"ports": ["90"]}}})`},
		{"exposed ports join given ones", "name: m\na: {exposes: [[80, 8080], 90], create_options: {port_bindings: {81: 8081}, ports: [91, 90]}}",
			`container_map("m", {"a": {"create_options": {"port_bindings": {81: 8081, 80: 8080}, "ports": [91, 90]}}})`},

		// Inheritance.
		{"extends is written out", `
name: m
base: {abstract: true, image: i, instances: [x], shares: [/a, /b], binds: [{v: ro}, w], create_options: {mem_limit: 1g, tty: true}, user: u}
a: {extends: base, instances: [y, x], shares: [/c, /a], binds: [v], create_options: {mem_limit: 2g}, user: }` + paths,
			`container_map("m", {` + starlarkPaths + `"a": {"image": "i", "instances": ["x", "y"], "shares": ["/a", "/b", "/c"],
			"binds": ["v", "w"], "create_options": {"mem_limit": "2g", "tty": True}}})`},
		{"bases from left to right, each with its own", `
name: m
one: {image: one, user: u, links: [c]}
two: {abstract: yes, extends: [one], image: two, links: [c, [c, x]]}
a: {extends: [two, one]}
c:`,
			`container_map("m", {"one": {"image": "one", "user": "u", "links": "c"}, "a": {"image": "one", "user": "u", "links": ["c", ("c", "x")]}, "c": {}})`},
		{"inherited ports and options under both names", `
name: m
base: {abstract: true, exposes: [[80, 8080], 90], host_config: {privileged: true}}
a: {extends: base, exposes: [[80, 8081]], start_options: {tty: true}}`,
			`container_map("m", {"a": {"create_options": {"ports": [90], "port_bindings": {80: 8081}}, "start_options": {"privileged": True, "tty": True}}})`},

		// YAML.
		{"anchors, aliases and merge keys", `
name: m
a: &a {image: i, user: u}
b: {<<: *a, user: w}
c: *a
d: {image: own, <<: [{user: first}, *a]}`,
			`container_map("m", {"a": {"image": "i", "user": "u"}, "b": {"image": "i", "user": "w"}, "c": {"image": "i", "user": "u"}, "d": {"image": "own", "user": "first"}})`},
		{"scalars as PyYAML reads them", "name: m\na: {create_options: {environment: {A: 0x10, B: 0b11, C: 0o7, D: 010, E: 1_000, F: 1e3, G: 1.5e+3, H: Off, I: '1', J: !!str 1, K: ~, L: n, M: 08, N: 0:30, O: .5, P: !!float 1, Q: -3}}}",
			`container_map("m", {"a": {"create_options": {"environment": {"A": 16, "B": 3, "C": "0o7", "D": 8, "E": 1000, "F": "1e3", "G": 1500.0, "H": False,
			"I": "1", "J": "1", "K": None, "L": "n", "M": "08", "N": "0:30", "O": 0.5, "P": 1.0, "Q": -3}}}})`},
		{"texts of every kind", "name: m\na: {create_options: {environment: {A: \"t\\t\\\"q\\\" \\x7f\\u200b \\U0001F600\", B: 'it''s \\n', C: é}}}",
			`container_map("m", {"a": {"create_options": {"environment": {"A": "t\t\"q\" \x7f\u200b 😀", "B": "it's \\n", "C": "é"}}}})`},
		{"a byte order mark and other line ends", "\ufeffname: m\r\na:\r\n  image: i\r\n", `container_map("m", {"a": {"image": "i"}})`},

		// Paths of the environment.
		{"the tag !path", `
name: m
host_root: !path $DATA
volumes: !path {v: "${A_1}/v", w: /w}
host: {v: !path "~/x", w: {i: !path "a$DATA.b", j: !path_lazy $$DATA$}}
a: {instances: [i, j], binds: [w], shares: !path [~/s, /t], create_options: {environment: {A: !path "~", B: !path plain}}}
b: {binds: [[!path $DATA/in, !path $DATA/out]]}`,
			`container_map("m", {"host_root": env("DATA"), "volumes": {"v": env("A_1") + "/v", "w": "/w", "data_in": env("DATA") + "/in"},
			"host": {"v": env("HOME") + "/x", "w": {"i": "a" + env("DATA") + ".b", "j": "$" + env("DATA") + "$"}, "data_in": env("DATA") + "/out"},
			"a": {"instances": ["i", "j"], "binds": "w", "shares": [env("HOME") + "/s", "/t"], "create_options": {"environment": {"A": env("HOME"), "B": "plain"}}},
			"b": {"binds": "data_in"}})`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := convert(t, test.yaml, nil)
			want := show(t, test.want)
			if diff := cmp.Diff(want, show(t, result.Text)); diff != "" {
				t.Errorf("the program makes another map (-want +got):\n%s\n%s", diff, result.Text)
			}
			if diff := cmp.Diff(want, starlarkmap.Format(result.Map)); diff != "" {
				t.Errorf("the map is another (-want +got):\n%s", diff)
			}
			if len(result.Warnings) > 0 {
				t.Errorf("warnings: %v", result.Warnings)
			}
		})
	}
}

func TestNameComesFromTheCallTheFileOrItsName(t *testing.T) {
	tests := []struct{ name, yaml, arg, want string }{
		{"the call", "a:", "x", "x"},
		{"the file says it", "name: y\na:", "", "y"},
		{"D21: both, equal", "name: y\na:", "y", "y"},
		{"the base name", "a:", "", "site"},
		{"no name in the key", "name:\na:", "", "site"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := convert(t, test.yaml, &dockermap.Options{Name: test.arg}).Name; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("D21: both, different", func(t *testing.T) {
		got := refused(t, "a:\nname: y", &dockermap.Options{Name: "x"})
		want := `site.yaml:2:7: name: the map has two names: "y" here, "x" given with the call (leave one out, or make them equal)`
		if got != want {
			t.Error(cmp.Diff(want, got))
		}
	})
}

// The example of the source document, as its users would write it in YAML.
func TestExampleOfTheSourceDocument(t *testing.T) {
	src, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../testdata/map/example.star")
	if err != nil {
		t.Fatal(err)
	}
	result := convert(t, string(src), nil)
	if diff := cmp.Diff(show(t, string(want)), show(t, result.Text)); diff != "" {
		t.Errorf("another map (-want +got):\n%s", diff)
	}
}

func TestTextKeepsCommentsAndSaysWhatItNeeds(t *testing.T) {
	result := convert(t, `# The site.
# It is small.

# called
name: m
web: # serves
  image: nginx # from us
  # what it sees
  binds:
  # the first
  - v: ro   # only read
  - w
  # no more
  extends: base
base: {abstract: true, user: 5}
volumes:
  v: /v
  w: /w
host: !path
  v: $DATA/v # large
  w: ~/w
# the end
`, nil)
	want := `# Written by dmap import dockermap from site.yaml.
#
# It reads environment variables: pass --env DATA --env HOME.

# The site.
# It is small.
# called
container_map("m", {
    "volumes": {
        "v": "/v",
        "w": "/w",
    },
    "host": {
        # large
        "v": env("DATA") + "/v",
        "w": env("HOME") + "/w",
    },
    # the end
    "containers": {
        # serves
        # no more
        # extends base
        "web": {
            "user": 5,
            # from us
            "image": "nginx",
            # what it sees
            "binds": [
                # the first
                # only read
                {"v": "ro"},
                "w",
            ],
        },
    },
})
`
	if diff := cmp.Diff(want, result.Text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if want := []string{"DATA", "HOME"}; !slices.Equal(result.Env, want) {
		t.Errorf("variables %q, want %q", result.Env, want)
	}
}

// A comment or a file name must not become a part of the program.
func TestNothingOfACommentIsCode(t *testing.T) {
	for _, sep := range []string{"\r", "\u0085", "\u2028", "\v", "\f"} {
		yaml := "name: m\n# one" + sep + "container_map(\"evil\")\na: {} # two" + sep + "container_map(\"evil\")\n"
		result, err := dockermap.Convert(t.Context(), "a\r\ncontainer_map('x')\n.yaml", []byte(yaml), nil)
		if err != nil {
			continue // the parser refuses it
		}
		if got, want := show(t, result.Text), show(t, `container_map("m", {"a": {}})`); got != want {
			t.Errorf("%q: %s", sep, result.Text)
		}
	}
}
