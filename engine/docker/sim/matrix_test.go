// Part of the tests of the simulated engine: the matrix of operations and states, made
// from the engines themselves.

package sim_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the real engine answers to testdata/matrix.txt")

// TestMatrix regenerates the table of what each operation answers in each state and
// what state follows. Both engines have to give the table that is checked in; the table
// was measured on dockerd 20.10.24.
func TestMatrix(t *testing.T) {
	text, err := os.ReadFile("testdata/matrix.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	t.Run("sim", func(t *testing.T) {
		g, _ := simTarget(t, sim.Options{})
		compareMatrix(t, g, want)
	})
	t.Run("real", func(t *testing.T) {
		compareMatrix(t, realTarget(t), want)
	})
}

func compareMatrix(t *testing.T, g target, want string) {
	t.Helper()
	cells := map[string]string{}
	for line := range strings.Lines(want) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		cells[key] = value
	}
	got := matrix(t, g, cells)
	if *update && g.real {
		if err := os.WriteFile("testdata/matrix.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s engine differs from testdata/matrix.txt (-want +got):\n%s", g.name, diff)
	}
}

// matrixOps are the rows: name, method, path after the container's, body.
func matrixOps(name string) []struct {
	name, method, path string
	body               any
} {
	at := "/containers/" + name
	return []struct {
		name, method, path string
		body               any
	}{
		{"create", "POST", "/containers/create?name=" + name, matrixSpec("created")},
		{"start", "POST", at + "/start", nil},
		{"stop", "POST", at + "/stop?t=2", nil},
		{"kill", "POST", at + "/kill", nil},
		{"restart", "POST", at + "/restart?t=2", nil},
		{"pause", "POST", at + "/pause", nil},
		{"unpause", "POST", at + "/unpause", nil},
		{"rename", "POST", at + "/rename?name=" + name + "-n", nil},
		{"update", "POST", at + "/update", map[string]any{"RestartPolicy": map[string]any{"Name": "no"}}},
		{"exec", "POST", at + "/exec", map[string]any{"Cmd": []string{"/bin/true"}}},
		{"wait", "POST", at + "/wait", nil},
		{"top", "GET", at + "/top", nil},
		{"rm", "DELETE", at, nil},
		{"rm -f", "DELETE", at + "?force=1", nil},
	}
}

func matrixSpec(state string) spec {
	if state == "restarting" {
		return container("exit=1", map[string]any{"RestartPolicy": map[string]any{"Name": "always"}})
	}
	return container("run term-exit=3 print=ready", nil)
}

// matrix returns the table as lines "operation state = answer, state after". For the
// state after, an engine gets time to reach what is expected; what it says in the end
// counts.
func matrix(t *testing.T, g target, want map[string]string) string {
	name := prefix + "mx"
	clear := func() {
		g.call(t, "DELETE", "/containers/"+name+"?force=1&v=1", nil)
		g.call(t, "DELETE", "/containers/"+name+"-n?force=1&v=1", nil)
	}
	t.Cleanup(clear)
	var table strings.Builder
	for i := range matrixOps(name) {
		for _, state := range []string{"absent", "created", "running", "paused", "restarting", "exited"} {
			clear()
			enter(t, g, name, state)
			op := matrixOps(name)[i]
			key := op.name + " " + state
			got := ""
			if op.name == "wait" && state == "restarting" {
				got = "a race"
			} else {
				got = shortCall(t, g, op.method, op.path, op.body)
			}
			after := ""
			for range 40 {
				if after = stateOf(t, g, name); strings.HasSuffix(want[key], ", "+after) || !g.real {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			fmt.Fprintf(&table, "%s = %s, %s\n", key, got, after)
		}
	}
	return table.String()
}

// shortCall makes a call and gives its status and message; one that does not end soon
// "blocks".
func shortCall(t *testing.T, g target, method, path string, body any) string {
	limit := 30 * time.Second
	if strings.HasSuffix(path, "/wait") {
		limit = 300 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	a, err := g.try(ctx, "1.41", method, path, body)
	if errors.Is(err, context.DeadlineExceeded) {
		return "blocks"
	}
	if err != nil {
		t.Fatalf("%s: %s %s: %v", g.name, method, path, err)
	}
	message := message(a.text)
	if message == "" {
		return fmt.Sprint(a.code)
	}
	return fmt.Sprintf("%d %q", a.code, strings.ReplaceAll(anonymous(message), prefix, ""))
}

// message is the text of an error answer.
func message(text string) string {
	var doc struct{ Message string }
	if json.Unmarshal([]byte(text), &doc) != nil {
		return ""
	}
	return doc.Message
}

// enter brings the container into a state.
func enter(t *testing.T, g target, name, state string) {
	t.Helper()
	if state == "absent" {
		return
	}
	g.want(t, 201, "POST", "/containers/create?name="+name, matrixSpec(state))
	if state == "created" {
		return
	}
	g.want(t, 204, "POST", "/containers/"+name+"/start", nil)
	if state != "restarting" {
		awaitReady(t, g, name)
	}
	switch state {
	case "paused":
		g.want(t, 204, "POST", "/containers/"+name+"/pause", nil)
	case "exited":
		g.want(t, 204, "POST", "/containers/"+name+"/stop?t=2", nil)
	case "restarting":
		// The pause before a restart doubles each time; after some rounds it is long
		// enough to work in.
		for range 200 {
			var doc struct {
				RestartCount int
				State        struct{ Restarting bool }
			}
			g.get(t, "/containers/"+name+"/json", &doc)
			if doc.State.Restarting && doc.RestartCount >= 4 {
				return
			}
			if g.real {
				time.Sleep(20 * time.Millisecond)
			}
		}
		t.Fatalf("%s: container does not come to restarting", g.name)
	}
}

// awaitReady waits until the process has said that it handles signals.
func awaitReady(t testing.TB, g target, name string) {
	t.Helper()
	for range 250 {
		if strings.Contains(g.call(t, "GET", "/containers/"+name+"/logs?stdout=1", nil).text, "ready") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s: process of %s does not come up", g.name, name)
}

// stateOf returns state and exit code, "absent" or "renamed".
func stateOf(t *testing.T, g target, name string) string {
	t.Helper()
	a := g.call(t, "GET", "/containers/"+name+"/json", nil)
	if a.code != 200 {
		if g.call(t, "GET", "/containers/"+name+"-n/json", nil).code == 200 {
			return "renamed"
		}
		return "absent"
	}
	var doc struct {
		State struct {
			Status   string
			ExitCode int
		}
	}
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s/%d", doc.State.Status, doc.State.ExitCode)
}
