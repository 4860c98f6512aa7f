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
	// Before a run, and for plans: nothing is at stake, and a person waits.
	Connect     Kind = iota // the first contact
	Observe                 // lists and inspections
	Registry                // questions to registries, through the engine
	Credentials             // the credentials for a registry, from a helper program

	// During a run: what was begun must be brought to an end.
	Read            // lists and inspections
	Logs            // the last words of a container that failed
	CreateContainer // under a name
	StartContainer  // by id, as all that follow
	UpdateContainer // limits, in place
	StopContainer   // beyond the container's own timeout
	SignalContainer // any signal but SIGKILL
	KillContainer   // SIGKILL
	RemoveContainer // by force or not
	AwaitHelper     // until a container that prepares a volume ends
	AwaitHolder     // until the container of an attached volume ends
	CreateVolume    // a volume, a record, or a claim on the lock of a map
	RemoveVolume    // a record or a claim
	Pull            // an image
)

// Policy is how calls of one kind are made.
type Policy struct {
	// Deadline is the longest that one try may take.
	Deadline time.Duration
	// Total is the longest that all tries may take together; 0 is no limit.
	Total time.Duration
	// Tries is how often the call is made, if it fails with one of Again.
	Tries int
	Again []docker.Kind
	// Look: before a call is made again whose answer was lost, it is found out what
	// became of it. Without Look, twice is the same as once.
	Look bool
	// Pause comes before the second try, and twice as long a one before each further
	// one, up to two seconds.
	Pause time.Duration
	// Reach is how long an engine that cannot be reached may take to come back. Such
	// tries do not count: nothing was sent.
	Reach time.Duration
}

// table has a row for each kind; t has its defaults.
//
// A call whose answer was lost ends with [docker.OutcomeUnknown] if the connection was
// cut, and with [docker.Cancelled] if the deadline was over: an engine carries most
// calls out although nobody waits for them any more.
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
		// A busy engine with thousands of containers needs seconds for a list.
		Observe: {Deadline: 30 * time.Second, Tries: 3, Again: cut},
		// A registry that does not answer would not answer the pull either.
		Registry: {Deadline: time.Minute, Tries: 1},
		// A helper may ask a person. It is asked within other calls, and must end first.
		Credentials: {Deadline: t.Credentials, Tries: 1},

		Read: repeat(Policy{Deadline: t.Read}),
		Logs: {Deadline: t.Read, Tries: 1},
		// The name guards against a second one; the labels tell whose the first one is.
		CreateContainer: repeat(Policy{Deadline: t.Create, Look: true}),
		// One that runs already is no error.
		StartContainer:  repeat(Policy{Deadline: t.Start}),
		UpdateContainer: repeat(Policy{Deadline: t.Start}),
		// A second stop would begin with the whole timeout again.
		StopContainer: repeat(Policy{Deadline: t.Stop, Look: true}),
		// Twice is not the same as once, and nothing tells whether it arrived.
		SignalContainer: {Deadline: t.Stop, Tries: 1, Pause: t.Pause, Reach: t.Reach},
		// It leaves a trace: a container that is down, or runs anew.
		KillContainer: repeat(Policy{Deadline: t.Stop, Look: true}),
		// What is gone was to be removed.
		RemoveContainer: repeat(Policy{Deadline: t.Remove}),
		AwaitHelper:     repeat(Policy{Deadline: t.Wait, Total: t.Wait}),
		AwaitHolder:     repeat(Policy{Deadline: t.Hold, Total: t.Hold}),
		// The engine returns a volume that exists; its labels tell whose it is.
		CreateVolume: repeat(Policy{Deadline: t.Create}),
		RemoveVolume: repeat(Policy{Deadline: t.Remove}),
		Pull:         pull,
	}
}

// Times are the longest that calls may take, and the pauses around lost ones. Zero is
// the default.
type Times struct {
	Connect     time.Duration // the first contact, which dockerd makes; default 30 s
	Credentials time.Duration // those for a registry, which dockerd asks for; default 30 s

	Read   time.Duration // default 10 s
	Create time.Duration // default 60 s
	Start  time.Duration // default 120 s
	Stop   time.Duration // beyond the stop timeout; default 30 s
	Remove time.Duration // default 60 s
	Wait   time.Duration // for a temporary container to end; default 10 min
	Hold   time.Duration // for the container of an attached volume to end; default 30 s
	Pull   time.Duration // default 30 min
	Idle   time.Duration // without progress of any pull, after which one is given up; default 5 min
	Settle time.Duration // how long a create whose answer was lost is looked for; default 2 s
	Pause  time.Duration // before a call is repeated, doubled each time up to 2 s; default 200 ms
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
