// Part of the tests of the simulated engine: measured facts about the engine, each
// tried on the simulation and, where there is one, on a real engine.

package sim_test

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/google/go-cmp/cmp"
)

// lab is one engine with helpers for one fact; what it makes on a real engine is
// removed afterwards.
type lab struct {
	target
	t      *testing.T
	prefix string
	made   []string // paths to delete
}

// both tries a fact on both engines.
func both(t *testing.T, fact func(l *lab)) {
	t.Helper()
	prepare := func(t *testing.T, g target) *lab {
		l := &lab{target: g, t: t, prefix: fmt.Sprintf("%sf%d-", prefix, time.Now().UnixNano()%1_000_000)}
		t.Cleanup(func() {
			for i := len(l.made) - 1; i >= 0; i-- {
				l.call(t, "DELETE", l.made[i], nil)
			}
		})
		return l
	}
	t.Run("sim", func(t *testing.T) {
		g, _ := simTarget(t, sim.Options{})
		fact(prepare(t, g))
	})
	t.Run("real", func(t *testing.T) { fact(prepare(t, realTarget(t))) })
}

func (l *lab) create(name string, s spec) string {
	l.t.Helper()
	l.made = append(l.made, "/containers/"+l.prefix+name+"?force=1&v=1")
	a := l.want(l.t, 201, "POST", "/containers/create?name="+l.prefix+name, s)
	var doc struct{ ID string }
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		l.t.Fatal(err)
	}
	return doc.ID
}

func (l *lab) start(name string) {
	l.t.Helper()
	l.want(l.t, 204, "POST", l.at(name)+"/start", nil)
}

func (l *lab) at(name string) string { return "/containers/" + l.prefix + name }

// post makes a POST and gives status and message without what depends on the run.
func (l *lab) post(path string, body any) string {
	l.t.Helper()
	a := l.call(l.t, "POST", path, body)
	return l.plain(a)
}

func (l *lab) delete(path string) string {
	l.t.Helper()
	return l.plain(l.call(l.t, "DELETE", path, nil))
}

func (l *lab) plain(a answer) string {
	text := strings.ReplaceAll(anonymous(message(a.text)), l.prefix, "")
	return strings.TrimSpace(fmt.Sprintf("%d %s", a.code, text))
}

func (l *lab) inspect(name string) inspected {
	l.t.Helper()
	var c inspected
	l.get(l.t, l.at(name)+"/json", &c)
	return c
}

// stopped waits until a container is not running, and returns its exit code.
func (l *lab) stopped(name string) int {
	l.t.Helper()
	a := l.want(l.t, 200, "POST", l.at(name)+"/wait", nil)
	var doc struct{ StatusCode int }
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		l.t.Fatal(err)
	}
	return doc.StatusCode
}

func (l *lab) equal(what string, got, want any) {
	l.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		l.t.Errorf("%s: %s (-want +got):\n%s", l.name, what, diff)
	}
}

// arm begins to wait for a container, and returns a function that ends the wait. Both
// engines send the header once they wait, so that what the test does next cannot be
// missed.
func (l *lab) arm(name, condition string) (end func() (code int, fault string)) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), "POST", "http://docker/v1.41"+l.at(name)+"/wait?condition="+condition, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	resp, err := l.client.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	l.equal("wait", resp.StatusCode, 200)
	return func() (int, string) {
		l.t.Helper()
		defer resp.Body.Close()
		doc := struct {
			StatusCode int
			Error      *struct{ Message string }
		}{StatusCode: -1}
		if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
			l.t.Fatal(err)
		}
		if doc.Error != nil {
			return doc.StatusCode, doc.Error.Message
		}
		return doc.StatusCode, ""
	}
}

func TestWaitArmedBeforeStartSeesTheExit(t *testing.T) {
	both(t, func(l *lab) {
		l.create("c", container("exit=7", nil))
		end := l.arm("c", "next-exit")
		l.start("c")
		code, fault := end()
		l.equal("exit code", code, 7)
		l.equal("error", fault, "")
	})
}

func TestWaitForNextExitOfRemovedContainerIsAFalseZero(t *testing.T) {
	both(t, func(l *lab) {
		l.create("c", container("exit=7", nil))
		end := l.arm("c", "next-exit")
		l.equal("remove", l.delete(l.at("c")), "204")
		code, fault := end()
		l.equal("exit code", code, 0)
		l.equal("error", fault, "")
	})
}

