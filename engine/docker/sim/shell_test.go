// Part of the tests of the simulated engine: commands that are given to a shell, in an
// image with real small programs.

package sim_test

import (
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// shellImage is the image of this run that has a shell.
var shellImage = prefix + "shell:1"

// shellTar returns an image whose programs are those of busybox, or skips the test.
func shellTar(tb testing.TB) []byte {
	tb.Helper()
	file, err := exec.LookPath("busybox")
	if err != nil {
		tb.Skip("there is no busybox here to make an image with a shell of")
	}
	f, err := elf.Open(file)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			tb.Skip("busybox is not linked statically here, so no image can be made of it alone")
		}
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	files := []entry{{name: "bin/", mode: 0o755}, {name: "tmp/", mode: 0o777}, {name: "bin/busybox", data: binary, mode: 0o755}}
	for _, name := range []string{"sh", "true", "false", "sleep", "cat", "echo"} {
		files = append(files, entry{name: "bin/" + name, link: "busybox", mode: 0o777})
	}
	layer, err := tarOf(files...)
	if err != nil {
		tb.Fatal(err)
	}
	sum := sha256.Sum256(layer)
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "config": map[string]any{"Env": []string{"PATH=/bin"}, "Cmd": []string{"sleep", "60"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{shellImage}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		tb.Fatal(err)
	}
	text, err := tarOf(entry{name: "config.json", data: config, mode: 0o644}, entry{name: "layer.tar", data: layer, mode: 0o644},
		entry{name: "manifest.json", data: manifest, mode: 0o644})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// bothWithShell tries a fact on both engines with the shell image loaded.
func bothWithShell(t *testing.T, fact func(l *lab)) {
	t.Helper()
	text := shellTar(t)
	both(t, func(l *lab) {
		l.want(l.t, 200, "POST", "/images/load?quiet=1", text)
		l.made = append(l.made, "/images/"+shellImage)
		fact(l)
	})
}

func shell(host map[string]any, cmd ...string) spec {
	s := container("", host)
	s["Image"], s["Cmd"] = shellImage, cmd
	return s
}

func TestShellRunsKnownPrograms(t *testing.T) {
	bothWithShell(t, func(l *lab) {
		for name, row := range map[string]struct {
			cmd  []string
			code int
		}{
			"exit3":  {[]string{"sh", "-c", "exit 3"}, 3},
			"exit":   {[]string{"/bin/sh", "-c", "exit"}, 0},
			"big":    {[]string{"sh", "-c", "exit 300"}, 44},
			"false":  {[]string{"sh", "-c", "false"}, 1},
			"true":   {[]string{"sh", "-c", " exec /bin/true "}, 0},
			"echo":   {[]string{"sh", "-c", "echo a=b c"}, 0},
			"nope":   {[]string{"sh", "-c", "nope 1"}, 127},
			"cat":    {[]string{"cat"}, 0},
			"shcat":  {[]string{"sh", "-c", "cat"}, 0},
			"sleeps": {[]string{"sh", "-c", "sleep 0.1"}, 0},
		} {
			l.create(name, shell(nil, row.cmd...))
			l.start(name)
			l.equal(name, l.stopped(name), row.code)
		}
		l.equal("echoes", frames(l.t, l.want(l.t, 200, "GET", l.at("echo")+"/logs?stdout=1", nil).text), []string{"1 a=b c"})
		l.create("c", shell(nil, "sleep", "60"))
		l.start("c")
		for text, code := range map[string]int{"exit 7": 7, "false": 1, "true": 0, "echo hello": 0, "nope": 127} {
			l.equal("exec "+text, l.execCode("c", map[string]any{"Cmd": []string{"sh", "-c", text}, "AttachStdout": true}), code)
		}
	})
}

func TestOpenInputKeepsCat(t *testing.T) {
	bothWithShell(t, func(l *lab) {
		s := shell(nil, "cat")
		s["OpenStdin"] = true
		l.create("c", s)
		l.start("c")
		l.equal("state", l.inspect("c").State.Status, "running")
		l.want(l.t, 204, "POST", l.at("c")+"/stop?t=1", nil)
		l.equal("code", l.stopped("c"), 137)
	})
}

func TestSleepUnderInitHearsTERM(t *testing.T) {
	bothWithShell(t, func(l *lab) {
		for name, row := range map[string]struct {
			init bool
			code int
		}{"with": {true, 143}, "without": {false, 137}} {
			l.create(name, shell(map[string]any{"Init": row.init}, "sleep", "60"))
			l.start(name)
			l.want(l.t, 204, "POST", l.at(name)+"/stop?t=1", nil)
			l.equal(name, l.stopped(name), row.code)
		}
	})
}

func TestHealthOfShellCommands(t *testing.T) {
	bothWithShell(t, func(l *lab) {
		for name, row := range map[string]struct{ command, want string }{
			"bad": {"false", "unhealthy"}, "exit": {"exit 1", "unhealthy"}, "good": {"true", "healthy"}, "nope": {"nope", "unhealthy"},
		} {
			s := shell(nil, "sleep", "60")
			s["Healthcheck"] = map[string]any{"Test": []string{"CMD-SHELL", row.command}, "Interval": 200_000_000, "Retries": 1}
			l.create(name, s)
			l.start(name)
			l.equal(name, l.settledHealth(name), row.want)
		}
	})
}
