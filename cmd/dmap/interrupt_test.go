// Command line: interrupts, crashes and two runs at once, on a real Docker Engine.

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/run"
)

// chain builds the program, and writes a map of eight containers, each linked to the
// one before.
func chain(t *testing.T) (client docker.Client, mapName, program, file string) {
	t.Helper()
	client = dockertest.Open(t)
	dockertest.Images(t, client)
	mapName = dockertest.Prefix(t, client) + "map"
	dir := t.TempDir()
	program = filepath.Join(dir, "dmap")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file = filepath.Join(dir, "site.star")
	text := fmt.Sprintf(`m = container_map(%q)
for i in range(8):
    c = m.containers["c%%d" %% i]
    c.image = "/%s"
    if i > 0:
        c.links = "c%%d" %% (i - 1)
`, mapName, dockertest.ProcImage)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return client, mapName, program, file
}

// An interrupt begins nothing new, lets the calls in flight finish, and ends with
// 130; running the same command again completes the work. So does the end of the
// terminal, which comes as several signals.
func TestInterruptOnDocker(t *testing.T) {
	t.Run("interrupt", func(t *testing.T) { interrupted(t, syscall.SIGINT) })
	t.Run("hangup", func(t *testing.T) { interrupted(t, syscall.SIGHUP, syscall.SIGHUP, syscall.SIGHUP) })
}

func interrupted(t *testing.T, signals ...syscall.Signal) {
	_, _, program, file := chain(t)
	code, stdout, stderr := signalled(t, signals, exec.Command(program, "run", file, "start"), "container.start")
	if code != exitInterrupted {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
	if !strings.Contains(stdout, "waiting") || strings.Contains(stdout+stderr, "unknown") {
		t.Errorf("an interrupted run prints:\n%s%s", stdout, stderr)
	}
	if want := "to go on, run again: dmap run " + file + " start\n"; !strings.HasSuffix(stderr, want) {
		t.Errorf("it ends with %q, want %q", stderr, want)
	}
	if out, err := exec.Command(program, "run", "-q", file, "start").CombinedOutput(); err != nil {
		t.Fatalf("running again: %v\n%s", err, out)
	}
	if out, err := exec.Command(program, "run", file, "start").CombinedOutput(); err != nil || string(out) != "Nothing to do.\n" {
		t.Errorf("a third run: %v\n%s", err, out)
	}
}

// A run that is killed leaves its lock behind; the next one sees that the process is
// gone, does not wait, and completes the work.
func TestKillOnDocker(t *testing.T) {
	client, mapName, program, file := chain(t)
	signalled(t, []syscall.Signal{syscall.SIGKILL}, exec.Command(program, "run", file, "start"), "container.start")
	claims := "^" + mapName + identity.LockSuffix
	if left, err := client.Volumes(t.Context(), claims); err != nil || len(left) != 1 {
		t.Fatalf("the killed run left claims %v, %v", left, err)
	}
	out, err := exec.Command(program, "run", "--lock-timeout", "0", file, "start").CombinedOutput()
	if err != nil || strings.Contains(string(out), "waiting") {
		t.Fatalf("running again: %v\n%s", err, out)
	}
	if left, err := client.Volumes(t.Context(), claims); err != nil || len(left) != 0 {
		t.Errorf("claims left: %v, %v", left, err)
	}
	if out, err := exec.Command(program, "run", file, "start").CombinedOutput(); err != nil || string(out) != "Nothing to do.\n" {
		t.Errorf("a third run: %v\n%s", err, out)
	}
}

// A run that finds another one waits for it, says so, and ends with 1 when the time
// is over; what only reads does not wait.
func TestLockedMapOnDocker(t *testing.T) {
	client, mapName, program, file := chain(t)
	lock, err := run.Acquire(t.Context(), client, mapName, run.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--lock-timeout", "300ms", file, "start")
	out, err := cmd.CombinedOutput()
	holder := fmt.Sprintf("process %d: it is alive, on this machine", os.Getpid())
	for _, want := range []string{
		"dmap: waiting up to 300ms for another run on map \"" + mapName + "\" (", holder,
		"dmap: map \"" + mapName + "\" is being changed by another run (", "docker volume rm " + mapName + identity.LockSuffix + ".",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("got:\n%s\nwant: %s", out, want)
		}
	}
	if err == nil || cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("exit code %d", cmd.ProcessState.ExitCode())
	}
	if out, err := exec.Command(program, "plan", file, "start").CombinedOutput(); err != nil || strings.Contains(string(out), "waiting") {
		t.Errorf("plan: %v\n%s", err, out)
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

// signalled runs a command and sends it signals, one after the other, when it has done
// the first step of a kind.
func signalled(t *testing.T, signals []syscall.Signal, cmd *exec.Cmd, op string) (code int, stdout, stderr string) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout = &out
	progress, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sent := false
	for lines := bufio.NewScanner(progress); lines.Scan(); {
		stderr += lines.Text() + "\n"
		if !sent && strings.HasPrefix(lines.Text(), "done") && strings.Contains(lines.Text(), op) {
			sent = true
			for i, signal := range signals {
				if i > 0 {
					time.Sleep(20 * time.Millisecond) // two of a kind at once are one
				}
				if err := cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), stderr
}
