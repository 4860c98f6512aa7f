// Docker vocabulary: the labels by which dmap knows what it made.

package identity

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
)

// The labels on everything dmap creates. All of the first group are set on every
// container, so that an image cannot pretend them.
const (
	LabelPrefix   = "dev.dmap."
	LabelMap      = LabelPrefix + "map"        // name of the container map
	LabelRole     = LabelPrefix + "role"       // one of the roles below
	LabelName     = LabelPrefix + "container"  // configuration, or alias of an attached volume
	LabelInstance = LabelPrefix + "instance"   // "" without instances
	LabelOrigin   = LabelPrefix + "origin"     // file:line:col that defined it
	LabelKeep     = LabelPrefix + "persistent" // "true" for what cleanup never removes
	LabelFields   = LabelPrefix + "fields"     // record of each field that was set, as JSON, see package field; not on what earlier versions made
	LabelSpec     = LabelPrefix + "spec"       // of earlier versions: digest of each field that was set, as JSON; "" now, see [Mark.ContainerLabels]
	LabelRun      = LabelPrefix + "run"        // id of the run that made it
	LabelDeps     = LabelPrefix + "deps"       // ids of the containers it was tied to when it was made, by name, as JSON

	// On the record that a volume was prepared (see RolePrepared), and on that of one
	// which is being prepared again (see RolePrepare).
	LabelVolume   = LabelPrefix + "volume"   // name of the volume that was prepared
	LabelVolumeOf = LabelPrefix + "of"       // the run that made that volume
	LabelPrepared = LabelPrefix + "prepared" // what was done: "2000:2000 u=rwX,g=rX,o="

	// On the record that a limit was set in place (see RoleLimit).
	LabelLimitOf = LabelPrefix + "limit-of" // id of the container
	LabelLimit   = LabelPrefix + "limit"    // the API field: "HostConfig.Memory"

	// On the claim of a run (see RoleLock).
	LabelOwner   = LabelPrefix + "owner"   // its process, for people
	LabelProcess = LabelPrefix + "process" // its process, for programs on the same machine
)

// The values of LabelRole.
const (
	RoleContainer = "container" // an instance of a configuration
	RoleAttached  = "attached"  // holds an attached volume; also on that volume
	RolePrepare   = "prepare"   // temporary: runs chown or chmod on a volume; also an empty volume that says that this goes on
	RolePrepared  = "prepared"  // an empty volume: the record that another was prepared
	RoleLimit     = "limit"     // an empty volume: the record that a limit of a container was set in place
	RoleLock      = "lock"      // an empty volume: the claim of a run to be the only one that changes the map
)

// Mark is what dmap's labels say of a container or volume. The zero value is that of
// a thing which dmap did not make.
type Mark struct {
	Map  string
	Role string
	// Name is that of the configuration, or the alias of the attached volume that it
	// is, holds, prepares or records; Instance that of the instance, if there is one.
	Name, Instance string
	// Origin is the place in the program that defined it.
	Origin string
	// Keep is set for what cleanup never removes.
	Keep bool
	// Fields is the record of what a container was made with, and Deps are the containers
	// that it was tied to, both as JSON. Spec is the record that an earlier version wrote.
	Fields, Deps, Spec string
	// Run is the run that made it.
	Run string

	// Of a record: the volume that was prepared, the run that had made that volume,
	// and what was done.
	Volume, VolumeOf, Prepared string

	// Of a limit set in place: the id of the container, and the API field.
	LimitOf, Limit string

	// Of a claim: the process of its run, for people and for programs.
	Owner, Process string
}

// Read returns what labels say.
func Read(labels map[string]string) Mark {
	return Mark{
		Map: labels[LabelMap], Role: labels[LabelRole], Name: labels[LabelName], Instance: labels[LabelInstance],
		Origin: labels[LabelOrigin], Keep: labels[LabelKeep] == "true",
		Spec: labels[LabelSpec], Fields: labels[LabelFields], Deps: labels[LabelDeps], Run: labels[LabelRun],
		Volume: labels[LabelVolume], VolumeOf: labels[LabelVolumeOf], Prepared: labels[LabelPrepared],
		LimitOf: labels[LabelLimitOf], Limit: labels[LabelLimit],
		Owner: labels[LabelOwner], Process: labels[LabelProcess],
	}
}

// ContainerLabels are the labels of a create request for a container. Run and Deps
// are known only when it is sent, see [WithRun] and [WithDeps]. Spec is never written
// again: it had digests of passwords, keyed with nothing but the name. It is there and
// empty, so that none is taken over from an image, and for an earlier version on the same
// engine: that compares such a container with what the engine shows, and leaves it alone
// if that is what the map says; one with fewer digests it would make anew.
func (m Mark) ContainerLabels() map[string]string {
	labels := map[string]string{
		LabelMap: m.Map, LabelRole: m.Role, LabelName: m.Name, LabelInstance: m.Instance,
		LabelOrigin: m.Origin, LabelKeep: strconv.FormatBool(m.Keep), LabelFields: m.Fields, LabelSpec: "",
	}
	return labels
}

// VolumeLabels are the labels of a create request for a volume of the role: an
// attached one, a record of either kind or a claim. Run and VolumeOf are known only when it is sent,
// see [WithRun] and [WithVolumeOf].
func (m Mark) VolumeLabels() map[string]string {
	switch m.Role {
	case RolePrepared, RolePrepare:
		return map[string]string{LabelMap: m.Map, LabelRole: m.Role, LabelName: m.Name, LabelVolume: m.Volume, LabelPrepared: m.Prepared}
	case RoleLimit:
		return map[string]string{LabelMap: m.Map, LabelRole: m.Role, LabelName: m.Name, LabelInstance: m.Instance, LabelLimitOf: m.LimitOf, LabelLimit: m.Limit}
	case RoleLock:
		return map[string]string{LabelMap: m.Map, LabelRole: m.Role, LabelOwner: m.Owner, LabelProcess: m.Process}
	}
	return map[string]string{LabelMap: m.Map, LabelRole: m.Role, LabelName: m.Name, LabelOrigin: m.Origin}
}

// WithRun returns labels of what a run makes. The argument stays as it is.
func WithRun(labels map[string]string, run string) map[string]string {
	return with(labels, LabelRun, run)
}

// WithDeps returns labels of a container that is tied to others, by name with their
// ids. The argument stays as it is.
func WithDeps(labels, deps map[string]string) map[string]string {
	text, _ := json.Marshal(deps) // text always encodes, sorted by name
	return with(labels, LabelDeps, string(text))
}

// WithVolumeOf returns labels of the record for a volume that a run made. The argument
// stays as it is.
func WithVolumeOf(labels map[string]string, run string) map[string]string {
	return with(labels, LabelVolumeOf, run)
}

func with(labels map[string]string, key, value string) map[string]string {
	out := maps.Clone(labels)
	if out == nil {
		out = map[string]string{}
	}
	out[key] = value
	return out
}

// Foreign returns the labels that are not dmap's.
func Foreign(labels map[string]string) map[string]string {
	out := maps.Clone(labels)
	maps.DeleteFunc(out, func(key, _ string) bool { return IsLabel(key) })
	return out
}

// IsLabel reports whether a label is one of dmap's: no map may set it.
func IsLabel(key string) bool { return strings.HasPrefix(key, LabelPrefix) }