func TestFailedStartLeavesCreatedWithReason(t *testing.T) {
	rows := []struct {
		name   string
		change func(spec)
		start  string
		code   int
	}{
		{"missing program", func(s spec) { s["Cmd"] = []string{"/nope"} }, `400 failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown`, 127},
		{"not in path", func(s spec) { s["Cmd"] = []string{"nope"} }, `400 failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown`, 127},
		{"not executable", func(s spec) { s["Cmd"] = []string{"/etc/passwd"} }, `400 failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc/passwd": permission denied: unknown`, 126},
		{"unknown user", func(s spec) { s["User"] = "nosuch" }, "500 unable to find user nosuch: no matching entries in passwd file", 128},
		{"missing network", func(s spec) { s["HostConfig"] = map[string]any{"NetworkMode": "no-such-net"} }, "404 network no-such-net not found", 128},
		{"alias on the default network", func(s spec) {
			s["HostConfig"] = map[string]any{"NetworkMode": "default"}
			s["NetworkingConfig"] = map[string]any{"EndpointsConfig": map[string]any{"bridge": map[string]any{"Aliases": []string{"a"}}}}
		}, "400 network-scoped alias is supported only for containers in user defined networks", 128},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			both(t, func(l *lab) {
				s := container("run", nil)
				row.change(s)
				l.create("c", s)
				l.equal("start", l.post(l.at("c")+"/start", nil), row.start)
				c := l.inspect("c")
				l.equal("state", []any{c.State.Status, c.State.ExitCode, c.State.Error}, []any{"created", row.code, row.start[4:]})
			})
		})
	}
}

