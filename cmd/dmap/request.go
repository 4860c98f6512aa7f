// Command line: the flags of plan and run, and the way from them to a plan.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
)

// requestFlags are the flags of plan and run.
type requestFlags struct {
	programFlags
	engineFlags
	mapName       string
	adopt, force  bool
	recreate      bool
	persistent    bool
	removeOrphans bool
	pull          string
	timeout       seconds
	signal        string
	options       settings
}

func (f *requestFlags) add(flags *pflag.FlagSet) {
	f.programFlags.add(flags)
	f.engineFlags.add(flags)
	flags.StringVarP(&f.mapName, "map", "m", "", "`NAME` of the map to use, if the program makes several")
	flags.BoolVar(&f.adopt, "adopt", false, "take over containers and volumes of the right name that dmap did not make")
	flags.BoolVar(&f.force, "force", false, "let remove kill running containers")
	flags.BoolVar(&f.recreate, "force-recreate", false, "let update recreate the named containers, whether they differ from the map or not")
	flags.BoolVar(&f.persistent, "update-persistent", false, "let update recreate persistent containers that ended and differ from the map, or whose image is an older one; they run again")
	flags.BoolVar(&f.removeOrphans, "remove-orphans", false, "let update or shutdown of the whole map take down containers that the map has no longer; volumes stay")
	flags.Var(choice{&f.pull, []string{string(plan.PullMissing), string(plan.PullNever), string(plan.PullAlways)}}, "pull", "when to fetch images (default: always for the action pull, missing for others)")
	flags.VarP(&f.timeout, "timeout", "t", "how long stop waits before it kills: seconds or a duration such as 1m30s (default: the container's own)")
	flags.StringVarP(&f.signal, "signal", "s", "", "`SIGNAL` to send: HUP, SIGHUP or 1 (default: KILL)")
	flags.Var(&f.options, "option", "give the named containers an option of create_options, where VALUE is JSON or text; repeatable")
}

// callOptions reads the --option flags.
func (f *requestFlags) callOptions() (model.Dict, error) {
	var d model.Dict
	for _, o := range f.options {
		if _, twice := d.Get(o.name); twice {
			return nil, &usageError{text: fmt.Sprintf("--option %s: given twice", o.name)}
		}
		d = append(d, model.Entry{Key: model.Input{Value: o.name}, Value: value(o.value)})
	}
	return d, nil
}

// value parses text as JSON; text that is not JSON is a string.
func value(text string) model.Input {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err == nil && !dec.More() {
		if in, ok := model.From(v); ok {
			return in
		}
	}
	return model.Input{Value: text}
}

// purpose is what a plan is made for: to be shown, saved or carried out.
type purpose int

const (
	toShow purpose = iota
	toSave
	toCarryOut
)

// request loads the program and returns what the arguments and flags ask for.
func (a *app) request(ctx context.Context, f *requestFlags, args []string, to purpose) (*request, error) {
	req := plan.Request{
		Action:   plan.Action(args[1]),
		Targets:  args[2:],
		Adopt:    f.adopt,
		Force:    f.force,
		Recreate: f.recreate,

		UpdatePersistent: f.persistent,

		Pull:   plan.PullPolicy(f.pull),
		Signal: f.signal,
		Basis:  to == toSave,

		StopTimeout:   f.timeout.given,
		RemoveOrphans: f.removeOrphans,
	}
	if err := req.Action.Check(); err != nil { // before anything is loaded
		return nil, err
	}
	var err error
	if req.Options, err = f.callOptions(); err != nil {
		return nil, err
	}
	for _, o := range f.options {
		a.mask.learn(o.name, o.value)
	}
	program, err := a.load(ctx, args[0], f.programFlags)
	if err != nil {
		return nil, err
	}
	m, err := choose(args[0], program.Maps, f.mapName, req.Targets)
	if err != nil {
		return nil, err
	}
	c, err := f.connect(ctx, func() (simImages, error) { return imagesOf(m) }, to == toCarryOut)
	if err != nil {
		return nil, err
	}
	return &request{connection: c, of: m, Request: req}, nil
}

// request is an action on a map, with an engine to carry it out on. It must be closed.
type request struct {
	*connection
	of *model.ContainerMap
	plan.Request
}

// planned returns the plan for the request in the engine's present state.
func (r *request) planned(ctx context.Context) (*plan.Plan, error) {
	return r.engine.Plan(ctx, r.of, r.Request)
}

// goOn says how to continue after an action that was not completed.
func (a *app) goOn(action plan.Action) string {
	for _, h := range plan.Actions() {
		if h.Action == action && h.Resume != "" {
			return h.Resume
		}
	}
	return "run again: " + a.mask.words(a.args)
}

// print writes a plan in the chosen form.
func (a *app) print(p *plan.Plan, format string) error {
	if format == "json" {
		return a.writePlan(p)
	}
	return a.write(printable{a.Out}, p.WriteText)
}

// actionsHelp lists the actions for the help of plan and run.
func actionsHelp() string {
	var b strings.Builder
	b.WriteString("Actions:\n")
	for _, h := range plan.Actions() {
		fmt.Fprintf(&b, "  %-9s %s\n", h.Action, h.Help)
	}
	b.WriteString("\nTargets are name, name.instance, map.name or map.name.instance; none means all\nthe map's containers.")
	return b.String()
}
