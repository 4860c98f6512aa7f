// Command line: output that nobody reads, or that has no room.

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// site writes a map, and returns its folder.
func site(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	text := `container_map("m", {"a": {"links": "b"}, "b": {}})`
	if err := os.WriteFile(filepath.Join(dir, "site.star"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// closedPipe returns the end of a pipe that nobody reads.
func closedPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	t.Cleanup(func() { w.Close() })
	return w
}

// A run goes on to its end when nobody reads its output any more, as in
// "dmap run site.star start 2>&1 | head -1", and ends with 1.
func TestRunWithoutReader(t *testing.T) {
	dir := site(t)
	cmd := exec.Command("dmap", "run", "-H", "sim:state", "site.star", "start")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, closedPipe(t), closedPipe(t)
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitFailed {
		t.Errorf("want exit code %d, got %v", exitFailed, err)
	}
	again := exec.Command("dmap", "run", "-H", "sim:state", "site.star", "start")
	again.Dir = dir
	if out, err := again.CombinedOutput(); err != nil || string(out) != "Nothing to do.\n" {
		t.Errorf("a second run: %v\n%s", err, out)
	}
}

// Who closes the pipe, as head does, has what he wanted: nobody complains to him.
func TestNoComplaintOfAClosedPipe(t *testing.T) {
	for _, args := range [][]string{{"help", "json"}, {"show", "site.star"}, {"plan", "-H", "sim:", "site.star", "start"}} {
		var messages bytes.Buffer
		cmd := exec.Command("dmap", args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = site(t), closedPipe(t), &messages
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitFailed || messages.Len() > 0 {
			t.Errorf("dmap %s: want exit code %d and no message, got %v\n%s", strings.Join(args, " "), exitFailed, err, messages.String())
		}
	}
}

// Progress that nobody reads is no failure.
func TestRunWithoutReaderOfProgress(t *testing.T) {
	var out bytes.Buffer
	cmd := exec.Command("dmap", "run", "-H", "sim:", "site.star", "start")
	cmd.Dir, cmd.Stdout, cmd.Stderr = site(t), &out, closedPipe(t)
	if err := cmd.Run(); err != nil || !strings.Contains(out.String(), "done in") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// What cannot be written is an error of every verb.
func TestFullDisk(t *testing.T) {
	dir := site(t)
	for _, args := range [][]string{
		{"run", "-H", "sim:", "site.star", "start"},
		{"run", "-H", "sim:", "--format", "json", "site.star", "start"},
		{"plan", "-H", "sim:", "site.star", "start"},
		{"plan", "-H", "sim:", "--out", "-", "site.star", "start"},
		{"check", "site.star"},
		{"show", "site.star"},
		{"help"},
		{"help", "options"},
		{"run", "--help"},
		{"version"},
		{"completion", "bash"},
	} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		var messages bytes.Buffer
		cmd := exec.Command("dmap", args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, full, &messages
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != exitFailed {
			t.Errorf("dmap %s: want exit code %d, got %v", strings.Join(args, " "), exitFailed, err)
		}
		if n := strings.Count(messages.String(), "dmap: cannot write the output: write /dev/stdout: no space left on device\n"); n != 1 {
			t.Errorf("dmap %s prints:\n%s", strings.Join(args, " "), messages.String())
		}
		full.Close()
	}
}

// Messages hold texts of plan files, engines and containers: a terminal obeys none.
func TestMessagesArePrintable(t *testing.T) {
	dir := site(t)
	if out, err := runIn(dir, "plan", "-H", "sim:", "site.star", "start", "--out", "site.plan"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file := filepath.Join(dir, "site.plan")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	hostile := strings.Replace(string(text), `"engine": "`, `"engine": "\u001b[2J`, 1)
	if err := os.WriteFile(file, []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runIn(dir, "apply", "-H", "sim:", "site.plan")
	if err == nil || !strings.Contains(out, "another engine: for \ufffd[2J") {
		t.Errorf("%v\n%q", err, out)
	}
}

// So do results for people: the name of a program, of a file that it loads, and values of
// a map are in them.
func TestResultsArePrintable(t *testing.T) {
	dir := t.TempDir()
	const name = "site\x1b[2J.star"
	for file, text := range map[string]string{
		name:                 `container_map("m", {"a": {"image": "x", "create_options": {"environment": {"A": "\u009b2J"}}}})`,
		"x\x1b[2J_test.star": "def test_this(t):\n    print(1)\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"check", name}, {"why", name}, {"show", name}, {"plan", "-H", "sim:", name, "start"}, {"run", "-H", "sim:", name, "start"}, {"test", "-v", "."},
	} {
		out, err := runIn(dir, args...)
		if err != nil || strings.ContainsAny(out, "\x1b\u009b") {
			t.Errorf("%s: %v\n%q", args[0], err, out)
		}
	}
}

// runIn runs the program in a folder and returns all it writes.
func runIn(dir string, args ...string) (string, error) {
	cmd := exec.Command("dmap", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}
