// Command line: dmap run.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/run"
)

// runFlags are the flags of the verbs that carry something out.
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

// workFlags say how a plan is carried out.
type workFlags struct {
	quiet       bool
	parallel    int
	lockTimeout time.Duration
}

func (f *workFlags) add(flags *pflag.FlagSet) {
	f.parallel, f.lockTimeout = 4, 30*time.Second
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
	return cmd
}

// runAction plans and carries out; args are file, action and targets.
func (a *app) runAction(ctx context.Context, f *runFlags, args []string) error {
	to := toCarryOut
	if f.dryRun {
		to = toShow
	}
	r, err := a.request(ctx, &f.requestFlags, args, to)
	if err != nil {
		return err
	}
	if f.dryRun {
		return errors.Join(a.print(r.plan, f.format), r.close())
	}
	return errors.Join(a.locked(ctx, r, &f.workFlags, f.format), r.close())
}

// locked carries the plan out as the only run on the map. Another run may have
// ended between the plan and the lock, so the plan is renewed under the lock.
func (a *app) locked(ctx context.Context, r *request, f *workFlags, format string) error {
	if !r.plan.ChangesMap() {
		return a.carryOut(ctx, r, f, format, nil)
	}
	lock, err := a.acquire(ctx, r, f)
	if err != nil {
		return err
	}
	if err := r.renew(ctx); err != nil {
		return errors.Join(err, lock.Release())
	}
	return errors.Join(a.carryOut(ctx, r, f, format, lock), lock.Release())
}

// acquire takes the lock of the map; an interrupt ends the waiting.
func (a *app) acquire(ctx context.Context, r *request, f *workFlags) (*run.Lock, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-a.drain:
			cancel()
		case <-ctx.Done():
		}
	}()
	return run.Acquire(ctx, r.client, r.plan.Map, run.LockOptions{
		Wait: f.lockTimeout,
		Waiting: func(holder string) {
			fmt.Fprintf(a.Err, "dmap: waiting up to %s for another run on map %q (%s)\n", f.lockTimeout, r.plan.Map, holder)
		},
	})
}

// carryOut runs a plan, with progress on Err and the result on Out.
func (a *app) carryOut(ctx context.Context, r *request, f *workFlags, format string, lock *run.Lock) error {
	for _, n := range r.plan.Notes {
		fmt.Fprintf(a.Err, "note: %s %s\n", n.Target, n.Text)
	}
	o := run.Options{Drain: a.drain, Limits: run.Limits{Work: f.parallel}, Lock: lock}
	if !f.quiet {
		o.Events = func(e run.Event) { a.progress(e) }
	}
	a.running.Store(true)
	go a.announce(ctx)
	report, err := run.Do(ctx, r.client, r.plan, o)
	a.running.Store(false)
	write := a.report
	if format == "json" {
		write = a.reportJSON
	}
	if unwritten := write(report); err == nil {
		return unwritten
	}
	for _, res := range report.Results {
		if res.Err != nil {
			fmt.Fprintf(a.Err, "dmap: %s%s\n", res.Err, unknown(res.Status))
		}
	}
	switch {
	case errors.Is(err, run.ErrInterrupted):
		fmt.Fprintln(a.Err, "dmap: interrupted")
	case errors.Is(err, run.ErrLockLost):
		fmt.Fprintln(a.Err, "dmap: ended early:", run.ErrLockLost)
	}
	fmt.Fprintf(a.Err, "to go on, %s\n", r.goOn)
	return reported{err}
}

// announce tells that an interrupt was heard.
func (a *app) announce(ctx context.Context) {
	select {
	case <-a.drain:
		fmt.Fprintln(a.Err, "dmap: interrupted: waiting for the calls in flight; once more cuts them off")
	case <-ctx.Done():
	}
}

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

// report prints the last line: what became of the steps.
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

// resultForm is what became of one step.
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
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// commandLine repeats the command as it was typed.
func commandLine() string { return shellWords(os.Args[1:]...) }

// shellWords is a command of dmap as a person types it into a shell.
func shellWords(args ...string) string {
	words := []string{"dmap"}
	for _, arg := range args {
		if strings.ContainsAny(arg, " \t\n'\"\\$&|;<>()*?[]{}~#`!") || arg == "" {
			arg = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
		words = append(words, arg)
	}
	return strings.Join(words, " ")
}