func TestCreateRefuses(t *testing.T) {
	rows := []struct {
		name string
		s    map[string]any // fields over a plain container
		host map[string]any // fields of its HostConfig
		want string
	}{
		{"missing image", map[string]any{"Image": "dmap-simtest-none:2"}, nil, "404 No such image: dmap-simtest-none:2"},
		{"upper case image", map[string]any{"Image": "UPPER"}, nil, "400 invalid reference format: repository name must be lowercase"},
		{"no command", map[string]any{"Cmd": []string{}, "Entrypoint": []string{""}}, nil, "400 No command specified"},
		{"missing volumes-from", nil, map[string]any{"VolumesFrom": []string{"no-such"}}, "400 No such container: no-such"},
		{"bad volumes-from mode", nil, map[string]any{"VolumesFrom": []string{"no-such:zz"}}, "400 invalid mode: zz"},
		{"missing link", nil, map[string]any{"Links": []string{"no-such:x"}}, "400 could not get container for no-such: No such container: no-such"},
		{"bad link", nil, map[string]any{"Links": []string{"a:b:c"}}, "500 bad format for links: a:b:c"},
		{"bad bind mode", nil, map[string]any{"Binds": []string{"/tmp:/a:zz"}}, "500 invalid mode: zz"},
		{"relative bind source", nil, map[string]any{"Binds": []string{"a/b:/a"}}, `400 create a/b: "a/b" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`},
		{"relative bind target", nil, map[string]any{"Binds": []string{"/tmp:a"}}, `500 invalid volume specification: '/tmp:a': invalid mount config for type "bind": invalid mount path: 'a' mount path must be absolute`},
		{"bind onto root", nil, map[string]any{"Binds": []string{"/tmp:/"}}, `500 invalid volume specification: '/tmp:/': invalid mount config for type "bind": invalid specification: destination can't be '/'`},
		{"duplicate target", nil, map[string]any{"Binds": []string{"/tmp:/a", "/etc:/a"}}, "400 Duplicate mount point: /a"},
		{"duplicate in mounts", nil, map[string]any{"Binds": []string{"/tmp:/a"}, "Mounts": []any{map[string]any{"Type": "bind", "Source": "/tmp", "Target": "/a"}}}, "400 Duplicate mount point: /a"},
		{"empty bind", nil, map[string]any{"Binds": []string{""}}, "500 invalid volume specification: ''"},
		{"strict bind of nothing", nil, map[string]any{"Mounts": []any{map[string]any{"Type": "bind", "Source": "/dmap-simtest-none", "Target": "/a"}}}, `400 invalid mount config for type "bind": bind source path does not exist: /dmap-simtest-none`},
		{"unknown mount type", nil, map[string]any{"Mounts": []any{map[string]any{"Type": "zz", "Source": "/tmp", "Target": "/a"}}}, `400 invalid mount config for type "zz": mount type unknown`},
		{"mount without target", nil, map[string]any{"Mounts": []any{map[string]any{"Type": "bind", "Source": "/tmp"}}}, `400 invalid mount config for type "bind": field Target must not be empty`},
		{"host network with link", nil, map[string]any{"NetworkMode": "host", "Links": []string{"a:b"}}, "400 conflicting options: host type networking can't be used with links. This would result in undefined behavior"},
		{"auto-remove with policy", nil, map[string]any{"AutoRemove": true, "RestartPolicy": map[string]any{"Name": "always"}}, "400 can't create 'AutoRemove' container with restart policy"},
		{"unknown policy", nil, map[string]any{"RestartPolicy": map[string]any{"Name": "zz"}}, "400 invalid restart policy 'zz'"},
		{"count with always", nil, map[string]any{"RestartPolicy": map[string]any{"Name": "always", "MaximumRetryCount": 3}}, "400 maximum retry count cannot be used with restart policy 'always'"},
		{"little memory", nil, map[string]any{"Memory": 1000}, "400 Minimum memory limit allowed is 6MB"},
		{"little swap", nil, map[string]any{"Memory": 64 << 20, "MemorySwap": 1 << 20}, "400 Minimum memoryswap limit should be larger than memory limit, see usage"},
		{"short health interval", map[string]any{"Healthcheck": map[string]any{"Test": []string{"CMD", "true"}, "Interval": 1}}, nil, "400 Interval in Healthcheck cannot be less than 1ms"},
		{"bad port", nil, map[string]any{"PortBindings": map[string]any{"80/tcp": []any{map[string]any{"HostPort": "xx"}}}}, `400 invalid port specification: "xx"`},
		{"relative working directory", map[string]any{"WorkingDir": "a"}, nil, "400 the working directory 'a' is invalid, it needs to be an absolute path"},
		{"unknown stop signal", map[string]any{"StopSignal": "FOO"}, nil, "400 Invalid signal: FOO"},
		{"variable without name", map[string]any{"Env": []string{"=x"}}, nil, "400 invalid environment variable: =x"},
		{"unknown capability", nil, map[string]any{"CapAdd": []string{"zz"}}, `400 invalid CapAdd: unknown capability: "CAP_ZZ"`},
		{"unknown log driver", nil, map[string]any{"LogConfig": map[string]any{"Type": "zz"}}, `400 error looking up logging plugin zz: plugin "zz" not found`},
		{"bad extra host", nil, map[string]any{"ExtraHosts": []string{"zz"}}, `400 bad format for add-host: "zz"`},
	}
	both(t, func(l *lab) {
		l.made = append(l.made, l.at("c"))
		for _, row := range rows {
			s := container("run", row.host)
			for k, v := range row.s {
				s[k] = v
			}
			l.equal(row.name, l.post("/containers/create?name="+l.prefix+"c", s), row.want)
		}
		s := container("run", nil)
		s["NetworkingConfig"] = map[string]any{"EndpointsConfig": map[string]any{"b": map[string]any{}, "a": map[string]any{}}}
		// The real engine names them in any order.
		got := strings.ReplaceAll(l.post("/containers/create?name="+l.prefix+"c", s), "b, a", "a, b")
		l.equal("two networks", got, "400 Container cannot be connected to network endpoints: a, b")
		// After all these failures the name is still free.
		l.create("c", container("run", nil))
	})
}

func TestUnknownFieldsAreAcceptedSilently(t *testing.T) {
	both(t, func(l *lab) {
		s := container("run", map[string]any{"Bindz": []string{"/tmp:/a"}})
		s["Envv"] = 3
		l.create("c", s)
	})
}

