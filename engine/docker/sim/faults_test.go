// Part of the tests of the simulated engine: failures on request, hooks, the clock,
// keeping the state.

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/google/go-cmp/cmp"
)

// attempt makes a create of name and returns what happened, in words.
func attempt(t *testing.T, g target, name string) string {
	t.Helper()
	a, err := g.try(t.Context(), "1.41", "POST", "/containers/create?name="+name, container("run", nil))
	if err != nil {
		return "cut"
	}
	return fmt.Sprintf("%d %s", a.code, message(a.text))
}

func names(e *sim.Engine) []string {
	var found []string
	for _, c := range e.World().Containers {
		found = append(found, c.Name)
	}
	return found
}

func TestFaultsOfCreate(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault sim.Fault
		want  []string // what three creates, of aa, bb and cc, come to
		left  []string // containers afterwards
	}{
		{"status", sim.Fault{Op: "container.create", Status: 503, Message: "busy"}, []string{"503 busy", "201 ", "201 "}, []string{"bb", "cc"}},
		{"second call", sim.Fault{Op: "container.create", Nth: 2, Status: 500, Message: "x"}, []string{"201 ", "500 x", "201 "}, []string{"aa", "cc"}},
		{"for ever from the second", sim.Fault{Op: "container.*", Nth: 2, Times: -1, Status: 500, Message: "x"}, []string{"201 ", "500 x", "500 x"}, []string{"aa"}},
		{"one name", sim.Fault{Op: "container.create", Name: "cc", Status: 500, Message: "x"}, []string{"201 ", "201 ", "500 x"}, []string{"aa", "bb"}},
		{"cut before", sim.Fault{Op: "container.create", Name: "bb", Cut: sim.CutBefore}, []string{"201 ", "cut", "201 "}, []string{"aa", "cc"}},
		{"cut after", sim.Fault{Op: "container.create", Name: "bb", Cut: sim.CutAfter}, []string{"201 ", "cut", "201 "}, []string{"aa", "bb", "cc"}},
		{"cut in the body", sim.Fault{Op: "container.create", Name: "bb", Cut: sim.CutBody}, []string{"201 ", "cut", "201 "}, []string{"aa", "bb", "cc"}},
		{"disk full", sim.Fault{Op: "container.create", Name: "bb", DiskFull: true}, []string{"201 ", "500 mkdir: no space left on device", "201 "}, []string{"aa", "cc"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			g, e := simTarget(t, sim.Options{})
			e.AddFault(row.fault)
			var got []string
			for _, name := range []string{"aa", "bb", "cc"} {
				text := attempt(t, g, name)
				if code, rest, ok := strings.Cut(text, " mkdir"); ok {
					text = code + " mkdir" + rest[strings.LastIndex(rest, ": "):]
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.left, names(e)); diff != "" {
				t.Errorf("containers afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestForeignClientActsBetweenTwoCalls(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	e.AddFault(sim.Fault{Op: "container.start", Hook: func(*sim.Engine) { g.call(t, "DELETE", "/containers/aa", nil) }})
	attempt(t, g, "aa")
	if got := g.call(t, "POST", "/containers/aa/start", nil); got.code != 404 {
		t.Errorf("start of what somebody removed: %s", got)
	}
}

func TestCrashPointEndsTheExecutorBeforeOrAfterAnyCall(t *testing.T) {
	for _, row := range []struct {
		phase sim.Phase
		left  []string
	}{{sim.Before, []string{"aa"}}, {sim.After, []string{"aa", "bb"}}} {
		g, e := simTarget(t, sim.Options{})
		e.ClearCalls()
		creates := 0
		e.OnCall(func(c sim.Call) error {
			if c.Op == "container.create" && c.Phase == row.phase {
				if creates++; creates == 2 {
					return errors.New("crash")
				}
			}
			return nil
		})
		got := []string{attempt(t, g, "aa"), attempt(t, g, "bb")}
		if diff := cmp.Diff([]string{"201 ", "cut"}, got); diff != "" {
			t.Errorf("phase %d (-want +got):\n%s", row.phase, diff)
		}
		if diff := cmp.Diff(row.left, names(e)); diff != "" {
			t.Errorf("phase %d, containers (-want +got):\n%s", row.phase, diff)
		}
	}
}

func TestCallsAreLogged(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	e.ClearCalls()
	attempt(t, g, "aa")
	id := e.World().Containers[0].ID
	g.call(t, "POST", "/containers/"+id[:12]+"/start", nil)
	g.call(t, "DELETE", "/containers/aa", nil)
	g.call(t, "POST", "/volumes/create", map[string]any{"Name": "vol"})
	var got []string
	for _, c := range e.Calls() {
		got = append(got, fmt.Sprintf("%s %s %d", c.Op, c.Name, c.Status))
	}
	want := []string{"container.create aa 201", "container.start aa 204", "container.remove aa 409", "volume.create vol 201"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestHangEndsWithTheClient(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	e.AddFault(sim.Fault{Op: "container.list", Hang: true})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := g.try(ctx, "1.41", "GET", "/containers/json", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestDaemonRestart(t *testing.T) {
	for _, row := range []struct {
		live   bool
		policy string
		want   string
	}{
		{false, "", "exited 137"}, {false, "always", "running 0"}, {false, "unless-stopped", "running 0"}, {true, "", "running 0"},
	} {
		g, e := simTarget(t, sim.Options{})
		host := map[string]any{"RestartPolicy": map[string]any{"Name": row.policy}}
		g.want(t, 201, "POST", "/containers/create?name=aa", container("run", host))
		g.want(t, 204, "POST", "/containers/aa/start", nil)
		events, err := g.begin(t.Context(), "1.41", "GET", "/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		e.Restart(row.live)
		if _, err := g.finish(events); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("events ended with %v", err)
		}
		c := e.World().Containers[0]
		if got := fmt.Sprintf("%s %d", c.Status, c.ExitCode); got != row.want {
			t.Errorf("live restore %v, policy %q: %s, want %s", row.live, row.policy, got, row.want)
		}
	}
}

func TestDaemonRestartClosesTheHoleInReferenceCounting(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	g.want(t, 201, "POST", "/containers/create?name=aa", container("run", map[string]any{"Binds": []string{"vol:/v"}}))
	g.want(t, 201, "POST", "/containers/create?name=bb", container("run", map[string]any{"VolumesFrom": []string{"aa"}}))
	e.Restart(false)
	g.want(t, 204, "DELETE", "/containers/aa", nil)
	g.want(t, 409, "DELETE", "/volumes/vol", nil)
}

func TestManualClock(t *testing.T) {
	g, e := simTarget(t, sim.Options{Clock: sim.ClockManual})
	g.want(t, 201, "POST", "/containers/create?name=aa", container("exit=4 after=10s", nil))
	g.want(t, 204, "POST", "/containers/aa/start", nil)
	e.Advance(9 * time.Second)
	if got := e.World().Containers[0].Status; got != "running" {
		t.Errorf("after 9 s: %s", got)
	}
	e.Advance(time.Second)
	if c := e.World().Containers[0]; c.Status != "exited" || c.ExitCode != 4 {
		t.Errorf("after 10 s: %s %d", c.Status, c.ExitCode)
	}
}

func TestPausedTimeDoesNotCount(t *testing.T) {
	g, e := simTarget(t, sim.Options{Clock: sim.ClockManual})
	g.want(t, 201, "POST", "/containers/create?name=aa", container("exit=0 after=10s", nil))
	g.want(t, 204, "POST", "/containers/aa/start", nil)
	e.Advance(5 * time.Second)
	g.want(t, 204, "POST", "/containers/aa/pause", nil)
	e.Advance(time.Hour)
	g.want(t, 204, "POST", "/containers/aa/unpause", nil)
	e.Advance(4 * time.Second)
	if got := e.World().Containers[0].Status; got != "running" {
		t.Errorf("one second too early: %s", got)
	}
	e.Advance(time.Second)
	if got := e.World().Containers[0].Status; got != "exited" {
		t.Errorf("in the end: %s", got)
	}
}

func TestCrashesThenRuns(t *testing.T) {
	g, e := simTarget(t, sim.Options{Clock: sim.ClockManual})
	g.want(t, 201, "POST", "/containers/create?name=aa", container("run crash=2", map[string]any{"RestartPolicy": map[string]any{"Name": "always"}}))
	g.want(t, 204, "POST", "/containers/aa/start", nil)
	e.Advance(time.Minute)
	if c := e.World().Containers[0]; c.Status != "running" || c.RestartCount != 2 {
		t.Errorf("got %s after %d restarts", c.Status, c.RestartCount)
	}
}

// story does a little of everything.
func story(t *testing.T, g target) {
	t.Helper()
	g.want(t, 201, "POST", "/networks/create", map[string]any{"Name": "net"})
	g.want(t, 201, "POST", "/containers/create?name=aa", container("run print=x", map[string]any{"Binds": []string{"vol:/data", "/srv/x:/x"}, "NetworkMode": "net"}))
	g.want(t, 201, "POST", "/containers/create?name=bb", container("exit=3", map[string]any{"VolumesFrom": []string{"aa:ro"}, "NetworkMode": "default", "PublishAllPorts": true}))
	g.want(t, 204, "POST", "/containers/aa/start", nil)
	g.want(t, 204, "POST", "/containers/bb/start", nil)
	g.want(t, 200, "POST", "/containers/bb/wait", nil)
	g.want(t, 201, "POST", "/containers/aa/exec", map[string]any{"Cmd": []string{"true"}})
}

func TestSameCallsGiveSameBytes(t *testing.T) {
	var saved [2]bytes.Buffer
	for i := range saved {
		g, e := simTarget(t, sim.Options{})
		story(t, g)
		if err := e.Save(&saved[i]); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(saved[0].String(), saved[1].String()); diff != "" {
		t.Errorf("two engines, same calls (-first +second):\n%s", diff)
	}
}

func TestSavedEngineGoesOnWhereItStopped(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	story(t, g)
	var saved, again bytes.Buffer
	if err := e.Save(&saved); err != nil {
		t.Fatal(err)
	}
	text := saved.String()
	loaded, err := sim.Load(strings.NewReader(text), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Close()
	if err := loaded.Save(&again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, again.String()); diff != "" {
		t.Errorf("saved, loaded, saved (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(e.World(), loaded.World()); diff != "" {
		t.Errorf("worlds (-before +after):\n%s", diff)
	}
	h := target{name: "loaded", client: loaded.Client()}
	h.want(t, 204, "POST", "/containers/aa/stop", nil)
	h.want(t, 409, "DELETE", "/volumes/vol", nil)
}

func TestLoadRefusesDamage(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"Format":"dmap sim 1"}`, `{"Format":"dmap sim 1","State":{}}`, `{"Format":"dmap sim 2","State":{}}`, `{"Formet":"x"}`,
		`{"Format":"dmap sim 1","State":{"Containers":{"x":null},"Volumes":{},"Networks":{},"Images":{},"Remote":{},"Execs":{},"Host":{}}}`} {
		if _, err := sim.Load(strings.NewReader(text), sim.Options{}); err == nil || !strings.HasPrefix(err.Error(), "cannot load simulated engine: ") {
			t.Errorf("%q: got error %v", text, err)
		}
	}
}

func TestProcessScripts(t *testing.T) {
	for _, row := range []struct {
		text string
		want sim.Process
	}{
		{"", sim.Process{}},
		{"run", sim.Process{}},
		{"exit=3", sim.Process{Exits: true, ExitCode: 3}},
		{"exit=1 after=2s", sim.Process{Exits: true, ExitCode: 1, RunFor: 2 * time.Second}},
		{"ignore-term healthy-after=5s crash=2", sim.Process{IgnoreTERM: true, HealthyAfter: 5 * time.Second, CrashTimes: 2}},
		{"term-exit=0 print=a print=b warn=c", sim.Process{TermExitSet: true, Stdout: []string{"a", "b"}, Stderr: []string{"c"}}},
	} {
		got, err := sim.ParseProcess(row.text)
		if diff := cmp.Diff(row.want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", row.text, err, diff)
		}
	}
	for _, text := range []string{"exit", "exit=256", "exit=-1", "after=x", "after=-1s", "crash=-1", "jump", "run=1", "unhealthy=no"} {
		if p, err := sim.ParseProcess(text); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", text)) {
			t.Errorf("%q: got %+v, %v", text, p, err)
		}
	}
}

func TestScriptComesFromLabel(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	if err := e.AddImage(sim.Image{Names: []string{"web"}, Config: sim.Config{Labels: map[string]string{sim.ScriptLabel: "exit=9"}}}); err != nil {
		t.Fatal(err)
	}
	g.want(t, 201, "POST", "/containers/create?name=aa", spec{"Image": "web"})
	g.want(t, 204, "POST", "/containers/aa/start", nil)
	g.want(t, 200, "POST", "/containers/aa/wait", nil)
	if got := e.World().Containers[0].ExitCode; got != 9 {
		t.Errorf("exit code %d", got)
	}
}

func TestImagesAreChecked(t *testing.T) {
	e := sim.New(sim.Options{})
	for _, im := range []sim.Image{
		{}, {Names: []string{"UPPER"}}, {Names: []string{"a:b:c"}}, {ID: "sha256:xx"},
		{Names: []string{"a"}, Config: sim.Config{Labels: map[string]string{sim.ScriptLabel: "jump"}}},
	} {
		if err := e.AddImage(im); err == nil || !strings.HasPrefix(err.Error(), "cannot add image") {
			t.Errorf("%+v: got error %v", im, err)
		}
	}
}

func TestPull(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	if err := e.AddRemoteImage(sim.Image{Names: []string{"registry.example.com/web:2"}}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		query string
		code  int
		text  string
	}{
		{"fromImage=registry.example.com/web&tag=2", 200, "Downloaded newer image for registry.example.com/web:2"},
		{"fromImage=registry.example.com/web&tag=2", 200, "Image is up to date for registry.example.com/web:2"},
		{"fromImage=registry.example.com/web&tag=3", 404, "manifest for registry.example.com/web:3 not found"},
		{"fromImage=nowhere", 500, "no such host"},
	} {
		if a := g.call(t, "POST", "/images/create?"+row.query, nil); a.code != row.code || !strings.Contains(a.text, row.text) {
			t.Errorf("%s: got %s", row.query, a)
		}
	}
	g.want(t, 200, "GET", "/images/registry.example.com/web:2/json", nil)
}

func TestAPIVersionsChangeBehaviour(t *testing.T) {
	for _, row := range []struct {
		api         string
		second      int  // status of a second network of the same name
		pruned      bool // whether a named volume goes with prune
		networkMode string
	}{{"1.41", 201, true, "default"}, {"1.42", 201, false, "default"}, {"1.44", 409, false, "bridge"}, {"1.51", 409, false, "bridge"}} {
		e := sim.New(sim.Options{API: row.api})
		defer e.Close()
		g := target{name: "sim " + row.api, client: e.Client()}
		if err := e.AddImage(sim.Image{Names: []string{"web"}}); err != nil {
			t.Fatal(err)
		}
		at := func(method, path string, body any) answer { return g.callVersion(t, row.api, method, path, body) }
		at("POST", "/networks/create", map[string]any{"Name": "net"})
		if got := at("POST", "/networks/create", map[string]any{"Name": "net"}); got.code != row.second {
			t.Errorf("%s: second network: %s", row.api, got)
		}
		at("POST", "/volumes/create", map[string]any{"Name": "vol"})
		at("POST", "/volumes/prune", nil)
		if got := at("GET", "/volumes/vol", nil).code == 404; got != row.pruned {
			t.Errorf("%s: named volume pruned: %v", row.api, got)
		}
		at("POST", "/containers/create?name=aa", spec{"Image": "web"})
		if got := at("GET", "/containers/aa/json", nil); !strings.Contains(got.text, `"NetworkMode":"`+row.networkMode+`"`) {
			t.Errorf("%s: network mode is not %s", row.api, row.networkMode)
		}
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	g, e := simTarget(t, sim.Options{})
	var wins sync.Map
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if a, err := g.try(context.Background(), "1.41", "POST", "/containers/create?name=aa", container("run", nil)); err == nil && a.code == http.StatusCreated {
				wins.Store(i, true)
			}
			_, _ = g.try(context.Background(), "1.41", "POST", "/containers/aa/start", nil)
			_, _ = g.try(context.Background(), "1.41", "GET", "/containers/json?all=1", nil)
		}()
	}
	wg.Wait()
	count := 0
	wins.Range(func(any, any) bool { count++; return true })
	if count != 1 || len(e.World().Containers) != 1 {
		t.Errorf("%d creates of one name succeeded", count)
	}
}
