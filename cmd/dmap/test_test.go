// Command line: tests of dmap test that no story can tell.

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// An interrupt ends the tests at once, and is no failure of theirs.
func TestInterruptOfTests(t *testing.T) {
	dir := t.TempDir()
	quick, slow := filepath.Join(dir, "quick_test.star"), filepath.Join(dir, "slow_test.star")
	src := "def test_slow(t):\n    for i in range(1000):\n        sorted(range(300000), reverse = True)\n"
	for file, text := range map[string]string{quick: "def test_quick(t):\n    pass\n", slow: src} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("dmap", "test", "-v", quick, slow)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := start(t, cmd)
	if line, err := bufio.NewReader(stdout).ReadString('\n'); !strings.HasPrefix(line, "ok ") {
		t.Fatalf("got %q, %v", line, err)
	}
	wantInterrupted(t, cmd, syscall.SIGINT, stderr)
}

// A test file that is no file is not waited for.
func TestTestsAreRegularFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fifo_test.star")
	if err := syscall.Mkfifo(file, 0o600); err != nil {
		t.Skip(err)
	}
	cmd := exec.Command("dmap", "test", file)
	stuck := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != exitMap || !strings.Contains(string(out), "not a regular file") {
		t.Errorf("%v\n%s", err, out)
	}
}