func TestImageConfigurationIsMerged(t *testing.T) {
	both(t, func(l *lab) {
		s := container("run", nil)
		s["Env"] = []string{"FROM=container", "BARE"}
		s["Labels"] = map[string]string{"both": "container", "own": "1"}
		l.create("c", s)
		c := l.inspect("c")
		l.equal("labels", c.Config.Labels, map[string]string{"of": "image", "both": "container", "own": "1"})
		l.equal("env", c.Config.Env, []string{"FROM=container", "BARE", "PATH=/bin", "TEST=" + testImage})
		s = container("run", nil)
		delete(s, "Cmd")
		s["Entrypoint"] = []string{"/x"}
		l.create("e", s)
		e := l.inspect("e")
		l.equal("own entrypoint drops the image's command", []any{e.Path, e.Args, e.Config.Cmd}, []any{"/x", []string{}, []string(nil)})
	})
}

func (l *lab) volume(name string) string {
	l.made = append(l.made, "/volumes/"+l.prefix+name)
	return l.prefix + name
}

// stat returns owner, mode and size of a file as a tar of it says.
func (l *lab) stat(name, path string) string {
	l.t.Helper()
	a := l.call(l.t, "GET", l.at(name)+"/archive?path="+path, nil)
	if a.code != 200 {
		return l.plain(a)
	}
	h, err := tar.NewReader(strings.NewReader(a.text)).Next()
	if err != nil {
		l.t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d %o %d", h.Uid, h.Gid, h.Mode&0o7777, h.Size)
}

func TestContentIsCopiedIntoFreshVolumeAtCreate(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", map[string]any{"Binds": []string{l.volume("v") + ":/data:ro"}}))
		l.create("b", container("run", map[string]any{"Binds": []string{l.volume("v") + ":/other"}}))
		l.equal("root", l.stat("b", "/other"), "1000:1001 2750 0")
		l.equal("content", l.stat("b", "/other/seed"), "1000:1001 640 5")
		l.create("n", container("run", map[string]any{"Binds": []string{l.volume("n") + ":/data:nocopy"}}))
		l.equal("nocopy", l.stat("n", "/data"), "0:0 755 0")
		l.create("from", container("run", map[string]any{"VolumesFrom": []string{l.prefix + "n"}}))
		l.equal("no copy through volumes-from", l.stat("from", "/data"), "0:0 755 0")
		l.create("late", container("run", map[string]any{"Binds": []string{l.volume("n") + ":/data"}}))
		l.equal("copied later, while still empty", l.stat("n", "/data/seed"), "1000:1001 640 5")
	})
}

func TestNamedVolumeThroughVolumesFromIsNotCounted(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		l.create("a", container("run", map[string]any{"Binds": []string{v + ":/v"}}))
		l.create("b", container("run", map[string]any{"VolumesFrom": []string{l.prefix + "a"}}))
		l.equal("in use by a", l.delete("/volumes/"+v), "409 remove v: volume is in use - [ID]")
		l.equal("rm a", l.delete(l.at("a")+"?v=1"), "204")
		l.equal("the hole", l.delete("/volumes/"+v), "204")
		l.equal("start b", l.post(l.at("b")+"/start", nil), "500 get v: no such volume")
	})
}

func TestNamedVolumeIsCountedOnceItsUserStarted(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		l.create("a", container("run", map[string]any{"Binds": []string{v + ":/v"}}))
		l.create("b", container("exit=0", map[string]any{"VolumesFrom": []string{l.prefix + "a"}}))
		l.start("b")
		l.stopped("b")
		l.equal("rm a", l.delete(l.at("a")+"?v=1"), "204")
		l.equal("still counted", l.delete("/volumes/"+v), "409 remove v: volume is in use - [ID]")
	})
}

func TestAnonymousVolumeGoesWithItsLastUser(t *testing.T) {
	for _, row := range []struct {
		name, first, second string
		gone                bool
	}{
		{"never with v", "", "", false},
		{"last with v", "", "?v=1", true},
		{"first with v", "?v=1", "", false},
		{"both with v", "?v=1", "?v=1", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			both(t, func(l *lab) {
				s := container("run", nil)
				s["Volumes"] = map[string]any{"/w": map[string]any{}}
				l.create("a", s)
				name := l.inspect("a").Mounts[0].Name
				l.made = append(l.made, "/volumes/"+name)
				l.create("b", container("run", map[string]any{"VolumesFrom": []string{l.prefix + "a"}}))
				l.delete(l.at("a") + row.first)
				l.equal("used by b", l.call(l.t, "GET", "/volumes/"+name, nil).code, 200)
				l.delete(l.at("b") + row.second)
				l.equal("gone", l.call(l.t, "GET", "/volumes/"+name, nil).code == 404, row.gone)
			})
		})
	}
}

