// Example images: tests of the command that makes them.

//go:build unix

package main_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// command builds the command once for a test.
func command(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "images")
	if out, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return file
}

// tarEntries reads a tar into memory.
func tarEntries(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	entries := map[string][]byte{}
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		if entries[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

type imageConfig struct {
	Architecture string
	Config       struct {
		User         string
		Cmd          []string
		Entrypoint   []string
		ExposedPorts map[string]struct{}
		Labels       map[string]string
	}
}

func TestCommandWritesTheFourImages(t *testing.T) {
	images := command(t)
	dir := t.TempDir()
	cmd := exec.Command(images, "-o", filepath.Join(dir, "images.tar"), "-arch", "arm64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files were left, want only the tar: %v %v", len(files), files, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "images.tar"))
	if err != nil {
		t.Fatal(err)
	}
	entries := tarEntries(t, data)
	var manifest []struct {
		Config   string
		RepoTags []string
	}
	if err := json.Unmarshal(entries["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	got := map[string]imageConfig{}
	for _, image := range manifest {
		var config imageConfig
		if err := json.Unmarshal(entries[image.Config], &config); err != nil {
			t.Fatal(err)
		}
		config.Architecture += " " + config.Config.Labels["dev.dmap.sim"]
		if config.Config.Labels["org.opencontainers.image.title"] == "" {
			t.Errorf("image %q has no title", image.RepoTags)
		}
		config.Config.Labels = nil
		got[strings.Join(image.RepoTags, " ")] = config
	}
	want := map[string]imageConfig{}
	add := func(name, script, user string, cmd []string, ports ...string) {
		config := imageConfig{Architecture: "arm64 " + script}
		config.Config.User, config.Config.Cmd = user, cmd
		for _, port := range ports {
			if config.Config.ExposedPorts == nil {
				config.Config.ExposedPorts = map[string]struct{}{}
			}
			config.Config.ExposedPorts[port] = struct{}{}
		}
		want["dmap-example/"+name+":latest"] = config
	}
	add("app", "run", "2000:2000", []string{"/bin/app"})
	add("base", "exit=0", "", []string{"/bin/true"})
	add("helper", "run", "", []string{"/bin/sleep", "infinity"})
	add("web", "run", "1000:2000", []string{"/bin/web"}, "80/tcp", "443/tcp")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
}

func TestCommandGivesTheSameBytesFromAnyFolder(t *testing.T) {
	images := command(t)
	var tars [][]byte
	for _, dir := range []string{".", "../../.."} {
		cmd := exec.Command(images, "-arch", "amd64")
		cmd.Dir = dir
		data, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		tars = append(tars, data)
	}
	if !bytes.Equal(tars[0], tars[1]) {
		t.Errorf("two runs give different tars of %d and %d bytes", len(tars[0]), len(tars[1]))
	}
}

func TestCommandRefuses(t *testing.T) {
	images := command(t)
	tests := []struct {
		args []string
		exit int
		want string
	}{
		{[]string{"extra"}, 64, `images: unexpected argument "extra": only the flags -o, -arch and -name are known`},
		{[]string{"-x"}, 64, "flag provided but not defined: -x"},
		{[]string{"-arch", "abacus"}, 1, "images: cannot make image dmap-example/app: cannot build Go package "},
		{[]string{"-name", "Upper"}, 1, `images: cannot write image "Upper/app:latest": tag "Upper/app:latest" has a bad name`},
		{[]string{"-o", "/nonexistent/images.tar"}, 1, "images: cannot write /nonexistent/images.tar: "},
		{[]string{"-o", "/"}, 1, "images: cannot write /: open /: is a directory"},
	}
	for _, test := range tests {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			cmd := exec.Command(images, test.args...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != test.exit || !strings.Contains(stderr.String(), test.want) || stdout.Len() != 0 {
				t.Errorf("%v: exit code %d, %d bytes, want %d and the message %s\n%s", err, got, stdout.Len(), test.exit, test.want, &stderr)
			}
		})
	}
}

// TestOutputIsNotReplacedIfItIsNoFile stands for pipes and devices: replacing /dev/null would break the machine.
func TestOutputIsNotReplacedIfItIsNoFile(t *testing.T) {
	images := command(t)
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(images, "-o", pipe)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(pipe)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatal(err)
	}
	if _, ok := tarEntries(t, data)["manifest.json"]; !ok {
		t.Errorf("no image tar came through the pipe, only %d bytes", len(data))
	}
	if info, err := os.Lstat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("the pipe is no pipe any more: %v %v", info, err)
	}
}

// TestNoDockerClient holds the promise that the command needs no Docker client.
func TestNoDockerClient(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "github.com/docker/") || strings.HasPrefix(line, "go.starlark.net") {
			t.Errorf("the images depend on %s", line)
		}
	}
}
