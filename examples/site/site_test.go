// Example: the source document's landscape, walked row by row on a real Docker Engine.

package site_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// mapName is not the example's, so that a test never meets a user's example.
const mapName = "dmap_site_test"

// walk is one walk through the example.
type walk struct {
	t        *testing.T
	recorder *dockertest.Recorder
	m        *model.ContainerMap
	root     string
	port     string
}

func newWalk(t *testing.T) *walk {
	client := dockertest.Open(t)
	clean(t, client)
	t.Cleanup(func() { clean(t, client) })
	loadImages(t, client)
	w := &walk{t: t, recorder: &dockertest.Recorder{Client: client}, root: t.TempDir(), port: freePort(t)}
	w.m = w.load()
	return w
}

func TestSiteOnDocker(t *testing.T) {
	w := newWalk(t)
	foreign := w.foreign()
	w.create()
	w.nothing(plan.Create) // row 134
	w.start()
	w.answers()
	for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup} { // row 140
		w.nothing(action)
	}
	w.shutdown(foreign, "app_log", "app_server_socket", "web_log")
	w.run(plan.Start) // the volumes are used again as they are
	w.answers()
}

// The same without containers for the attached volumes: the same volumes,
// prepared in the same way.
func TestSiteWithoutVolumeContainersOnDocker(t *testing.T) {
	w := newWalk(t)
	w.m.Attached = model.AttachedVolume
	foreign := w.foreign()
	w.run(plan.Create)
	w.run(plan.Start, "web_server")
	w.ownership("app_log")
	w.ownership("app_server_socket")
	w.answers()
	w.nothing(plan.Startup)
	w.shutdown(foreign)
}

// load evaluates the example as it stands, with a name, ports and a host root of
// the test's own.
func (w *walk) load() *model.ContainerMap {
	w.t.Helper()
	src, err := os.ReadFile("site.star")
	if err != nil {
		w.t.Fatal(err)
	}
	program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{
		Src:  strings.Replace(string(src), `"example_map"`, `"`+mapName+`"`, 1),
		Args: map[string]string{"http_port": w.port, "https_port": freePort(w.t), "host_root": w.root},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return program.Maps[0]
}

// foreign is a container that the map does not know, called as if it belonged to it.
func (w *walk) foreign() string {
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "dmap-example/web:latest"}}
	id, _, err := w.recorder.Client.CreateContainer(context.Background(), mapName+".neighbour", spec)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.recorder.Client.RemoveContainer(context.Background(), id, true) })
	return id
}

// plan makes a plan with a client that refuses to write, twice, and the same bytes.
func (w *walk) plan(action plan.Action, targets ...string) *plan.Plan {
	w.t.Helper()
	var texts [2]bytes.Buffer
	var p *plan.Plan
	for i := range texts {
		var err error
		p, err = engine.Plan(context.Background(), dockertest.ReadOnly(w.t, w.recorder), w.m, plan.Request{Action: action, Targets: targets})
		if err != nil {
			w.t.Fatalf("plan %s: %v", action, err)
		}
		if err := p.WriteJSON(&texts[i]); err != nil {
			w.t.Fatal(err)
		}
	}
	if texts[0].String() != texts[1].String() {
		w.t.Errorf("two plans to %s differ", action)
	}
	return p
}

// run carries an action out one step at a time and returns what was written, but for
// the lock.
func (w *walk) run(action plan.Action, targets ...string) []string {
	w.t.Helper()
	p := w.plan(action, targets...)
	w.recorder.Reset()
	if _, err := run.Do(context.Background(), w.recorder, p, run.Options{Limits: run.Limits{Work: 1, Stops: 1}}); err != nil {
		w.t.Fatalf("run %s: %v", action, err)
	}
	var writes []string
	for _, call := range w.recorder.Writes() {
		if !strings.Contains(call, mapName+identity.LockSuffix+".") {
			writes = append(writes, strings.ReplaceAll(call, mapName+".", ""))
		}
	}
	return writes
}

func (w *walk) nothing(action plan.Action) {
	w.t.Helper()
	if p := w.plan(action); len(p.Steps)+len(p.Notes) > 0 {
		w.t.Errorf("%s again: %v %v", action, p.Steps, p.Notes)
	}
}

