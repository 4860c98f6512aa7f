// Plan: the table of actions and the table of operations.

package plan

import "github.com/dmap-dev/dmap/engine/snapshot"

// actions is the table of actions, in the order in which people see them. Each row
// stands in a file of its own, together with how the action decides.
func actions() []*action {
	return []*action{
		create(), start(), startup(), update(), restart(), signal(), stop(), remove(), shutdown(), pull(), cleanup(),
	}
}

// operations is the table of operations, in the order of a plan's summary.
func operations() operationTable {
	return operationTable{
		pullImage(),
		signalContainer(),
		{op: StopContainer, sign: "x", verb: "stop", counted: "stop", must: []string{"containerID"},
			may: []string{"called", "foreign", "stopTimeout"}, frees: true},
		{op: RemoveContainer, sign: "-", verb: "remove", counted: "remove", must: []string{"containerID"},
			may: []string{"called", "foreign", "force", "forget"}, wrong: wrongLimits},
		{op: CreateContainer, sign: "+", verb: "create", counted: "create", must: []string{"create"}, may: []string{"deps"}},
		{op: CreateVolume, sign: "+", verb: "create volume", counted: "create", must: []string{"volume"}},
		{op: PrepareVolume, sign: "#", verb: "prepare volume", counted: "prepare", must: []string{"prepare"}},
		{op: UpdateContainer, sign: "~", verb: "update", counted: "update", must: []string{"containerID", "update"},
			may: []string{"called", "foreign", "record", "forget"}, wrong: wrongLimits},
		{op: StartContainer, sign: ">", verb: "start", counted: "start", may: []string{"containerID", "called", "foreign", "wait"},
			creator: CreateContainer},
	}
}

// ActionHelp describes one action.
type ActionHelp struct {
	Action Action
	Help   string
	// Resume says how to go on if the action was not carried out to its end; "" means:
	// by running the same again.
	Resume string
	// Compose is Docker Compose's word for it, if that is a different one.
	Compose string
}

// Actions lists all actions with one line of help each.
func Actions() []ActionHelp {
	var list []ActionHelp
	for _, row := range actions() {
		list = append(list, ActionHelp{row.name, row.help, row.resume, row.compose})
	}
	return list
}

// Operations lists the kinds of steps.
func Operations() []Op {
	var list []Op
	for _, row := range operations() {
		list = append(list, row.op)
	}
	return list
}

// actionOf finds the row of an action.
func actionOf(name Action) (row *action, known bool) {
	for _, row := range actions() {
		if row.name == name {
			return row, true
		}
	}
	return &action{name: name}, false
}

// resources is the table of the kinds of things that containers need on an engine
// beside other containers.
func resources() []resource {
	return []resource{volumeResource()}
}

// listed reports whether the snapshot has everything that is named as belonging to the
// map.
func listed(s *snapshot.Snapshot) bool {
	for _, r := range resources() {
		if !r.listed(s) {
			return false
		}
	}
	return s.Containers != nil
}
