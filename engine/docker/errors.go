// Docker vocabulary: kinds of errors.

package docker

import (
	"context"
	"errors"
	"slices"
)

// Kind is a kind of error that a caller may act on.
type Kind string

// The kinds of errors. The engine's codes and texts are mapped to them in one place,
// engine/docker/dockerd.
const (
	NotFound          Kind = "not found"             // no such container, volume or network
	ImageMissing      Kind = "image missing"         // no such image on the engine or in the registry
	NameTaken         Kind = "name taken"            // another container has the name
	Conflict          Kind = "conflict"              // the state of the object does not allow the call
	InUse             Kind = "in use"                // a volume, image or network that something uses
	RemovalInProgress Kind = "removal in progress"   // somebody else is removing it
	InvalidSpec       Kind = "invalid specification" // the engine refuses what was asked for
	PortTaken         Kind = "port taken"            // a host port is in use
	LinkTargetDown    Kind = "link target down"      // a legacy link to a container that does not run
	NoSpace           Kind = "no space"              // the engine's disk is full
	Denied            Kind = "denied"                // registry or engine wants other credentials
	Unsupported       Kind = "unsupported"           // the engine is too old for the call
	Unreachable       Kind = "unreachable"           // nothing was sent: no engine there
	OutcomeUnknown    Kind = "outcome unknown"       // sent, but the answer was lost
	Cancelled         Kind = "cancelled"             // the context ended; a sent call may have happened
	Internal          Kind = "engine error"          // everything else
)

// Error is an error of a call to an engine.
type Error struct {
	// Op is the call ("create container") and Target its object as named by the caller.
	Op     string
	Target string
	Kind   Kind
	// Status is the HTTP status, 0 if there was no answer.
	Status int
	// NoEffect says that the call certainly changed nothing, because it was never sent
	// or only asks.
	NoEffect bool
	// Msg is the engine's own message, or what happened to the connection.
	Msg string
	// Err is the error of the client library, if any.
	Err error
}

// Error returns text such as: cannot create container "x": message.
func (e *Error) Error() string {
	text := "cannot " + e.Op
	if e.Target != "" {
		text += ` "` + e.Target + `"`
	}
	return text + ": " + e.Msg
}

// Unwrap returns the error of the client library.
func (e *Error) Unwrap() error { return e.Err }

// MayHaveHappened reports whether a call that ended with err may have had its effect,
// or may yet have it, because its answer was lost or nobody waited for it.
func MayHaveHappened(err error) bool {
	var e *Error
	if errors.As(err, &e) && e.NoEffect {
		return false
	}
	kind := KindOf(err)
	return kind == OutcomeUnknown || kind == Cancelled
}

// KindOf returns the kind of an error of this package anywhere in the chain,
// [Cancelled] for an ended context, "" for nil, and [Internal] for all others.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Cancelled
	}
	return Internal
}

// IsAway reports whether err, or an error it wraps, says that the engine went away or
// was never there: it could not be reached, the connection was lost, or no answer came
// in time. That a call was cancelled counts too, so a caller that cancelled it must
// check that first.
func IsAway(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), IsAway)
	}
	if e, ok := err.(*Error); ok {
		return e.Kind == Unreachable || e.Kind == OutcomeUnknown || e.Kind == Cancelled
	}
	return err != nil && IsAway(errors.Unwrap(err))
}
