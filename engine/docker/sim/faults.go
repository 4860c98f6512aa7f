// Part of the simulated engine: the call log, hooks, and the failures that tests order.

package sim

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Phase says at which point of a call a hook runs.
type Phase int

// The phases of a call: before it has any effect, and after its effect but before its
// answer.
const (
	Before Phase = iota
	After
)

// Call is one call of the API, as the log keeps it and as hooks see it.
type Call struct {
	Seq    int    // number of the call, from 1
	Op     string // such as "container.create"; the table in internal/api/route.go has all
	Method string
	Name   string // what the call names: a container's name (or the one it is to get), else what the client wrote
	Status int    // status of the answer; 0 in phase Before, and in the log if there was no answer
	Phase  Phase
}

// maxCalls bounds the call log: the oldest calls are forgotten first.
const maxCalls = 1 << 16

// Calls returns the log, oldest first. The caller owns the list.
func (e *Engine) Calls() []Call {
	e.world.Lock()
	defer e.world.Unlock()
	return append([]Call(nil), e.calls...)
}

// ClearCalls empties the log; the numbering goes on.
func (e *Engine) ClearCalls() {
	e.world.Lock()
	defer e.world.Unlock()
	e.calls = nil
}

// OnCall sets a hook that runs before each call has any effect and again after its
// effect. The hook may use the engine, also by calls of its own, for which it runs as
// well. If it returns an error, the connection is cut. nil removes the hook.
func (e *Engine) OnCall(hook func(Call) error) {
	e.world.Lock()
	defer e.world.Unlock()
	e.onCall = hook
}

func (e *Engine) hook(call Call) error {
	e.world.Lock()
	hook := e.onCall
	e.world.Unlock()
	if hook == nil {
		return nil
	}
	return hook(call)
}

func (e *Engine) beginCall(q *wire.Request) Call {
	e.world.Lock()
	defer e.world.Unlock()
	e.callCount++
	call := Call{Seq: e.callCount, Op: q.Op, Method: q.Method, Name: e.targetName(q)}
	if len(e.calls) >= maxCalls {
		// Halved, so that this copy is rare.
		e.calls = append([]Call(nil), e.calls[maxCalls/2:]...)
	}
	e.calls = append(e.calls, call)
	return call
}

// endCall writes the final status into the log.
func (e *Engine) endCall(call Call) {
	e.world.Lock()
	defer e.world.Unlock()
	for i := len(e.calls) - 1; i >= 0; i-- {
		if e.calls[i].Seq == call.Seq {
			e.calls[i].Status = call.Status
			return
		}
	}
}

// targetName returns what a call names, as a person would name it: never by id.
func (e *Engine) targetName(q *wire.Request) string {
	switch {
	case q.Op == "container.create":
		return q.Query.Get("name")
	case q.Op == "volume.create", q.Op == "network.create":
		var body struct{ Name string }
		_ = json.Unmarshal(q.Body, &body)
		return body.Name
	case q.Op == "image.create":
		return q.Query.Get("fromImage") + q.Query.Get("repo")
	case strings.HasPrefix(q.Op, "container.") || q.Op == "exec.create":
		if c, err := e.world.State.FindContainer(q.Name); err == nil {
			return c.Name
		}
	case strings.HasPrefix(q.Op, "network."):
		if n, err := e.world.State.FindNetwork(q.Name); err == nil {
			return n.Name
		}
	}
	return q.Name
}

// Fault is one failure. It strikes calls that match Op and Name: Times of them,
// beginning with the Nth.
type Fault struct {
	Op    string // which operation, such as "container.start"; a trailing * matches any rest; "" matches all
	Name  string // which name, as in Call; "" matches all
	Nth   int    // strikes from the nth matching call on; 0 and 1 are the first
	Times int    // how often it strikes; 0 is once, -1 for ever

	Status   int           // answers with this status instead of acting
	Message  string        // the message of that answer
	DiskFull bool          // answers as an engine does whose disk is full, instead of acting
	Delay    time.Duration // time that passes first: virtual, or real with ClockReal
	Hang     bool          // never acts or answers, or with CutBody stops in the middle; the call ends when the client leaves or the daemon restarts
	Cut      Cut           // where the connection ends, if it does
	Restart  bool          // restarts the daemon where Cut says, or without Cut before acting
	Hook     func(*Engine) // runs before the call acts, for instance as another client that changes something
}

// Cut says at which point of a call its connection ends.
type Cut int

// The points at which a fault can end the connection.
const (
	CutNone   Cut = iota
	CutBefore     // before the call has any effect
	CutAfter      // after its effect, before its answer
	CutBody       // in the middle of the answer's body
)

