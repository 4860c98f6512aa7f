// Plan: the request as data.

package plan

import (
	"fmt"

	"github.com/dmap-dev/dmap/engine/model"
)

// Request says what a plan is wanted for.
type Request struct {
	Action Action
	// Targets are "name", "name.instance", "map.name" or "map.name.instance"; none
	// means the whole map.
	Targets []string
	// Options are options for the requested containers, by keyword as in
	// create_options; they win over the map's (row 105). Only for actions that create.
	Options model.Dict
	// Adopt takes over containers and volumes that have no labels of dmap; never those
	// of another map.
	Adopt bool
	// Recreate recreates the requested containers without comparing them. Only for
	// update.
	Recreate bool
	// UpdatePersistent lets update treat persistent containers like others: it recreates
	// those that ended and differ from the map, and those whose image is another one by now.
	// They run again then. Only for update.
	UpdatePersistent bool
	// RemoveOrphans takes down containers that the map no longer has. Only for update
	// and shutdown of the whole map.
	RemoveOrphans bool
	// Force lets remove kill running containers. Only for remove.
	Force bool
	// Pull says when images are fetched; "" means [PullAlways] for the action pull and
	// [PullMissing] for all others. Only for actions that create, and for pull.
	Pull PullPolicy
	// StopTimeout is how many seconds a stop waits before the engine kills; nil leaves
	// that to the container. Only for actions that may stop something.
	StopTimeout *int
	// Basis makes the plan say what decided it, so that it can be saved and applied
	// later. That takes one more call.
	Basis bool
	// Unrecoverable are the exit codes after which startup recreates a container; nil
	// means -127 and -1.
	Unrecoverable []int
	// Signal is what the action signal sends, in any form that [docker.Signal] reads;
	// "" means SIGKILL. Only for signal.
	Signal string
}

// PullPolicy says when images are fetched.
type PullPolicy string

// The pull policies.
const (
	PullMissing PullPolicy = "missing" // before anything else, if not on the engine
	PullNever   PullPolicy = "never"   // a missing image is an error
	PullAlways  PullPolicy = "always"  // also those that are there
)

// flag is a part of a request that only some actions use, in words.
type flag string

const (
	withOptions       flag = "options"
	withForce         flag = "force"
	withRecreation    flag = "recreation"
	withPersistent    flag = "the update of persistent containers"
	withOrphanRemoval flag = "the removal of orphans"
	withPullPolicy    flag = "a pull policy"
	withSignal        flag = "a signal"
	withStopTimeout   flag = "a stop timeout"
)

// flags returns those that the request sets.
func (r Request) flags() []flag {
	var given []flag
	for _, one := range []struct {
		flag  flag
		given bool
	}{
		{withOptions, len(r.Options) > 0},
		{withForce, r.Force},
		{withRecreation, r.Recreate},
		{withPersistent, r.UpdatePersistent},
		{withOrphanRemoval, r.RemoveOrphans},
		{withPullPolicy, r.Pull != ""},
		{withSignal, r.Signal != ""},
		{withStopTimeout, r.StopTimeout != nil},
	} {
		if one.given {
			given = append(given, one.flag)
		}
	}
	return given
}

// RequestError says that a request names something wrong, or could only be ignored.
type RequestError struct {
	Target string // "" if the request as a whole is at fault
	Msg    string
	Hint   string
}

func (e *RequestError) Error() string {
	if e.Hint == "" {
		return e.Msg
	}
	return fmt.Sprintf("%s (%s)", e.Msg, e.Hint)
}