func TestVolumeCreateKeepsFirstLabels(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		l.want(l.t, 201, "POST", "/volumes/create", map[string]any{"Name": v, "Labels": map[string]string{"a": "1"}})
		a := l.want(l.t, 201, "POST", "/volumes/create", map[string]any{"Name": v, "Labels": map[string]string{"b": "2"}})
		var doc struct{ Labels map[string]string }
		if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
			l.t.Fatal(err)
		}
		l.equal("labels", doc.Labels, map[string]string{"a": "1"})
	})
}

func TestArchiveSetsOwnerOfVolumeRootWithoutStart(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", map[string]any{"Binds": []string{l.volume("v") + ":/v"}}))
		put := func(path string, entries ...entry) string {
			text, err := tarOf(entries...)
			if err != nil {
				l.t.Fatal(err)
			}
			return l.plain(l.call(l.t, "PUT", l.at("a")+"/archive?path="+path, text))
		}
		l.equal("put", put("/", entry{name: "v/", mode: 0o2770, uid: 33, gid: 44}), "200")
		l.equal("root", l.stat("a", "/v"), "33:44 2770 0")
		l.equal("file", put("/v", entry{name: "f", mode: 0o400, data: []byte("hello")}), "200")
		l.equal("stat", l.stat("a", "/v/f"), "0:0 400 5")
		l.equal("missing place", put("/nope", entry{name: "f", mode: 0o400}), "404 Could not find the file /nope in container a")
		l.equal("file as place", put("/v/f", entry{name: "f", mode: 0o400}), "500 extraction point is not a directory")
		l.create("ro", container("run", map[string]any{"Binds": []string{l.prefix + "v:/v:ro"}}))
		text, err := tarOf(entry{name: "f", mode: 0o400})
		if err != nil {
			l.t.Fatal(err)
		}
		l.equal("read-only", l.plain(l.call(l.t, "PUT", l.at("ro")+"/archive?path=/v", text)), "500 mounted volume is marked read-only")
	})
}

func TestChownAndChmodActOnVolumes(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		l.create("a", container("run", map[string]any{"Binds": []string{v + ":/data"}}))
		for i, cmd := range [][]string{{"chown", "-R", "5:6", "/x"}, {"chmod", "-R", "0710", "/x"}} {
			name := fmt.Sprint("prep", i)
			s := container("", map[string]any{"VolumesFrom": []string{l.prefix + "a"}, "Binds": []string{v + ":/x"}})
			s["Cmd"] = cmd
			l.create(name, s)
			l.start(name)
			l.equal(cmd[0], l.stopped(name), 0)
		}
		l.equal("root", l.stat("a", "/data"), "5:6 710 0")
		l.equal("content", l.stat("a", "/data/seed"), "5:6 710 5")
		s := container("", nil)
		s["Cmd"] = []string{"chown", "5:6", "/not/there"}
		l.create("bad", s)
		l.start("bad")
		l.equal("missing path", l.stopped("bad"), 1)
	})
}

func TestLegacyLinkHoldsTheContainerItself(t *testing.T) {
	const dead = "500 Cannot link to a non running container: /db AS /web/db"
	both(t, func(l *lab) {
		bridge := map[string]any{"NetworkMode": "default"}
		l.create("db", container("run print=ready", bridge))
		l.create("web", container("run print=ready", map[string]any{"NetworkMode": "default", "Links": []string{l.prefix + "db:db"}}))
		l.equal("target does not run", l.post(l.at("web")+"/start", nil), dead)
		l.start("db")
		l.start("web")
		l.delete(l.at("db") + "?force=1")
		l.create("db", container("run print=ready", bridge))
		l.start("db")
		l.equal("exec", l.post(l.at("web")+"/exec", map[string]any{"Cmd": []string{"/bin/true"}}), dead)
		l.equal("restart", l.post(l.at("web")+"/restart?t=1", nil), "500 Cannot restart container web: "+dead[4:])
		l.equal("inspect looks right", strings.ReplaceAll(fmt.Sprint(l.inspect("web").HostConfig.Links), l.prefix, ""), "[/db:/web/db]")
	})
}

