// Docker vocabulary: signals.

package docker

import "github.com/dmap-dev/dmap/engine/docker/field"

// SIGKILL is the signal that no process can refuse.
const SIGKILL = field.SIGKILL

// Signal returns the name that engines have for a signal: "SIGHUP" for "HUP", "sighup" and "1". It returns "" for what is
// no signal of Linux, and for the two that belong to the library of C.
func Signal(text string) string { return field.Signal(text) }

// SignalNames are the names of the signals without those for real time, in the order of their numbers, from 1.
func SignalNames() []string { return field.SignalNames() }
