// Command line: interrupts, on a real Docker Engine.

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

	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

// An interrupt begins nothing new, lets the calls in flight finish, and ends with
// 130; running the same command again completes the work.
func TestInterruptOnDocker(t *testing.T) {
	client := dockertest.Open(t)
	dockertest.Images(t, client)
	name := dockertest.Prefix(t, client) + "map"
	dir := t.TempDir()
	program := filepath.Join(dir, "dmap")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := filepath.Join(dir, "site.star")
	text := fmt.Sprintf(`m = container_map(%q)
for i in range(8):
    c = m.containers["c%%d" %% i]
    c.image = "/%s"
    if i > 0:
        c.links = "c%%d" %% (i - 1)
`, name, dockertest.ProcImage)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := interrupted(t, exec.Command(program, "run", file, "start"), "container.start")
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

// interrupted runs a command and interrupts it when it has done the first step of
// a kind.
func interrupted(t *testing.T, cmd *exec.Cmd, op string) (code int, stdout, stderr string) {
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
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), stderr
}
