// Example: its expected plan.

package site_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/starlarkmap"
)

var update = flag.Bool("update", false, "rewrite plan.txt")

// plan.txt is what `dmap plan site.star start web_server` prints on an engine that
// holds only the images.
func TestExpectedPlan(t *testing.T) {
	program, err := starlarkmap.Load(context.Background(), "site.star", nil)
	if err != nil {
		t.Fatal(err)
	}
	e := sim.New(sim.Options{})
	defer e.Close()
	for _, name := range []string{"app", "web", "base", "helper"} {
		if err := e.AddImage(sim.Image{Names: []string{"dmap-example/" + name}}); err != nil {
			t.Fatal(err)
		}
	}
	client, err := dockerd.Open(context.Background(), dockerd.Options{DialContext: e.DialContext})
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine.Plan(context.Background(), client, program.Maps[0], plan.Request{Action: plan.Start, Targets: []string{"web_server"}})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := p.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("plan.txt", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("plan.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("plan.txt (-want +got):\n%s", diff)
	}
}
