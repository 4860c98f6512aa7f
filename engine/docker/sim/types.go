// Part of the simulated engine: the types of the documents, files and scripts that
// tests write.

package sim

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// Config is the portable configuration of a container or an image. Fields are those of
// the Engine API.
type Config = spec.Config

// StringList is a list of words that JSON may also write as one plain string, as in Cmd
// and Entrypoint.
type StringList = spec.StringList

// Healthcheck is the probe of a container. Durations are nanoseconds; zero means the
// engine's default.
type Healthcheck = spec.Healthcheck

// File is one file or directory. The zero value is an empty file of root with mode 0.
type File = files.File

// ScriptLabel is a label of images and containers whose text [ParseProcess] reads, so
// that an image loaded from a tar file can carry its script.
const ScriptLabel = script.Label

// Process says how the first process of a container behaves. The zero value runs until
// it is stopped and exits with 143 on TERM. Durations are in virtual time.
type Process = script.Process

// ParseProcess reads a script of words: run, exit=CODE, after=DURATION, ignore-term,
// term-exit=CODE, crash=TIMES, healthy-after=DURATION, unhealthy, print=TEXT,
// warn=TEXT. The empty text is the zero Process; "after" alone means exit=0.
func ParseProcess(text string) (Process, error) { return script.Parse(text) }

// Image is an image as a test declares it. Only Names or ID is required.
type Image = world.Image

// ClockMode says how virtual time passes.
type ClockMode = process.ClockMode

// The ways in which virtual time passes.
const (
	// ClockJump moves by a millisecond with each request; a call that has to wait makes
	// the clock jump to the next event, so nothing ever sleeps. Inspecting a container
	// twice in a passing state (health starting, restarting) jumps too: without that, a
	// client that polls would poll for ever.
	ClockJump = process.ClockJump
	// ClockManual moves only by [Engine.Advance], except that stop and restart jump, as
	// they have to end.
	ClockManual = process.ClockManual
	// ClockReal follows the wall clock.
	ClockReal = process.ClockReal
)