type faultRule struct {
	Fault
	seen, struck int
}

// AddFault sets a fault. Faults are tried in the order in which they were added; at
// most one strikes each call.
func (e *Engine) AddFault(f Fault) {
	e.world.Lock()
	defer e.world.Unlock()
	e.faults = append(e.faults, &faultRule{Fault: f})
}

// ClearFaults removes all faults.
func (e *Engine) ClearFaults() {
	e.world.Lock()
	defer e.world.Unlock()
	e.faults = nil
}

// takeFault returns the fault that strikes this call, or nil.
func (e *Engine) takeFault(q *wire.Request) *Fault {
	e.world.Lock()
	defer e.world.Unlock()
	var strike *Fault
	name := e.targetName(q)
	for _, f := range e.faults {
		prefix, any := strings.CutSuffix(f.Op, "*")
		fits := f.Op == "" || f.Op == q.Op || any && strings.HasPrefix(q.Op, prefix)
		if !fits || f.Name != "" && f.Name != name {
			continue
		}
		f.seen++
		allowed := max(f.Times, 1)
		if strike == nil && f.seen >= f.Nth && (f.Times < 0 || f.struck < allowed) {
			f.struck++
			strike = &f.Fault
		}
	}
	return strike
}

// faultBefore does what a fault does before the call acts, and reports whether the call
// ends with that.
func (e *Engine) faultBefore(w http.ResponseWriter, q *wire.Request, f *Fault, call *Call) bool {
	if f == nil {
		return false
	}
	if f.Hook != nil {
		f.Hook(e)
	}
	e.faultDelay(q.Ctx, f.Delay)
	if f.Hang && f.Cut != CutBody {
		e.waitGone(q.Ctx)
		wire.Cut(w)
		return true
	}
	if f.Restart && f.Cut != CutAfter && f.Cut != CutBody {
		e.Restart(false)
	}
	if f.Cut == CutBefore {
		wire.Cut(w)
		return true
	}
	if f.Status != 0 {
		e.failedStart(q, f)
		call.Phase, call.Status = After, f.Status
		e.endCall(*call)
		wire.WriteError(w, &wire.Error{Status: f.Status, Text: f.Message})
		return true
	}
	return false
}

// failedStart notes in the state of a container why its start failed, as an engine does.
func (e *Engine) failedStart(q *wire.Request, f *Fault) {
	if q.Op != "container.start" || f.Status < http.StatusInternalServerError {
		return
	}
	e.world.Lock()
	defer e.world.Unlock()
	if c, err := e.world.State.FindContainer(q.Name); err == nil && !c.Running {
		c.Fail(process.FailedStart, errors.New(f.Message))
	}
}

// faultAfter does what a fault does after the call has acted, and reports whether the
// connection is gone.
func (e *Engine) faultAfter(w http.ResponseWriter, q *wire.Request, f *Fault, rep wire.Reply, err error) bool {
	if f == nil || f.Cut != CutAfter && f.Cut != CutBody {
		return false
	}
	if f.Restart {
		e.Restart(false)
	}
	if f.Cut == CutBody && err == nil {
		wire.WriteHalf(w, rep)
	}
	if f.Hang {
		e.waitGone(q.Ctx)
	}
	wire.Cut(w)
	return true
}

func (e *Engine) faultDelay(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	if e.opts.Clock != ClockReal {
		e.Advance(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// waitGone waits until the client leaves or the daemon restarts.
func (e *Engine) waitGone(ctx context.Context) {
	e.world.Lock()
	cut := e.world.Clock.End()
	e.world.Unlock()
	select {
	case <-ctx.Done():
	case <-cut:
	}
}

// diskFullText returns what the engine says if an operation finds no space.
func diskFullText(q *wire.Request) string {
	const reason = "no space left on device"
	switch q.Op {
	case "container.create":
		return "mkdir /var/lib/docker/overlay2/" + ids.Of("layer", q.Query.Get("name")) + "-init: " + reason
	case "volume.create":
		return "create: mkdir /var/lib/docker/volumes: " + reason
	}
	return "write /var/lib/docker/tmp: " + reason
}

// Restart restarts the daemon: all streams end, and processes are killed unless
// liveRestore is set. Containers are then started again if their restart policy says
// so; the others stay exited with 137.
func (e *Engine) Restart(liveRestore bool) {
	e.world.Lock()
	defer e.world.Unlock()
	e.world.Clock.CutStreams()
	e.world.Journal.Forget()
	for _, c := range e.world.State.ContainersByAge() {
		e.world.Mounts.Hold(c)
	}
	if !liveRestore {
		e.world.Supervisor.KillAll()
	}
	e.world.Clock.Touch()
}
