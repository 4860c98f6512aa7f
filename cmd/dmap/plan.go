// Command line: dmap plan.

package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

func (a *app) plan() *cobra.Command {
	f := &requestFlags{}
	var out string
	cmd := &cobra.Command{
		Use:   "plan FILE ACTION [TARGET...]",
		Short: "show what an action would do",
		Long: "Show what an action would do, without changing anything.\n\n" + actionsHelp() + `

With --out, the plan is saved too, and dmap apply carries out just that plan. The file
holds the environment of the containers, passwords included: only its owner can read
it. "-" writes it to standard output, and no text.`,
		Example:           "  dmap plan site.star start web_server\n  dmap plan site.star start web_server --out site.plan",
		Args:              atLeast("FILE", "ACTION"),
		ValidArgsFunction: completeRequest(&f.programFlags),
		RunE: func(cmd *cobra.Command, args []string) error {
			to := toShow
			if cmd.Flags().Changed("out") {
				to = toSave
			}
			if to == toSave && out == "" {
				return &usageError{text: "--out needs the name of a file"}
			}
			ctx := a.watch(cmd.Context())
			r, err := a.request(ctx, f, args, to)
			if err != nil {
				return err
			}
			p, err := r.planned(ctx)
			if err == nil && to == toSave {
				p.Basis.Program = args[0]
				p.Basis.Command = withoutOut(a.args)
				err = a.savePlan(p, out)
			}
			if err == nil && out != stdStream {
				err = a.print(p, f.format)
			}
			return errors.Join(err, r.close())
		},
	}
	f.add(cmd.Flags())
	a.mask.add(cmd.Flags())
	cmd.Flags().StringVarP(&out, "out", "o", "", "save the plan in this `FILE` for dmap apply; it may replace another plan")
	return cmd
}

// withoutOut returns the words of a command without the flag --out.
func withoutOut(words []string) []string {
	var rest []string
	for i := 0; i < len(words); i++ {
		switch word := words[i]; {
		case word == "--out", word == "-o":
			i++
		case strings.HasPrefix(word, "--out="), strings.HasPrefix(word, "-o"):
		default:
			rest = append(rest, word)
		}
	}
	return rest
}
