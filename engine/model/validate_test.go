// Model: tests of Validate, one line of a map for each fault.

package model_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/problem"
)

func TestValidate(t *testing.T) {
	const v = `"volumes": {"v": "/v", "w": "/w"}, "host": {"v": "/hv", "w": "/hw"}`
	for _, test := range []struct {
		row, text string
		want      []string
	}{
		// What is right.
		{"row 2: empty map", `{}`, nil},
		{"row 13: unused host path", `{"host": {"v": "/h"}}`, nil},
		{"D25: only volumes", `{"volumes": {"v": "/v"}}`, nil},
		{"row 15: relative path that nobody binds", `{"volumes": {"v": "/v"}, "host": {"v": "a/b"}}`, nil},
		{"row 16: relative path with a root", `{"host_root": "/r", "volumes": {"v": "/v"}, "host": {"v": "a/b"}, "a": {"binds": "v"}}`, nil},
		{"row 22: default", `{"volumes": {"v": "/v"}, "host": {"v": {"default": "/d", "i": "/x"}}, "a": {"binds": "v"}}`, nil},
		{"images that are right", `{"a": {"image": "lib/nginx:1.2"}, "b": {"image": "/ubuntu"}, "c": {"image": "r:5000/x"}, "d": {"image": "localhost/x_y/z--1"},
			"e": {"image": "x@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}, "f": {"image": "Reg.Example.com/x"}}`, nil},
		{"row 36: no instances", `{"a": {"instances": []}}`, nil},
		{"row 52: one host path at two places", `{"volumes": {"v": "/v", "w": "/w"}, "host": {"v": "/h", "w": "/h"}, "a": {"binds": ["v", "w"]}}`, nil},
		{"row 57: a container", `{"b": {"shares": "/s"}, "a": {"uses": "b"}}`, nil},
		{"row 58: an attached alias", `{` + v + `, "b": {"attaches": "v"}, "a": {"uses": "v"}}`, nil},
		{"row 60: an instance", `{"b": {"shares": "/s", "instances": [1, 2]}, "a": {"uses": "b.2"}}`, nil},
		{"row 62: a container that attaches", `{` + v + `, "b": {"attaches": "v"}, "a": {"uses": "b"}}`, nil},
		{"row 62: a container that binds", `{` + v + `, "b": {"binds": "v"}, "a": {"uses": "b"}}`, nil},
		{"row 62: a container that uses", `{"c": {"shares": "/s"}, "b": {"uses": "c"}, "a": {"uses": "b"}}`, nil},
		{"row 62: volumes by an option in host_config", `{"b": {"create_options": {"host_config": {"binds": ["/h:/s"]}}}, "a": {"uses": "b"}}`, nil},
		{"volumes by option", `{"b": {"create_options": {"volumes": ["/s"]}}, "a": {"uses": "b"}}`, nil},
		{"row 64: alias of a container nobody can use", `{"attached": "volume", "volumes": {"b": "/v"}, "a": {"attaches": "b"}, "b": {}, "c": {"uses": "b", "links": "b"}}`, nil},
		{"row 64: the alias is what is used", `{"attached": "volume", "volumes": {"b": "/v"}, "a": {"attaches": "b"}, "b": {"links": "c"}, "c": {"uses": "b"}}`, nil},
		{"row 75: link to an instance", `{"b": {"instances": [1]}, "a": {"links": "b.1"}}`, nil},
		{"row 76: one target, two aliases", `{"b": {}, "a": {"links": [["b", "x"], ["b", "y"]]}}`, nil},
		{"row 86: users", `{"a": {"user": "u"}, "b": {"user": "u:g"}, "c": {"user": 0}}`, nil},
		{"row 87: modes", `{"a": {"permissions": "0750"}, "b": {"permissions": "u=rwX,g=rX,o="}, "c": {"permissions": "a+x"}, "d": {"permissions": "g=u"}, "e": {"permissions": "+t"}}`, nil},
		{"several instances attach", `{` + v + `, "a": {"attaches": "v", "instances": [1, 2]}}`, nil},
		{"persistent", `{"p": {"persistent": true, "instances": [1, 2]}}`, nil},
		{"attached volumes without containers", `{"attached": "volume", ` + v + `, "a": {"attaches": "v"}}`, nil},

		// The map itself.
		{"properties of the map", `{"repository": "r.e/Team", "default_tag": "a b", "base_image": "x//y", "core_image": "x@y", "host_root": "srv"}`, []string{
			`wrong-value repository: cannot use "r.e/Team" as repository: "Team" has upper-case letters`,
			`wrong-value default_tag: cannot use "a b" as default_tag: the tag "a b" is not made of up to 128 letters, digits, "_", "." and "-"`,
			`wrong-value base_image: cannot use "x//y" as base_image: a part of it is empty`,
			`wrong-value core_image: cannot use "x@y" as core_image: the digest "y" is not of the form sha256:<hexadecimal digits>`,
			`wrong-value host_root: cannot use "srv" as host_root: it is not absolute`,
		}},
		{"row 11: volume paths", `{"volumes": {"a": "", "b": "rel", "c": "/", "d": "/x/", "e": "/x/../y", "f": "/a:b", "g": "/a\nb"}}`, []string{
			`wrong-value volumes.a: cannot use "" as the path of alias "a" inside containers: it is empty`,
			`wrong-value volumes.b: cannot use "rel" as the path of alias "b" inside containers: it is not absolute`,
			`wrong-value volumes.c: cannot use "/" as the path of alias "c" inside containers: it is the root of the file system`,
			`wrong-value volumes.d: cannot use "/x/" as the path of alias "d" inside containers: it is not in its shortest form (write "/x")`,
			`wrong-value volumes.e: cannot use "/x/../y" as the path of alias "e" inside containers: it is not in its shortest form (write "/y")`,
			`wrong-value volumes.f: cannot use "/a:b" as the path of alias "f" inside containers: it has a ":", which Docker cannot mount`,
			`wrong-value volumes.g: cannot use "/a\nb" as the path of alias "g" inside containers: it has control characters`,
		}},
		{"row 12: host paths that only a shell knows", `{"host": {"a": "~/data", "b": {"1": "~"}}}`, []string{
			`wrong-value host.a: cannot use "~/data" as the host path of alias "a": only a shell knows "~", and Docker would make a folder of that name (write the whole path, or a path below host_root)`,
			`wrong-value host.b.1: cannot use "~" as the host path of alias "b" for instance "1": only a shell knows "~", and Docker would make a folder of that name (write the whole path, or a path below host_root)`,
		}},
		{"row 12: host paths", `{"host": {"a": "", "b": "/x:y", "c": {}, "d": {"1": ""}}}`, []string{
			`missing-path host.a: the host path of alias "a" is empty`,
			`wrong-value host.b: cannot use "/x:y" as the host path of alias "b": it has a ":", which Docker cannot mount`,
			`missing-path host.c: the host path of alias "c" is empty`,
			`missing-path host.d.1: the host path of alias "d" for instance "1" is empty`,
		}},
		{"row 125: aliases", `{"volumes": {"a b": "/x"}, "host": {"": "/x"}}`, []string{
			`name-syntax volumes."a b": "a b" cannot be an alias: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`name-syntax host."": "" cannot be an alias: use letters, digits, "_", "." and "-", with a letter or digit first`,
		}},

		// Paths of what is bound.
		{"row 15: relative path without a root", `{"volumes": {"v": "/v", "w": "/w"}, "host": {"v": "a/b", "w": {"1": "c", "2": "/d"}}, "a": {"binds": ["v", "w"], "instances": [1, 2]}}`, []string{
			`missing-path host.v: the host path "a/b" of alias "v" is relative, and there is no host root (set host_root)`,
			`missing-path host.w.1: the host path "c" of alias "w" is relative, and there is no host root (set host_root)`,
		}},
		{"row 22: no default", `{"volumes": {"v": "/v"}, "host": {"v": {"1": "/x"}}, "a": {"binds": "v"}}`, []string{
			`missing-path containers > a > binds[0]: alias "v" has no host path for a, which has no instances; it has paths for "1" (add "default" to the host paths of "v")`,
		}},
		{"row 23: instance without a path", `{"volumes": {"v": "/v"}, "host": {"v": {"1": "/x"}}, "a": {"binds": "v", "instances": [1, 2, 3]}}`, []string{
			`missing-path containers > a > binds[0]: alias "v" has no host path for the instances "2", "3" of a; it has paths for "1" (add "2", "3" to the host paths of "v")`,
		}},
		{"row 23: misspelt instance", `{"volumes": {"v": "/v"}, "host": {"v": {"live": "/x", "tets": "/y", "default": "/z"}}, "a": {"binds": "v", "instances": ["live", "test"]}}`, []string{
			`missing-path containers > a > binds[0]: alias "v" has no host path for instance "test" of a; it has paths for "default", "live", "tets" (add "test" to the host paths of "v")`,
			`unknown-name host.v.tets: alias "v" has a host path for instance "tets", which no container that binds it has (did you mean "test"?)`,
		}},
		{"row 48: no host path", `{"volumes": {"v": "/v"}, "a": {"binds": "v"}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "v" has no host path (add it to host)`,
		}},
		{"row 48: no container path", `{"host": {"v": "/v"}, "a": {"binds": "v"}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "v" has no container path (add it to volumes)`,
		}},
		{"row 48: neither", `{"volumes": {"web_log": "/v"}, "a": {"binds": "weblog"}, "b": {"binds": "/srv"}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "weblog" has no host path and no container path (did you mean "web_log"?)`,
			`unknown-alias containers > b > binds[0]: alias "/srv" has no host path and no container path (binds takes aliases; a path that is not a host path goes into shares)`,
		}},
		{"row 48: near a host path", `{"volumes": {"web_log": "/v"}, "host": {"web_logs": "/h"}, "a": {"binds": "web_log"}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "web_log" has no host path (did you mean "web_logs"?)`,
		}},
		{"row 48: attached elsewhere", `{"volumes": {"v": "/v"}, "a": {"binds": "v"}, "b": {"attaches": "v"}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "v" has no host path (b attaches it: write it in uses)`,
		}},
		{"row 49", `{` + v + `, "a": {"binds": ["v", "ro"]}, "b": {"uses": ["a", "rw"]}}`, []string{
			`unknown-alias containers > a > binds[1]: alias "ro" has no host path and no container path (if "ro" is meant as access, write [("v", "ro")])`,
			`unknown-name containers > b > uses[1]: cannot use "rw": no container and no attached volume has this name (if "rw" is meant as access, write [("a", "rw")])`,
		}},
		{"row 49: not at the end of a pair", `{` + v + `, "a": {"binds": ["ro", "v"]}, "b": {"binds": ["v", "w", "rw"]}}`, []string{
			`unknown-alias containers > a > binds[0]: alias "ro" has no host path and no container path`,
			`unknown-alias containers > b > binds[2]: alias "rw" has no host path and no container path (did you mean "w"?)`,
		}},
		{"row 53: two binds", `{"volumes": {"v": "/x", "w": "/x"}, "host": {"v": "/a", "w": "/b"}, "a": {"binds": ["v", "w"]}}`, []string{
			`mount-clash containers > a > binds[1]: "/x" is mounted twice: by binds "v" and by binds "w"`,
		}},
		{"row 53: all kinds", `{` + v + `, "a": {"shares": ["/v", "/v/", "/w"], "binds": "v", "attaches": "w"}, "b": {"shares": "/w/x/..", "uses": "w"}}`, []string{
			`mount-clash containers > a > shares[1]: "/v" is mounted twice: by shares "/v" and by shares "/v/"`,
			`mount-clash containers > a > binds[0]: "/v" is mounted twice: by shares "/v" and by binds "v"`,
			`mount-clash containers > a > attaches[0]: "/w" is mounted twice: by shares "/w" and by attaches "w"`,
			`mount-clash containers > b > uses[0]: "/w" is mounted twice: by shares "/w/x/.." and by uses "w"`,
		}},
		{"row 53: one alias twice", `{` + v + `, "a": {"binds": ["v", {"v": "ro"}]}}`, []string{
			`mount-clash containers > a > binds[1]: alias "v" is bound twice`,
		}},
		{"shares", `{"a": {"shares": ["rel", "", "/", "/s"]}}`, []string{
			`wrong-value containers > a > shares[0]: cannot share "rel": it is not absolute`,
			`wrong-value containers > a > shares[1]: cannot share "": it is empty`,
			`wrong-value containers > a > shares[2]: cannot share "/": it is the root of the file system`,
		}},
		{"row 78", `{"volumes": {"web_log": "/v"}, "a": {"attaches": "web_lag"}}`, []string{
			`unknown-alias containers > a > attaches[0]: alias "web_lag" has no container path (did you mean "web_log"?)`,
		}},
		{"row 92", `{` + v + `, "a": {"attaches": "v"}, "b": {"attaches": ["w", "v"]}}`, []string{
			`duplicate containers > b > attaches[1]: a and b both attach "v": it can have one owner (one attaches it, the other uses it)`,
		}},
		{"row 92: twice by one", `{` + v + `, "a": {"attaches": ["v", "v"]}}`, []string{
			`duplicate containers > a > attaches[1]: a attaches "v" twice`,
		}},

		{"row 53: two used containers", `{"b": {"shares": "/s"}, "c": {"shares": ["/t", "/s/"]}, "a": {"uses": ["b", "c"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "b" (b shares "/s") and by uses "c" (c shares "/s/") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 53: two instances", `{"b": {"shares": "/s", "instances": [1, 2]}, "a": {"uses": ["b.1", "b.2"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "b.1" (b.1 shares "/s") and by uses "b.2" (b.2 shares "/s") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 53: used and own", `{"volumes": {"v": "/s", "w": "/w", "x": "/x"}, "host": {"w": "/hw"}, "b": {"shares": ["/s", "/w", "/t"]}, "d": {"attaches": "x"},
			"a": {"uses": ["b", "d"], "attaches": "v", "binds": "w", "shares": ["/t", "/x"]}}`, []string{
			`mount-clash containers > a > uses[0]: "/s" is mounted twice: by attaches "v" and by uses "b" (b shares "/s") (only one of them can be there: change a path, or leave one out)`,
			`mount-clash containers > a > uses[0]: "/w" is mounted twice: by binds "w" and by uses "b" (b shares "/w") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 53: two used volumes", `{"volumes": {"v": "/s", "w": "/s"}, "b": {"attaches": "v"}, "c": {"attaches": "w"}, "a": {"uses": ["v", "w"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "v" and by uses "w"`,
		}},
		{"row 53, row 57: further away, and a volume", `{"volumes": {"v": "/s"}, "d": {"shares": "/s"}, "c": {"uses": "d"}, "b": {"uses": "c"}, "e": {"attaches": "v"}, "a": {"uses": ["b", "v"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "b" (d shares "/s") and by uses "v" (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 53: a clash is reported where it is", `{"b": {"shares": "/s"}, "c": {"shares": "/s"}, "a": {"uses": ["b", "c"]}, "d": {"uses": "a"}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "b" (b shares "/s") and by uses "c" (c shares "/s") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 53: two host paths by instance", `{"host": {"v": {"1": "/1", "2": "/2"}}, "volumes": {"v": "/v"}, "b": {"instances": [1, 2], "binds": "v"}, "a": {"uses": ["b.1", "b.2"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/v" is mounted twice: by uses "b.1" (b.1 binds "v") and by uses "b.2" (b.2 binds "v") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 57: one thing by two ways", `{` + v + `, "d": {"shares": "/s", "attaches": "w", "binds": "v"}, "b": {"uses": ["d", "w"]}, "c": {"uses": "d"}, "a": {"uses": ["b", "c", "w", "d"], "binds": "v"}}`, nil},
		{"row 57: a used container fulfils what is shared", `{"d": {"shares": "/s"}, "c": {"shares": "/s", "uses": "d"}, "b": {"shares": "/s", "uses": "c"}, "a": {"shares": "/s", "uses": ["d", "b"]}}`, nil},
		{"row 53: it can fulfil that once", `{"b": {"shares": "/s"}, "c": {"shares": "/s"}, "a": {"shares": "/s", "uses": ["b", "c"]}}`, []string{
			`mount-clash containers > a > uses[1]: "/s" is mounted twice: by uses "b" (b shares "/s") and by uses "c" (c shares "/s") (only one of them can be there: change a path, or leave one out)`,
		}},
		{"row 57: one host path by two aliases", `{"host": {"v": "/h", "w": "/h"}, "volumes": {"v": "/v", "w": "/v"}, "b": {"binds": "v", "instances": [1, 2]}, "a": {"uses": ["b.1", "b.2"], "binds": "w"}}`, nil},

		// Uses and links.
		{"row 61", `{"b": {"shares": "/s", "instances": [1, 2]}, "a": {"uses": "b"}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "b": it has 2 instances, so one of them must be named (name one: "b.1", "b.2")`,
		}},
		{"row 63", `{"app_server": {"shares": "/s"}, "a": {"uses": ["app-servr", "x"]}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "app-servr": no container and no attached volume has this name (did you mean "app_server"?)`,
			`unknown-name containers > a > uses[1]: cannot use "x": no container and no attached volume has this name (there is "a", "app_server")`,
		}},
		{"row 63: twice", `{"a": {"uses": ["x", "x"]}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "x": no container and no attached volume has this name`,
			`duplicate containers > a > uses[1]: a uses "x" twice`,
		}},
		{"row 63: near a full name", `{"b": {"shares": "/s"}, "mxb": {}, "a": {"uses": ["mxb.b", "m.zzz"]}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "mxb.b": no container and no attached volume has this name (did you mean "mxb"?)`,
			`unknown-name containers > a > uses[1]: cannot use "m.zzz": no container and no attached volume has this name (there is "a", "b", "mxb")`,
		}},
		{"row 63: near an alias", `{"volumes": {"app_socket": "/s"}, "b": {"attaches": "app_socket"}, "a": {"uses": "app_sockt"}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "app_sockt": no container and no attached volume has this name (did you mean "app_socket"?)`,
		}},
		{"row 60: unknown instance", `{"b": {"shares": "/s", "instances": ["one", "two"]}, "c": {"shares": "/s"}, "a": {"uses": ["b.three", "c.1"]}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "b.three": no container and no attached volume has this name (there is "b.one", "b.two")`,
			`unknown-name containers > a > uses[1]: cannot use "c.1": no container and no attached volume has this name (did you mean "c"?)`,
		}},
		{"row 63: full name", `{"b": {"shares": "/s"}, "a": {"uses": "m.b", "links": "m.b"}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "m.b": no container and no attached volume has this name (leave out the name of the map: "b")`,
			`unknown-name containers > a > links[0]: cannot link to "m.b": no container has this name (leave out the name of the map: "b")`,
		}},
		{"row 63: wrong property", `{` + v + `, "volumes": {"x": "/x", "v": "/v", "y": "/y"}, "b": {"attaches": "y"}, "a": {"uses": ["v", "x"], "links": ["v", "y"]}}`, []string{
			`unknown-name containers > a > uses[0]: cannot use "v": no container and no attached volume has this name ("v" has a host path: write it in binds)`,
			`unknown-name containers > a > uses[1]: cannot use "x": no container and no attached volume has this name (no container attaches the volume "x")`,
			`unknown-name containers > a > links[0]: cannot link to "v": no container has this name ("v" has a host path: write it in binds)`,
			`unknown-name containers > a > links[1]: cannot link to "y": no container has this name ("y" is an attached volume: write it in uses)`,
		}},
		{"row 64", `{"volumes": {"b": "/v"}, "a": {"attaches": "b"}, "b": {"shares": "/x"}}`, []string{
			`duplicate containers > a > attaches[0]: the container b and the volume attached by a would both be "m.b" in Docker`,
		}},
		{"row 64: in volume mode", `{"attached": "volume", "volumes": {"b.1": "/v"}, "a": {"attaches": "b.1"}, "b": {"shares": "/x", "instances": [1]}}`, []string{
			`duplicate containers > a > attaches[0]: the instance "1" of b and the volume attached by a are both called "b.1", so uses cannot tell them apart`,
		}},
		{"row 64: nobody can use it, but one name", `{"volumes": {"b": "/v"}, "a": {"attaches": "b"}, "b": {}}`, []string{
			`duplicate containers > a > attaches[0]: the container b and the volume attached by a would both be "m.b" in Docker`,
		}},
		{"used twice", `{` + v + `, "b": {"attaches": "v", "uses": "v"}, "a": {"uses": ["b", ["b", "ro"]]}}`, []string{
			`duplicate containers > a > uses[1]: a uses "b" twice`,
			`duplicate containers > b > uses[0]: b attaches "v" itself, so it has it already`,
		}},
		{"row 75: several instances", `{"b": {"instances": [1, 2]}, "a": {"links": "b"}}`, []string{
			`unknown-name containers > a > links[0]: cannot link to "b": it has 2 instances, so one of them must be named (name one: "b.1", "b.2")`,
		}},
		{"row 76: one alias, two targets", `{"b": {}, "c": {}, "a": {"links": [["b", "x"], ["c", "x"], ["b", "c"], "c", "b", "b"]}}`, []string{
			`duplicate containers > a > links[1]: a links to both "b" and "c" as "x"`,
			`duplicate containers > a > links[3]: a links to both "b" and "c" as "c"`,
			`duplicate containers > a > links[5]: a links to "b" as "b" twice`,
		}},
		{"row 125: alias of a link", `{"b": {}, "a": {"links": [["b", "x y"]]}}`, []string{
			`name-syntax containers > a > links[0]: "x y" cannot be the alias of a link: use letters, digits, "_", "." and "-", with a letter or digit first`,
		}},
		{"row 124.5, 125", `{"web": {"links": "wbe"}, "a": {"links": "web.1"}}`, []string{
			`unknown-name containers > a > links[0]: cannot link to "web.1": no container has this name (did you mean "web"?)`,
			`unknown-name containers > web > links[0]: cannot link to "wbe": no container has this name (did you mean "web"?)`,
		}},
		{"row 125: itself", `{"a": {"links": "a", "uses": "a", "shares": "/s"}, "b": {"instances": [1, 2], "shares": "/s", "uses": ["b.1", "b"], "links": "b"}}`, []string{
			`cycle containers > a > uses[0]: a uses itself`,
			`cycle containers > a > links[0]: a links to itself`,
			`cycle containers > b > uses[0]: b uses itself`,
			`cycle containers > b > uses[1]: b uses itself`,
			`cycle containers > b > links[0]: b links to itself`,
		}},

		// Circles.
		{"row 66, D20", `{"a": {"links": "b"}, "b": {"links": "a"}}`, []string{
			`cycle containers > a > links[0]: containers need one another: a → b → a (leave out one of these)`,
		}},
		{"row 66: through a volume", `{` + v + `, "web": {"uses": "v", "links": "db"}, "app": {"attaches": "v", "links": "db"}, "db": {"links": ["web"]}}`, []string{
			`cycle containers > app > links[0]: containers need one another: app → db → web → app (leave out one of these)`,
			`cycle containers > db > links[0]: containers need one another: db → web → db (leave out one of these)`,
		}},
		{"row 66: through instances", `{"a": {"instances": [1, 2], "shares": "/s", "links": "b.1"}, "b": {"instances": [1, 2], "uses": "a.2"}}`, []string{
			`cycle containers > a > links[0]: containers need one another: a → b → a (leave out one of these)`,
		}},
		{"row 66: two ways round, said twice", `{"a": {"shares": "/s", "uses": "b", "links": ["b", "c"]}, "b": {"shares": "/s", "links": "a"}, "c": {"links": "a"}}`, []string{
			`cycle containers > a > uses[0]: containers need one another: a → b → a (leave out one of these)`,
			`cycle containers > a > links[1]: containers need one another: a → c → a (leave out one of these)`,
		}},

		// Names.
		{"row 125: names", `{"a b": {"image": "x"}, "_x": {"image": "x"}, "ok": {"instances": ["", "i/1", "i.1"]}}`, []string{
			`name-syntax containers > "_x": "_x" cannot be the name of a container: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`name-syntax containers > "a b": "a b" cannot be the name of a container: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`name-syntax containers > ok > instances[0]: "" cannot be the name of an instance: use letters, digits, "_", "." and "-", with a letter or digit first`,
			`name-syntax containers > ok > instances[1]: "i/1" cannot be the name of an instance: use letters, digits, "_", "." and "-", with a letter or digit first`,
		}},
		{"row 125: two containers of one name", `{"a.b": {}, "a": {"instances": ["b", "c"]}}`, []string{
			`duplicate containers > a.b: the instance "b" of a and the container a.b would both be "m.a.b" in Docker`,
		}},
		{"row 125: instance twice", `{"a": {"instances": [1, "1"]}}`, []string{
			`duplicate containers > a > instances[1]: a has the instance "1" twice`,
		}},
		{"reserved", `{"volumes": {"x.dmap-prepare": "/v"}, "a": {"attaches": "x.dmap-prepare", "instances": ["dmap-prepared"]}}`, []string{
			`name-syntax containers > a > instances[0]: the name "m.a.dmap-prepared" is reserved: dmap ends the names of its own containers with ".dmap-prepared"`,
			`name-syntax containers > a > attaches[0]: the name "m.x.dmap-prepare" is reserved: dmap ends the names of its own containers with ".dmap-prepare"`,
		}},
		{"row 28: image of the name", `{"Web": {}}`, []string{
			`wrong-value containers > Web > image: no image is set, and Web cannot be the image of its name: "Web" has upper-case letters (set image)`,
		}},
		{"images", `{"a": {"image": "My Image"}, "b": {"image": "x/Y"}, "c": {"image": "x:"}, "d": {"image": "/"}, "e": {"image": "a..b"}, "f": {"image": "-x.y:1/z"}}`, []string{
			`wrong-value containers > a > image: cannot use "My Image" as an image: "My Image" is not made of lower-case letters and digits with single separators (".", "_", "__", "-") between them`,
			`wrong-value containers > b > image: cannot use "x/Y" as an image: "Y" has upper-case letters`,
			`wrong-value containers > c > image: cannot use "x:" as an image: the tag "" is not made of up to 128 letters, digits, "_", "." and "-"`,
			`wrong-value containers > d > image: cannot use "/" as an image: a part of it is empty`,
			`wrong-value containers > e > image: cannot use "a..b" as an image: "a..b" is not made of lower-case letters and digits with single separators (".", "_", "__", "-") between them`,
			`wrong-value containers > f > image: cannot use "-x.y:1/z" as an image: "-x.y:1" is not a host name`,
		}},
		{"row 86", `{"a": {"user": "u:"}, "b": {"user": "a b"}, "c": {"user": "a:b:c"}, "d": {"user": "-v"}, "e": {"user": "u:-1"}}`, []string{
			`wrong-value containers > a > user: cannot use "u:" as a user: a part of it is empty (want "user" or "user:group")`,
			`wrong-value containers > b > user: cannot use "a b" as a user: it has spaces (want "user" or "user:group")`,
			`wrong-value containers > c > user: cannot use "a:b:c" as a user: it has more than two parts (want "user" or "user:group")`,
			`wrong-value containers > d > user: cannot use "-v" as a user: a part of it begins with "-", which chown would take for a flag (want "user" or "user:group")`,
			`wrong-value containers > e > user: cannot use "u:-1" as a user: a part of it begins with "-", which chown would take for a flag (want "user" or "user:group")`,
		}},
		{"row 87", `{"a": {"permissions": "0980"}, "b": {"permissions": "-x"}, "c": {"permissions": "u=rwx g=x"}, "d": {"permissions": "0750 -R"}}`, []string{
			`wrong-value containers > a > permissions: cannot use "0980" as permissions: chmod would not take it (want an octal mode such as "0750" or a symbolic one such as "u=rwX,g=rX,o=")`,
			`wrong-value containers > b > permissions: cannot use "-x" as permissions: chmod would not take it (want an octal mode such as "0750" or a symbolic one such as "u=rwX,g=rX,o=")`,
			`wrong-value containers > c > permissions: cannot use "u=rwx g=x" as permissions: chmod would not take it (want an octal mode such as "0750" or a symbolic one such as "u=rwX,g=rX,o=")`,
			`wrong-value containers > d > permissions: cannot use "0750 -R" as permissions: chmod would not take it (want an octal mode such as "0750" or a symbolic one such as "u=rwX,g=rX,o=")`,
		}},
	} {
		t.Run(test.row, func(t *testing.T) {
			m := site(t, test.text)
			var got []string
			if err := m.Validate(); err != nil {
				got = shortLines(t, err)
			}
			same(t, test.text, got, test.want)
		})
	}
}

// shortLines returns "code path: message (hint)" for each problem.
func shortLines(t *testing.T, err error) (out []string) {
	t.Helper()
	var ps problem.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("want problem.Problems, got %T: %v", err, err)
	}
	for _, p := range ps {
		out = append(out, string(p.Code)+" "+strings.TrimPrefix(p.Error(), "container_map > "))
	}
	return out
}
