// Command line: tests of what a run prints at its end.

package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// After a failure the next command to type is named, but not one that would send
// signals for a second time.
func TestHowToGoOn(t *testing.T) {
	client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: sim.New(sim.Options{}).DialContext})
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		t.Fatal(err)
	}
	for action, want := range map[plan.Action]string{
		plan.Stop:   "to go on, run again: dmap",
		plan.Signal: "to go on, signal those that were not: name them as targets\n",
	} {
		var out, messages bytes.Buffer
		a := &app{Streams: Streams{Out: &out, Err: &messages}, drain: make(chan struct{})}
		p := &plan.Plan{Map: "m", Action: action, Steps: []plan.Step{
			{ID: "s", Op: plan.SignalContainer, Target: "m.a", ContainerID: "gone", Signal: "SIGHUP"},
		}}
		err := a.carryOut("m", a.goOn(action), &workFlags{quiet: true, parallel: 1}, "text", func(o engine.Options) (*run.Report, error) {
			if err := o.Review(p); err != nil {
				return nil, err
			}
			return e.Run(t.Context(), p, o.Options)
		})
		lines := strings.SplitAfter(messages.String(), "\n")
		if err == nil || len(lines) != 3 || !strings.HasPrefix(lines[1], want) || out.String()[:9] != "1 failed " {
			t.Errorf("%s: %v\n%s%s", action, err, out.String(), messages.String())
		}
	}
}
