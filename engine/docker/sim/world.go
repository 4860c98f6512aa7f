// Part of the simulated engine: what it is made of, and who needs whom.

package sim

import (
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// world is what an engine holds, with those who act on it. All of them share one state under one lock, which callers hold.
type world struct {
	sync.Mutex
	st         *state
	version    wire.Version
	host       host
	clock      *clock
	journal    *journal
	volumes    *volumes
	mounts     *mounts
	networks   *networks
	endpoints  *endpoints
	images     *images
	supervisor *supervisor
	containers *containers
}

// newWorld puts a world around a state. Whoever needs another gets it here.
func newWorld(on host, mode ClockMode, version wire.Version, st *state) *world {
	w := &world{st: st, version: version, host: on}
	w.journal = newJournal(st)
	w.volumes = &volumes{st: st, version: version, journal: w.journal}
	w.mounts = &mounts{st: st, version: version, journal: w.journal, volumes: w.volumes}
	w.networks = &networks{st: st, version: version, journal: w.journal}
	w.endpoints = &endpoints{st: st, version: version, journal: w.journal, networks: w.networks}
	w.images = &images{st: st, journal: w.journal}
	w.supervisor = &supervisor{st: st, journal: w.journal, mounts: w.mounts, endpoints: w.endpoints}
	w.clock = newClock(&w.Mutex, &st.Now, mode, w.supervisor.nextDue)
	w.supervisor.clock = w.clock
	w.containers = &containers{st: st, version: version, host: w.host, mounts: w.mounts, endpoints: w.endpoints}
	return w
}

// now is the virtual time, for callers who do not hold the lock.
func (w *world) now() time.Time {
	w.Lock()
	defer w.Unlock()
	return w.st.Now
}
