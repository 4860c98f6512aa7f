// Program text to model: ending a run that takes too many steps, too long or too
// much memory.

package starlarkmap

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

// bounds are the limits of one run.
type bounds struct {
	steps       int64
	time, grace time.Duration
	heap        int64
	// stepsField and timeField name the fields of Limits for hints.
	stepsField, timeField string
}

const (
	// chunk is how many steps a thread gets at a time.
	chunk = 10_000
	// deepestCalls is how many calls may be active. Recursion is off, so only a
	// chain of as many functions gets there; its purpose is the stack of Go.
	deepestCalls = 5_000
	// sampling is how often the heap is looked at.
	sampling = 5 * time.Millisecond
)

// watch is shared by the goroutine that runs Starlark and the one that waits.
type watch struct {
	bounds
	left int64 // steps not yet given to a thread; the running goroutine's
	// ctx ends when the run is stopped or over.
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	threads map[*starlark.Thread]uint64 // the steps each may take in all
	why     *problem.Problem            // set once, before stopped is closed
	stopped chan struct{}
}

// supervise calls run on a goroutine of its own and returns its error. When a
// bound is reached or ctx ends, the threads of the run are cancelled; if run does
// not return within the grace period, supervise returns without it. What run
// wrote may be read only if the second result is true.
func supervise(ctx context.Context, b bounds, run func(*watch) error) (err error, returned bool) {
	if ctx.Err() != nil {
		return canceled(ctx), true
	}
	w := &watch{bounds: b, left: b.steps, threads: map[*starlark.Thread]uint64{}, stopped: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancel(ctx)
	defer w.cancel()
	done := make(chan error, 1)
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

func (w *watch) wait(ctx context.Context, done <-chan error) (err error, returned bool) {
	deadline := time.NewTimer(w.time)
	defer deadline.Stop()
	tick := time.NewTicker(sampling)
	defer tick.Stop()
	heap := newHeapMeter(w.heap)
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
				Msg: fmt.Sprintf("time limit of %v reached", w.time), Hint: raise(w.timeField)})
		case <-tick.C:
			if heap.over() {
				w.stop(&problem.Problem{Code: problem.CodeMemoryLimit,
					Msg: fmt.Sprintf("memory limit of %d MiB reached", w.heap>>20), Hint: raise("Heap")})
			}
		case <-stopped:
			stopped = nil
			grace = time.After(w.grace)
		case <-grace:
			p := *w.reason()
			p.Code, p.Hint = problem.CodeStuck, ""
			p.Msg += ", and the program could not be stopped within " + w.grace.String()
			return &p, false
		}
	}
}

// canceled says that the caller's context ended.
func canceled(ctx context.Context) *problem.Problem {
	cause := context.Cause(ctx)
	return &problem.Problem{Code: problem.CodeCanceled, Msg: "canceled: " + cause.Error(), Cause: cause}
}

// stop cancels all threads; the first reason stays.
func (w *watch) stop(why *problem.Problem) {
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

// reason returns why the run was stopped, or nil.
func (w *watch) reason() *problem.Problem {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.why
}

// begin puts a new thread under watch, end takes it out.
func (w *watch) begin(t *starlark.Thread) {
	t.OnMaxSteps = w.refill
	w.mu.Lock()
	defer w.mu.Unlock()
	w.grant(t)
	if w.why != nil {
		t.Cancel(w.why.Msg)
	}
}

func (w *watch) end(t *starlark.Thread) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if allowed := w.threads[t]; allowed > t.ExecutionSteps() {
		w.left += int64(allowed - t.ExecutionSteps())
	}
	delete(w.threads, t)
}

// grant gives a thread its next steps.
func (w *watch) grant(t *starlark.Thread) {
	n := min(w.left, chunk)
	w.left -= n
	allowed := t.ExecutionSteps() + uint64(n)
	w.threads[t] = allowed
	// The interpreter asks when it reaches the number, before that step is done.
	t.SetMaxExecutionSteps(allowed + 1)
}

// refill is called by the interpreter when a thread has used its steps.
func (w *watch) refill(t *starlark.Thread) {
	if t.CallStackDepth() > deepestCalls {
		w.stop(&problem.Problem{Code: problem.CodeStepLimit, Msg: fmt.Sprintf("more than %d calls inside each other", deepestCalls)})
		return
	}
	if w.left <= 0 {
		w.stop(&problem.Problem{Code: problem.CodeStepLimit,
			Msg: "step limit of " + grouped(w.steps) + " reached", Hint: raise(w.stepsField)})
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

// heapMeter tells when the heap of the process has grown too much.
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

// over counts garbage only after it had a chance to be collected; as that costs,
// not more than a few times a second.
func (h *heapMeter) over() bool {
	if h.now() <= h.most || time.Now().Before(h.quiet) {
		return false
	}
	runtime.GC()
	h.quiet = time.Now().Add(20 * sampling)
	return h.now() > h.most
}
