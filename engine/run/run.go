// Run: the order of work.

package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/plan"
)

// ErrInterrupted is returned by [Do] if the run was told to end before all steps were
// done.
var ErrInterrupted = errors.New("interrupted")

// Do carries out p and returns when nothing is in flight any more. The report is never
// nil. The error joins those of the failed steps, ErrInterrupted or [ErrLockLost] if
// the run ended early, and problems with the lock; it is nil if every step is done.
// When ctx ends, calls in flight are cut off; close Options.Drain to let them finish.
func Do(ctx context.Context, client docker.Client, p *plan.Plan, o Options) (*Report, error) {
	began := time.Now()
	if o.RunID == "" {
		o.RunID = newID()
	}
	if p == nil || client == nil {
		return &Report{RunID: o.RunID}, errors.New("run: there is no plan, or no client to carry it out with")
	}
	s := newSchedule(p, o.heard(ctx))
	report := &Report{RunID: o.RunID, Results: s.results}
	err := s.locked(ctx, client, o)
	report.Interrupted = errors.Is(err, ErrInterrupted)
	report.Took = time.Since(began)
	var errs []error
	for _, r := range report.Results {
		if r.Err != nil {
			errs = append(errs, r.Err)
		}
	}
	return report, errors.Join(append(errs, err)...)
}

// locked does the work as the only run on the map.
func (s *schedule) locked(ctx context.Context, client docker.Client, o Options) error {
	if len(s.plan.Steps) == 0 {
		return nil
	}
	x := &executor{client: client, runID: o.RunID, plan: s.plan, calls: calls.New(o.Times)}
	if o.Lock != nil || !s.plan.ChangesMap() {
		return s.work(ctx, x, o.Lock)
	}
	lock, err := Acquire(ctx, client, s.plan.Map, LockOptions{
		Times: o.Times, Dir: o.LockDir, TakesDown: s.plan.TakesDown(), Warn: o.Warn,
	})
	if err != nil {
		return err
	}
	return errors.Join(s.work(ctx, x, lock), lock.Release())
}

// schedule knows which steps wait for which. Only the goroutine that runs work touches
// it.
type schedule struct {
	plan       *plan.Plan
	results    []Result
	operations []operation // by step
	waits      []int       // by step: how many of its needs are not done
	users      [][]int     // by step: which steps wait for it
	ready      []int       // steps that may begin, in the order of the plan
	free       map[class]int
	events     func(Event)

	drain    <-chan struct{}
	draining func(steps int)
}

func newSchedule(p *plan.Plan, o Options) *schedule {
	limits := o.Limits.withDefaults()
	s := &schedule{
		plan:       p,
		results:    make([]Result, len(p.Steps)),
		operations: make([]operation, len(p.Steps)),
		waits:      make([]int, len(p.Steps)),
		users:      make([][]int, len(p.Steps)),
		free:       map[class]int{work: limits.Work, stops: limits.Stops, pulls: limits.Pulls},
		events:     o.Events,

		drain:    o.Drain,
		draining: o.Draining,
	}
	if s.events == nil {
		s.events = func(Event) {}
	}
	if s.draining == nil {
		s.draining = func(int) {}
	}
	index := make(map[string]int, len(p.Steps))
	for i := range p.Steps {
		s.results[i] = Result{Step: &p.Steps[i], Status: Waiting}
		var err error
		s.operations[i], err = operationOf(&p.Steps[i])
		if _, twice := index[p.Steps[i].ID]; twice {
			err = fmt.Errorf("step %q appears twice in the plan", p.Steps[i].ID)
		}
		if err != nil {
			s.results[i].Status, s.results[i].Err = Failed, err
		}
		index[p.Steps[i].ID] = i
	}
	for i := range p.Steps {
		for _, need := range p.Steps[i].Needs {
			j, ok := index[need]
			if !ok {
				s.results[i].Status = Failed
				s.results[i].Err = fmt.Errorf("step %q needs %q, which is not in the plan", p.Steps[i].ID, need)
				continue
			}
			s.waits[i]++
			s.users[j] = append(s.users[j], i)
		}
	}
	// A plan that was made elsewhere can contain such steps. They fail, whatever needs
	// them is skipped, and all others run.
	s.failCircles()
	for i := range p.Steps {
		switch {
		case s.results[i].Err != nil:
			s.skip(i)
		case s.waits[i] == 0:
			s.ready = append(s.ready, i)
		}
	}
	return s
}

