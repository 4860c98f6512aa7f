// Part of the simulated engine: the table of the API, and the way of one call through the engine.

package sim

import (
	"errors"
	"net/http"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// routes is the table of the API.
func routes() []wire.Route[*world] {
	return []wire.Route[*world]{
		wire.On("GET", "_ping", "ping", ping),
		wire.On("HEAD", "_ping", "ping", ping),
		wire.On("GET", "version", "version", versionInfo),
		wire.On("GET", "info", "info", info),
		wire.On("GET", "events", "events", events),
		wire.On("GET", "system/df", "system.df", diskUsage),
		wire.On("POST", "auth", "auth", auth),
		wire.On("POST", "build/prune", "build.prune", buildPrune),
		wire.On("GET", "plugins", "plugin.list", pluginList),
		wire.On("GET", "swarm", "swarm.inspect", noSwarm),
		wire.On("GET", "nodes", "node.list", noSwarm),
		wire.On("GET", "nodes/*", "node.inspect", noSwarm),
		wire.On("GET", "services", "service.list", noSwarm),
		wire.On("GET", "services/*", "service.inspect", noSwarm),
		wire.On("GET", "tasks", "task.list", noSwarm),
		wire.On("GET", "tasks/*", "task.inspect", noSwarm),
		wire.On("GET", "secrets", "secret.list", noSwarm),
		wire.On("GET", "secrets/*", "secret.inspect", noSwarm),
		wire.On("GET", "configs", "config.list", noSwarm),
		wire.On("GET", "configs/*", "config.inspect", noSwarm),

		wire.On("GET", "containers/json", "container.list", containerList),
		wire.On("POST", "containers/create", "container.create", containerCreate),
		wire.On("POST", "containers/prune", "container.prune", containerPrune),
		wire.On("GET", "containers/*/json", "container.inspect", containerInspect),
		wire.On("GET", "containers/*/logs", "container.logs", containerLogs),
		wire.On("GET", "containers/*/top", "container.top", containerTop),
		wire.On("GET", "containers/*/stats", "container.stats", containerStats),
		wire.On("GET", "containers/*/changes", "container.changes", containerChanges),
		wire.On("GET", "containers/*/export", "container.export", containerExport),
		wire.On("GET", "containers/*/archive", "container.archive.get", archiveGet),
		wire.On("HEAD", "containers/*/archive", "container.archive.stat", archiveStat),
		wire.On("PUT", "containers/*/archive", "container.archive.put", archivePut),
		wire.On("POST", "containers/*/start", "container.start", containerStart),
		wire.On("POST", "containers/*/stop", "container.stop", containerStop),
		wire.On("POST", "containers/*/restart", "container.restart", containerRestart),
		wire.On("POST", "containers/*/kill", "container.kill", containerKill),
		wire.On("POST", "containers/*/pause", "container.pause", containerPause),
		wire.On("POST", "containers/*/unpause", "container.unpause", containerUnpause),
		wire.On("POST", "containers/*/rename", "container.rename", containerRename),
		wire.On("POST", "containers/*/update", "container.update", containerUpdate),
		wire.On("POST", "containers/*/wait", "container.wait", containerWait),
		wire.On("POST", "containers/*/resize", "container.resize", containerResize),
		wire.On("POST", "containers/*/attach", "container.attach", containerAttach),
		wire.On("POST", "containers/*/exec", "exec.create", execCreate),
		wire.On("DELETE", "containers/*", "container.remove", containerRemove),

		wire.On("POST", "exec/*/start", "exec.start", execStart),
		wire.On("POST", "exec/*/resize", "exec.resize", execResize),
		wire.On("GET", "exec/*/json", "exec.inspect", execInspect),

		wire.On("POST", "commit", "container.commit", commit),
		wire.On("GET", "images/json", "image.list", imageList),
		wire.On("POST", "images/create", "image.create", imageCreate),
		wire.On("POST", "images/load", "image.load", imageLoad),
		wire.On("POST", "images/prune", "image.prune", imagePrune),
		wire.On("GET", "images/get", "image.save", imageSave),
		wire.On("GET", "images/*/get", "image.save", imageSave),
		wire.On("GET", "images/*/json", "image.inspect", imageInspect),
		wire.On("GET", "images/*/history", "image.history", imageHistory),
		wire.On("POST", "images/*/tag", "image.tag", imageTag),
		wire.On("GET", "distribution/*/json", "distribution.inspect", distributionInspect),
		wire.On("DELETE", "images/*", "image.remove", imageRemove),

		wire.On("GET", "volumes", "volume.list", volumeList),
		wire.On("POST", "volumes/create", "volume.create", volumeCreate),
		wire.On("POST", "volumes/prune", "volume.prune", volumePrune),
		wire.On("GET", "volumes/*", "volume.inspect", volumeInspect),
		wire.On("DELETE", "volumes/*", "volume.remove", volumeRemove),

		wire.On("GET", "networks", "network.list", networkList),
		wire.On("GET", "networks/", "network.list", networkList),
		wire.On("POST", "networks/create", "network.create", networkCreate),
		wire.On("POST", "networks/prune", "network.prune", networkPrune),
		wire.On("POST", "networks/*/connect", "network.connect", networkConnect),
		wire.On("POST", "networks/*/disconnect", "network.disconnect", networkDisconnect),
		wire.On("GET", "networks/*", "network.inspect", networkInspect),
		wire.On("DELETE", "networks/*", "network.remove", networkRemove),
	}
}

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

// commonHeaders are on each answer. Date is the virtual time, by which clients judge leases.
func (e *Engine) commonHeaders(h http.Header) {
	h.Set("Api-Version", e.version.String())
	h.Set("Docker-Experimental", "false")
	h.Set("Ostype", "linux")
	h.Set("Server", "Docker/"+e.version.Release()+" (linux)")
	h.Set("Date", e.Now().UTC().Format(http.TimeFormat))
}

// serve runs one operation with the faults and hooks that are set for it.
func (e *Engine) serve(w http.ResponseWriter, q *wire.Request, rt wire.Route[*world]) {
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
func (e *Engine) run(q *wire.Request, rt wire.Route[*world], fault *Fault) (wire.Reply, error) {
	e.world.Lock()
	defer e.world.Unlock()
	e.world.clock.tick()
	if fault != nil && fault.DiskFull {
		return wire.Reply{}, wire.Failure("%s", diskFullText(q))
	}
	rep, err := rt.Do(e.world, q)
	if err == nil {
		rep, err = wire.Encoded(rep)
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		e.world.clock.touch()
	}
	return rep, err
}
