// Plan: whether a plan that comes from elsewhere can be one of ours.

package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Check reports whether the plan can be carried out, and touches nothing but what is
// named as belonging to its map. [Read] checks that too. The error is a
// [problem.Problems].
func (p *Plan) Check() error { return p.check(nil).Err(nil) }

// check finds all problems. places are those of [file.places].
func (p *Plan) check(places map[string][]problem.Origin) problem.Problems {
	c := &checker{p: p, table: operations(), places: places, was: map[string]ContainerFact{}, ids: map[string]bool{}, before: map[string]bool{}}
	for _, st := range p.Steps {
		c.ids[st.ID] = true
	}
	c.head()
	for i := range p.Steps {
		c.enter(fmt.Sprintf("steps[%d]", i), `      "id"`, i)
		c.step(&p.Steps[i])
	}
	return c.problems
}

// Adopts names the containers and volumes without labels of dmap that the plan takes
// over.
func (p *Plan) Adopts() []string {
	var names []string
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, st := range p.Steps {
		if st.Foreign || st.Prepare != nil && st.Prepare.Foreign {
			add(st.Target)
		}
		for _, name := range p.foreignVolumes(st.Create) {
			add(name)
		}
	}
	return names
}

// foreignVolumes are the volumes that a create request mounts and that dmap did not
// make.
func (p *Plan) foreignVolumes(spec *docker.ContainerSpec) []string {
	var names []string
	if spec == nil || p.Basis == nil {
		return nil
	}
	for _, v := range p.Basis.Volumes {
		mounts := slices.ContainsFunc(spec.HostConfig.Binds, func(bind string) bool { return strings.HasPrefix(bind, v.Name+":") })
		if v.Foreign && mounts {
			names = append(names, v.Name)
		}
	}
	return names
}

// Check reports whether a step is of a known kind and has everything that its kind
// needs.
func (st *Step) Check() error {
	row, known := operations().of(st.Op)
	if !known {
		return fmt.Errorf("step %q is of a kind that this version does not know", st.ID)
	}
	if lacks := row.lacks(st); lacks != "" {
		return fmt.Errorf("step %q lacks %s", st.ID, lacks)
	}
	if row.wrong != nil {
		if wrong := row.wrong(st); wrong != "" {
			return fmt.Errorf("step %q %s", st.ID, wrong)
		}
	}
	return nil
}

type checker struct {
	p        *Plan
	table    operationTable
	places   map[string][]problem.Origin
	problems problem.Problems
	was      map[string]ContainerFact
	ids      map[string]bool // ids of all steps
	before   map[string]bool // ids of those that were already checked

	// What is checked now, and where it stands.
	path  string
	where problem.Origin
}

// enter begins the check of what stands at the n-th line that begins with line.
func (c *checker) enter(path, line string, n int) {
	c.path, c.where = path, problem.Origin{}
	if places := c.places[line]; n < len(places) {
		c.where = places[n]
	}
}

func (c *checker) bad(format string, args ...any) *problem.Problem {
	problem := &problem.Problem{Code: CodeSaved, Origin: c.where, Path: c.path, Msg: fmt.Sprintf(format, args...), Hint: hintSaved}
	c.problems = append(c.problems, problem)
	return problem
}

// head checks everything except the steps.
func (c *checker) head() {
	p := c.p
	c.enter("schema", `  "schema"`, 0)
	if p.Schema != Schema {
		c.bad("it is %q, not %q", p.Schema, Schema)
	}
	c.enter("map", `  "map"`, 0)
	if !model.IsName(p.Map) {
		c.bad("%q cannot be the name of a map", p.Map)
	}
	c.enter("action", `  "action"`, 0)
	if _, known := actionOf(p.Action); !known {
		c.bad("there is no action %q", p.Action)
	}
	c.enter("targets", `  "targets"`, 0)
	for _, name := range p.Targets {
		c.name(name)
	}
	if p.Masked {
		c.enter("masked", `  "masked"`, 0)
		c.bad("secrets are masked in the plan").Hint = "write it with dmap plan --out"
		return
	}
	if p.Basis == nil {
		c.enter("basis", `  "schema"`, 0)
		c.bad("the plan does not say what decided it").Hint = "write it with dmap plan --out"
		return
	}
	c.enter("basis", `  "basis"`, 0)
	if p.Basis.Engine == "" {
		c.bad("it does not say which engine the plan is for")
	}
	for _, f := range p.Basis.Containers {
		c.name(f.Name)
		c.was[f.Name] = f
		if !f.Absent && !identity.IsID(f.ID) {
			c.bad("%q is not the id of a container", f.ID)
		}
	}
	for _, r := range resources() {
		for _, name := range r.facts.names(p.Basis) {
			c.name(name)
		}
	}
}

