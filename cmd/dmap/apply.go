// Command line: dmap apply.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// applyFlags are the flags of apply.
type applyFlags struct {
	engineFlags
	workFlags
	adopt bool
}

func (a *app) apply() *cobra.Command {
	f := &applyFlags{}
	cmd := &cobra.Command{
		Use:   "apply PLANFILE",
		Short: "carry out a saved plan",
		Long: `Carry out a plan that dmap plan --out saved: just these steps, on the engine that it
was made for. No program is read. "-" reads the plan from standard input.

If anything that decided the plan is not as it was, the plan is stale: nothing is
changed, the message names what is different, and the exit code is 6. What the plan
itself did counts too: to go on after a failure or an interrupt, make a new one.

Whoever wrote the file decides what runs on the Docker host, as with a map. Apply
changes nothing that is not of the plan's map.`,
		Example: "  dmap plan site.star start --out site.plan\n  dmap apply site.plan",
		Args:    exactly("PLANFILE"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.applyPlan(cmd.Context(), f, args[0]) },
	}
	f.engineFlags.add(cmd.Flags())
	f.workFlags.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	cmd.Flags().BoolVar(&f.adopt, "adopt", false, "carry out plans that take over what dmap did not make")
	return cmd
}

func (a *app) applyPlan(ctx context.Context, f *applyFlags, file string) error {
	if !f.quiet {
		ctx = a.watch(ctx)
	}
	p, err := a.readPlan(ctx, file)
	if err != nil {
		return err
	}
	if names := p.Adopts(); len(names) > 0 && !f.adopt {
		return &usageError{text: fmt.Sprintf("the plan takes over %s, which dmap did not make; if that is meant, add --adopt", strings.Join(names, ", "))}
	}
	f.wait = f.lockTimeout
	c, err := f.connect(ctx, func() (simImages, error) { return imagesOfPlan(p), nil }, true)
	if err != nil {
		return err
	}
	again := a.planCommand(p, file)
	err = a.carryOut(p.Map, "make a new plan: "+again, &f.workFlags, f.format, func(o engine.Options) (*run.Report, error) {
		o.LockDir = c.lockDir
		return c.engine.Apply(ctx, p, o)
	})
	return errors.Join(a.stale(err, again), c.close())
}

// stale prints what makes a plan stale, one line per change, if that is the error.
func (a *app) stale(err error, again string) error {
	var stale *plan.StaleError
	if !errors.As(err, &stale) {
		return err
	}
	fmt.Fprintln(a.Err, "dmap: the plan is stale: what decided it has changed, by this plan or otherwise")
	for i, c := range stale.Changes {
		if i == mostChanges {
			fmt.Fprintf(a.Err, "  and %d more\n", len(stale.Changes)-i)
			break
		}
		fmt.Fprintf(a.Err, "  %s\n", c)
	}
	fmt.Fprintf(a.Err, "nothing was changed now; make a new plan: %s\n", again)
	return reported{err}
}

// mostChanges is how many changes are listed for a stale plan.
const mostChanges = 20

// planCommand returns the command that makes a plan like p. Plans of earlier versions do
// not know their flags.
func (a *app) planCommand(p *plan.Plan, file string) string {
	words := p.Basis.Command
	if len(words) == 0 {
		words = slices.Concat([]string{"plan", cmp.Or(p.Basis.Program, "FILE"), string(p.Action)}, p.Basis.Asked)
	}
	return a.mask.words(append(slices.Clone(words), "--out", file))
}

// imagesOfPlan returns the images that a plan names.
func imagesOfPlan(p *plan.Plan) simImages {
	images := simImages{}
	for _, ref := range p.Pulls() {
		images.add(ref, false)
	}
	for _, st := range p.Steps {
		switch {
		case st.Create != nil:
			images.add(st.Create.Image, identity.Read(st.Create.Labels).Role == identity.RoleAttached)
		case st.Prepare != nil:
			for _, spec := range st.Prepare.Containers {
				images.add(spec.Image, false)
			}
		}
	}
	return images
}
