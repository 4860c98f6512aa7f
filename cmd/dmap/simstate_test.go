// Command line: runs at one time on a simulated engine that is kept in a file.

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dmap-dev/dmap/engine/filelock"
)

// Of many runs at once none is lost: each finds what those before it did. What a killed one
// left beside the file goes (issue 10).
func TestRunsOnOneStateFile(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".dmap-sim-state.3"), []byte("half of a sta"), 0o600); err != nil {
		t.Fatal(err)
	}
	program := `container_map(var("name"), {"a": {}})`
	if err := os.WriteFile(filepath.Join(dir, "site.star"), []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	const maps = 6
	var all sync.WaitGroup
	for i := range maps {
		all.Go(func() {
			if out, err := runIn(dir, "run", "-q", "-H", "sim:state", "--var", fmt.Sprintf("name=m%d", i), "site.star", "start"); err != nil {
				t.Errorf("map %d: %v\n%s", i, err, out)
			}
		})
	}
	all.Wait()
	for i := range maps {
		out, err := runIn(dir, "plan", "-H", "sim:state", "--var", fmt.Sprintf("name=m%d", i), "site.star", "start")
		if err != nil || !strings.HasSuffix(out, "Plan: nothing to do.\n") {
			t.Errorf("map %d afterwards: %v\n%s", i, err, out)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".dmap-sim-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Another run on the file is waited for as long as --lock-timeout says; only what changes
// something waits.
func TestStateFileInUse(t *testing.T) {
	dir := site(t)
	turn, err := filelock.Queue(dir, ".dmap-sim-state", "somebody")
	if err != nil {
		t.Fatal(err)
	}
	const want = "dmap: the simulated engine sim:state is being changed by another run (somebody): wait for its end\n"
	if out, err := runIn(dir, "run", "-H", "sim:state", "--lock-timeout", "0", "site.star", "start"); err == nil || out != want {
		t.Errorf("error %v, %q", err, out)
	}
	if out, err := runIn(dir, "sim", "--listen", "unix://"+filepath.Join(dir, "sock"), "--state", "state"); err == nil || out != want {
		t.Errorf("error %v, %q", err, out)
	}
	if out, err := runIn(dir, "plan", "-H", "sim:state", "site.star", "start"); err != nil || !strings.Contains(out, "2 to create") {
		t.Errorf("a plan waits: %v\n%s", err, out)
	}
	if err := turn.Leave(); err != nil {
		t.Fatal(err)
	}
	if out, err := runIn(dir, "run", "-q", "-H", "sim:state", "--lock-timeout", "0", "site.star", "start"); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
