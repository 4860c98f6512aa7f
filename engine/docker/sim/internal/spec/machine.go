// Spec: what the checks have to know about an engine.

package spec

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Machine is what checks have to know about the engine and its host. It is handed in,
// so that a check can run where there is no engine.
type Machine struct {
	API  wire.Version
	CPUs int
	Has  func(path string) bool // whether the host has a file or directory
}
