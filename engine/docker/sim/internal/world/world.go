// World: what it consists of, and who needs whom.

package world

import (
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// World is what an engine holds, and those who act on it. All of them share one state
// under one lock, which callers hold.
type World struct {
	sync.Mutex
	State      *state.State
	Version    wire.Version
	Host       Host
	Clock      *process.Clock
	Journal    *Journal
	Volumes    *Volumes
	Mounts     *Mounts
	Networks   *Networks
	Endpoints  *Endpoints
	Images     *Images
	Supervisor *Supervisor
	Containers *Containers
}

// New puts a world around a state, and hands each part the others that it needs.
func New(on Host, mode process.ClockMode, version wire.Version, st *state.State) *World {
	w := &World{State: st, Version: version, Host: on}
	w.Journal = newJournal(st)
	w.Volumes = &Volumes{st: st, version: version, journal: w.Journal}
	w.Mounts = &Mounts{st: st, version: version, journal: w.Journal, volumes: w.Volumes}
	w.Networks = &Networks{st: st, version: version, journal: w.Journal}
	w.Endpoints = &Endpoints{st: st, version: version, journal: w.Journal, networks: w.Networks}
	w.Images = &Images{st: st, journal: w.Journal}
	w.Supervisor = &Supervisor{st: st, journal: w.Journal, mounts: w.Mounts, endpoints: w.Endpoints}
	w.Clock = process.NewClock(&w.Mutex, &st.Now, mode, w.Supervisor.nextDue)
	w.Supervisor.clock = w.Clock
	w.Containers = &Containers{st: st, version: version, host: w.Host, journal: w.Journal, mounts: w.Mounts, endpoints: w.Endpoints}
	return w
}

// Now returns the virtual time, for callers who do not hold the lock.
func (w *World) Now() time.Time {
	w.Lock()
	defer w.Unlock()
	return w.State.Now
}
