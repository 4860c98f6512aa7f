// Command line: saved plans on a real Docker Engine.

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// dmapOnDocker runs the program and returns its exit code.
func dmapOnDocker(t *testing.T, program string, args ...string) (code int, out string) {
	t.Helper()
	text, err := exec.Command(program, args...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		code = exit.ExitCode()
	}
	return code, string(text)
}

// A plan is saved, applied, and stale after that; a restart as well. A volume that was
// made anew, and a container that was, make a plan stale; nothing is touched then.
func TestApplyOnDocker(t *testing.T) {
	client, mapName, program, file := chain(t)
	text := fmt.Sprintf(`m = container_map(%q)
m.volumes = {"data": "/data"}
m.attached = "volume"
m.containers.a = container(image = "/%[2]s", attaches = "data")
m.containers.b = container(image = "/%[2]s", links = "a")
`, mapName, dockertest.ProcImage)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "site.plan")
	must := func(want int, say string, args ...string) {
		t.Helper()
		if code, out := dmapOnDocker(t, program, args...); code != want || !strings.Contains(out, say) {
			t.Fatalf("dmap %s: exit code %d, want %d and %q\n%s", strings.Join(args, " "), code, want, say, out)
		}
	}
	id := func(name string) string {
		t.Helper()
		info, err := client.Container(t.Context(), mapName+"."+name)
		if err != nil {
			t.Fatal(err)
		}
		return info.ID + " " + info.State.Status + " " + info.State.StartedAt.String()
	}

	must(0, "Plan: ", "plan", file, "start", "--out", saved)
	must(0, "5 done", "apply", "-q", saved)
	must(0, "Nothing to do.", "run", file, "start")
	must(exitStale, "container "+mapName+".a was absent, is running", "apply", saved)

	must(0, "Plan: ", "plan", file, "restart", "b", "--out", saved)
	must(0, "2 done", "apply", "-q", saved)
	before := id("b")
	must(exitStale, "container "+mapName+".b was running since ", "apply", saved)
	if now := id("b"); now != before {
		t.Errorf("a stale plan changed %s to %s", before, now)
	}

	must(0, "Plan: ", "plan", file, "stop", "b", "--out", saved)
	if err := client.RemoveContainer(t.Context(), mapName+".b", true); err != nil {
		t.Fatal(err)
	}
	must(0, "done", "run", "-q", file, "start", "b")
	before = id("b")
	must(exitStale, "container "+mapName+".b was running (", "apply", saved)
	if now := id("b"); now != before {
		t.Errorf("a stale plan changed %s to %s", before, now)
	}

	must(0, "done", "run", "-q", file, "shutdown")
	must(0, "Plan: ", "plan", file, "start", "--out", saved)
	if err := client.RemoveVolume(t.Context(), mapName+".data"); err != nil {
		t.Fatal(err)
	}
	must(exitStale, "volume "+mapName+".data was made by run ", "apply", saved)
	if left, err := client.Containers(t.Context(), "^"+mapName+`\.`); err != nil || len(left) != 0 {
		t.Errorf("a stale plan made %v, %v", left, err)
	}

	// An adopted volume is known by when it was made, also after it was used.
	if _, err := client.CreateVolume(t.Context(), docker.VolumeSpec{Name: mapName + ".data"}); err != nil {
		t.Fatal(err)
	}
	must(0, "Plan: ", "plan", file, "create", "--adopt", "--out", saved)
	must(exitUsage, "the plan takes over "+mapName+".data, which dmap did not make", "apply", "-q", saved)
	must(0, "2 done", "apply", "-q", "--adopt", saved)
	must(0, "Plan: ", "plan", file, "start", "--adopt", "--out", saved)
	must(0, "2 done", "run", "-q", "--adopt", file, "start")
	code, out := dmapOnDocker(t, program, "apply", saved)
	if code != exitStale || strings.Contains(out, "volume ") {
		t.Errorf("a used volume made the plan stale: exit code %d\n%s", code, out)
	}
	if left, err := client.Volumes(t.Context(), "^"+mapName+identity.LockSuffix); err != nil || len(left) != 0 {
		t.Errorf("claims left: %v, %v", left, err)
	}
}

// An interrupted apply ends with 130, and says that a new plan is needed, and which;
// that one completes the work.
func TestInterruptedApplyOnDocker(t *testing.T) {
	_, _, program, file := chain(t)
	saved := filepath.Join(t.TempDir(), "site.plan")
	if code, out := dmapOnDocker(t, program, "plan", file, "start", "--out", saved); code != 0 {
		t.Fatal(out)
	}
	code, stdout, stderr := signalled(t, []syscall.Signal{syscall.SIGINT}, exec.Command(program, "apply", saved), "container.start")
	if code != exitInterrupted || !strings.Contains(stdout, "waiting") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	again := fmt.Sprintf("make a new plan: dmap plan %s start --out %s\n", file, saved)
	if !strings.HasSuffix(stderr, "to go on, "+again) {
		t.Errorf("it ends with %q, want %q", stderr, again)
	}
	if code, out := dmapOnDocker(t, program, "apply", saved); code != exitStale || !strings.HasSuffix(out, again) {
		t.Errorf("applying it again: exit code %d\n%s", code, out)
	}
	if code, out := dmapOnDocker(t, program, "plan", file, "start", "--out", saved); code != 0 {
		t.Fatal(out)
	}
	if code, out := dmapOnDocker(t, program, "apply", "-q", saved); code != 0 {
		t.Errorf("applying the new plan: exit code %d\n%s", code, out)
	}
	if code, out := dmapOnDocker(t, program, "run", file, "start"); code != 0 || out != "Nothing to do.\n" {
		t.Errorf("a run after that: exit code %d\n%s", code, out)
	}
}
