// Run: the table of operations: how each kind of step is carried out.

package run

import (
	"context"
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
)

// operation says how one kind of step is carried out. Everything else about it stands
// in the row of the same Op in engine/plan.
type operation struct {
	op    plan.Op
	class class // whose limit bounds it
	do    func(x *executor, ctx context.Context, st *plan.Step) (warnings []string, err error)
}

// operations is the table of operations. A new one is a row here, and an executor in a
// file of its own.
func operations() []operation {
	return []operation{
		{plan.PullImage, pulls, silent((*executor).pull)},
		{plan.CreateVolume, work, silent((*executor).createVolume)},
		{plan.PrepareVolume, work, silent((*executor).prepare)},
		{plan.CreateContainer, work, (*executor).createPlanned},
		{plan.StartContainer, work, silent((*executor).startContainer)},
		{plan.UpdateContainer, work, (*executor).updateContainer},
		{plan.StopContainer, stops, silent((*executor).stopContainer)},
		{plan.SignalContainer, work, silent((*executor).signalContainer)},
		{plan.RemoveContainer, work, silent((*executor).removePlanned)},
	}
}

// result is how a step ended. unknown means that the call was cut off and may have had
// its effect.
type result struct {
	err      error
	unknown  bool
	warnings []string
	took     time.Duration
}

// carryOut does what a step says.
func (op operation) carryOut(ctx context.Context, x *executor, st *plan.Step) result {
	began := time.Now()
	r := result{}
	r.warnings, r.err = op.do(x, ctx, st)
	r.took = time.Since(began)
	r.unknown = docker.MayHaveHappened(r.err)
	return r
}

// silent adapts an executor whose calls have no warnings.
func silent(do func(*executor, context.Context, *plan.Step) error) func(*executor, context.Context, *plan.Step) ([]string, error) {
	return func(x *executor, ctx context.Context, st *plan.Step) ([]string, error) { return nil, do(x, ctx, st) }
}

// class is a kind of call that has a limit of its own.
type class int

const (
	work class = iota
	stops
	pulls
)

// operationOf finds out how a step is carried out. The error says that this version
// cannot do that, or what the step lacks.
func operationOf(st *plan.Step) (operation, error) {
	for _, row := range operations() {
		if row.op == st.Op {
			return row, st.Check()
		}
	}
	return operation{}, fmt.Errorf("step %q is of a kind that this version does not know", st.ID)
}
