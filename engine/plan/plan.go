// Plan: the plan as data.

package plan

import (
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Schema names the JSON form of a plan. It changes if a reader of the old form could
// misunderstand the new one.
const Schema = "dmap.plan/1"

// Plan is what one action on one map will do. The steps are in an order in which they
// could be done one by one; a step may begin as soon as all its Needs are done.
type Plan struct {
	Schema  string   `json:"schema"`
	Map     string   `json:"map"`
	Action  Action   `json:"action"`
	Targets []string `json:"targets"` // what was asked for, by names in Docker
	Steps   []Step   `json:"steps"`
	Notes   []Note   `json:"notes,omitempty"`
	// Basis is what decided the plan; nil unless the request asked for it.
	Basis *Basis `json:"basis,omitempty"`
	// Masked: values in it were masked for a person, so it cannot be carried out.
	Masked bool `json:"masked,omitempty"`
}

// Op is one kind of step.
type Op string

// The kinds of steps that several actions lead to; the others stand with their action.
const (
	CreateVolume    Op = "volume.create"
	PrepareVolume   Op = "volume.prepare"
	CreateContainer Op = "container.create"
	StartContainer  Op = "container.start"
	StopContainer   Op = "container.stop"
	RemoveContainer Op = "container.remove"
	UpdateContainer Op = "container.update"
)

// Step is one thing to do.
type Step struct {
	// ID is "<op> <target>"; no two steps of a plan share one.
	ID     string `json:"id"`
	Op     Op     `json:"op"`
	Target string `json:"target"` // name in Docker
	// Needs are the ids of the steps that must be done first.
	Needs []string `json:"needs,omitempty"`
	// Why are the reasons, the most important first.
	Why []string `json:"why"`
	// Origin is where the cause stands in the map.
	Origin *problem.Origin `json:"origin,omitempty"`

	// ContainerID is the id of the container that the step was planned for, if
	// it exists already: a step never touches another one of that name.
	ContainerID string `json:"containerID,omitempty"`
	// Called is what that container is called on the engine, where somebody renamed it.
	Called string `json:"called,omitempty"`
	// Foreign: the container is an adopted one, without labels of dmap.
	Foreign bool `json:"foreign,omitempty"`
	// Create is the create request of a container.create.
	Create *docker.ContainerSpec `json:"create,omitempty"`
	// Deps are the containers to which a container.create ties the new one, by name,
	// with their ids; "" for those that this plan creates. The label
	// [identity.LabelDeps] records the ids.
	Deps map[string]string `json:"deps,omitempty"`
	// Update is what a container.update changes.
	Update *docker.ContainerUpdate `json:"update,omitempty"`
	// Record are the limits, as API fields, of which a container.update records that dmap
	// set them in place; Forget are those whose records it removes, or a container.remove
	// with the container.
	Record []string `json:"record,omitempty"`
	Forget []string `json:"forget,omitempty"`
	// Volume is the create request of a volume.create.
	Volume *docker.VolumeSpec `json:"volume,omitempty"`
	// Prepare is what a volume.prepare runs.
	Prepare *Prepare `json:"prepare,omitempty"`
	// Wait makes a container.start wait for the container to exit with code 0.
	Wait bool `json:"wait,omitempty"`
	// Force makes a container.remove kill a running container.
	Force bool `json:"force,omitempty"`
	// StopTimeout is how many seconds a container.stop waits before it kills; nil
	// leaves it to the container.
	StopTimeout *int `json:"stopTimeout,omitempty"`
	// Signal is what a container.signal sends, as [docker.Signal] names it.
	Signal string `json:"signal,omitempty"`
}

// Prepare sets owner and mode inside a volume by temporary containers, one for each
// command, and then records that this was done.
type Prepare struct {
	// Containers are the create requests, in order. They share one name.
	Name       string                 `json:"name"`
	Containers []docker.ContainerSpec `json:"containers"`
	// Record is the empty volume that says so. Its label [identity.LabelVolumeOf] is
	// copied from the volume when the step runs.
	Record docker.VolumeSpec `json:"record"`
	// Foreign: the volume is an adopted one, without labels of dmap.
	Foreign bool `json:"foreign,omitempty"`
	// Was is what the record said when the plan was made; "" if there was none.
	Was string `json:"was,omitempty"`
}

// Note is something that people should know although no step follows from it.
type Note struct {
	Target string          `json:"target"`
	Text   string          `json:"text"`
	Origin *problem.Origin `json:"origin,omitempty"`
}

// Action is what to do with the targets.
type Action string
