// Front door: the example of a saved plan.

package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// A plan is saved, read back and applied. A second time it is stale.
func ExampleEngine_Apply() {
	ctx := context.Background()
	s := sim.New(sim.Options{})
	defer s.Close()
	s.AddImage(sim.Image{Names: []string{"nginx"}})
	client, err := dockerd.Open(ctx, dockerd.Options{DialContext: s.DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, err := engine.New(engine.Config{Docker: client})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{{Name: "web", Image: "nginx"}}}
	made, err := e.Plan(ctx, m, plan.Request{Action: plan.Start, Basis: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := made.WriteJSON(&file); err != nil {
		fmt.Println(err)
		return
	}

	p, err := plan.Read("site.plan", &file)
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := e.Apply(ctx, p, engine.Options{})
	fmt.Println(report.Count(run.Done), "done,", err)

	_, err = e.Apply(ctx, p, engine.Options{})
	var stale *plan.StaleError
	if errors.As(err, &stale) {
		fmt.Println("stale:", stale.Changes[0])
	}
	// Output:
	// 2 done, <nil>
	// stale: container site.web was absent, is running
}
