// Front door: waiting for calls of a run that died.

package engine

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// An engine carries a call out although nobody waits for it any more. A container that is
// being removed is neither there nor gone, and one that is being created can be in the list
// before it can be inspected, and vanish again if the creation fails.

// busy returns the containers on which the engine may still be working, by name: those that
// are being removed and, if a run died just now, those that never started.
func (d decision) busy(died bool) []snapshot.Container {
	var list []snapshot.Container
	for _, name := range slices.Sorted(maps.Keys(d.seen.Containers)) {
		c := d.seen.Containers[name]
		if c.State == docker.StateRemoving || died && c.State == docker.StateCreated {
			list = append(list, c)
		}
	}
	return list
}

// settle waits until the engine has finished with all of them. Each gets half a
// minute; of one that takes longer, what is decided next tells.
func (e *Engine) settle(ctx context.Context, times calls.Times, busy []snapshot.Container) error {
	for _, c := range busy {
		end := "create"
		if c.State == docker.StateRemoving {
			end = "remove"
		}
		err := calls.New(times).Do(ctx, calls.Call{
			Kind: calls.AwaitHolder, For: fmt.Sprintf("the engine to %s container %q", end, c.Name),
			Make: func(ctx context.Context) error { return e.settled(ctx, c) },
		})
		if err != nil && docker.KindOf(err) != docker.Cancelled || ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// settled waits until one container is there as a whole, or gone.
func (e *Engine) settled(ctx context.Context, c snapshot.Container) error {
	for {
		info, err := e.docker.Container(ctx, c.ID)
		gone := docker.KindOf(err) == docker.NotFound
		switch {
		case err != nil && !gone:
			return err
		case err == nil && info.State.Status != docker.StateRemoving:
			return nil
		case gone:
			list, err := e.docker.Containers(ctx, "^"+regexp.QuoteMeta(c.Name)+"$")
			listed := slices.ContainsFunc(list, func(one docker.ContainerSummary) bool { return one.ID == c.ID })
			if err != nil || !listed {
				return err
			}
		}
		if !calls.Sleep(ctx, 100*time.Millisecond) {
			return &docker.Error{Op: "wait for container", Target: c.Name, Kind: docker.Cancelled, Msg: "no end in sight", Err: ctx.Err()}
		}
	}
}
