// Command line: dmap check.

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine"
)

func (a *app) check() *cobra.Command {
	var f programFlags
	cmd := &cobra.Command{
		Use:     "check FILE",
		Short:   "evaluate a program and check its maps",
		Long:    "Evaluate a program and check its maps, without a Docker Engine. Everything that is\nwrong is printed at once.",
		Example: "  dmap check site.star",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := a.load(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			for _, m := range program.Maps {
				if err := engine.Check(cmd.Context(), m); err != nil {
					return err
				}
				n := 0
				for _, c := range m.Containers {
					n += len(c.InstanceNames())
				}
				fmt.Fprintf(printable{a.Out}, "%s: map %s is valid: %s\n", args[0], m.Name, count(n, "container"))
			}
			if len(program.Maps) == 0 {
				fmt.Fprintf(printable{a.Out}, "%s: valid, but makes no container_map\n", args[0])
			}
			return nil
		},
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	return cmd
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
