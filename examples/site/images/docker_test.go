// Example images: the story of the site example, told with docker commands on a real engine.

//go:build unix

package main_test

import (
	"archive/tar"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// site is what one story has on the engine. Everything carries the same prefix and is removed at the end.
type site struct {
	t      *testing.T
	prefix string
}

// TestOnDocker loads the images under names of their own and runs the stories with them. It is skipped where no engine
// answers, and fails if DMAP_REQUIRE_DOCKER=1 says there must be one.
func TestOnDocker(t *testing.T) {
	t.Helper()
	if text, err := exec.Command("docker", "version").CombinedOutput(); err != nil {
		if os.Getenv("DMAP_REQUIRE_DOCKER") == "1" {
			t.Fatalf("DMAP_REQUIRE_DOCKER=1, but no Docker Engine answers: %v\n%s", err, text)
		}
		t.Skipf("this test runs containers, and no Docker Engine answers here: %v", err)
	}
	prefix := fmt.Sprintf("dmap-imgtest-%dx", os.Getpid())
	t.Cleanup(func() { remove(t, prefix, "image ls --format {{.Repository}}:{{.Tag}}", "image rm") })
	load := exec.Command("docker", "load")
	images := exec.Command(command(t), "-name", prefix)
	pipe, err := images.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	load.Stdin = pipe
	if err := images.Start(); err != nil {
		t.Fatal(err)
	}
	out, err := load.CombinedOutput()
	if err := errors.Join(err, images.Wait()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, story := range []struct {
		name string
		tell func(*site)
	}{
		{"site answers through prepared sockets", siteAnswers},
		{"app says what it misses", appComplains},
		{"app ends when its log is full", logFull},
		{"web server stands alone", webAlone},
		{"helper and base", helperAndBase},
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Cleanup(func() {
				remove(t, prefix, "ps --all --format {{.Names}}", "rm --force --volumes")
				remove(t, prefix, "volume ls --format {{.Name}}", "volume rm")
			})
			story.tell(&site{t: t, prefix: prefix})
		})
	}
}

// remove lists things on the engine by name and takes away those that begin with the prefix.
func remove(t *testing.T, prefix, list, remove string) {
	t.Helper()
	out, err := exec.Command("docker", strings.Fields(list)...).Output()
	if err != nil {
		t.Errorf("docker %s: %v", list, err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		if text, err := exec.Command("docker", append(strings.Fields(remove), name)...).CombinedOutput(); err != nil {
			t.Errorf("cannot clean up %s: %v\n%s", name, err, text)
		}
	}
}

// docker runs a docker command in which % stands for the prefix, and returns exit code and output.
func (s *site) docker(command string) (int, string) {
	s.t.Helper()
	args := strings.Fields(strings.ReplaceAll(command, "%", s.prefix))
	cmd := exec.Command("docker", args...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), strings.ReplaceAll(string(out), s.prefix, "%")
}

// must runs a docker command that has to end with code 0.
func (s *site) must(command string) string {
	s.t.Helper()
	exit, out := s.docker(command)
	if exit != 0 {
		s.t.Fatalf("docker %s: exit code %d\n%s", command, exit, out)
	}
	return out
}

// fails runs a docker command that has to end with the code and the output.
func (s *site) fails(command string, code int, want string) {
	s.t.Helper()
	exit, out := s.docker(command)
	if diff := cmp.Diff([]any{code, want}, []any{exit, out}); diff != "" {
		s.t.Errorf("docker %s: exit code and output (-want +got):\n%s", command, diff)
	}
}

// get asks the published port of the web server until the answer has the status, and returns its text.
func (s *site) get(scheme, port string, status int) string {
	s.t.Helper()
	var last string
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		got, text := s.ask(scheme, port)
		if got == status {
			return text
		}
		last = fmt.Sprintf("%d %s", got, text)
	}
	s.t.Fatalf("%s port %s never answered with %d; at last: %s\n%s", scheme, port, status, last, s.must("logs %.web"))
	return ""
}

