// Command line: dmap show.

package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/starlarkmap"
)

func (a *app) show() *cobra.Command {
	var f programFlags
	var format, mapName string
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "print the evaluated maps",
		Long: `Print the maps a program makes, as plain data: as a Starlark program without any
computation, or as JSON. Options that a function computes are left out of the
program, with a comment that names the function; in JSON they are {"function": name}.
Passwords, tokens and keys are printed as ***.`,
		Example: "  dmap show site.star\n  dmap show --format json site.star",
		Args:    exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			program, err := a.load(cmd.Context(), args[0], f)
			if err != nil {
				return err
			}
			maps := program.Maps
			if mapName != "" {
				m, err := choose(args[0], maps, mapName, nil)
				if err != nil {
					return err
				}
				maps = []*model.ContainerMap{m}
			}
			maps = a.mask.maps(maps)
			if format == "json" {
				return a.writeJSON(mapsDict(maps))
			}
			return a.write(a.Out, func(w io.Writer) error { return mapsText(w, maps) })
		},
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	formatFlag(cmd.Flags(), &format)
	cmd.Flags().StringVarP(&mapName, "map", "m", "", "show only the map of this `NAME`")
	return cmd
}

func mapsText(w io.Writer, maps []*model.ContainerMap) error {
	for i, m := range maps {
		text := starlarkmap.Format(m)
		if i > 0 {
			text = "\n" + text
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// mapsDict is an object with one member for each map, in their order.
func mapsDict(maps []*model.ContainerMap) model.Dict {
	var all model.Dict
	for _, m := range maps {
		all = append(all, model.Entry{Key: model.Input{Value: m.Name}, Value: model.Input{Value: m.Dict()}})
	}
	return all
}
