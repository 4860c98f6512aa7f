// Import of docker-map files: tests of what is refused, and of what can be left out.

package dockermap_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/dockermap"
)

func TestRefusedWithPlaceReasonAndCure(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		// Files.
		{"an empty file", "", `site.yaml:1:1: the file is empty`},
		{"only comments", "# x\n", `site.yaml:1:1: the file is empty`},
		{"a document without contents", "---\n...\n", `site.yaml:2:1: want the dictionary of a map, got None (write name: and the containers as keys)`},
		{"a list", "- a\n- b\n", `site.yaml:1:1: want the dictionary of a map, got list of 2 (write name: and the containers as keys)`},
		{"a second document", "name: m\n---\nname: n\n", `site.yaml:2:1: a second document begins; a map file holds one (put each map in a file of its own)`},
		{"a fault after the first document", "name: m\n---\n[", `site.yaml:3:1: not YAML: did not find expected node content (the fault is on this line or one of the next)`},
		{"not YAML", "a: [1\nb: 2", `site.yaml:1:1: not YAML: did not find expected ',' or ']' (the fault is on this line or one of the next)`},
		{"not UTF-8", "a: é\nb: \xff", `site.yaml:2:4: not a text in UTF-8 (byte 0xff) (save the file as UTF-8)`},
		{"a NUL byte", "a\x00: b", `site.yaml:1:2: not a text in UTF-8 (byte 0x00) (save the file as UTF-8)`},
		{"UTF-16", "\xff\xfea\x00", `site.yaml:1:1: not a text in UTF-8 (byte 0xff) (save the file as UTF-8)`},

		{"a Compose file", "version: \"3\"\nservices:\n  web: {image: nginx, ports: [\"80:80\"], depends_on: [db]}\n  db: {build: .}\nvolumes: {data: }\nx-y: [1]\n",
			`site.yaml:2:1: this is a Compose file, not a map file of docker-map; dmap does not read it (write each service as a container of a map, container_map("name", {"web": {"image": "nginx"}}); dmap help properties lists what it can have)`},

		// YAML.
		{"a key twice", "name: m\na: {image: x,\n  image: y}", `site.yaml:3:3: the key image is given twice`},
		{"a name that is a flag", "name: m\non: {}", `site.yaml:2:1: want a text as key, got bool True (put it in quotes if the text is meant)`},
		{"a list as key", "name: m\n? [a, b]\n: {}", `site.yaml:2:3: want a text as key, got list of 2`},
		{"an unknown tag", "name: m\na: {image: !pat x}", `site.yaml:2:12: unknown tag !pat (did you mean "!path"?)`},
		{"a tag of Python", "name: !!python/object:os.system x", `site.yaml:1:7: unknown tag !!python/object:os.system (write the value without the tag)`},
		{"a set", "name: m\na: {shares: !!set {/a}}", `site.yaml:2:13: unknown tag !!set (write the value without the tag)`},
		{"a tag without a name", "name: m\na: {image: ! 12}", `site.yaml:2:12: a tag of ! alone is not read (put the value in quotes instead)`},
		{"a tag that does not fit", "name: m\na: {user: !!int x}", `site.yaml:2:11: string "x" is no !!int`},
		{"a number to the base of 60", "name: m\na: {image: 22:22}", `site.yaml:2:12: YAML reads 22:22 as a number to the base of 60 (put it in quotes if the text is meant)`},
		{"a date", "name: m\na: {image: 2020-01-31}", `site.yaml:2:12: YAML reads 2020-01-31 as a date (put it in quotes if the text is meant)`},
		{"a number without end", "name: m\na: {user: .inf}", `site.yaml:2:11: .inf is not a usable number (put it in quotes if the text is meant)`},
		{"a number that is too large", "name: m\na: {user: 99999999999999999999}", `site.yaml:2:11: 99999999999999999999 is not a usable number (put it in quotes if the text is meant)`},
		{"an equals sign", "name: m\na: {user: =}", `site.yaml:2:11: the value = has a meaning of its own in YAML (write "=")`},
		{"an unknown alias", "name: m\n# *x\na: {image: *x}", `site.yaml:3:12: the alias *x stands for no anchor &x before it`},
		{"an anchor that contains itself", "name: m\na: &a {create_options: {labels: *a}}", `site.yaml:2:33: the anchor &a contains itself`},
		{"a merge key without a dictionary", "name: m\na: {<<: x}", `site.yaml:2:9: want a dictionary to merge, got string "x"`},

		// Paths of the environment.
		{"the home of another user", "name: m\nhost_root: !path ~joe/x", `site.yaml:2:12: the home folder of another user is not known here: "~joe/x" (write the path of the folder)`},
		{"a default of the shell", "name: m\nhost_root: !path ${A:-x}", `site.yaml:2:12: "${A:-x}" is not an environment variable (defaults and other forms of the shell are not read here)`},
		{"!path on a number", "name: m\nhost: !path {a: 5}", `site.yaml:2:17: !path replaces in texts, got int 5 (put the tag before each text)`},
		{"!path where no path can be", "name: m\na: {image: !path $X}", `site.yaml:2:12: containers > a > image: !path is for paths and options; this is neither ("/X") (write the value without the tag, or change the Starlark map afterwards)`},
		{"!path in a prefix of images", "name: m\nrepository: !path $X", `site.yaml:2:13: repository: !path is for paths and options; this is neither ("/X") (write the value without the tag, or change the Starlark map afterwards)`},

		// The map.
		{"a name that is no text", "name: {x: y}", `site.yaml:1:7: name: want the name of the map (string), got dict of 1 (a container of this name goes under containers:)`},
		{"a name Docker refuses", "name: a b", `site.yaml:1:1: "a b" cannot be the name of a map: use letters, digits, "_", "." and "-", with a letter or digit first`},
		{"row 117: an unknown property", "name: m\nrepositry: x", `site.yaml:2:1: "repositry" is not a property of a map, and a container needs a dictionary, got string "x" (did you mean "repository"?)`},
		{"row 118: two host roots", "name: m\nhost_root: /a\nhost: {root: /b}", `site.yaml:3:14: host.root: the host root is given twice: string "/b" here, string "/a" as host_root`},
		{"a container twice", "name: m\ncontainers: {a: }\na:", `site.yaml:3:1: containers > a: the container is defined twice`},
		{"containers that are none", "name: m\ncontainers: [a]", `site.yaml:2:13: containers: want a dictionary of containers, got list of 1`},
		{"a number as name of a container", "name: m\n80: {}", `site.yaml:2:1: want a text as key, got int 80 (put it in quotes)`},
		{"row 63: an unknown name", "name: m\na: {uses: x}", `site.yaml:2:11: containers > a > uses[0]: cannot use "x": no container and no attached volume has this name`},

		// Containers.
		{"row 46: an access that is none", "name: m\na: {binds: [{v: r}]}\nvolumes: {v: /v}\nhost: {v: /h}",
			`site.yaml:2:17: containers > a > binds[0]: want "ro", "rw", True, False or None as access, got string "r"`},
		{"row 55, D19: a misspelt property", "name: m\na: {imge: x}", `site.yaml:2:5: containers > a > imge: unknown property "imge", which the original ignores (did you mean "image"?)`},
		{"D19: an option as property", "name: m\na: {mem_limit: 1g}", `site.yaml:2:5: containers > a > mem_limit: unknown property "mem_limit", which the original ignores (options of Docker belong under create_options)`},
		{"a mode as number", "name: m\na: {permissions: 0750}", `site.yaml:2:18: containers > a > permissions: want a mode as chmod takes it, got int 488 (write it as a string: "0750")`},
		{"D19: options under both names", "name: m\na: {host_config: {tty: true}, start_options: {init: true}}",
			`site.yaml:2:18: containers > a > host_config: host_config and start_options are two names of one property (put all of them in one of the two)`},
		{"an option twice", "name: m\na: {stop_timeout: 5, create_options: {stop_timeout: 6}}",
			`site.yaml:2:53: containers > a > create_options > stop_timeout: stop_timeout is given twice (leave one of them out)`},
		{"a published port twice", "name: m\na: {exposes: [[80, 81]], create_options: {port_bindings: {80: 82}}}",
			`site.yaml:2:63: containers > a > create_options > port_bindings > 80: port 80 is given twice (leave one of them out)`},
		{"two network modes", "name: m\na: {network_mode: host, network: none}",
			`site.yaml:2:19: containers > a > network: network_mode is given twice (leave one of them out)`},
		{"a port that is none", "name: m\na: {exposes: [[80, 81, x, false, 5], {a: b, c: d}, [80, 0]]}", lines(
			`site.yaml:2:15: containers > a > exposes: want a port, or a list of port, host port and interface, got list of 5`,
			`site.yaml:2:38: containers > a > exposes: want a port, or a list of port, host port and interface, got dict of 2`,
			`site.yaml:2:57: containers > a > exposes: 0 is not a port of the host (leave it out to expose the port without publishing it)`)},
		{"a health check", "name: m\na: {healthcheck: [x, 1m30s]}\nb: {healthcheck: {tst: x}}\nc: {healthcheck: }\nd: {healthcheck: 5}", lines(
			`site.yaml:2:22: containers > a > healthcheck > interval: want a number with ns, us, ms, s or m, got string "1m30s" (write it in one unit: "90s")`,
			`site.yaml:3:19: containers > b > healthcheck: unknown part of a health check "tst" (did you mean "test"?)`,
			`site.yaml:4:18: containers > c > healthcheck: it is not clear what an empty health check means (write NONE to switch it off, or leave the property out)`,
			`site.yaml:5:18: containers > d > healthcheck: want a command, a list or a dictionary, got int 5`)},
		{"an empty network mode", "name: m\na: {network_mode: }", `site.yaml:2:19: containers > a > network_mode: it is not clear what an empty network mode means (write none, or leave the property out)`},
		{"a bind in place", "name: m\na: {binds: [[x, /h, ro], [/x, 5]]}", lines(
			`site.yaml:2:14: containers > a > binds: want a path in the container, got string "x"`,
			`site.yaml:2:31: containers > a > binds: want a path on the host, got int 5`)},
		{"an attached volume", "name: m\na: {attaches: [{name: v, path: /v, readonly: true}, [w, 5]]}", lines(
			`site.yaml:2:46: containers > a > attaches: an attached volume cannot be read-only for its owner`,
			`site.yaml:2:57: containers > a > attaches: want the path of the volume in the container, got int 5`)},

		// Inheritance.
		{"an unknown base", "name: m\na: {extends: [b1, 5]}\nb: {}", lines(
			`site.yaml:2:15: containers > a > extends: cannot extend "b1": no container has this name (did you mean "b"?)`,
			`site.yaml:2:19: containers > a > extends: want the name of a container, got int 5`)},
		{"D20: a cycle", "name: m\na: {extends: b}\nb: {extends: c}\nc: {extends: [b]}", `site.yaml:4:14: containers > c > extends: containers extend one another: b → c → b`},
		{"D20: itself", "name: m\na: {extends: a}", `site.yaml:2:14: containers > a > extends: containers extend one another: a → a`},
		{"abstract is a flag", "name: m\na: {abstract: maybe}", `site.yaml:2:15: containers > a > abstract: want true or false, got string "maybe"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, refused(t, test.yaml, nil)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// everything holds each feature of later versions that dmap has nothing for.
const everything = `name: site
networks: {net: {driver: bridge}}
groups: {all: [web]}
clients: [one]
default_domain: example.com
set_hostname: yes
use_attached_parent_name: yes
volumes:
  v: {default_path: /v, driver: nfs, user: 5, size: 3}
  w: {driver: local}
  x: /x
web:
  image: nginx
  networks: [net]
  exec_commands: [[reload, root, restart]]
  clients: one
  start_delay: 5
  network_mode: db
  attaches: [v, [x, /other]]
  exposes: [[80, 8080, private], [81, 8081, null, true], [82, 8082]]
  sharse: /s
  create_options: {name: other, mem_limit: 1g}
db:
  uses: [[v, /elsewhere, ro], v]
`

// everythingLeft is what there is to say about each feature.
var everythingLeft = []string{
	`site.yaml:2:1: networks: dmap makes no networks (make them with docker network create, and name them in network_mode or networking_config under create_options)`,
	`site.yaml:3:1: groups: dmap knows no groups (name the containers in each call)`,
	`site.yaml:4:1: clients: a map is for one engine (run dmap once for each engine, with --host)`,
	`site.yaml:5:1: default_domain: dmap gives containers no host and domain names of its own (write hostname and domainname under create_options of each container)`,
	`site.yaml:6:1: set_hostname: dmap gives containers no host names of its own (write hostname under create_options of each container)`,
	`site.yaml:7:1: use_attached_parent_name: dmap names an attached volume <map>.<alias> (give each volume an alias of its own)`,
	`site.yaml:9:25: volumes > v > driver: dmap makes attached volumes with the standard driver (make the volume first with docker volume create, or bind a host path)`,
	`site.yaml:9:38: volumes > v > user: dmap takes user and permissions of a volume from its owner (set it on the container that attaches the volume)`,
	`site.yaml:9:47: volumes > v > size: unknown property of a volume "size"`,
	`site.yaml:10:3: volumes > w: the volume has no path; dmap mounts a volume at one path everywhere (write default_path, and use the volume at that path)`,
	`site.yaml:14:3: containers > web > networks: dmap makes no networks, and joins only those that options name (make the network with docker network create, and name it in network_mode or networking_config under create_options)`,
	`site.yaml:15:3: containers > web > exec_commands: dmap runs no further commands in a container (let the command of the container do it, or run docker exec)`,
	`site.yaml:16:3: containers > web > clients: a map is for one engine (run dmap once for each engine, with --host)`,
	`site.yaml:17:3: containers > web > start_delay: dmap does not wait after a start (let the containers that need this one wait for it)`,
	`site.yaml:18:3: containers > web > network_mode: dmap knows no order between a container and the one whose network it shares (write container:NAME with the full name of the container, and start that one first)`,
	`site.yaml:19:21: containers > web > attaches: the volume has another path already: string "/x"; dmap mounts a volume at one path everywhere (use an alias of its own)`,
	`site.yaml:20:24: containers > web > exposes: dmap knows no addresses of interfaces by name (string "private") (write the address: start_options with port_bindings: {PORT: [ADDRESS, HOSTPORT]})`,
	`site.yaml:20:51: containers > web > exposes: dmap publishes on the addresses of an interface only if they are written (write the address: start_options with port_bindings: {PORT: ["::", HOSTPORT]})`,
	`site.yaml:21:3: containers > web > sharse: unknown property "sharse", which the original ignores (did you mean "shares"?)`,
	`site.yaml:22:20: containers > web > create_options > name: the map makes it`,
	`site.yaml:24:10: containers > db > uses: dmap mounts a volume of another container at the path it has there, not at string "/elsewhere" (leave the path out, and use the volume at its own path)`,
}

func checkOption(key string) error {
	if key == "name" {
		return errors.New("the map makes it")
	}
	return nil
}

func TestAllThatDmapHasNothingForIsRefusedAtOnce(t *testing.T) {
	got := refused(t, everything, &dockermap.Options{CheckOption: checkOption})
	if diff := cmp.Diff(everythingLeft, strings.Split(got, "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPartialLeavesItOutAndSaysSo(t *testing.T) {
	result, err := dockermap.Convert(t.Context(), "site.yaml", []byte(everything), &dockermap.Options{Partial: true, CheckOption: checkOption})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range result.Warnings {
		got = append(got, w.Error())
		if w.Code != dockermap.CodeUnsupported {
			t.Errorf("code %s of %s", w.Code, w)
		}
	}
	if diff := cmp.Diff(everythingLeft, got); diff != "" {
		t.Errorf("warnings: -want +got:\n%s", diff)
	}
	want := "# Written by dmap import dockermap from site.yaml.\n#\n# Left out, because dmap has nothing that means the same:\n#   " +
		strings.Join(everythingLeft, "\n#   ") + `

container_map("site", {
    "volumes": {
        "v": "/v",
        "x": "/x",
    },
    "containers": {
        "web": {
            "image": "nginx",
            "attaches": ["v"],
            "create_options": {
                "mem_limit": "1g",
                "port_bindings": {82: 8082},
            },
        },
        "db": {
            "uses": ["v"],
        },
    },
})
`
	if diff := cmp.Diff(want, result.Text); diff != "" {
		t.Errorf("text: -want +got:\n%s", diff)
	}
}

// What is wrong in itself stays an error with Partial.
func TestPartialStillRefusesFaults(t *testing.T) {
	got := refused(t, "name: m\nnetworks: {x: }\na: {uses: nothing, permissions: 7}", &dockermap.Options{Partial: true})
	want := lines(
		`site.yaml:3:33: containers > a > permissions: want a mode as chmod takes it, got int 7 (write it as a string: "07")`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestProblemsShowTheLine(t *testing.T) {
	_, err := dockermap.Convert(t.Context(), "site.yaml", []byte("name: m\na:\n\timage: x\nb: {\"é\": {x: 22:22}, imge: nginx}"), nil)
	var ps problem.Problems
	if !errors.As(err, &ps) || ps[0].Code != dockermap.CodeYAML {
		t.Fatalf("want a problem of YAML, got %v", err)
	}
	_, err = dockermap.Convert(t.Context(), "site.yaml", []byte("name: m\nb: {\"é\": 22:22, imge: nginx}"), nil)
	if !errors.As(err, &ps) {
		t.Fatal(err)
	}
	var got []string
	for _, p := range ps {
		got = append(got, p.Excerpt)
	}
	want := []string{
		"   |\n 2 | b: {\"é\": 22:22, imge: nginx}\n   |          ^^^^^",
		"   |\n 2 | b: {\"é\": 22:22, imge: nginx}\n   |                 ^^^^",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Small files that stand for very much, and files that are just large.
func TestSizeIsLimited(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1, c-1)
	}
	long := "t: &t " + strings.Repeat("x", 1<<20) + "\na: [*t, *t, *t, *t, *t, *t]\n"
	chain := "name: m\nc0: {shares: [" + numbered(2000, "/s%d") + "]}\n"
	for i := 1; i < 2000; i++ {
		chain += fmt.Sprintf("c%d: {extends: c%d, shares: [/t%d]}\n", i, i-1, i)
	}
	tests := []struct{ name, yaml, want string }{
		{"aliases of aliases", bomb, "the file holds more than 200000 values or 4194304 bytes of them, aliases followed"},
		{"aliases of a long text", long, "the file holds more than 200000 values or 4194304 bytes of them, aliases followed"},
		{"a large file", strings.Repeat("# x\n", 1<<20+1), "the file has 4194308 bytes, more than 4194304"},
		{"deep lists", "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested deeper than 48"},
		{"very deep lists", "a: " + strings.Repeat("[", 20_000), "not YAML: exceeded max depth of 10000"},
		{"a long chain of bases", chain, "what containers inherit adds up to more than 200000 values"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := refused(t, test.yaml, nil); !strings.Contains(got, test.want) {
				t.Errorf("want %q, got %.400s", test.want, got)
			}
		})
	}
}

// numbered returns n texts, separated by commas.
func numbered(n int, format string) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(out, ", ")
}

// One fault that many containers inherit is one problem, whatever they are called.
func TestInheritedFaultIsOneProblem(t *testing.T) {
	for _, fault := range []string{"image: [x]", "user: [1]", "exec_commands: [a]", "permissions: zzz", "shares: [rel]", "persistent: maybe"} {
		text := "name: m\nbase: {abstract: true, " + fault + "}\n"
		for _, name := range []string{"a", "b", "want", "user", "string", "web1", "web2"} {
			text += name + ": {extends: base}\n"
		}
		_, err := dockermap.Convert(t.Context(), "site.yaml", []byte(text), nil)
		var ps problem.Problems
		if !errors.As(err, &ps) || len(ps) != 1 || ps[0].Count != 7 {
			t.Errorf("%s: want one problem that stands for 7, got:\n%v", fault, err)
		}
	}
}
