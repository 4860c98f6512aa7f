// Command line: dmap plan.

package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) plan() *cobra.Command {
	f := &requestFlags{}
	cmd := &cobra.Command{
		Use:               "plan FILE ACTION [TARGET...]",
		Short:             "show what an action would do",
		Long:              "Show what an action would do, without changing anything.\n\n" + actionsHelp(),
		Example:           "  dmap plan site.star start web_server",
		Args:              atLeast("FILE", "ACTION"),
		ValidArgsFunction: completeRequest(&f.programFlags),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := a.request(cmd.Context(), f, args, false)
			if err != nil {
				return err
			}
			return errors.Join(a.print(r.plan, f.format), r.close())
		},
	}
	f.add(cmd)
	return cmd
}
