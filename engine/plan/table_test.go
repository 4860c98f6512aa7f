// Plan: tests of the tables of actions and operations.

package plan_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
)

func TestActionsHaveNamesAndHelp(t *testing.T) {
	seen := map[plan.Action]bool{}
	for _, h := range plan.Actions() {
		if h.Action == "" || h.Help == "" || seen[h.Action] || h.Action.Check() != nil {
			t.Errorf("a row without a name or help, or one that is there twice: %+v", h)
		}
		seen[h.Action] = true
	}
}

// The fields that a row names are fields of steps, and each field of steps belongs to an
// operation.
func TestOperationsNameFieldsOfSteps(t *testing.T) {
	var named []string
	seen := map[plan.Op]bool{}
	for _, op := range plan.Operations() {
		if seen[op] {
			t.Errorf("%s is there twice", op)
		}
		seen[op] = true
		named = append(named, plan.OperationFields(op)...)
	}
	full := plan.Step{
		ContainerID: "1", Called: "x", Foreign: true, Create: &docker.ContainerSpec{}, Deps: map[string]string{}, Update: &docker.ContainerUpdate{},
		Volume: &docker.VolumeSpec{}, Prepare: &plan.Prepare{}, Wait: true, Force: true, StopTimeout: new(int), Signal: "SIGHUP",
		Record: []string{"HostConfig.Memory"}, Forget: []string{"HostConfig.Memory"},
	}
	fields := plan.Fields(&full)
	if n := reflect.TypeFor[plan.Step]().NumField() - 6; len(fields) != n { // all kinds have six: id, op, target, needs, why, origin
		t.Fatalf("%d of %d fields are set", len(fields), n)
	}
	slices.Sort(named)
	slices.Sort(fields)
	if diff := cmp.Diff(fields, slices.Compact(named)); diff != "" {
		t.Errorf("fields of steps (-), fields of operations (+):\n%s", diff)
	}
}

// What a step of the text does is what its operation says. One that nobody knows, from a
// newer version, is not printed as anything that is known.
func TestTextOfOperations(t *testing.T) {
	p := plan.Plan{Map: "m", Action: "paint", Targets: []string{"m.a"}}
	for _, op := range append(plan.Operations(), "volume.paint") {
		p.Steps = append(p.Steps, plan.Step{Op: op, Target: "m.a", Signal: "SIGHUP"})
	}
	var got strings.Builder
	if err := p.WriteText(&got); err != nil {
		t.Fatal(err)
	}
	want := `paint m.a

v pull            m.a
^ send SIGHUP     m.a
x stop            m.a
- remove          m.a
+ create          m.a
+ create volume   m.a
# prepare volume  m.a
~ update          m.a
> start           m.a
? volume.paint    m.a

Plan: 1 to pull, 1 to signal, 1 to stop, 1 to remove, 2 to create, 1 to prepare, 1 to update, 1 to start, 1 to volume.paint.
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A step that does not say what its kind needs cannot be carried out.
func TestStepsThatLackSomething(t *testing.T) {
	for _, row := range []struct {
		st   plan.Step
		want string // "" is a whole one
	}{
		{plan.Step{ID: "s", Op: "volume.paint"}, `step "s" is of a kind that this version does not know`},
		{plan.Step{ID: "s", Op: plan.CreateContainer}, `step "s" lacks create`},
		{plan.Step{ID: "s", Op: plan.UpdateContainer, ContainerID: "1"}, `step "s" lacks update`},
		{plan.Step{ID: "s", Op: plan.SignalContainer, ContainerID: "1"}, `step "s" lacks signal`},
		{plan.Step{ID: "s", Op: plan.SignalContainer, ContainerID: "1", Signal: "HUP"}, `step "s" has the signal "HUP", which engines do not know by that name`},
		{plan.Step{ID: "s", Op: plan.SignalContainer, ContainerID: "1", Signal: "SIGHUP"}, ""},
		{plan.Step{ID: "s", Op: plan.PullImage}, ""},
	} {
		got := ""
		if err := row.st.Check(); err != nil {
			got = err.Error()
		}
		if got != row.want {
			t.Errorf("%+v: %s, want %s", row.st, got, row.want)
		}
	}
}
