// Part of the tests of the simulated engine: running further programs in a container,
// and what is refused there.

package sim_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// exec makes an exec instance in a container and gives its path.
func (l *lab) exec(name string, config map[string]any) string {
	l.t.Helper()
	a := l.want(l.t, 201, "POST", l.at(name)+"/exec", config)
	var doc struct{ ID string }
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		l.t.Fatal(err)
	}
	return "/exec/" + doc.ID
}

// execCode runs a program in a container to its end and gives its exit code.
func (l *lab) execCode(name string, config map[string]any) int {
	l.t.Helper()
	path := l.exec(name, config)
	l.want(l.t, 200, "POST", path+"/start", map[string]any{})
	for {
		var doc struct {
			Running  bool
			ExitCode *int
		}
		if l.get(l.t, path+"/json", &doc); !doc.Running && doc.ExitCode != nil {
			return *doc.ExitCode
		}
		if l.real { // nothing is attached, so the answer may come before the end
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func TestExecRefusesUserDirectoryAndProgram(t *testing.T) {
	const begun = "OCI runtime exec failed: exec failed: unable to start container process: "
	both(t, func(l *lab) {
		s := container("run print=ready", map[string]any{"Tmpfs": map[string]string{"/scratch/deep": ""}})
		s["User"], s["WorkingDir"] = "app", "/made/here"
		l.create("c", s)
		l.start("c")
		for _, row := range []struct{ user, dir, program, want string }{
			{"", "", "true", "200"},
			{"1000:app", "/data", "true", "200"},
			{"4000", "/scratch", "true", "200"},
			{"", "/made", "true", "200"},
			{"", "/proc/self", "true", "200"},
			{"nouser", "", "true", "500 unable to find user nouser: no matching entries in passwd file"},
			{"1000:nogroup", "", "true", "500 unable to find group nogroup: no matching entries in group file"},
			{"-1", "", "true", "500 uids and gids must be in range 0-2147483647"},
			{"nouser", "rel", "nope", "500 unable to find user nouser: no matching entries in passwd file"},
			{"", "rel", "nope", "500 OCI runtime exec failed: exec failed: Cwd must be an absolute path: unknown"},
			{"", "/nope", "nope", "400 " + begun + `chdir to cwd ("/nope") set in config.json failed: no such file or directory: unknown`},
			{"", "/etc/passwd", "true", "400 " + begun + `chdir to cwd ("/etc/passwd") set in config.json failed: not a directory: unknown: ` +
				"Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type"},
			{"", "", "nope", "400 " + begun + `exec: "nope": executable file not found in $PATH: unknown`},
			{"", "", "/etc", "400 " + begun + `exec: "/etc": permission denied: unknown`},
			{"", "/bin", "./true", "200"},
		} {
			what := strings.Join([]string{row.user, row.dir, row.program}, " ")
			config := map[string]any{"Cmd": []string{row.program}, "User": row.user, "WorkingDir": row.dir, "AttachStdout": true}
			path := l.exec("c", config)
			l.equal(what, l.post(path+"/start", map[string]any{"Detach": true}), row.want)
			if row.want == "200" {
				continue
			}
			l.equal(what+" again", l.post(path+"/start", map[string]any{"Detach": true}), "409 Error: Exec command ID has already run")
			_, text, _ := strings.Cut(row.want, " ")
			path = l.exec("c", config)
			l.equal(what+" attached", frames(l.t, l.want(l.t, 200, "POST", path+"/start", map[string]any{}).text), []string{"1 " + text})
			var doc struct{ ExitCode, Pid int }
			l.get(l.t, path+"/json", &doc)
			l.equal(what+" code and pid", []int{doc.ExitCode, doc.Pid}, []int{126, 0})
		}
		ended, path := l.exec("c", map[string]any{"Cmd": []string{"nope"}}), l.exec("c", map[string]any{"Cmd": []string{"true"}})
		l.want(l.t, 400, "POST", ended+"/start", map[string]any{"Detach": true})
		l.want(l.t, 204, "POST", l.at("c")+"/pause", nil)
		l.equal("paused", l.post(path+"/start", map[string]any{}), "409 Container ID is paused, unpause the container before exec")
		l.want(l.t, 204, "POST", l.at("c")+"/unpause", nil)
		l.want(l.t, 204, "POST", l.at("c")+"/kill", nil)
		l.stopped("c")
		got, _, _ := strings.Cut(l.post(ended+"/start", map[string]any{}), "(137)")
		l.equal("stopped", got, "500 Container ID is not running: Exited ")
		l.equal("stopped before it began", l.post(path+"/start", map[string]any{}), "404 No such exec instance: ID")
	})
}

func TestExecSeesItsUserAndDirectory(t *testing.T) {
	both(t, func(l *lab) {
		l.create("c", container("run print=ready", nil))
		l.start("c")
		process := func(config map[string]any) string {
			var doc struct {
				ProcessConfig struct{ User *string }
			}
			l.get(l.t, l.exec("c", config)+"/json", &doc)
			if doc.ProcessConfig.User == nil {
				return "none"
			}
			return *doc.ProcessConfig.User
		}
		l.equal("no user", process(map[string]any{"Cmd": []string{"true"}}), "none")
		l.equal("user", process(map[string]any{"Cmd": []string{"true"}, "User": "app"}), "app")
		l.equal("relative path", l.execCode("c", map[string]any{"Cmd": []string{"chmod", "0700", "seed"}, "WorkingDir": "/data"}), 0)
		l.equal("mode", l.stat("c", "/data/seed"), "1000:1001 700 5")
	})
}

func TestExecAndAttachRequests(t *testing.T) {
	both(t, func(l *lab) {
		l.create("c", container("run print=ready", nil))
		l.start("c")
		create := l.at("c") + "/exec"
		l.equal("no list", l.post(create, map[string]any{"Cmd": "true"}), "400 json: cannot unmarshal string into Go struct field ExecConfig.Cmd of type []string")
		l.equal("nothing", l.post(create, map[string]any{"Cmd": []string{}}), "400 No exec command specified")
		l.equal("empty", l.post(create, nil), "400 got EOF while reading request body")
		l.equal("keys", l.post(create, map[string]any{"Cmd": []string{"true"}, "DetachKeys": "bogus"}), "500 Invalid escape keys (bogus) provided")
		l.exec("c", map[string]any{"Cmd": []string{"true"}, "DetachKeys": "ctrl-p,ctrl-q,x,ctrl-\\"})
		l.equal("start without body", l.post(l.exec("c", map[string]any{"Cmd": []string{"true"}})+"/start", nil), "400 got EOF while reading request body")
		l.equal("attach keys", l.call(l.t, "POST", l.at("c")+"/attach?detachKeys=bogus", nil).String(), "400 Invalid detach keys (bogus) provided")
		l.equal("attach keys of nobody", l.call(l.t, "POST", l.at("nobody")+"/attach?detachKeys=ctrl-1", nil).String(), "400 Invalid detach keys (ctrl-1) provided")
	})
}