// name checks that a container or a volume is named as one of the map.
func (c *checker) name(name string) {
	if part, ok := identity.CutName(c.p.Map, name); !ok || !model.IsName(part) {
		c.bad("%q is not a name of the map %q", name, c.p.Map)
	}
}

func (c *checker) step(st *Step) {
	op, known := c.table.of(st.Op)
	switch {
	case !known:
		c.bad("there is no step %q", st.Op)
		return
	case op.once:
		c.bad("%q cannot be in a saved plan: nothing would show that it was already carried out", st.Op)
		return
	}
	if st.ID != id(st.Op, st.Target) {
		c.bad("the id is %q, want %q", st.ID, id(st.Op, st.Target))
	}
	if c.before[st.ID] {
		c.bad("%q appears twice", st.ID)
	}
	for _, need := range st.Needs {
		switch {
		case !c.ids[need]:
			c.bad("%q needs %q, which is not in the plan", st.ID, need)
		case !c.before[need]:
			c.bad("%q needs %q, which does not come before it", st.ID, need)
		}
	}
	c.before[st.ID] = true
	for _, f := range st.fields() {
		if !slices.Contains(op.must, f) && !slices.Contains(op.may, f) {
			c.bad("%q does not use %s", st.ID, f)
		}
	}
	if f := op.lacks(st); f != "" {
		c.bad("%q lacks %s", st.ID, f)
		return
	}
	if !op.ofImage {
		c.name(st.Target)
		c.container(st, op)
		c.made(st)
	}
}

// container checks that a step is about the container that decided it.
func (c *checker) container(st *Step, op *operation) {
	switch {
	case st.StopTimeout != nil && *st.StopTimeout < 0:
		c.bad("%q has a stop timeout of %d seconds", st.ID, *st.StopTimeout)
	case op.creator != "" && st.ContainerID == "" && !slices.Contains(st.Needs, id(op.creator, st.Target)):
		c.bad("%q neither names a container nor needs its creation", st.ID)
	}
	was := c.was[st.Target]
	if st.ContainerID != "" && (st.ContainerID != was.ID || st.Foreign != was.Foreign) {
		c.bad("%q is not for the container of the basis", st.ID)
	}
}

// made checks that what a step creates is its target, and belongs to the map.
func (c *checker) made(st *Step) {
	switch {
	case st.Create != nil:
		role := identity.RoleContainer
		if identity.Read(st.Create.Labels).Role == identity.RoleAttached {
			role = identity.RoleAttached
		}
		c.labels(st.Create.Labels, role)
	case st.Volume != nil:
		c.called("the volume", st.Volume.Name, st.Target)
		c.labels(st.Volume.Labels, identity.RoleAttached)
	case st.Prepare != nil:
		c.prepare(st.Target, st.Prepare)
	}
}

func (c *checker) called(what, is, want string) {
	if is != want {
		c.bad("%s is called %q, want %q", what, is, want)
	}
}

func (c *checker) labels(labels map[string]string, role string) {
	if mark := identity.Read(labels); !mark.IsOf(c.p.Map) || mark.Role != role {
		c.bad("the labels are those of %q in the map %q, want %q in %q", mark.Role, mark.Map, role, c.p.Map)
	}
}

// prepare checks that a preparation sees its volume and nothing else: it runs as root,
// so whoever could change a saved plan could otherwise change any file of the host.
func (c *checker) prepare(volume string, p *Prepare) {
	c.called("the temporary container", p.Name, identity.Helper(volume))
	c.called("the record", p.Record.Name, identity.Record(volume))
	c.labels(p.Record.Labels, identity.RolePrepared)
	if of := identity.Read(p.Record.Labels).Volume; of != volume {
		c.bad("the record is for %q, want %q", of, volume)
	}
	if len(p.Containers) == 0 {
		c.bad("the preparation has no containers")
	}
	for _, spec := range p.Containers {
		c.labels(spec.Labels, identity.RolePrepare)
		h := spec.HostConfig
		// VolumesFrom and Mounts are ways to a path of the host too.
		if len(h.Binds) != 1 || !strings.HasPrefix(h.Binds[0], volume+":") || len(h.Mounts)+len(h.VolumesFrom) > 0 {
			c.bad("the temporary container mounts something other than %q", volume)
		}
	}
}
