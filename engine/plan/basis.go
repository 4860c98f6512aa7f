// Plan: what decided a plan, so that it is carried out later only if that is still so.

package plan

import "fmt"

// Basis is what decided a plan: who was asked for what, and the facts about the engine
// from which another decision could follow. The lists are sorted by name.
type Basis struct {
	// Engine is the engine's id.
	Engine string `json:"engine"`
	// Program is the file that the map came from, for people; "" if the caller did not
	// say.
	Program string `json:"program,omitempty"`
	// Command are the words of the command that made it, but for the file it is saved in;
	// for people, to make another one.
	Command []string `json:"command,omitempty"`
	// Asked are the targets as they were asked for; none for the whole map.
	Asked      []string        `json:"asked,omitempty"`
	Containers []ContainerFact `json:"containers,omitempty"`
	Volumes    []VolumeFact    `json:"volumes,omitempty"`
	Images     []ImageFact     `json:"images,omitempty"`
}

// ContainerFact is a container as it was. Everything else about it cannot change as
// long as it keeps its id.
type ContainerFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	ID     string `json:"id,omitempty"`
	// State is the engine's; a restarting container counts as running.
	State string `json:"state,omitempty"`
	// ExitCode is set if the decision depended on it.
	ExitCode *int `json:"exitCode,omitempty"`
	// Live is a digest of its limits, restart policy, links and networks, for update.
	Live string `json:"live,omitempty"`
	// Started is since when it has been running, for restart: restarting it a second
	// time takes a new plan.
	Started string `json:"started,omitempty"`
	// Called is what it is called on the engine, where somebody renamed it.
	Called string `json:"called,omitempty"`
	// Foreign says that dmap did not make it for this map.
	Foreign bool `json:"foreign,omitempty"`
}

// VolumeFact is a volume as it was.
type VolumeFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	// Run is the run that made it. If no run of dmap did, Created is when it was made,
	// provided that its driver says.
	Run     string `json:"run,omitempty"`
	Created string `json:"created,omitempty"`
	// Foreign says that dmap did not make it for this map.
	Foreign bool `json:"foreign,omitempty"`
}

// ImageFact is an image as it was, under the reference that something is made from.
type ImageFact struct {
	Name   string `json:"name"`
	Absent bool   `json:"absent,omitempty"`
	ID     string `json:"id,omitempty"`
}

// Change is one fact that is no longer as it was.
type Change struct {
	Kind string // container, volume or image
	Name string
	// Was and Is describe it for people, before and now: "exited", "absent".
	Was, Is string
}

func (c Change) String() string {
	return fmt.Sprintf("%s %s was %s, is %s", c.Kind, c.Name, c.Was, c.Is)
}

// timeForm is RFC 3339, in UTC: the form of times in a basis.
const timeForm = "2006-01-02T15:04:05.999999999Z"