func TestPortConflictShowsAtStartOnly(t *testing.T) {
	both(t, func(l *lab) {
		host := map[string]any{"NetworkMode": "default", "PortBindings": map[string]any{"80/tcp": []any{map[string]any{"HostPort": port}}}}
		l.create("a", container("run print=ready", host))
		l.create("b", container("run print=ready", host))
		l.start("a")
		l.equal("start", l.post(l.at("b")+"/start", nil), "500 driver failed programming external connectivity on endpoint b (ID): Bind for 0.0.0.0:"+port+" failed: port is already allocated")
		l.delete(l.at("a") + "?force=1")
		l.start("b")
	})
}

func TestBindingOfUnexposedPortIsIgnored(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", map[string]any{"NetworkMode": "default", "PortBindings": map[string]any{"81/tcp": []any{map[string]any{"HostPort": port}}}}))
		l.start("a")
		ports := l.inspect("a").NetworkSettings.Ports
		l.equal("81", ports["81/tcp"] == nil, true)
		_, exposed := ports["80/tcp"]
		l.equal("80", exposed, true)
	})
}

func TestNetworksOfOneName(t *testing.T) {
	both(t, func(l *lab) {
		name := l.prefix + "n"
		ids := map[string]bool{}
		for range 2 {
			a := l.want(l.t, 201, "POST", "/networks/create", map[string]any{"Name": name})
			var doc struct{ ID string }
			if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
				l.t.Fatal(err)
			}
			ids[doc.ID] = true
			l.made = append(l.made, "/networks/"+doc.ID)
		}
		l.equal("two", len(ids), 2)
		l.equal("checked", l.post("/networks/create", map[string]any{"Name": name, "CheckDuplicate": true}), "409 network with name n already exists")
		l.equal("inspect", l.plain(l.call(l.t, "GET", "/networks/"+name, nil)), "400 2 matches found based on name: network n is ambiguous")
		l.equal("remove", l.delete("/networks/"+name), "400 network n is ambiguous (2 matches found based on name)")
	})
}

func TestNetworkWithMembersStays(t *testing.T) {
	both(t, func(l *lab) {
		name := l.prefix + "n"
		l.made = append(l.made, "/networks/"+name)
		l.want(l.t, 201, "POST", "/networks/create", map[string]any{"Name": name})
		l.create("a", container("run print=ready", map[string]any{"NetworkMode": name}))
		l.start("a")
		l.equal("remove", l.delete("/networks/"+name), "403 error while removing network: network n id ID has active endpoints")
		l.equal("connect again", l.post("/networks/"+name+"/connect", map[string]any{"Container": l.prefix + "a"}), "403 endpoint with name a already exists in network n")
		l.equal("disconnect", l.post("/networks/"+name+"/disconnect", map[string]any{"Container": l.prefix + "a"}), "200")
		l.equal("remove", l.delete("/networks/"+name), "204")
	})
}

func TestUpdateCannotLiftALimit(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run", map[string]any{"Memory": 64 << 20}))
		l.equal("swap is twice", l.inspect("a").HostConfig.MemorySwap, int64(128<<20))
		l.equal("zero", l.post(l.at("a")+"/update", map[string]any{"Memory": 0, "Env": []string{"x"}}), "200")
		l.equal("unchanged", l.inspect("a").HostConfig.Memory, int64(64<<20))
		l.equal("above swap", l.post(l.at("a")+"/update", map[string]any{"Memory": 256 << 20}), "409 Cannot update container ID: Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time")
	})
}

func TestExecTellsItsCodeByInspect(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("run print=ready", nil))
		l.start("a")
		exec := func(cmd ...string) (string, func() *int) {
			a := l.want(l.t, 201, "POST", l.at("a")+"/exec", map[string]any{"Cmd": cmd, "AttachStdout": true, "AttachStderr": true})
			var doc struct{ ID string }
			if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
				l.t.Fatal(err)
			}
			return "/exec/" + doc.ID, func() *int {
				var x struct{ ExitCode *int }
				l.get(l.t, "/exec/"+doc.ID+"/json", &x)
				return x.ExitCode
			}
		}
		five := 5
		path, code := exec("/bin/simproc", "print=hello", "exit=5")
		l.equal("before", code(), (*int)(nil))
		out := l.want(l.t, 200, "POST", path+"/start", map[string]any{})
		l.equal("output", frames(l.t, out.text), []string{"1 hello"})
		l.equal("after", code(), &five)
		again := frames(l.t, l.want(l.t, 200, "POST", path+"/start", map[string]any{}).text)
		l.equal("twice, attached", anonymous(strings.Join(again, "|")), "1 Error: Exec command ID has already run")
		l.equal("twice", l.post(path+"/start", map[string]any{"Detach": true}), "409 Error: Exec command ID has already run")
		missing := 126
		path, code = exec("/nope")
		l.want(l.t, 200, "POST", path+"/start", map[string]any{})
		l.equal("missing program", code(), &missing)
	})
}

