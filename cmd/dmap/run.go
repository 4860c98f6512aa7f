// Command line: dmap run.

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// runFlags are the flags of the verbs that plan and carry out.
type runFlags struct {
	requestFlags
	workFlags
	dryRun bool
}

func (f *runFlags) add(flags *pflag.FlagSet) {
	f.requestFlags.add(flags)
	f.workFlags.add(flags)
	flags.BoolVar(&f.dryRun, "dry-run", false, "print the plan and change nothing, as dmap plan does")
}

// workFlags control how a plan is carried out.
type workFlags struct {
	quiet       bool
	parallel    int
	lockTimeout time.Duration
}

func (f *workFlags) add(flags *pflag.FlagSet) {
	f.parallel, f.lockTimeout = 4, 2*time.Minute
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress on standard error")
	flags.Var((*positive)(&f.parallel), "parallel", "most calls of one kind in flight")
	flags.Var((*wait)(&f.lockTimeout), "lock-timeout", "how long to wait for another run that changes the map; 0 does not wait")
}

func (a *app) run() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:               "run FILE ACTION [TARGET...]",
		Short:             "carry out an action",
		Long:              "Plan an action and carry the plan out.\n\n" + actionsHelp(),
		Example:           "  dmap run site.star start web_server\n  dmap run site.star shutdown",
		Args:              atLeast("FILE", "ACTION"),
		ValidArgsFunction: completeRequest(&f.programFlags),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.runAction(cmd.Context(), f, args) },
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	return cmd
}

// runAction plans an action and carries it out; args are file, action and targets.
func (a *app) runAction(ctx context.Context, f *runFlags, args []string) error {
	if !f.quiet {
		ctx = a.watch(ctx)
	}
	f.wait = f.lockTimeout
	to := toCarryOut
	if f.dryRun {
		to = toShow
	}
	r, err := a.request(ctx, &f.requestFlags, args, to)
	if err != nil {
		return err
	}
	if f.dryRun {
		var p *plan.Plan
		if p, err = r.planned(ctx); err == nil {
			err = a.print(p, f.format)
		}
	} else {
		err = a.carryOut(r.of.Name, a.goOn(r.Action), &f.workFlags, f.format, func(o engine.Options) (*run.Report, error) {
			o.LockDir = r.lockDir
			return r.engine.Do(ctx, r.of, r.Request, o)
		})
	}
	return errors.Join(err, r.close())
}

// carryOut calls do to carry out a plan of a map, with progress on Err and the result
// on Out. goOn says how to continue if that is not completed.
func (a *app) carryOut(mapName, goOn string, f *workFlags, format string, do func(engine.Options) (*run.Report, error)) error {
	began := false
	o := engine.Options{
		Options: run.Options{
			Drain: a.drain, Draining: a.draining, Limits: run.Limits{Work: f.parallel},
			Warn: func(text string) { fmt.Fprintf(a.Err, "dmap: %s\n", text) },
		},
		LockTimeout: f.lockTimeout,
		Waiting: func(holder string) {
			fmt.Fprintf(a.Err, "dmap: waiting up to %s for another run on map %q (%s)\n", f.lockTimeout, mapName, holder)
		},
		Review: func(p *plan.Plan) error {
			for _, n := range p.Notes {
				fmt.Fprintf(a.Err, "note: %s %s\n", n.Target, n.Text)
			}
			began = true // a failure before this has no report, and is printed like any error
			a.running.Store(true)
			return nil
		},
	}
	if !f.quiet {
		o.Events = a.progress
	}
	report, err := do(o)
	a.running.Store(false)
	if !began {
		return err
	}
	write := a.report
	if format == "json" {
		write = a.reportJSON
	}
	if unwritten := write(report); err == nil {
		return unwritten
	}
	a.failures(report, err)
	if report.Count(run.Done) < len(report.Results) { // else only the lock was not given back
		fmt.Fprintf(a.Err, "to go on, %s\n", goOn)
	}
	return reported{err}
}

// failures prints why a run was not completed.
func (a *app) failures(report *run.Report, err error) {
	for _, res := range report.Results {
		if res.Err != nil {
			fmt.Fprintf(a.Err, "dmap: %s%s\n", res.Err, unknown(res.Status))
		}
	}
	var kept *run.ReleaseError
	switch {
	case errors.Is(err, run.ErrInterrupted):
		fmt.Fprintln(a.Err, "dmap: interrupted")
	case errors.Is(err, run.ErrLockLost):
		fmt.Fprintln(a.Err, "dmap: ended early:", run.ErrLockLost)
	}
	if errors.As(err, &kept) {
		fmt.Fprintf(a.Err, "dmap: %s\n", kept)
	}
}

// draining says that an interrupt was received.
func (a *app) draining(int) {
	fmt.Fprintln(a.Err, "dmap: interrupted: waiting for the calls in flight; once more cuts them off")
}

// unknown returns what to add to the error of a step whose outcome is not known.
func unknown(s run.Status) string {
	if s == run.Unknown {
		return "; it may or may not have happened"
	}
	return ""
}

// progress prints one line when a step ends.
func (a *app) progress(e run.Event) {
	switch e.Status {
	case run.Done:
		fmt.Fprintf(a.Err, "done     %-17s %s (%s)\n", e.Step.Op, e.Step.Target, round(e.Took))
	case run.Failed, run.Unknown:
		fmt.Fprintf(a.Err, "%-8s %-17s %s\n", e.Status, e.Step.Op, e.Step.Target)
	case run.Skipped:
		fmt.Fprintf(a.Err, "skipped  %-17s %s\n", e.Step.Op, e.Step.Target)
	}
	for _, w := range e.Warnings {
		fmt.Fprintf(a.Err, "warning: %s: %s\n", e.Step.Target, w)
	}
}

// report prints the last line: how many steps were done, failed and skipped.
func (a *app) report(r *run.Report) error {
	if len(r.Results) == 0 {
		_, err := fmt.Fprintln(a.Out, "Nothing to do.")
		return err
	}
	var parts []string
	for _, s := range []run.Status{run.Done, run.Failed, run.Unknown, run.Skipped, run.Waiting} {
		if n := r.Count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	_, err := fmt.Fprintf(a.Out, "%s in %s.\n", capital(strings.Join(parts, ", ")), round(r.Took))
	return err
}

// reportSchema names the JSON form of a report, which json.md describes.
const reportSchema = "dmap.report/1"

// reportForm is a report in JSON.
type reportForm struct {
	Schema      string       `json:"schema"`
	Run         string       `json:"run"`
	Interrupted bool         `json:"interrupted"`
	Seconds     float64      `json:"seconds"`
	Steps       []resultForm `json:"steps"`
}

// resultForm is the result of one step.
type resultForm struct {
	ID      string     `json:"id"`
	Status  run.Status `json:"status"`
	Error   string     `json:"error,omitempty"`
	Seconds float64    `json:"seconds"`
}

// reportJSON prints the result for programs.
func (a *app) reportJSON(r *run.Report) error {
	out := reportForm{reportSchema, r.RunID, r.Interrupted, r.Took.Seconds(), []resultForm{}}
	for _, res := range r.Results {
		s := resultForm{ID: res.Step.ID, Status: res.Status, Seconds: res.Took.Seconds()}
		if res.Err != nil {
			s.Error = res.Err.Error()
		}
		out.Steps = append(out.Steps, s)
	}
	return a.writeJSON(out)
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
