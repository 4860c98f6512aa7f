// Front door: the traces of a version of dmap on an engine, recorded for later ones.

package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
	"github.com/dmap-dev/dmap/starlarkmap"
)

var record = flag.String("record", "", "write the traces of this version to a new folder below testdata/compat, which holds a site.star already")

const compatFolder = "../testdata/compat"

// compatMaps are the maps of a site.star.
var compatMaps = []string{"kept", "kept_volumes"}

// compatPlan is one request whose plan is recorded.
type compatPlan struct {
	// State is the file of the engine that it is planned on, without ".json".
	State string
	Map   string
	// Changed has the map as it was changed later.
	Changed bool
	Request plan.Request
}

// file is where the plan stands: "plans/running.kept.update.changed.json".
func (c compatPlan) file() string {
	parts := append([]string{c.State, c.Map, string(c.Request.Action)}, c.Request.Targets...)
	if c.Changed {
		parts = append(parts, "changed")
	}
	return "plans/" + strings.Join(parts, ".") + ".json"
}

// compatPlans are the requests, for each state, map and action.
func compatPlans() []compatPlan {
	var list []compatPlan
	for _, name := range compatMaps {
		add := func(state string, requests ...plan.Request) {
			for _, r := range requests {
				r.Adopt, r.Basis = true, true
				list = append(list, compatPlan{state, name, false, r})
			}
		}
		add("fresh", plan.Request{Action: plan.Create}, plan.Request{Action: plan.Start})
		add("running",
			plan.Request{Action: plan.Create}, plan.Request{Action: plan.Start}, plan.Request{Action: plan.Startup},
			plan.Request{Action: plan.Update}, plan.Request{Action: plan.Update, Targets: []string{"db"}, Recreate: true},
			plan.Request{Action: plan.Restart, Targets: []string{"app.one"}}, plan.Request{Action: plan.Stop},
			plan.Request{Action: plan.Remove, Force: true}, plan.Request{Action: plan.Shutdown, RemoveOrphans: true},
			plan.Request{Action: plan.Cleanup}, plan.Request{Action: plan.Pull})
		add("interrupted", plan.Request{Action: plan.Startup}, plan.Request{Action: plan.Shutdown}, plan.Request{Action: plan.Cleanup})
		list = append(list, compatPlan{"running", name, true, plan.Request{Action: plan.Update, Adopt: true, Basis: true, RemoveOrphans: true}})
	}
	return list
}

// compatSite is a map of the recorded program.
func compatSite(t *testing.T, folder, name string, vars map[string]string) *model.ContainerMap {
	t.Helper()
	program, err := starlarkmap.Load(t.Context(), "site.star", &starlarkmap.Options{FS: os.DirFS(folder), Args: vars})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(program.Maps, func(m *model.ContainerMap) bool { return m.Name == name })
	return program.Maps[i]
}

func compatVars(changed bool) map[string]string {
	if changed {
		return map[string]string{"changed": "yes"}
	}
	return nil
}

// compatEngine is an engine on which nothing was made yet, with the images of the
// maps, there and in their registry.
func compatEngine(t *testing.T) *sim.Engine {
	t.Helper()
	s := sim.New(sim.Options{ID: "compat"})
	t.Cleanup(func() { s.Close() })
	for _, im := range []sim.Image{
		{Names: []string{"tianon/true"}, Process: &sim.Process{Exits: true}},
		{Names: []string{"busybox"}},
		{Names: []string{"example/app:1"}}, {Names: []string{"example/db:1"}},
		{Names: []string{"example/web:1"}}, {Names: []string{"example/web:2"}},
		{Names: []string{"example/job:1"}, Process: &sim.Process{Exits: true}},
		{Names: []string{"example/broken:1"}, Process: &sim.Process{Exits: true, ExitCode: 3}},
	} {
		if err := errors.Join(s.AddImage(im), s.AddRemoteImage(im)); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// sent is one request that changes something, as it went over the wire.
type sent struct {
	Method string          `json:"method"`
	Path   string          `json:"path"` // with its query, without the version of the API
	Body   json.RawMessage `json:"body,omitempty"`
	// ID is that of the container that it made.
	ID string `json:"id,omitempty"`
}

// wire passes requests on to an engine and notes those that change something.
type wire struct {
	engine http.Handler
	mu     sync.Mutex
	sent   []sent
}

var apiVersionPath = regexp.MustCompile(`^/v[0-9.]+/`)

func (w *wire) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		w.engine.ServeHTTP(answer, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	one := sent{Method: r.Method, Path: apiVersionPath.ReplaceAllString(r.URL.RequestURI(), "/"), Body: json.RawMessage(bytes.TrimSpace(body))}
	if strings.HasPrefix(one.Path, "/containers/create") {
		kept := httptest.NewRecorder()
		w.engine.ServeHTTP(kept, r)
		var made struct{ ID string }
		_ = json.Unmarshal(kept.Body.Bytes(), &made)
		one.ID = made.ID
		w.note(one)
		answer.WriteHeader(kept.Code)
		_, _ = answer.Write(kept.Body.Bytes())
		return
	}
	w.note(one)
	w.engine.ServeHTTP(answer, r)
}

func (w *wire) note(one sent) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, one)
}

