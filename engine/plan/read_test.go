// Plan: tests of reading saved plans.

package plan_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// saved are plans of the example as they are written, by action.
func saved(t testing.TB) map[plan.Action]string {
	t.Helper()
	empty := &snapshot.Snapshot{Engine: &docker.EngineInfo{ID: "E"}, Images: map[string]snapshot.Image{}}
	p, err := build(t, site(), empty, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	world := after(empty, p)
	ended := after(world, &plan.Plan{Steps: []plan.Step{{Op: plan.StopContainer, Target: "example_map.web_server"}}})
	seconds := 7
	texts := map[plan.Action]string{}
	for _, row := range []struct {
		world *snapshot.Snapshot
		req   plan.Request
	}{
		{empty, plan.Request{Action: plan.Start, Targets: []string{"web_server"}}},
		{empty, plan.Request{Action: plan.Create}},
		{world, plan.Request{Action: plan.Restart, Targets: []string{"web_server"}}},
		{world, plan.Request{Action: plan.Shutdown, StopTimeout: &seconds}},
		{world, plan.Request{Action: plan.Remove, Force: true}},
		{ended, plan.Request{Action: plan.Cleanup}},
		{world, plan.Request{Action: plan.Startup}}, // nothing to do
	} {
		row.req.Basis = true
		p, err := build(t, site(), row.world, row.req)
		if err != nil {
			t.Fatal(err)
		}
		p.Basis.Program = "site.star"
		var text bytes.Buffer
		if err := p.WriteJSON(&text); err != nil {
			t.Fatal(err)
		}
		texts[row.req.Action] = text.String()
	}
	return texts
}

func rewritten(t *testing.T, p *plan.Plan) string {
	t.Helper()
	var text bytes.Buffer
	if err := p.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// What was written is read, and written again as it was.
func TestReadWhatWasWritten(t *testing.T) {
	ops := map[plan.Op]bool{}
	for action, text := range saved(t) {
		p, err := plan.Read("p", strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		if diff := cmp.Diff(text, rewritten(t, p)); diff != "" {
			t.Errorf("%s (-was +is):\n%s", action, diff)
		}
		for _, st := range p.Steps {
			ops[st.Op] = true
		}
	}
	if len(ops) != 7 {
		t.Errorf("the plans have only %v", ops)
	}
}

// The text of a plan that was changed in any way is refused with the place.
func TestReadRefusesOtherTexts(t *testing.T) {
	text := saved(t)[plan.Start]
	for name, row := range map[string]struct{ text, want string }{
		"empty":           {"", "p:1:1: not a plan in JSON: unexpected end of JSON input"},
		"not JSON":        {"container_map(\"m\", {})", "p:1:1: not a plan in JSON: invalid character 'c' looking for beginning of value"},
		"another thing":   {"[]", "p:1:1: not a plan in JSON: want an object, got array"},
		"null":            {"null", `p:1:1: the schema of the plan is "", not "dmap.plan/1"`},
		"a schema number": {`{"schema": 1}`, "p:1:12: schema: want a string, got number"},
		"another schema":  {strings.Replace(text, "dmap.plan/1", "dmap.plan/2", 1), `p:1:1: the schema of the plan is "dmap.plan/2", not "dmap.plan/1"`},
		"cut off":         {text[:len(text)/2], "unexpected end of JSON input"},
		"trailing data":   {text + "{}", "not a plan in JSON: invalid character '{' after top-level value"},
		"trailing space":  {text + "\n", "dmap writes nothing after a plan"},
		"no line feed":    {strings.TrimSuffix(text, "\n"), "the plan is incomplete: it ends here"},
		"unknown field":   {strings.Replace(text, `  "map"`, "  \"mop\": 1,\n  \"map\"", 1), "p:3:5: dmap would not write `\"mop\": 1,` here, but `\"map\": \"example_map\",`"},
		"missing field":   {strings.Replace(text, `  "action": "start",`+"\n", "", 1), "p:4:4: dmap would not write `\"targets\": [` here, but `\"action\": \"\",`"},
		"twice":           {strings.Replace(text, `  "map"`, "  \"map\": \"x\",\n  \"map\"", 1), `p:3:11: dmap would not write`},
		"another case":    {strings.Replace(text, `  "map"`, `  "Map"`, 1), "p:3:4: dmap would not write `\"Map\": \"example_map\",` here"},
		"a number":        {strings.Replace(saved(t)[plan.Shutdown], `"stopTimeout": 7`, `"stopTimeout": 7.0`, 1), "want a number of the kind int, got number 7.0"},
		"an escape":       {strings.Replace(text, "chown", `\u0063hown`, 1), "here, but `\"chown\"`"},
		"CRLF":            {strings.ReplaceAll(text, "\n", "\r\n"), "p:1:2: dmap would not write"},
		"a wrong type":    {strings.Replace(text, `"wait": true`, `"wait": "yes"`, 1), "steps.wait: want true or false, got string"},
	} {
		p, err := plan.Read("p", strings.NewReader(row.text))
		if row.text == text || row.text == saved(t)[plan.Shutdown] {
			t.Fatalf("%s: the row changes nothing", name)
		}
		var problems problem.Problems
		if !errors.As(err, &problems) || problems[0].Code != plan.CodeSaved || problems[0].Hint == "" || problems[0].Origin.File != "p" {
			t.Errorf("%s: got %v, %v", name, p, err)
		} else if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %q, want %q", name, err, row.want)
		}
	}
}

// A plan that is too large is not read to its end.
func TestReadLimit(t *testing.T) {
	endless := &counter{}
	if _, err := plan.Read("p", endless); err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("got %v", err)
	}
	if endless.n > plan.MostBytes+1<<20 {
		t.Errorf("it read %d bytes", endless.n)
	}
	lost := errors.New("lost")
	if _, err := plan.Read("p", io.MultiReader(strings.NewReader("{"), failing{lost})); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
}

// counter is spaces without end.
type counter struct{ n int }

func (c *counter) Read(p []byte) (int, error) {
	c.n += len(p)
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A plan in the right form whose contents cannot be is refused.
func TestReadRefusesOtherPlans(t *testing.T) {
	texts := saved(t)
	step := func(p *plan.Plan, op plan.Op) *plan.Step {
		for i := range p.Steps {
			if p.Steps[i].Op == op {
				return &p.Steps[i]
			}
		}
		t.Fatalf("no %s in the plan", op)
		return nil
	}
	other := "example_map2.db"
	for name, row := range map[string]struct {
		action plan.Action
		change func(*plan.Plan)
		want   string
	}{
		"no map":             {plan.Start, func(p *plan.Plan) { p.Map = "" }, `map: "" cannot be the name of a map`},
		"another map":        {plan.Shutdown, func(p *plan.Plan) { p.Map = "example" }, `"example_map.web_server" is not a name of the map "example"`},
		"a map's name":       {plan.Shutdown, func(p *plan.Plan) { p.Map = "../x" }, `map: "../x" cannot be the name of a map`},
		"an action":          {plan.Start, func(p *plan.Plan) { p.Action = "strat" }, `p:4:3: action: there is no action "strat"`},
		"a target":           {plan.Start, func(p *plan.Plan) { p.Targets[0] = other }, `targets: "example_map2.db" is not a name of the map "example_map"`},
		"no basis":           {plan.Start, func(p *plan.Plan) { p.Basis = nil }, "basis: the plan does not say what decided it"},
		"no engine":          {plan.Start, func(p *plan.Plan) { p.Basis.Engine = "" }, "basis: it does not say which engine the plan is for"},
		"a fact's name":      {plan.Start, func(p *plan.Plan) { p.Basis.Containers[0].Name = other }, `basis: "example_map2.db" is not a name`},
		"a fact's id":        {plan.Shutdown, func(p *plan.Plan) { p.Basis.Containers[0].ID = "../volumes/x" }, `basis: "../volumes/x" is not the id of a container`},
		"a volume's name":    {plan.Start, func(p *plan.Plan) { p.Basis.Volumes[0].Name = other }, `basis: "example_map2.db" is not a name`},
		"an op":              {plan.Start, func(p *plan.Plan) { p.Steps[0].Op = "container.exec" }, `steps[0]: there is no step "container.exec"`},
		"a signal":           {plan.Shutdown, func(p *plan.Plan) { p.Steps[0].Op = plan.SignalContainer }, `steps[0]: "container.signal" cannot be in a saved plan: nothing would show that it was already carried out`},
		"an id":              {plan.Start, func(p *plan.Plan) { p.Steps[0].ID = "x" }, `steps[0]: the id is "x", want "image.pull busybox:latest"`},
		"a double":           {plan.Start, func(p *plan.Plan) { p.Steps[1] = p.Steps[0] }, `steps[1]: "image.pull busybox:latest" appears twice`},
		"a need":             {plan.Start, func(p *plan.Plan) { step(p, plan.CreateVolume).Needs = []string{"x"} }, `needs "x", which is not in the plan`},
		"a circle":           {plan.Shutdown, func(p *plan.Plan) { p.Steps[0].Needs = []string{p.Steps[0].ID} }, "which does not come before it"},
		"a larger circle":    {plan.Shutdown, func(p *plan.Plan) { p.Steps[0].Needs = []string{p.Steps[len(p.Steps)-1].ID} }, "which does not come before it"},
		"nothing to create":  {plan.Start, func(p *plan.Plan) { step(p, plan.CreateContainer).Create = nil }, "lacks create"},
		"no volume":          {plan.Start, func(p *plan.Plan) { step(p, plan.CreateVolume).Volume = nil }, "lacks volume"},
		"nothing to prepare": {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare = nil }, "lacks prepare"},
		"no container":       {plan.Shutdown, func(p *plan.Plan) { step(p, plan.StopContainer).ContainerID = "" }, "lacks containerID"},
		"a foreign field":    {plan.Shutdown, func(p *plan.Plan) { step(p, plan.StopContainer).Force = true }, "does not use force"},
		"nothing to start":   {plan.Start, func(p *plan.Plan) { step(p, plan.StartContainer).Needs = nil }, "neither names a container nor needs its creation"},
		"a negative timeout": {plan.Shutdown, func(p *plan.Plan) { *step(p, plan.StopContainer).StopTimeout = -1 }, "a stop timeout of -1 seconds"},
		"another container":  {plan.Shutdown, func(p *plan.Plan) { step(p, plan.StopContainer).ContainerID = strings.Repeat("a", 64) }, "is not for the container of the basis"},
		"adopted unsaid":     {plan.Shutdown, func(p *plan.Plan) { step(p, plan.StopContainer).Foreign = true }, "is not for the container of the basis"},
		"another's name": {plan.Shutdown, func(p *plan.Plan) {
			st := step(p, plan.StopContainer)
			st.Target = other
			st.ID = "container.stop " + other
		}, `"example_map2.db" is not a name of the map`},
		"no name": {plan.Shutdown, func(p *plan.Plan) {
			st := step(p, plan.StopContainer)
			st.Target = "example_map.a/../b"
			st.ID = "container.stop " + st.Target
		}, "is not a name of the map"},
		"another's label":  {plan.Start, func(p *plan.Plan) { step(p, plan.CreateContainer).Create.Labels[identity.LabelMap] = "x" }, `the labels are those of "attached" in the map "x", want "attached" in "example_map"`},
		"another role":     {plan.Start, func(p *plan.Plan) { step(p, plan.CreateContainer).Create.Labels[identity.LabelRole] = "lock" }, `the labels are those of "lock"`},
		"another volume":   {plan.Start, func(p *plan.Plan) { step(p, plan.CreateVolume).Volume.Name = other }, `the volume is called "example_map2.db"`},
		"a volume's label": {plan.Start, func(p *plan.Plan) { step(p, plan.CreateVolume).Volume.Labels = nil }, `the labels are those of "" in the map ""`},
		"another helper":   {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Name = other }, `the temporary container is called "example_map2.db"`},
		"no helper":        {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Containers = []docker.ContainerSpec{} }, "the preparation has no containers"},
		"a helper's mount": {plan.Start, func(p *plan.Plan) {
			step(p, plan.PrepareVolume).Prepare.Containers[0].HostConfig.Binds[0] = "/etc:/etc"
		}, "the temporary container mounts something other than"},
		"a helper's source": {plan.Start, func(p *plan.Plan) {
			step(p, plan.PrepareVolume).Prepare.Containers[0].HostConfig.VolumesFrom = []string{"x"}
		}, "the temporary container mounts something other than"},
		"a helper's label":    {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Containers[0].Labels = nil }, `want "prepare" in "example_map"`},
		"another record":      {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Record.Name = other }, `the record is called "example_map2.db"`},
		"the record's label":  {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Record.Labels[identity.LabelRole] = "lock" }, `want "prepared" in "example_map"`},
		"the record's volume": {plan.Start, func(p *plan.Plan) { step(p, plan.PrepareVolume).Prepare.Record.Labels[identity.LabelVolume] = "x" }, `the record is for "x"`},
	} {
		p, err := plan.Read("p", strings.NewReader(texts[row.action]))
		if err != nil {
			t.Fatal(err)
		}
		row.change(p)
		_, err = plan.Read("p", strings.NewReader(rewritten(t, p)))
		var problems problem.Problems
		if !errors.As(err, &problems) || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %v, want %q", name, err, row.want)
		} else if problems[0].Origin.Line == 0 || problems[0].Path == "" || problems[0].Hint == "" {
			t.Errorf("%s: a problem without place or hint: %v", name, err)
		}
		if checked := p.Check(); checked == nil || !strings.Contains(checked.Error(), row.want[strings.Index(row.want, " ")+1:]) {
			t.Errorf("%s: checked without a file: %v", name, checked)
		}
	}
}

