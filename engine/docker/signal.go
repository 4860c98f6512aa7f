// Docker vocabulary: signals.

package docker

import "github.com/dmap-dev/dmap/engine/docker/field"

// SIGKILL is the signal that no process can refuse.
const SIGKILL = field.SIGKILL

// Signal returns the name that engines use for a signal: "SIGHUP" for "HUP", "sighup"
// and "1". It returns "" for what is not a signal of Linux, and for the two signals
// that the C library keeps for itself.
func Signal(text string) string { return field.Signal(text) }

// SignalNames returns the names of all signals but the real-time ones, ordered by
// number from 1.
func SignalNames() []string { return field.SignalNames() }