// failCircles fails all steps that wait, directly or not, for themselves.
func (s *schedule) failCircles() {
	waits := slices.Clone(s.waits)
	var free []int
	for i, n := range waits {
		if n == 0 {
			free = append(free, i)
		}
	}
	for ; len(free) > 0; free = free[1:] {
		for _, i := range s.users[free[0]] {
			if waits[i]--; waits[i] == 0 {
				free = append(free, i)
			}
		}
	}
	for i, n := range waits {
		if n > 0 && s.results[i].Err == nil {
			s.results[i].Status = Failed
			s.results[i].Err = fmt.Errorf("step %q cannot begin: it waits for a step that waits for itself", s.plan.Steps[i].ID)
		}
	}
}

type outcome struct {
	step int
	result
}

// work begins steps and waits for them, until nothing is in flight and nothing can
// begin. The error says why it ended early, if it did.
func (s *schedule) work(ctx context.Context, x *executor, lock *Lock) error {
	outcomes := make(chan outcome)
	flying := 0
	drain := s.drain
	var early error
	for {
		if isClosed(drain) {
			early, drain = ErrInterrupted, nil
			if flying > 0 {
				s.draining(flying)
			}
		}
		if early == nil && ctx.Err() != nil {
			early = ErrInterrupted
		}
		if early == nil {
			early = lock.check()
		}
		if early == nil {
			flying += s.begin(ctx, x, outcomes)
		}
		if flying == 0 {
			if !s.left() {
				return nil
			}
			return early
		}
		select {
		case o := <-outcomes:
			flying--
			s.end(o)
		case <-drain: // which the next round sees
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// begin starts those ready steps for which there is a free place, in the order of the
// plan.
func (s *schedule) begin(ctx context.Context, x *executor, outcomes chan<- outcome) (begun int) {
	var later []int
	for _, i := range s.ready {
		st := &s.plan.Steps[i]
		op := s.operations[i]
		if s.free[op.class] == 0 {
			later = append(later, i)
			continue
		}
		s.free[op.class]--
		begun++
		s.events(Event{Step: st, Status: Begun})
		go func() { outcomes <- outcome{i, op.carryOut(ctx, x, st)} }()
	}
	s.ready = later
	return begun
}

// end records how a step ended, before anything that waits for it can begin.
func (s *schedule) end(o outcome) {
	st := &s.plan.Steps[o.step]
	s.free[s.operations[o.step].class]++
	r := Result{Step: st, Status: Done, Err: o.err, Warnings: o.warnings, Took: o.took}
	switch {
	// A call that was cut off may have had its effect. So the step is neither done nor
	// failed, and the next run has to look.
	case o.err != nil && o.unknown:
		r.Status = Unknown
	case o.err != nil:
		r.Status = Failed
	}
	s.results[o.step] = r
	s.events(Event{Step: st, Status: r.Status, Warnings: r.Warnings, Err: r.Err, Took: r.Took})
	if r.Status != Done {
		s.skip(o.step)
		return
	}
	for _, i := range s.users[o.step] {
		if s.waits[i]--; s.waits[i] == 0 && s.results[i].Status == Waiting {
			s.insert(i)
		}
	}
}

// insert adds a step to ready, which stays in the order of the plan.
func (s *schedule) insert(i int) {
	at := len(s.ready)
	for at > 0 && s.ready[at-1] > i {
		at--
	}
	s.ready = append(s.ready, 0)
	copy(s.ready[at+1:], s.ready[at:])
	s.ready[at] = i
}

// skip marks everything that waits for a step, directly or not.
func (s *schedule) skip(step int) {
	for todo := []int{step}; len(todo) > 0; todo = todo[1:] {
		for _, i := range s.users[todo[0]] {
			if s.results[i].Status == Waiting {
				s.results[i].Status = Skipped
				s.events(Event{Step: &s.plan.Steps[i], Status: Skipped})
				todo = append(todo, i)
			}
		}
	}
}

// left reports whether any step never got its turn or was cut off.
func (s *schedule) left() bool {
	for _, r := range s.results {
		kind := docker.KindOf(r.Err)
		if r.Status == Waiting || kind == docker.Cancelled || kind == docker.OutcomeUnknown {
			return true
		}
	}
	return false
}