// create proves rows 129 to 133: dependencies first, the names, the requests.
func (w *walk) create() {
	got := w.run(plan.Create, "web_server")
	want := []string{
		"create volume app_log", "create container app_log",
		"create volume app_server_socket", "create container app_server_socket",
		"create container app_server.instance1", "create container app_server.instance2",
		"create volume web_log", "create container web_log",
		"create container web_server",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("row 129, row 130, row 131, row 133: order of creation (-want +got):\n%s", diff)
	}
	for name, want := range map[string]seen{
		"app_server_socket": {Image: "dmap-example/base:latest", User: "2000", State: "created",
			Binds: []string{mapName + ".app_server_socket:/var/lib/app/socket"}, Volumes: []string{"/var/lib/app/socket"}}, // row 130
		"app_log": {Image: "dmap-example/base:latest", User: "2000", State: "created",
			Binds: []string{mapName + ".app_log:/var/lib/app/log"}, Volumes: []string{"/var/lib/app/log"}},
		"app_server.instance1": w.app("1", "created"), "app_server.instance2": w.app("2", "created"), // rows 131, 132
		"web_server": w.web("created"), // row 133
	} {
		if diff := cmp.Diff(want, w.see(name)); diff != "" {
			w.t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func (w *walk) app(n, state string) seen {
	return seen{
		Image: "dmap-example/app:latest", User: "2000", State: state,
		Binds: []string{
			w.root + "/config/app" + n + ":/var/lib/app/config:ro",
			w.root + "/data/app" + n + ":/var/lib/app/data:rw",
		},
		VolumesFrom: []string{mapName + ".app_log", mapName + ".app_server_socket"}, // row 138
		Volumes:     []string{"/var/lib/app/config", "/var/lib/app/data"},           // rows 39, 131
	}
}

func (w *walk) web(state string) seen {
	return seen{
		Image: "dmap-example/web:latest", User: "1000:2000", State: state, // the image's user (row 141)
		Binds:       []string{w.root + "/config/nginx:/etc/nginx:ro"},
		VolumesFrom: []string{mapName + ".app_server_socket", mapName + ".web_log"}, // row 139
		Volumes:     []string{"/etc/nginx"},
		Ports:       []string{"443/tcp", "80/tcp"},
	}
}

// seen is what an inspection shows of a container.
type seen struct {
	Image, User, State          string
	Binds, VolumesFrom, Volumes []string
	Ports                       []string
}

func (w *walk) see(name string) seen {
	w.t.Helper()
	info, err := w.recorder.Client.Container(context.Background(), mapName+"."+name)
	if err != nil {
		w.t.Fatal(err)
	}
	s := seen{Image: info.Config.Image, User: info.Config.User, State: info.State.Status,
		Binds: info.HostConfig.Binds, VolumesFrom: info.HostConfig.VolumesFrom}
	for path := range info.Config.Volumes {
		s.Volumes = append(s.Volumes, path)
	}
	for port := range info.HostConfig.PortBindings {
		s.Ports = append(s.Ports, port)
	}
	slices.Sort(s.Volumes)
	slices.Sort(s.Ports)
	return s
}

// start proves rows 135 to 139: the volume is started, prepared by temporary
// containers that go at once, and then used.
func (w *walk) start() {
	got := w.run(plan.Start, "web_server")
	temporary := []string{"create container %s.dmap-prepare", "start container", "remove container"}
	prepare := func(volume string) (calls []string) {
		for range 2 { // chown, then chmod
			calls = append(calls, fmt.Sprintf(temporary[0], volume), temporary[1], temporary[2])
		}
		return append(calls, "create volume "+volume+".dmap-prepared")
	}
	want := slices.Concat(
		[]string{"start container"}, prepare("app_log"), // row 82, row 136
		[]string{"start container"}, prepare("app_server_socket"), // row 137
		[]string{"start container", "start container"}, // row 138
		[]string{"start container", "start container"}, // row 139
	)
	for i, call := range got { // started and removed ones are named by their ids
		if verb, _, ok := strings.Cut(call, " container "); ok && verb != "create" {
			got[i] = verb + " container"
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("row 135 to row 139: calls of start (-want +got):\n%s", diff)
	}
	list, err := w.recorder.Client.Containers(context.Background(), "^"+mapName+`\.`)
	if err != nil {
		w.t.Fatal(err)
	}
	var states []string
	for _, c := range list {
		states = append(states, strings.TrimPrefix(c.Name, mapName+".")+" "+c.State)
	}
	slices.Sort(states)
	wantStates := []string{"app_log exited", "app_server.instance1 running", "app_server.instance2 running",
		"app_server_socket exited", "neighbour created", "web_log exited", "web_server running"}
	if diff := cmp.Diff(wantStates, states); diff != "" {
		w.t.Errorf("row 137: no temporary container is left (-want +got):\n%s", diff)
	}
	for name, want := range map[string]seen{
		"app_server.instance1": w.app("1", "running"), "web_server": w.web("running"),
	} {
		if diff := cmp.Diff(want, w.see(name)); diff != "" {
			w.t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	w.ownership("app_log")
	w.ownership("app_server_socket")
}

// ownership looks into a volume: 2000:2000 and u=rwX,g=rX,o= (row 14, row 137).
func (w *walk) ownership(alias string) {
	v, err := w.recorder.Client.Volume(context.Background(), mapName+"."+alias)
	if err != nil {
		w.t.Fatal(err)
	}
	info, err := os.Stat(v.Mountpoint)
	if err != nil {
		w.t.Fatalf("this test looks into volumes, so it runs as root beside the engine: %v", err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if st.Uid != 2000 || st.Gid != 2000 || info.Mode().Perm() != 0o750 {
		w.t.Errorf("row 137: %s belongs to %d:%d with mode %v", alias, st.Uid, st.Gid, info.Mode())
	}
}

// answers asks the web server, which asks both apps through the socket volume as a
// user of group 2000: the proof that owner and mode are right (row 141).
func (w *walk) answers() {
	w.t.Helper()
	var text string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		answer, err := http.Get("http://127.0.0.1:" + w.port + "/")
		if err != nil {
			text = err.Error()
			continue
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if text = string(body); err == nil && strings.Contains(text, "app instance1: user 2000") && strings.Contains(text, "app instance2: user 2000") {
			return
		}
	}
	w.t.Errorf("row 138: the web server says: %s", text)
}

// shutdown removes the containers of the map and nothing else (row 94).
func (w *walk) shutdown(foreign string, holders ...string) {
	ctx := context.Background()
	w.run(plan.Shutdown)
	list, err := w.recorder.Client.Containers(ctx, "^"+mapName+`\.`)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, c := range list {
		names = append(names, strings.TrimPrefix(c.Name, mapName+"."))
	}
	slices.Sort(names)
	want := append(holders, "neighbour")
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		w.t.Errorf("row 94: containers after shutdown (-want +got):\n%s", diff)
	}
	if _, err := w.recorder.Client.Container(ctx, foreign); err != nil {
		w.t.Errorf("the foreign container is gone: %v", err)
	}
	for _, alias := range []string{"app_log", "app_server_socket", "web_log"} {
		if _, err := w.recorder.Client.Volume(ctx, mapName+"."+alias); err != nil {
			w.t.Errorf("row 94: %v", err)
		}
	}
}

// clean removes what the test makes, by its labels.
func clean(t *testing.T, client docker.Client) {
	ctx := context.Background()
	list, err := client.Containers(ctx, "^"+mapName+`\.`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if err := client.RemoveContainer(ctx, c.ID, true); err != nil {
			t.Error(err)
		}
	}
	volumes, err := client.Volumes(ctx, "^"+mapName+`\.`)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range volumes {
		if err := client.RemoveVolume(ctx, v.Name); err != nil {
			t.Error(err)
		}
	}
}

func loadImages(t *testing.T, client docker.Client) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "images.tar")
	if out, err := exec.Command("go", "run", "./images", "-o", file).CombinedOutput(); err != nil {
		t.Fatalf("cannot make the images: %v\n%s", err, out)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := client.LoadImages(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
