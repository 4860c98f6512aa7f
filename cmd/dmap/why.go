// Command line: dmap why.

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine"
)

func (a *app) why() *cobra.Command {
	var f programFlags
	var format, mapName string
	cmd := &cobra.Command{
		Use:   "why FILE [TARGET...]",
		Short: "print what containers are made of, and which line says so",
		Long: `Print what each container is made of: the fields of its create request as the
Engine API names them, and the containers it needs, each with the line of the map
that is the cause. No Docker Engine is asked. Passwords, tokens and keys are printed
as ***.`,
		Example: "  dmap why site.star web_server",
		Args:    atLeast("FILE"),

		ValidArgsFunction: completeTargets(&f),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := a.load(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			m, err := choose(args[0], program.Maps, mapName, args[1:])
			if err != nil {
				return err
			}
			all, err := engine.Explain(cmd.Context(), m, args[1:])
			if err != nil {
				return err
			}
			for _, e := range all {
				for i, field := range e.Fields {
					e.Fields[i].Value = json.RawMessage(a.mask.json(field.Name, string(field.Value)))
				}
			}
			if format == "json" {
				return a.writeJSON(whyForm{"dmap.why/1", m.Name, all})
			}
			return a.write(printable{a.Out}, func(w io.Writer) error { return whyText(w, all) })
		},
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	formatFlag(cmd.Flags(), &format)
	cmd.Flags().StringVarP(&mapName, "map", "m", "", "`NAME` of the map to use, if the program makes several")
	return cmd
}

func whyText(w io.Writer, all []engine.Explanation) error {
	for i, e := range all {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s  %s\n", e.Name, e.Origin)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, field := range e.Fields {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", field.Name, field.Value, field.Origin)
		}
		for _, need := range e.Needs {
			fmt.Fprintf(t, "  needs %s\t%s\t%s\n", need.Name, need.Why, need.Origin)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

// whyForm is what is explained, in JSON.
type whyForm struct {
	Schema     string               `json:"schema"`
	Map        string               `json:"map"`
	Containers []engine.Explanation `json:"containers"`
}
