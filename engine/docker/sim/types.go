// Part of the simulated engine: the types of its documents, files and scripts that tests write down.

package sim

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// Config is the portable configuration of a container or an image. Fields are those of the Engine API.
type Config = spec.Config

// StringList is a list of words that JSON may also hold as one plain string, as Cmd and Entrypoint do.
type StringList = spec.StringList

// Healthcheck is the probe of a container. Durations are nanoseconds; zero means the engine's default.
type Healthcheck = spec.Healthcheck

// File is one file or directory. The zero value is an empty file of root with mode 0.
type File = files.File

// ScriptLabel is the label of an image or a container whose text is read by [ParseProcess], so that an image loaded from a
// tar file can carry its script.
const ScriptLabel = script.Label

// Process says how the first process of a container behaves. The zero value runs until it is stopped and exits with 143 on
// TERM. Durations are virtual time.
type Process = script.Process

// ParseProcess reads a script of words: run, exit=CODE, after=DURATION, ignore-term, term-exit=CODE, crash=TIMES,
// healthy-after=DURATION, unhealthy, print=TEXT, warn=TEXT. The empty text is the zero Process; "after" alone means exit=0.
func ParseProcess(text string) (Process, error) { return script.Parse(text) }

// Image is an image as a test declares it. Only Names or ID is needed.
type Image = world.Image

// ClockMode says how virtual time passes.
type ClockMode = process.ClockMode

// The ways in which virtual time passes.
const (
	// ClockJump moves a millisecond with each request; a call that has to wait makes the clock jump to the next thing that
	// happens, so nothing ever sleeps. Inspecting a container twice in a passing state (health starting, restarting) jumps too.
	ClockJump = process.ClockJump
	// ClockManual moves by [Engine.Advance] only, except that stop and restart, which have to end, jump.
	ClockManual = process.ClockManual
	// ClockReal follows the wall clock.
	ClockReal = process.ClockReal
)
