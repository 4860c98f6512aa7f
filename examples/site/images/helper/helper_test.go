// Example images, helper: the programs are built and tested against those of this machine.

//go:build linux

package main_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

// build makes the program and returns a folder with its names in it.
func build(t *testing.T) string {
	t.Helper()
	program, err := imagetar.BuildGo(t.Context(), "", ".", "")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "helper"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"chmod", "chown", "sleep", "true"} {
		if err := os.Symlink("helper", filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run returns the exit code and what the program wrote.
func run(t *testing.T, dir, program string, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestMessagesAndExitCodes(t *testing.T) {
	bin := build(t)
	const usage = ": too few arguments: what to change to and at least one path are needed\nusage: "
	tests := []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"true", "whatever"}, 0, ""},
		{[]string{"helper", "true"}, 0, ""},
		{[]string{"helper"}, 1, "helper: cannot tell which program to be: call it by one of the names chmod, chown, sleep, true\n"},
		{[]string{"helper", "rm", "-rf", "x"}, 1, "helper: cannot tell which program to be: call it by one of the names chmod, chown, sleep, true\n"},
		{[]string{"sleep", "0", "0.001s", "0m"}, 0, ""},
		{[]string{"sleep"}, 1, "sleep: too few arguments\nusage: sleep DURATION...\n"},
		{[]string{"sleep", "-1"}, 1, "sleep: invalid time \"-1\": use a number with an optional s, m, h or d\n"},
		{[]string{"sleep", "nan"}, 1, "sleep: invalid time \"nan\": use a number with an optional s, m, h or d\n"},
		{[]string{"chmod", "-R", "755"}, 1, "chmod" + usage + "chmod [-R] MODE PATH...\n"},
		{[]string{"chown", "1:1"}, 1, "chown" + usage + "chown [-R] USER[:GROUP] PATH...\n"},
		{[]string{"chmod", "-f", "755", "file"}, 1, "chmod: unknown option \"-f\": only -R is known; put -- before a path that begins with a dash\nusage: chmod [-R] MODE PATH...\n"},
		{[]string{"chmod", "u=z", "file"}, 1, "chmod: invalid mode \"u=z\": 'z' is not one of r w x X s t, and u g o stand alone\n"},
		{[]string{"chmod", "755", "none", "file", "also-none"}, 1, "chmod: none: no such file or directory\nchmod: also-none: no such file or directory\n"},
		{[]string{"chmod", "-R", "755", "none"}, 1, "chmod: none: no such file or directory\n"},
		{[]string{"chmod", "-R", "755", "link"}, 1, "chmod: link: this is a symbolic link, which -R does not follow\n"},
		{[]string{"chown", "-R", "1:1", "none"}, 1, "chown: none: no such file or directory\n"},
		{[]string{"chown", "", "file"}, 1, "chown: invalid owner \"\": neither a user nor a group is given\n"},
		{[]string{"chown", "nobody-of-that-name:1", "file"}, 1, "chown: invalid owner \"nobody-of-that-name:1\": unknown user \"nobody-of-that-name\"\n"},
		{[]string{"chown", "1:no-such-group", "file"}, 1, "chown: invalid owner \"1:no-such-group\": unknown group \"no-such-group\"\n"},
		{[]string{"chown", "4294967295", "file"}, 1, "chown: invalid owner \"4294967295\": unknown user \"4294967295\"\n"},
		{[]string{"chown", "987654:", "file"}, 1, "chown: invalid owner \"987654:\": user \"987654\" has no login group here: write the group after the colon\n"},
		{[]string{"chmod", "--", "-w", "file"}, 0, ""},
		{[]string{"chmod", "-w", "file"}, 0, ""},
		{[]string{"chmod", "700", "--", "-odd"}, 0, ""},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"file", "-odd"} {
				if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("file", filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			exit, out := run(t, dir, filepath.Join(bin, test.args[0]), test.args[1:]...)
			if diff := cmp.Diff([]any{test.exit, test.want}, []any{exit, out}); diff != "" {
				t.Errorf("exit code and output (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSleepEndsWithCode143OnTerm tries again with a longer start-up time if the signal came before the program had
// asked for it, which nothing outside can see.
func TestSleepEndsWithCode143OnTerm(t *testing.T) {
	bin := build(t)
	for _, length := range []string{"60", "infinity"} {
		got := -1
		for wait := time.Millisecond; got != 143 && wait < 5*time.Second; wait *= 2 {
			cmd := exec.Command(filepath.Join(bin, "sleep"), length)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			got = cmd.ProcessState.ExitCode()
		}
		if got != 143 {
			t.Errorf("sleep %s ends with code %d on SIGTERM, want 143", length, got)
		}
	}
}

// makeTree fills dir with random folders, files, pipes and links. The same source of chance gives the same tree.
func makeTree(t *testing.T, r *rand.Rand, dir string, depth int) {
	t.Helper()
	for i := range 1 + r.IntN(4) {
		path := filepath.Join(dir, fmt.Sprintf("e%d", i))
		var err error
		switch kind := r.IntN(8); {
		case kind < 3 && depth > 0:
			err = os.Mkdir(path, 0o755)
			makeTree(t, r, path, depth-1)
		case kind == 3:
			if err := os.Symlink([]string{"../../outside", "../outside/file", "e0", "nowhere", ".", "..", "/"}[r.IntN(7)], path); err != nil {
				t.Fatal(err)
			}
			continue // its mode is never its own
		case kind == 4:
			err = syscall.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, nil, 0o600)
		}
		if err == nil {
			err = syscall.Chmod(path, r.Uint32N(0o10000))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// world makes a tree to be changed and a folder beside it that must stay as it is.
func world(t *testing.T, seed uint64) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"tree", "outside"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "outside", "file"), nil, 0o604); err != nil {
		t.Fatal(err)
	}
	makeTree(t, rand.New(rand.NewPCG(seed, 1)), filepath.Join(dir, "tree"), 4)
	return dir
}

// listing tells type, mode and owner of everything below dir.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var st syscall.Stat_t
		if err := errors.Join(err, syscall.Lstat(path, &st)); err != nil {
			return err
		}
		shown, err := filepath.Rel(dir, path)
		lines = append(lines, fmt.Sprintf("%s %o %d:%d", shown, st.Mode, st.Uid, st.Gid))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestTreesAgreeWithCoreutils(t *testing.T) {
	version, err := exec.Command("chmod", "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(version), "GNU coreutils") {
		t.Skipf("this test compares with GNU coreutils, which this machine does not have: %v", err)
	}
	if os.Getuid() != 0 {
		t.Skip("this test gives files away, which only root may do")
	}
	bin := build(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for round := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, round))
		for _, args := range [][]string{
			{"chown", "-R", "2000:2000", "tree"}, // row 137
			{"chmod", "-R", "u=rwX,g=rX,o=", "tree"},
			{"chmod", "-R", "--", []string{"0700", "a-x", "g=u,o=g", "+X", "=", "-w", "2755"}[r.IntN(7)], "tree"},
			{"chown", "-R", []string{":77", "55", "root", "root:", "5:66"}[r.IntN(5)], "tree"},
			{"chmod", []string{"4711", "u-r", "a+t"}[r.IntN(3)], "tree", "outside/file"},
			{"chown", "-R", "1:2", "tree", "none"},
		} {
			want, got := world(t, seed+round), world(t, seed+round)
			before := listing(t, filepath.Join(got, "outside"))
			wantExit, wantText := run(t, want, args[0], args[1:]...)
			gotExit, gotText := run(t, got, filepath.Join(bin, args[0]), args[1:]...)
			if gotExit != wantExit {
				t.Fatalf("%q: exit code %d, want %d\n%s\n%s", args, gotExit, wantExit, gotText, wantText)
			}
			if diff := cmp.Diff(listing(t, want), listing(t, got)); diff != "" {
				t.Fatalf("%q (-coreutils +helper):\n%s", args, diff)
			}
			if diff := cmp.Diff(before, listing(t, filepath.Join(got, "outside"))); diff != "" && args[len(args)-1] != "outside/file" {
				t.Fatalf("%q left its tree (-before +after):\n%s", args, diff)
			}
		}
	}
}

// TestSwappedFoldersLeadNowhere lets another program swap a folder and a link to a folder outside, all the time, and
// checks that nothing outside ever changes.
func TestSwappedFoldersLeadNowhere(t *testing.T) {
	bin := build(t)
	dir := world(t, 1)
	trap, other := filepath.Join(dir, "tree", "trap"), filepath.Join(dir, "other")
	for _, folder := range []string{trap, filepath.Join(dir, "outside")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("f%d", i)), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Symlink(filepath.Join(dir, "outside"), other); err != nil {
		t.Fatal(err)
	}
	before := listing(t, filepath.Join(dir, "outside"))
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := unix.Renameat2(unix.AT_FDCWD, trap, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE); err != nil {
				done <- err
				return
			}
		}
	}()
	for range 100 {
		run(t, dir, filepath.Join(bin, "chmod"), "-R", "a+rwx", "tree")
		run(t, dir, filepath.Join(bin, "chown"), "-R", fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()+1), "tree")
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, listing(t, filepath.Join(dir, "outside"))); diff != "" {
		t.Errorf("something outside the tree changed (-before +after):\n%s", diff)
	}
}
