// API fields, references: what the values of a field name.

package field

import "strings"

// Ref is a thing on an engine that a value names.
type Ref struct {
	Kind Kind
	Name string
}

// Kind is a kind of things that have names on an engine.
type Kind string

// The kinds.
const (
	ContainerRef Kind = "container"
	NetworkRef   Kind = "network"
	VolumeRef    Kind = "volume"
)

// Refers reports whether values of the field can name containers, networks or volumes.
func (f Field) Refers() bool { return f.refs != nil }

// Ref returns what a value of the field names: a text itself, an element of a list, a
// key of a map, the source of a mount. ok is false if that is nothing on an engine,
// such as a path of the host.
func (f Field) Ref(text string) (r Ref, ok bool) {
	if f.refs == nil {
		return Ref{}, false
	}
	return f.refs(text)
}

// first returns the name before the first colon of a text.
func first(kind Kind) func(string) (Ref, bool) {
	return func(text string) (Ref, bool) {
		name := before(text, ":")
		return Ref{kind, name}, name != ""
	}
}

// source returns the volume of a bind or a mount. Whatever has a slash is a path of the
// host, not a name.
func source(text string) (Ref, bool) {
	name := before(text, ":")
	return Ref{VolumeRef, name}, name != "" && !strings.Contains(name, "/")
}

const joinPrefix = "container:"

// Joined returns the container whose namespace a mode joins; ok is false if it joins
// none.
func Joined(mode string) (container string, ok bool) { return strings.CutPrefix(mode, joinPrefix) }

// OwnNetwork reports whether a container with a network mode has a network of its own,
// rather than the host's, another container's, or none.
func OwnNetwork(mode string) bool {
	_, joins := Joined(mode)
	return mode != "host" && mode != "none" && !joins
}

func joined(mode string) (Ref, bool) {
	name, ok := Joined(mode)
	return Ref{ContainerRef, name}, ok
}

// network returns the container or the network that a network mode names. Modes that
// mean one of the engine's own networks name nothing.
func network(mode string) (Ref, bool) {
	if r, ok := joined(mode); ok {
		return r, true
	}
	name := Network(mode)
	return Ref{NetworkRef, name}, name != DefaultNetwork && OwnNetwork(name)
}

// joins compares modes. An engine shows the id of a container, although its name, or
// the beginning of its id, was asked for.
func joins(asked, has any, id ID) bool {
	want, ok := Joined(text(asked))
	shown, too := Joined(text(has))
	if !ok || !too {
		return equal(asked, has)
	}
	known := id(want)
	return known == "" || known == idOr(shown, id) || strings.HasPrefix(shown, want)
}

// idOr returns the id of the container with a name, or the name if there is none.
func idOr(name string, id ID) string {
	if known := id(name); known != "" {
		return known
	}
	return name
}