// frames splits a stream of output into lines with the number of their stream.
func frames(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	for r := bytes.NewReader([]byte(text)); r.Len() > 0; {
		head := make([]byte, 8)
		if _, err := io.ReadFull(r, head); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		body := make([]byte, binary.BigEndian.Uint32(head[4:]))
		if _, err := io.ReadFull(r, body); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		lines = append(lines, fmt.Sprintf("%d %s", head[0], strings.TrimSpace(string(body))))
	}
	return lines
}

func TestLogsAreFramed(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("print=one warn=two exit=0", nil))
		l.start("a")
		l.stopped("a")
		got := frames(l.t, l.want(l.t, 200, "GET", l.at("a")+"/logs?stdout=1&stderr=1", nil).text)
		sort.Strings(got)
		l.equal("both", got, []string{"1 one", "2 two"})
		l.equal("stdout", frames(l.t, l.want(l.t, 200, "GET", l.at("a")+"/logs?stdout=1", nil).text), []string{"1 one"})
		l.equal("neither", l.plain(l.call(l.t, "GET", l.at("a")+"/logs", nil)), "400 Bad parameters: you must choose at least one stream")
	})
}

func TestEventsTellTheStoryInOrder(t *testing.T) {
	both(t, func(l *lab) {
		label := map[string]string{"dmap.story": l.prefix}
		s := container("run print=ready", nil)
		s["Labels"] = label
		id := l.create("a", s)
		l.start("a")
		awaitReady(l.t, l.target, l.prefix+"a")
		for _, op := range []string{"pause", "unpause", "rename?name=" + l.prefix + "b"} {
			l.want(l.t, 204, "POST", "/containers/"+id+"/"+op, nil)
		}
		l.want(l.t, 204, "POST", "/containers/"+id+"/stop", nil)
		l.want(l.t, 204, "DELETE", "/containers/"+id, nil)
		var doc struct{ SystemTime time.Time }
		l.get(l.t, "/info", &doc)
		until := fmt.Sprintf("%d.%09d", doc.SystemTime.Unix(), doc.SystemTime.Nanosecond())
		a := l.want(l.t, 200, "GET", "/events?since=0&until="+until+"&filters=%7B%22label%22%3A%5B%22dmap.story%3D"+l.prefix+"%22%5D%7D", nil)
		var actions []string
		for line := range strings.Lines(a.text) {
			var e struct{ Action string }
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				l.t.Fatal(err)
			}
			actions = append(actions, e.Action)
		}
		// The real engine may report a pause twice: when the call ends, and when it
		// hears of the pause from below.
		l.equal("actions", slices.Compact(actions), []string{"create", "start", "pause", "unpause", "rename", "kill", "die", "stop", "destroy"})
	})
}

func TestStopTimeouts(t *testing.T) {
	both(t, func(l *lab) {
		s := container("run ignore-term print=ready", nil)
		s["StopTimeout"] = 1
		l.create("deaf", s)
		l.start("deaf")
		awaitReady(l.t, l.target, l.prefix+"deaf")
		l.equal("deaf", l.post(l.at("deaf")+"/stop", nil), "204")
		l.equal("killed", l.inspect("deaf").State.ExitCode, 137)
		s = container("run print=ready", nil)
		s["StopSignal"] = "SIGINT"
		l.create("int", s)
		l.start("int")
		awaitReady(l.t, l.target, l.prefix+"int")
		l.equal("int", l.post(l.at("int")+"/stop", nil), "204")
		l.equal("by INT", l.inspect("int").State.ExitCode, 130)
	})
}