// All that is wrong is said at once, each with its own line.
func TestReadTellsAll(t *testing.T) {
	p, err := plan.Read("p", strings.NewReader(saved(t)[plan.Shutdown]))
	if err != nil {
		t.Fatal(err)
	}
	p.Steps[0].Force, p.Steps[1].Wait = true, true
	text := rewritten(t, p)
	_, err = plan.Read("p", strings.NewReader(text))
	var problems problem.Problems
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Fatalf("got %v", err)
	}
	lines := strings.Split(text, "\n")
	for i, problem := range problems {
		if line := lines[problem.Origin.Line-1]; !strings.Contains(line, p.Steps[i].ID) {
			t.Errorf("%v points to %s", problem, line)
		}
	}
}

// FuzzRead reads any text: it never panics, every problem says where and what, and
// what is taken is written again to the same bytes.
func FuzzRead(f *testing.F) {
	for _, text := range saved(f) {
		f.Add(text)
	}
	for _, text := range []string{
		"", "null", "{}", "[]", `{"schema": "dmap.plan/1"}`, `{"schema": "dmap.plan/1", "basis": {}}`,
		"{\n  \"schema\": \"dmap.plan/1\",\n  \"map\": \"m\",\n  \"action\": \"stop\",\n  \"targets\": [],\n  \"steps\": [],\n  \"basis\": {\n    \"engine\": \"E\"\n  }\n}\n",
		"{\n  \"schema\": \"dmap.plan/1\",\n  \"map\": \"\\ufffd\",\n  \"steps\": [\n    {\n      \"id\": \"x\"\n    }\n  ]\n}\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := plan.Read("p", strings.NewReader(text))
		if err != nil {
			var problems problem.Problems
			if !errors.As(err, &problems) || problems[0].Msg == "" || problems[0].Origin.Line == 0 {
				t.Errorf("an error that does not say where and what: %v", err)
			}
			return
		}
		if again := rewritten(t, p); again != text {
			t.Errorf("read %q, written %q", text, again)
		}
		if stale(t, p, &snapshot.Snapshot{Engine: &docker.EngineInfo{}}) == nil {
			t.Error("a plan for an engine without id")
		}
	})
}
