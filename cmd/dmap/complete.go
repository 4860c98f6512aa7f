// Command line: what shells complete.

package main

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// completeRequest completes FILE ACTION [TARGET...].
func completeRequest(f *programFlags) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		switch len(args) {
		case 0:
			return nil, cobra.ShellCompDirectiveDefault
		case 1:
			var names []cobra.Completion
			for _, h := range plan.Actions() {
				names = append(names, cobra.CompletionWithDesc(string(h.Action), h.Help))
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		}
		return f.targets(cmd, args[0], args[2:])
	}
}

// completeTargets completes FILE [TARGET...].
func completeTargets(f *programFlags) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		return f.targets(cmd, args[0], args[1:])
	}
}

// targets returns the containers and instances of the maps that a program makes, or of
// the one that --map names, without those already typed. For a program that is wrong or
// takes long there are none: a shell must not wait or print errors while completing.
func (f *programFlags) targets(cmd *cobra.Command, file string, given []string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const nothing = cobra.ShellCompDirectiveNoFileComp
	if file == "-" {
		return nil, nothing
	}
	o := f.evaluation()
	o.Limits.Time = time.Second
	program, err := starlarkmap.Load(cmd.Context(), file, o)
	if err != nil {
		return nil, nothing
	}
	only := ""
	if flag := cmd.Flag("map"); flag != nil {
		only = flag.Value.String()
	}
	var out []cobra.Completion
	for _, m := range program.Maps {
		if only != "" && m.Name != only {
			continue
		}
		target := func(part string) string { return part }
		if len(program.Maps) > 1 {
			target = m.FullName
		}
		for _, c := range m.Containers {
			out = append(out, names(target, c)...)
		}
	}
	return slices.DeleteFunc(out, func(name string) bool { return slices.Contains(given, name) }), nothing
}

// names returns the targets that name a container and each of its instances.
func names(target func(part string) string, c *model.Container) []string {
	out := []string{target(c.Name)}
	for _, instance := range c.Instances {
		out = append(out, target(identity.Part(c.Name, instance)))
	}
	return out
}