// ask asks once. The status is 0 if there was no answer, and the text is the error then.
func (s *site) ask(scheme, port string) (status int, text string) {
	s.t.Helper()
	address, _, _ := strings.Cut(s.must("port %.web "+port), "\n")
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
	}}
	response, err := client.Get(scheme + "://" + address + "/")
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}
	return response.StatusCode, string(data)
}

func (s *site) same(what, want, got string) {
	s.t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

const (
	rights  = "--rm --user root --network none --read-only --cap-drop ALL --cap-add CHOWN --cap-add FOWNER --cap-add DAC_OVERRIDE --security-opt no-new-privileges"
	sockets = "/var/lib/app/socket"
	logs    = "/var/lib/app/log"
)

// prepare makes the volumes as the site map does: a base container for each, then chown and chmod.
func (s *site) prepare() {
	s.t.Helper()
	for volume, path := range map[string]string{"socket": sockets, "log": logs} {
		s.must("run --name %." + volume + " --user 2000 --network none --volume %." + volume + ":" + path + " %/base")
		s.must("run " + rights + " --volumes-from %." + volume + " %/helper chown -R 2000:2000 " + path)
		s.must("run " + rights + " --volumes-from %." + volume + " %/helper chmod -R u=rwX,g=rX,o= " + path)
	}
}

// owners tells owner and mode of what is in a folder of a container, as the engine reports them. Sockets are left out.
func (s *site) owners(container, path string) string {
	s.t.Helper()
	out, err := exec.Command("docker", "cp", s.prefix+"."+container+":"+path, "-").Output()
	if err != nil {
		s.t.Fatal(err)
	}
	var lines strings.Builder
	for r := tar.NewReader(bytes.NewReader(out)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines.String()
		}
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintf(&lines, "%s %04o %d:%d\n", h.Name, h.Mode&0o7777, h.Uid, h.Gid)
	}
}

func siteAnswers(s *site) {
	s.prepare()
	s.same("row 137: the prepared volume of the sockets", "socket/ 0750 2000:2000\n", s.owners("socket", sockets))
	s.same("the prepared volume of the logs", "log/ 0750 2000:2000\n", s.owners("log", logs))

	// The app's data folder of instance1 is given to it; that of instance2 stays with root. The web server has an empty
	// configuration, and a log volume that stays with root.
	s.must("volume create %.config2")
	s.must("run --rm --network none --volume %.data1:/d %/helper chown 2000 /d")
	const app = " --network none --user 2000 --volumes-from %.socket --volumes-from %.log "
	s.must("run --detach --name %.app1 --env APP_NAME=instance1 --volume %.data1:/var/lib/app/data" + app + "%/app")
	s.must("run --detach --name %.app2 --hostname instance2 --volume %.config2:/var/lib/app/config:ro --volume %.data2:/var/lib/app/data" + app + "%/app")
	s.must("run --detach --name %.web --publish 127.0.0.1::80 --publish 127.0.0.1::443 --volume %.config2:/etc/nginx:ro --volume %.weblog:/var/log/nginx --volumes-from %.socket %/web")

	const second = "app instance2: user 2000, group 2000, request %d (kept in memory only: open /var/lib/app/data/counter.next: permission denied)\n"
	waitForBoth(s)
	first := s.get("http", "80", 200)
	counts := regexp.MustCompile(`request \d+`)
	s.same("answer on port 80", "dmap example site\napp instance1: user 2000, group 2000, request N\n"+strings.Replace(second, "request %d", "request N", 1), counts.ReplaceAllString(first, "request N"))
	s.same("answer on port 443", counts.ReplaceAllString(first, "request N"), counts.ReplaceAllString(s.get("https", "443", 200), "request N"))
	if counts.FindString(first) == counts.FindString(s.get("http", "80", 200)) {
		s.t.Errorf("the counter of instance1 stands still:\n%s", first)
	}
	const fallback = "web: cannot write the access log, so its lines follow here: open /var/log/nginx/access.log: permission denied\n"
	if got := s.must("logs %.web"); strings.Count(got, fallback) != 1 || !strings.Contains(got, ` GET "/" 200`+"\n") {
		s.t.Errorf("log of the web server, with one line %q expected:\n%s", fallback, got)
	}

	s.same("the logs the apps made", "log/ 0750 2000:2000\nlog/instance1.log 0640 2000:2000\nlog/instance2.log 0640 2000:2000\n", s.owners("log", logs))

	// One app is stopped: it ends with code 0, its socket is gone, and the other goes on answering.
	s.must("stop %.app2")
	s.same("exit code of the stopped app", "0\n", s.must("inspect --format {{.State.ExitCode}} %.app2"))
	s.same("answer without app2", "dmap example site\napp instance1: user 2000, group 2000, request N\n", counts.ReplaceAllString(s.get("http", "80", 200), "request N"))

	// The other is killed: its socket stays behind, nobody answers, and starting it again repairs that. It goes on
	// counting where it was.
	s.must("kill %.app1")
	s.same("answer without any app", "dmap example site\napp instance1 does not answer: Get \"http://app/\": dial unix /var/lib/app/socket/instance1.sock: connect: connection refused\n", s.get("http", "80", 502))
	s.must("start %.app1")
	again := s.get("http", "80", 200)
	if counts.FindString(again) == "request 1" {
		s.t.Errorf("the counter of instance1 did not survive:\n%s", again)
	}
	s.fails("run --rm --env APP_NAME=instance1"+app+"%/app", 1, "app: cannot listen on /var/lib/app/socket/instance1.sock: another instance of that name is listening there: give each its own APP_NAME\n")

	s.must("stop %.app1")
	s.same("answer with no socket", "dmap example site\nno app answers: there is no socket in /var/lib/app/socket\n", s.get("http", "80", 502))
	s.must("stop %.web")
	s.same("exit code of the stopped web server", "0\n", s.must("inspect --format {{.State.ExitCode}} %.web"))
}

