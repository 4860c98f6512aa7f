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
that is the cause. No Docker Engine is asked. Values are printed as they are:
passwords in environment variables too.`,
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
			if format == "json" {
				return whyJSON(a.Out, m.Name, all)
			}
			return whyText(printable{a.Out}, all)
		},
	}
	f.add(cmd.Flags())
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

func whyJSON(w io.Writer, name string, all []engine.Explanation) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Schema     string               `json:"schema"`
		Map        string               `json:"map"`
		Containers []engine.Explanation `json:"containers"`
	}{"dmap.why/1", name, all})
}
