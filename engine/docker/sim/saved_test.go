// Part of the tests of the simulated engine: a state that an earlier version saved.

package sim_test

import (
	"bytes"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// testdata/state.json was saved on 2026-11-27, before the engine had an inside. People
// keep such files, as --host sim:FILE, so that each version has to read it, to go on
// from it, and to say the same of it.
func TestStateOfAnEarlierVersionIsKnown(t *testing.T) {
	old, err := os.ReadFile("testdata/state.json")
	if err != nil {
		t.Fatal(err)
	}
	e, err := sim.Load(bytes.NewReader(old), sim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var again bytes.Buffer
	if err := e.Save(&again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(old, again.Bytes()) {
		t.Error("the state that is saved is not the one that was read")
	}
	statuses := func() (all []string) {
		for _, c := range e.World().Containers {
			all = append(all, c.Name+" "+c.Status+" "+c.Health)
		}
		return all
	}
	want := []string{"app exited unhealthy", "db running ", "fixed paused ", "job running ", "sick running unhealthy", "waits created "}
	if got := statuses(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	e.Advance(time.Hour)
	want = []string{"app exited unhealthy", "db running ", "fixed paused ", "job exited ", "sick running unhealthy", "waits created "}
	if got := statuses(); !slices.Equal(got, want) {
		t.Errorf("an hour later: got %q, want %q", got, want)
	}
	g := target{name: "sim", client: e.Client()}
	g.want(t, 204, "POST", "/containers/fixed/unpause", nil)
	g.want(t, 204, "POST", "/containers/waits/start", nil)
	g.want(t, 204, "DELETE", "/containers/db?force=1&v=1", nil)
}
