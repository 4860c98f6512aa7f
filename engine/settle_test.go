// Front door: stories of runs that died while the engine was busy with their calls.

package engine_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// busy is an engine that is still at work on the container m.a: the list has it in a state,
// and before it is gone for good, a few inspections find it so, or do not find it.
type busy struct {
	docker.Client
	state string

	mu   sync.Mutex
	left int
}

func (b *busy) Containers(ctx context.Context, name string) ([]docker.ContainerSummary, error) {
	list, err := b.Client.Containers(ctx, name)
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range list {
		if list[i].Name == "m.a" && b.left > 0 {
			list[i].State = b.state
		}
	}
	return list, err
}

func (b *busy) Container(ctx context.Context, name string) (docker.ContainerInfo, error) {
	info, err := b.Client.Container(ctx, name)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil || info.Name != "m.a" || b.left == 0 {
		return info, err
	}
	if b.left--; b.left == 0 {
		if err := b.Client.RemoveContainer(ctx, info.ID, true); err != nil {
			return info, err
		}
	}
	if b.state == docker.StateRemoving {
		info.State.Status = b.state
		return info, nil
	}
	return docker.ContainerInfo{}, &docker.Error{Op: "inspect container", Target: name, Kind: docker.NotFound, Msg: "No such container"}
}

// The first run after one that died waits until the engine has ended the calls of that one:
// a removal, and a creation that comes to nothing (issue 10).
func TestFirstRunAfterADeadOneWaits(t *testing.T) {
	for _, state := range []string{docker.StateRemoving, docker.StateCreated} {
		b, m := newBench(t), boxes(box("a"))
		b.must(t, m, plan.Create)
		if _, err := run.Acquire(t.Context(), b.client, "m", run.LockOptions{Process: run.Process{Name: "dead"}}); err != nil {
			t.Fatal(err)
		}
		b.sim.Advance(2 * time.Minute)
		e, err := engine.New(engine.Config{Docker: &busy{Client: b.client, state: state, left: 2}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Do(t.Context(), m, plan.Request{Action: plan.Start}, engine.Options{Options: run.Options{Times: quick}}); err != nil {
			t.Errorf("%s: %v", state, err)
		}
		if is := b.states()["m.a"]; is != "running" {
			t.Errorf("%s: m.a is %q", state, is)
		}
	}
}

// The temporary container of a run that died may appear when the plan is already made.
func TestLateTemporaryContainer(t *testing.T) {
	b, m := newBench(t), boxes(box("a", attaching("v", "2000")))
	var came atomic.Bool
	b.sim.OnCall(func(c sim.Call) error {
		if c.Op == "container.create" && c.Phase == sim.Before && c.Name == identity.Helper("m.v") {
			if came.CompareAndSwap(false, true) { // the hook sees its own call too
				mark := identity.Mark{Map: "m", Role: identity.RolePrepare, Name: "v"}
				spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "busybox", Labels: identity.WithRun(mark.ContainerLabels(), "dead")}}
				if _, _, err := b.client.CreateContainer(context.Background(), c.Name, spec); err != nil {
					t.Error(err)
				}
			}
		}
		return nil
	})
	b.must(t, m, plan.Start)
	if uid, _ := b.root("m.v"); uid != 2000 {
		t.Errorf("the volume belongs to %d", uid)
	}
	if _, left := b.states()[identity.Helper("m.v")]; left {
		t.Error("a temporary container is left")
	}
}
