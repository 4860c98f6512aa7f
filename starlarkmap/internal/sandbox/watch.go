// Sandbox: ending a run that takes too many steps, too much time or too much memory.

package sandbox

import (
	"context"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"time"

	"go.starlark.net/starlark"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Bounds are the limits of one run.
type Bounds struct {
	Steps       int64
	Time, Grace time.Duration
	Heap        int64
	// StepsField and TimeField name the fields of Limits, for hints.
	StepsField, TimeField string
}

const (
	// chunk is how many steps a thread gets at a time.
	chunk = 10_000
	// deepestCalls is how many calls may be active. As recursion is off, only a chain
	// of that many functions gets there; the limit protects the stack of Go.
	deepestCalls = 5_000
	// sampling is the interval at which the heap is measured.
	sampling = 5 * time.Millisecond
)

// Watch is shared by the goroutine that runs Starlark and the one that waits for it.
type Watch struct {
	Bounds
	left int64 // steps not yet granted to a thread; only the running goroutine uses it
	// Ctx ends when the run is stopped or has ended.
	Ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	threads map[*starlark.Thread]uint64 // the total of steps each may take
	why     *problem.Problem            // set once, before stopped is closed
	stopped chan struct{}
}

// Supervise calls run on a new goroutine and returns its error. When a bound is reached
// or ctx ends, the threads of the run are cancelled; if run then does not return within
// the grace period, Supervise returns without it and leaves the goroutine behind. What
// run wrote may be read only if returned is true.
func Supervise(ctx context.Context, b Bounds, run func(*Watch) error) (err error, returned bool) {
	if ctx.Err() != nil {
		return canceled(ctx), true
	}
	w := &Watch{Bounds: b, left: b.Steps, threads: map[*starlark.Thread]uint64{}, stopped: make(chan struct{})}
	w.Ctx, w.cancel = context.WithCancel(ctx)
	defer w.cancel()
	done := make(chan error, 1) // with room for one: a run that is left behind must not block
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- internalError(r)
			}
		}()
		done <- run(w)
	}()
	return w.wait(ctx, done)
}

// wait returns when the run has ended, or when the grace period after stopping it has.
// A channel that has done its work is set to nil, so that it is not selected again.
func (w *Watch) wait(ctx context.Context, done <-chan error) (err error, returned bool) {
	deadline := time.NewTimer(w.Time)
	defer deadline.Stop()
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	heap := newHeapMeter(w.Heap)
	stopped, ended := w.stopped, ctx.Done()
	var grace <-chan time.Time
	for {
		select {
		case err := <-done:
			return err, true
		case <-ended:
			ended = nil
			w.stop(canceled(ctx))
		case <-deadline.C:
			w.stop(&problem.Problem{Code: problem.CodeTimeLimit,
				Msg: fmt.Sprintf("time limit of %v reached", w.Time), Hint: Raise(w.TimeField)})
		case <-tick.C:
			if heap.over() {
				w.stop(&problem.Problem{Code: problem.CodeMemoryLimit,
					Msg: fmt.Sprintf("memory limit of %d MiB reached", w.Heap>>20), Hint: Raise("Heap")})
			}
		case <-stopped:
			stopped = nil
			grace = time.After(w.Grace)
		case <-grace:
			p := *w.Reason()
			p.Code, p.Hint = problem.CodeStuck, ""
			p.Msg += ", and the program could not be stopped within " + w.Grace.String()
			return &p, false
		}
	}
}

// canceled returns the problem that the caller's context ended.
func canceled(ctx context.Context) *problem.Problem {
	cause := context.Cause(ctx)
	return &problem.Problem{Code: problem.CodeCanceled, Msg: "canceled: " + cause.Error(), Cause: cause}
}

// stop cancels all threads. The first reason is kept.
func (w *Watch) stop(why *problem.Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.why != nil {
		return
	}
	w.why = why
	close(w.stopped)
	w.cancel()
	for t := range w.threads {
		t.Cancel(why.Msg)
	}
}

// Reason returns why the run was stopped, or nil.
func (w *Watch) Reason() *problem.Problem {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// Begin starts watching a new thread; [Watch.End] ends it.
func (w *Watch) Begin(t *starlark.Thread) {
	t.OnMaxSteps = w.refill
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grant(t)
	if w.why != nil { // stopped before this thread began: stop did not see it
		t.Cancel(w.why.Msg)
	}
}

// End stops watching a thread and returns the steps it did not use to the run.
func (w *Watch) End(t *starlark.Thread) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if allowed := w.threads[t]; allowed > t.ExecutionSteps() {
		w.left += int64(allowed - t.ExecutionSteps())
	}
	delete(w.threads, t)
}

// grant allows a thread its next steps.
func (w *Watch) grant(t *starlark.Thread) {
	n := min(w.left, chunk)
	w.left -= n
	allowed := t.ExecutionSteps() + uint64(n)
	w.threads[t] = allowed
	// The interpreter calls refill when it reaches the number, before it takes that
	// step.
	t.SetMaxExecutionSteps(allowed + 1)
}

// refill is called by the interpreter when a thread has used its steps.
func (w *Watch) refill(t *starlark.Thread) {
	if t.CallStackDepth() > deepestCalls {
		w.stop(&problem.Problem{Code: problem.CodeStepLimit, Msg: fmt.Sprintf("more than %d calls inside each other", deepestCalls)})
		return
	}
	if w.left <= 0 {
		w.stop(&problem.Problem{Code: problem.CodeStepLimit,
			Msg: "step limit of " + grouped(w.Steps) + " reached", Hint: Raise(w.StepsField)})
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grant(t)
}

// grouped writes 10000000 as "10 000 000".
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// heapMeter finds out when the heap of the process has grown too much.
type heapMeter struct {
	sample []metrics.Sample
	most   uint64
	quiet  time.Time
}

func newHeapMeter(growth int64) *heapMeter {
	h := &heapMeter{sample: []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}}
	h.most = h.now() + uint64(growth)
	return h
}

func (h *heapMeter) now() uint64 {
	metrics.Read(h.sample)
	return h.sample[0].Value.Uint64()
}

// over reports whether the heap has grown too much. Garbage must not count, so it
// collects first; as that is expensive, at most a few times a second.
func (h *heapMeter) over() bool {
	if h.now() <= h.most || time.Now().Before(h.quiet) {
		return false
	}
	runtime.GC()
	h.quiet = time.Now().Add(20 * sampling)
	return h.now() > h.most
}

// internalError returns the problem for a panic in the code below.
func internalError(r any) *problem.Problem {
	return &problem.Problem{Code: problem.CodeInternal, Msg: fmt.Sprintf("internal error: %v; please report this program", r)}
}
