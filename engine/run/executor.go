// Run: one step, and what became of a call whose answer was lost.

package run

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
)

// executor carries out single steps. It is safe for concurrent use.
type executor struct {
	client docker.Client
	runID  string
	times  Times

	mu      sync.Mutex
	created map[string]string // ids of the containers this run made, by name
}

// result is how a step ended. unknown means the call was cut off and may have
// happened.
type result struct {
	err      error
	unknown  bool
	warnings []string
	took     time.Duration
}

func (x *executor) do(ctx context.Context, st *plan.Step) result {
	began := time.Now()
	r := result{}
	switch st.Op {
	case plan.PullImage:
		r.err = x.pull(ctx, st)
	case plan.CreateVolume:
		r.err = x.createVolume(ctx, st)
	case plan.PrepareVolume:
		r.err = x.prepare(ctx, st)
	case plan.CreateContainer:
		var id string
		id, r.warnings, r.err = x.createContainer(ctx, st.Target, *st.Create)
		if r.err == nil {
			x.remember(st.Target, id)
		}
	case plan.StartContainer:
		r.err = x.startContainer(ctx, st)
	case plan.StopContainer:
		r.err = x.stopContainer(ctx, st)
	case plan.RemoveContainer:
		r.err = x.removeContainer(ctx, st.ContainerID, st.Force)
	default:
		r.err = fmt.Errorf("step %q is of a kind that this version does not know", st.ID)
	}
	r.took = time.Since(began)
	if k := docker.KindOf(r.err); r.err != nil {
		r.unknown = k == docker.OutcomeUnknown || k == docker.Cancelled
	}
	return r
}

func (x *executor) remember(name, id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.created == nil {
		x.created = map[string]string{}
	}
	x.created[name] = id
}

// container returns the id a step means: the one it was planned for, else the one
// this run made.
func (x *executor) container(st *plan.Step) (string, error) {
	if st.ContainerID != "" {
		return st.ContainerID, nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if id := x.created[st.Target]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("step %q: the plan neither names nor creates the container", st.ID)
}

// mark returns labels with the id of this run.
func (x *executor) mark(labels map[string]string) map[string]string {
	marked := maps.Clone(labels)
	if marked == nil {
		marked = map[string]string{}
	}
	marked[docker.LabelRun] = x.runID
	return marked
}

// tries is how often a call is made before its error is taken.
const tries = 4

// attempt makes a call until it succeeds, fails for good, or was tried often
// enough. A call that was not sent is repeated after a pause. For one whose answer
// was lost, look tells whether it happened: then it is done, else it is repeated.
// A nil look means that repeating is harmless.
func (x *executor) attempt(ctx context.Context, deadline time.Duration, call func(context.Context) error, look func(context.Context) (happened bool, err error)) error {
	pause := x.times.Pause
	for try := 1; ; try++ {
		err := within(ctx, deadline, call)
		kind := docker.KindOf(err)
		lost := kind == docker.OutcomeUnknown || kind == docker.Cancelled
		if ctx.Err() != nil || !lost && kind != docker.Unreachable {
			return err
		}
		if lost && look != nil {
			happened, lookErr := look(ctx)
			if lookErr != nil {
				return err
			}
			if happened {
				return nil
			}
		}
		if try == tries {
			return err
		}
		if !sleep(ctx, pause) {
			return err
		}
		pause *= 2
	}
}

func within(ctx context.Context, deadline time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return call(ctx)
}

// sleep waits and tells whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
