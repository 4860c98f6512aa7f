// Calls: the table of kinds.

package calls

import (
	"cmp"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Kind is one kind of call.
type Kind int

// The kinds of calls.
const (
	// Before a run, and for plans: nothing is at stake, and somebody is waiting.
	Connect     Kind = iota // the first contact
	Observe                 // lists and inspections
	Registry                // questions to registries, through the engine
	Credentials             // the credentials for a registry, from a helper program

	// During a run: what was begun has to be completed.
	Read            // lists and inspections
	Logs            // the last lines of a container that failed
	CreateContainer // by name
	StartContainer  // by id, like all that follow
	UpdateContainer // limits, in place
	StopContainer   // takes the container's own timeout in addition
	SignalContainer // any signal but SIGKILL
	KillContainer   // SIGKILL
	RemoveContainer // with or without force
	AwaitHelper     // until a container that prepares a volume ends
	AwaitHolder     // until the container of an attached volume ends
	CreateVolume    // a volume, a record, or a claim on the lock of a map
	RemoveVolume    // a record or a claim
	Pull            // an image
)

// Policy says how calls of one kind are made.
type Policy struct {
	// Deadline is the longest that one attempt may take.
	Deadline time.Duration
	// Total is the longest that all attempts together may take; 0 means no limit.
	Total time.Duration
	// Tries is how many attempts are made, if they fail with an error in Again.
	Tries int
	Again []docker.Kind
	// Look says that a call whose answer was lost is looked up before it is repeated.
	// Calls without it can be repeated blindly: twice has the same effect as once.
	Look bool
	// Pause precedes the second attempt; it doubles before each further one, up to two
	// seconds.
	Pause time.Duration
	// Reach is how long an engine that cannot be reached may take to come back. Those
	// attempts do not count: nothing was sent.
	Reach time.Duration
}

// table has a row for each kind. t has its defaults filled in.
//
// A call whose answer was lost ends with [docker.OutcomeUnknown] if the connection was
// cut, and with [docker.Cancelled] if the deadline passed: an engine carries most calls
// out even if nobody waits for them any more. So during a run both are repeated.
func (t Times) table() map[Kind]Policy {
	cut := []docker.Kind{docker.OutcomeUnknown}
	lost := []docker.Kind{docker.OutcomeUnknown, docker.Cancelled}
	// repeat fills in what most calls of a run have in common.
	repeat := func(p Policy) Policy {
		p.Tries, p.Again, p.Pause, p.Reach = 4, lost, t.Pause, t.Reach
		return p
	}
	pull := repeat(Policy{Deadline: t.Pull, Total: t.Pull})
	pull.Again, pull.Pause = append(lost, docker.Internal), 3*t.Pause // a registry that fails is asked again, but not at once
	return map[Kind]Policy{
		Connect: {Deadline: t.Connect, Tries: 1},
		// A busy engine with thousands of containers takes seconds to list them.
		Observe: {Deadline: 30 * time.Second, Tries: 3, Again: cut},
		// A registry that does not answer now would not answer the pull either.
		Registry: {Deadline: time.Minute, Tries: 1},
		// A helper may ask a person. It is called within other calls, and must end
		// before they do.
		Credentials: {Deadline: t.Credentials, Tries: 1},

		Read: repeat(Policy{Deadline: t.Read}),
		Logs: {Deadline: t.Read, Tries: 1},
		// The name prevents a second container; the labels show whose the first one is.
		CreateContainer: repeat(Policy{Deadline: t.Create, Look: true}),
		// Starting a container that already runs is not an error.
		StartContainer:  repeat(Policy{Deadline: t.Start}),
		UpdateContainer: repeat(Policy{Deadline: t.Start}),
		// A second stop would wait the whole timeout again.
		StopContainer: repeat(Policy{Deadline: t.Stop, Look: true}),
		// Sent twice is not the same as sent once, and nothing shows whether a signal
		// arrived.
		SignalContainer: {Deadline: t.Stop, Tries: 1, Pause: t.Pause, Reach: t.Reach},
		// SIGKILL leaves a trace: the container is down, or has been restarted since.
		KillContainer: repeat(Policy{Deadline: t.Stop, Look: true}),
		// A container that is gone was to be removed anyway.
		RemoveContainer: repeat(Policy{Deadline: t.Remove}),
		AwaitHelper:     repeat(Policy{Deadline: t.Wait, Total: t.Wait}),
		AwaitHolder:     repeat(Policy{Deadline: t.Hold, Total: t.Hold}),
		// The engine returns a volume that already exists; its labels show whose it is.
		CreateVolume: repeat(Policy{Deadline: t.Create}),
		RemoveVolume: repeat(Policy{Deadline: t.Remove}),
		Pull:         pull,
	}
}

// Times are the longest that calls may take, and the pauses around lost ones. Zero
// means the default.
type Times struct {
	Connect     time.Duration // the first contact, which dockerd makes; default 30 s
	Credentials time.Duration // the credentials for a registry, which dockerd asks for; default 30 s

	Read   time.Duration // default 10 s
	Create time.Duration // default 60 s
	Start  time.Duration // default 120 s
	Stop   time.Duration // beyond the stop timeout; default 30 s
	Remove time.Duration // default 60 s
	Wait   time.Duration // for a temporary container to end; default 10 min
	Hold   time.Duration // for the container of an attached volume to end; default 30 s
	Pull   time.Duration // default 30 min
	Idle   time.Duration // how long no pull may make progress before one is given up; default 5 min
	Settle time.Duration // how long the container of a lost create is looked for; default 2 s
	Pause  time.Duration // before a call is repeated; doubles each time, up to 2 s; default 200 ms
	Reach  time.Duration // how long an engine that cannot be reached may take to come back; default 30 s
}

func (t Times) withDefaults() Times {
	t.Connect = cmp.Or(t.Connect, 30*time.Second)
	t.Credentials = cmp.Or(t.Credentials, 30*time.Second)
	t.Read = cmp.Or(t.Read, 10*time.Second)
	t.Create = cmp.Or(t.Create, time.Minute)
	t.Start = cmp.Or(t.Start, 2*time.Minute)
	t.Stop = cmp.Or(t.Stop, 30*time.Second)
	t.Remove = cmp.Or(t.Remove, time.Minute)
	t.Wait = cmp.Or(t.Wait, 10*time.Minute)
	t.Hold = cmp.Or(t.Hold, 30*time.Second)
	t.Pull = cmp.Or(t.Pull, 30*time.Minute)
	t.Idle = cmp.Or(t.Idle, 5*time.Minute)
	t.Settle = cmp.Or(t.Settle, 2*time.Second)
	t.Pause = cmp.Or(t.Pause, 200*time.Millisecond)
	t.Reach = cmp.Or(t.Reach, 30*time.Second)
	return t
}
