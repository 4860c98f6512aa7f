// Command line: dmap cleanup.

package main

import (
	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/plan"
)

func (a *app) cleanup() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "cleanup FILE [TARGET...]",
		Short: "remove containers that ran and ended",
		Long: `Remove the containers of a map that ran and ended, also those that the map no longer
has. Persistent containers, attached volumes and their containers, containers that
never ran, and everything that is not of this map stay.`,
		Example:           "  dmap cleanup site.star --dry-run",
		Args:              atLeast("FILE"),
		ValidArgsFunction: completeTargets(&f.programFlags),
		RunE: func(cmd *cobra.Command, args []string) error {
			action := append([]string{args[0], string(plan.Cleanup)}, args[1:]...)
			return a.runAction(cmd.Context(), f, action)
		},
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	return cmd
}