// dial opens a client of a handler that behaves as an engine.
func dial(t *testing.T, h http.Handler) docker.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client, err := dockerd.Open(t.Context(), dockerd.Options{Host: "tcp://" + server.Listener.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// found makes what was there before dmap: a network, a holder of the kind that
// dmap's predecessor made, containers and a volume without labels.
func found(t *testing.T, h http.Handler) {
	t.Helper()
	for _, one := range []sent{
		{Path: "/networks/create", Body: json.RawMessage(`{"Name":"kept_front"}`)},
		{Path: "/containers/create?name=kept.old_data", Body: json.RawMessage(`{"Image":"tianon/true","Volumes":{"/var/old":{}}}`)},
		{Path: "/containers/kept.old_data/start"},
		{Path: "/containers/create?name=kept.adopted", Body: json.RawMessage(`{"Image":"example/app:1"}`)},
		{Path: "/containers/kept.adopted/start"},
		{Path: "/containers/create?name=kept_volumes.adopted", Body: json.RawMessage(`{"Image":"example/app:1"}`)},
		{Path: "/containers/kept_volumes.adopted/start"},
		{Path: "/volumes/create", Body: json.RawMessage(`{"Name":"kept_volumes.old_data"}`)},
	} {
		one.Method = http.MethodPost
		post(t, h, one)
	}
}

// post makes one call and returns the id in its answer.
func post(t *testing.T, h http.Handler, one sent) string {
	t.Helper()
	r := httptest.NewRequest(one.Method, "http://engine.invalid"+one.Path, bytes.NewReader(one.Body))
	r.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if answer.Code >= 400 {
		t.Fatalf("%s %s: %d %s", one.Method, one.Path, answer.Code, answer.Body)
	}
	var made struct{ ID string }
	_ = json.Unmarshal(answer.Body.Bytes(), &made)
	return made.ID
}

// compatProcess holds the locks of recorded runs: nobody can tell that it has ended.
var compatProcess = run.Process{Name: "recorder, process 4242", Machine: "recorded", PID: 4242, Started: "1"}

// startup brings a map up as the only run, one step after the other.
func startup(t *testing.T, client docker.Client, m *model.ContainerMap, runID string) error {
	t.Helper()
	p, err := engine.Plan(t.Context(), client, m, plan.Request{Action: plan.Startup, Adopt: true})
	if err != nil {
		t.Fatal(err)
	}
	lock, err := run.Acquire(t.Context(), client, m.Name, run.LockOptions{Process: compatProcess})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run.Do(context.Background(), client, p, run.Options{RunID: runID, Lock: lock, Limits: run.Limits{Work: 1, Pulls: 1}, Times: quick})
	return errors.Join(err, lock.Release())
}

// story brings the maps up, with a container that they do not have any more, and
// calls save with the engine as it was before that, in the middle of it, and after.
func story(t *testing.T, folder string, save func(name string, e *sim.Engine)) []sent {
	t.Helper()
	e := compatEngine(t)
	w := &wire{engine: e}
	found(t, w)
	save("fresh", e)
	client := dial(t, w)
	e.OnCall(func(c sim.Call) error { // each map has its claim and a temporary container by then
		if c.Op == "container.start" && c.Phase == sim.After && strings.HasSuffix(c.Name, "kept_volumes.db_log.dmap-prepare") {
			save("interrupted", e)
		}
		return nil
	})
	for _, name := range compatMaps {
		if err := startup(t, client, compatSite(t, folder, name, map[string]string{"old": "yes"}), "run_"+name); err != nil {
			t.Fatal(err)
		}
	}
	save("running", e)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent
}

// TestCompatRecord writes the traces of the code as it is; without -record there is
// nothing to do.
func TestCompatRecord(t *testing.T) {
	if *record == "" {
		t.Skip("only with -record")
	}
	folder := filepath.Join(compatFolder, *record)
	if err := os.Mkdir(filepath.Join(folder, "plans"), 0o777); err != nil {
		t.Fatal(err) // what was recorded stays
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	compact := func(name string, text []byte) {
		var short bytes.Buffer
		if err := json.Compact(&short, text); err != nil {
			t.Fatal(err)
		}
		write(name, append(short.Bytes(), '\n'))
	}
	requests := story(t, folder, func(name string, e *sim.Engine) {
		var text bytes.Buffer
		if err := e.Save(&text); err != nil {
			t.Fatal(err)
		}
		compact(name+".json", text.Bytes())
	})
	var lines bytes.Buffer
	for _, one := range requests {
		if err := json.NewEncoder(&lines).Encode(one); err != nil {
			t.Fatal(err)
		}
	}
	write("requests.jsonl", lines.Bytes())
	for _, c := range compatPlans() {
		p, err := engine.Plan(t.Context(), loaded(t, folder, c.State), compatSite(t, folder, c.Map, compatVars(c.Changed)), c.Request)
		if err != nil {
			t.Fatalf("%s: %v", c.file(), err)
		}
		var text bytes.Buffer
		if err := p.WriteJSON(&text); err != nil {
			t.Fatal(err)
		}
		write(c.file(), text.Bytes())
	}
}

// loaded is a client of an engine in a recorded state.
func loaded(t *testing.T, folder, state string) docker.Client {
	t.Helper()
	return open(t, loadedSim(t, folder, state)).client
}

func loadedSim(t *testing.T, folder, state string) *sim.Engine {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, state+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := sim.Load(f, sim.Options{ID: "compat"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}
