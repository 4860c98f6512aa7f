// Command line: interrupts while nothing is carried out.

package main

import (
	"bufio"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

const slowMap = `print("begin")
for i in range(1000):
    sorted(range(300000), reverse = True)
container_map("m")
`

// An interrupt ends the program at once while it reads standard input or evaluates
// a map. That is no fault of the map.
func TestInterruptBeforeARun(t *testing.T) {
	// What these tests were started with (nohup, or "&" in a script) may ignore signals,
	// and programs inherit that; what is caught here is set back in them.
	caught := make(chan os.Signal, 3)
	signal.Notify(caught, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(caught)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, args := range [][]string{{"check", "-"}, {"run", "-H", "sim:", "-", "start"}, {"import", "dockermap", "-"}} {
			interruptedReading(t, sig, args)
		}
		cmd := exec.Command("dmap", "check", "-")
		cmd.Stdin = strings.NewReader(slowMap)
		stderr := start(t, cmd)
		if line, err := stderr.ReadString('\n'); line != "stdin.star:1:1: begin\n" {
			t.Fatalf("got %q, %v", line, err)
		}
		wantInterrupted(t, cmd, sig, stderr)
	}
}

// interruptedReading sends a signal to a program that reads what never ends.
func interruptedReading(t *testing.T, signal syscall.Signal, args []string) {
	t.Helper()
	cmd := exec.Command("dmap", args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := start(t, cmd)
	untilRead(t, stdin)
	wantInterrupted(t, cmd, signal, stderr)
}

// untilRead writes more than a pipe takes: it returns when the program reads.
func untilRead(t *testing.T, stdin io.Writer) {
	t.Helper()
	const pipe = 1 << 16 // what a pipe takes that nobody reads
	if _, err := io.WriteString(stdin, strings.Repeat("\n", pipe+1)); err != nil {
		t.Fatal(err)
	}
}

// After the first interrupt that ends the program, the next one does what it does to
// any process: here the first cannot help, as the output is never taken.
func TestSecondInterruptEndsTheProcess(t *testing.T) {
	cmd := exec.Command("dmap", "show", "-")
	cmd.Stdin = strings.NewReader("m = container_map(\"m\")\nfor i in range(5000):\n    m.containers[\"c%d\" % i].image = \"x\"\nprint(\"end\")\n")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := start(t, cmd)
	if line, err := stderr.ReadString('\n'); !strings.HasSuffix(line, "end\n") {
		t.Fatalf("got %q, %v", line, err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil { // the rest stays in the pipe
		t.Fatal(err)
	}
	stuck := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			break // it has ended
		}
		time.Sleep(50 * time.Millisecond)
	}
	<-ended
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", cmd.ProcessState)
	}
}

// A program that was started so that it ignores the end of its terminal, as nohup does,
// goes on.
func TestIgnoredHangupEndsNothing(t *testing.T) {
	cmd := exec.Command("sh", "-c", `trap "" HUP; echo begin >&2; exec dmap check -`)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := start(t, cmd)
	if line, err := stderr.ReadString('\n'); line != "begin\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	untilRead(t, stdin)
	for range 10 {
		if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(stdin, `container_map("m", {"a": {}})`); err != nil {
		t.Error(err)
	}
	stdin.Close()
	text, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// start starts a program and returns its standard error.
func start(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(stderr)
}

// An engine that takes the connection and never answers is not waited for in silence; an
// interrupt ends that.
func TestSilentEngine(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	host := "tcp://" + l.Addr().String()
	for _, verb := range []string{"plan", "run"} {
		cmd := exec.Command("dmap", verb, "--host", host, "-", "start")
		cmd.Stdin = strings.NewReader(`container_map("m", {"a": {}})`)
		stderr := start(t, cmd)
		if line, err := stderr.ReadString('\n'); line != "dmap: waiting for the engine at "+host+" to answer\n" {
			t.Errorf("%s says %q, %v", verb, line, err)
		}
		wantInterrupted(t, cmd, syscall.SIGTERM, stderr)
	}
}

// afterSignal sends a signal to a program, and returns the rest of what it writes, and how
// it ended.
func afterSignal(t *testing.T, cmd *exec.Cmd, signal syscall.Signal, stderr io.Reader) (text string, err error) {
	t.Helper()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	defer stuck.Stop()
	all, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	return string(all), cmd.Wait()
}

// wantInterrupted sends a signal to a program, which must say so and end with 130.
func wantInterrupted(t *testing.T, cmd *exec.Cmd, signal syscall.Signal, stderr io.Reader) {
	t.Helper()
	text, err := afterSignal(t, cmd, signal, stderr)
	if cmd.ProcessState.ExitCode() != exitInterrupted || text != "dmap: interrupted\n" {
		t.Errorf("%v: %v\n%s", cmd.Args, err, text)
	}
}

// What is not a file is refused, where reading it could block for ever.
func TestReadsRegularFilesOnly(t *testing.T) {
	dir := site(t)
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Skip(err)
	}
	for _, row := range []struct {
		args string
		code int
	}{
		{"check fifo", exitMap},
		{"import dockermap fifo", exitMap},
		{"run -H sim:fifo site.star start", exitFailed},
		{"plan -H sim:. site.star start", exitFailed},
		{"sim --load fifo --state state", exitFailed},
		{"sim --load archive --state fifo", exitFailed},
	} {
		cmd := exec.Command("dmap", strings.Fields(row.args)...)
		cmd.Dir = dir
		stuck := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
		out, err := cmd.CombinedOutput()
		stuck.Stop()
		if cmd.ProcessState.ExitCode() != row.code || !strings.Contains(string(out), "not a regular file") {
			t.Errorf("dmap %s: %v\n%s", row.args, err, out)
		}
	}
}