// A signal suspends a restart policy until the next start if it is the container's stop
// signal or the container has none; it always suspends unless-stopped.
func TestSignalsEndRestartPolicies(t *testing.T) {
	both(t, func(l *lab) {
		for i, row := range []struct {
			policy, stop string
			restarts     int
		}{
			{"always", "", 0},
			{"always", "SIGTERM", 0},
			{"always", "SIGINT", 1},
			{"unless-stopped", "SIGINT", 0},
			{"on-failure", "SIGINT", 1},
			{"on-failure", "", 0},
		} {
			s := container("run term-exit=5 print=ready", fields{"RestartPolicy": fields{"Name": row.policy}})
			s["StopSignal"] = row.stop
			name := fmt.Sprint("c", i)
			l.create(name, s)
			l.start(name)
			awaitReady(l.t, l.target, l.prefix+name)
			l.want(l.t, 204, "POST", l.at(name)+"/kill?signal=TERM", nil)
			want := []any{"exited", 5, 0}
			if row.restarts > 0 {
				want = []any{"running", 0, row.restarts}
			}
			var got []any
			for range 100 { // a restart comes after a pause
				c := l.inspect(name)
				if got = []any{c.State.Status, c.State.ExitCode, c.RestartCount}; cmp.Equal(got, want) {
					break
				}
				if l.real {
					time.Sleep(50 * time.Millisecond)
				}
			}
			l.equal(fmt.Sprint(row), got, want)
		}
	})
}

func TestRestartPolicyCounts(t *testing.T) {
	both(t, func(l *lab) {
		l.create("a", container("exit=4", map[string]any{"RestartPolicy": map[string]any{"Name": "on-failure", "MaximumRetryCount": 2}}))
		l.start("a")
		var c inspected
		for range 100 {
			if c = l.inspect("a"); c.State.Status == "exited" {
				break
			}
			if l.real {
				time.Sleep(50 * time.Millisecond)
			}
		}
		l.equal("state", []any{c.State.Status, c.State.ExitCode, c.RestartCount}, []any{"exited", 4, 2})
	})
}

func TestHealthComesWithTime(t *testing.T) {
	both(t, func(l *lab) {
		health := func(name string, test ...string) string {
			s := container("run print=ready", nil)
			s["Healthcheck"] = map[string]any{"Test": append([]string{"CMD"}, test...), "Interval": 200_000_000, "Retries": 2}
			l.create(name, s)
			l.start(name)
			var doc struct {
				State struct{ Health struct{ Status string } }
			}
			var seen []string
			for range 100 {
				l.get(l.t, l.at(name)+"/json", &doc)
				status := doc.State.Health.Status
				if len(seen) == 0 || seen[len(seen)-1] != status {
					seen = append(seen, status)
				}
				if status != "starting" {
					break
				}
				if l.real {
					time.Sleep(50 * time.Millisecond)
				}
			}
			return strings.Join(seen, " ")
		}
		l.equal("good", health("good", "/bin/true"), "starting healthy")
		l.equal("bad", health("bad", "/bin/false"), "starting unhealthy")
	})
}

func TestVersionGate(t *testing.T) {
	both(t, func(l *lab) {
		a := l.callVersion(l.t, "1.99", "GET", "/containers/json", nil)
		l.equal("new", l.plain(a), "400 client version 1.99 is too new. Maximum supported API version is 1.41")
		a = l.callVersion(l.t, "1.5", "GET", "/containers/json", nil)
		l.equal("old", []any{a.code, strings.TrimSpace(a.text)}, []any{400, "client version 1.5 is too old. Minimum supported API version is 1.12, please upgrade your client to a newer version"})
		l.equal("unknown path", l.plain(l.call(l.t, "GET", "/nope", nil)), "404 page not found")
	})
}

func TestCrossNetworkLinkTargetMayBeMissing(t *testing.T) {
	both(t, func(l *lab) {
		name := l.prefix + "n"
		l.made = append(l.made, "/networks/"+name)
		l.want(l.t, 201, "POST", "/networks/create", map[string]any{"Name": name})
		s := container("run", map[string]any{"NetworkMode": name})
		s["NetworkingConfig"] = map[string]any{"EndpointsConfig": map[string]any{name: map[string]any{"Links": []string{"no-such:x"}}}}
		l.create("a", s)
		l.start("a")
		l.equal("links", l.inspect("a").NetworkSettings.Networks[name].Links, []string{"no-such:x"})
	})
}