// waitForBoth waits until both apps have opened their sockets.
func waitForBoth(s *site) {
	s.t.Helper()
	for start := time.Now(); time.Since(start) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		if strings.Count(s.get("http", "80", 200), "\napp instance") == 2 {
			return
		}
	}
	s.t.Fatalf("the two apps never answered together:\n%s%s", s.must("logs %.app1"), s.must("logs %.app2"))
}

func appComplains(s *site) {
	const plain = "run --rm --network none --hostname host1 "
	s.must("volume create %.mine")
	s.must("run --rm --network none --volume %.mine:/m %/helper chown 2000:2000 /m")
	s.fails(plain+"--volume %.root:/var/lib/app/log %/app", 1, "app: cannot write the log /var/lib/app/log/host1.log: permission denied: this process is user 2000, group 2000, but /var/lib/app/log belongs to 0:0 with mode 0755; give the volume to the user of the app before it starts\n")
	s.fails(plain+"--volume %.mine:/var/lib/app/log --volume %.root:/var/lib/app/socket %/app", 1, "app: cannot listen on /var/lib/app/socket/host1.sock: permission denied: this process is user 2000, group 2000, but /var/lib/app/socket belongs to 0:0 with mode 0755; give the volume to the user of the app before it starts\n")
	s.fails(plain+"%/app", 1, "app: cannot write the log /var/lib/app/log/host1.log: no such file or directory\n")
	s.fails(plain+"--volume %.mine:/var/lib/app/log %/app", 1, "app: cannot listen on /var/lib/app/socket/host1.sock: no such file or directory\n")
	s.fails(plain+"--env APP_NAME=a/b %/app", 1, "app: cannot use \"a/b\" from the environment variable APP_NAME as the name of this instance: use up to 64 letters, digits and . _ -, beginning with a letter or digit\n")
	s.fails(plain+"--env APP_NAME= %/app", 1, "app: cannot use \"\" from the environment variable APP_NAME as the name of this instance: use up to 64 letters, digits and . _ -, beginning with a letter or digit\n")

	// Names from the configuration folder. A file cannot be put there without a program that writes: docker cp does it.
	s.must("create --name %.cfg --volume %.config:/var/lib/app/config %/base")
	file := s.t.TempDir() + "/name"
	if err := os.WriteFile(file, []byte("from-file\n"), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.must("cp " + file + " %.cfg:/var/lib/app/config/name")
	s.fails(plain+"--volume %.config:/var/lib/app/config:ro %/app", 1, "app: cannot write the log /var/lib/app/log/from-file.log: no such file or directory\n")
	s.must("run --rm --network none --volume %.config:/c %/helper chmod 600 /c/name")
	s.fails(plain+"--volume %.config:/var/lib/app/config:ro %/app", 1, "app: cannot tell the name of this instance: open /var/lib/app/config/name: permission denied\n")
}

func logFull(s *site) {
	s.must("run --rm --network none --volume %.sockets:/s %/helper chown 2000:2000 /s")
	s.must("run --detach --name %.app --network none --env APP_NAME=one --volume %.sockets:/var/lib/app/socket --tmpfs /var/lib/app/log:size=4k,mode=777 %/app")
	s.must("run --detach --name %.web --publish 127.0.0.1::80 --volume %.sockets:/var/lib/app/socket %/web")
	s.get("http", "80", 200)
	status, text := 200, ""
	for asked := 0; status == 200 && asked < 200; asked++ {
		status, text = s.ask("http", "80")
	}
	s.same("answer once the log is full", "502 dmap example site\napp one does not answer: 500 Internal Server Error\n", fmt.Sprint(status, " ", text))
	s.same("exit code", "1\n", s.must("wait %.app"))
	const want = "app: one is listening on /var/lib/app/socket/one.sock\napp: cannot write the log /var/lib/app/log/one.log: write /var/lib/app/log/one.log: no space left on device\n"
	s.same("last words of the app", want, s.must("logs %.app"))
}

func webAlone(s *site) {
	s.must("run --detach --name %.web --publish 127.0.0.1::80 %/web")
	s.same("answer without the shared folder", "dmap example site\nno app answers: cannot look for apps: open /var/lib/app/socket: no such file or directory (this process is user 1000, group 2000)\n", s.get("http", "80", 502))
	s.must("rm --force %.web")

	s.must("volume create %.closed")
	s.must("run --rm --network none --volume %.closed:/c %/helper chmod 700 /c")
	file := s.t.TempDir() + "/title"
	if err := os.WriteFile(file, []byte("A title\nand more"), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.must("create --name %.web --publish 127.0.0.1::80 --volume %.closed:/var/lib/app/socket --volume %.title:/etc/nginx %/web")
	s.must("cp " + file + " %.web:/etc/nginx/title")
	s.must("start %.web")
	s.same("answer with a closed folder", "A title\nno app answers: cannot look for apps: open /var/lib/app/socket: permission denied (this process is user 1000, group 2000)\n", s.get("http", "80", 502))
}

func helperAndBase(s *site) {
	const plain = "run --rm --network none "
	s.fails(plain+"%/base", 0, "")
	s.fails(plain+"--user 2000 %/base", 0, "")
	s.fails(plain+"%/helper true", 0, "")
	s.fails(plain+"%/helper sleep 0.01", 0, "")
	s.fails(plain+"--user root --volume %.v:/v %/helper chown root:root /v", 0, "")
	s.fails(plain+"%/helper chown -R 1:1 /none", 1, "chown: /none: no such file or directory\n")
	s.fails(plain+"%/helper chmod -R u=q /", 1, "chmod: invalid mode \"u=q\": 'q' is not one of r w x X s t, and u g o stand alone\n")
	s.fails(plain+"--cap-drop ALL --volume %.v:/v %/helper chown -R 1:1 /v", 1, "chown: /v: operation not permitted\n")
	s.fails(plain+"--user 2000 --volume %.v:/v %/helper chmod -R 700 /v", 1, "chmod: /v: operation not permitted\n")
	s.must("run --detach --name %.sleeper --network none %/helper")
	s.must("stop %.sleeper")
	s.same("exit code of the stopped helper", "143\n", s.must("inspect --format {{.State.ExitCode}} %.sleeper"))
}
