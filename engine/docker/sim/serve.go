// Part of the simulated engine: the path of one call through the engine.

package sim

import (
	"errors"
	"net/http"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// ServeHTTP answers one call of the Engine API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.commonHeaders(w.Header())
	number, path := wire.SplitVersion(r.URL.Path)
	rt, name, found := wire.Find(e.routes, r.Method, path)
	if !found {
		wire.WriteError(w, wire.NotFound("page not found"))
		return
	}
	version, err := e.version.Accept(number)
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	body, err := wire.ReadBody(rt.Op, r)
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	q := &wire.Request{
		Ctx: r.Context(), Method: r.Method, Op: rt.Op, Name: name, Version: version,
		Query: r.URL.Query(), Header: r.Header, Body: body,
	}
	e.serve(w, q, rt)
}

// commonHeaders sets the headers of every answer. Date is the virtual time: clients
// judge the age of leases by it.
func (e *Engine) commonHeaders(h http.Header) {
	h.Set("Api-Version", e.version.String())
	h.Set("Docker-Experimental", "false")
	h.Set("Ostype", "linux")
	h.Set("Server", "Docker/"+e.version.Release()+" (linux)")
	h.Set("Date", e.Now().UTC().Format(http.TimeFormat))
}

// serve runs one operation, with the faults and hooks that apply to it.
func (e *Engine) serve(w http.ResponseWriter, q *wire.Request, rt wire.Route[*world.World]) {
	call := e.beginCall(q)
	if err := e.hook(call); err != nil {
		wire.Cut(w)
		return
	}
	fault := e.takeFault(q)
	if done := e.faultBefore(w, q, fault, &call); done {
		return
	}
	rep, err := e.run(q, rt, fault)
	call.Phase, call.Status = After, wire.StatusOf(rep, err)
	e.endCall(call)
	// The call has had its effect by now, and only its answer is lost.
	if hookErr := e.hook(call); hookErr != nil {
		wire.Cut(w)
		return
	}
	if done := e.faultAfter(w, q, fault, rep, err); done {
		return
	}
	switch {
	case errors.Is(err, wire.ErrCut):
		wire.Cut(w)
	case err != nil:
		wire.WriteError(w, err)
	default:
		wire.Write(w, q, rep)
	}
}

// run carries out the operation under the lock.
func (e *Engine) run(q *wire.Request, rt wire.Route[*world.World], fault *Fault) (wire.Reply, error) {
	e.world.Lock()
	defer e.world.Unlock()
	e.world.Clock.Tick()
	// Taken under the lock that the operation runs under: the stream belongs to this
	// daemon, even if it is restarted before the stream begins.
	q.Cut = e.world.Clock.End()
	if fault != nil && fault.DiskFull {
		return wire.Reply{}, wire.Failure("%s", diskFullText(q))
	}
	rep, err := rt.Do(e.world, q)
	if err == nil {
		rep, err = wire.Encoded(rep)
	}
	// Reads change nothing that anybody could wait for.
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		e.world.Clock.Touch()
	}
	return rep, err
}
