// Command line: the root command and the flags that all verbs share.

package main

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/model"
)

// app is one invocation of the program.
type app struct {
	Streams
	// drain is closed by the first interrupt; running is true from the first step of
	// a plan on.
	drain   chan struct{}
	running atomic.Bool
}

func (a *app) root() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "dmap",
		Short: "run container maps on Docker",
		Long: `dmap runs container maps: Starlark programs that describe a landscape of Docker
containers. Results go to standard output, progress and messages to standard error.

Exit codes: 0 done, or nothing to do; 1 an operation failed; 3 the map is wrong;
4 no usable Docker Engine; 64 the command line is wrong; 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          a.knownVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{text: err.Error()} })
	cmd.AddCommand(a.run(), a.plan(), a.cleanup(), a.show(), a.check(), a.sim(), a.importer(), a.version())
	cmd.AddCommand(topics()...)
	return cmd
}

// knownVerb refuses an unknown verb, with a suggestion.
func (a *app) knownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		verbs = append(verbs, c.Name())
	}
	e := &usageError{text: fmt.Sprintf("unknown verb %q", args[0])}
	if hint := model.DidYouMean(args[0], verbs); hint != "" {
		e.text += "; " + hint
	}
	return e
}

// atLeast requires n arguments by their names.
func atLeast(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < len(names) {
			return &usageError{text: fmt.Sprintf("missing %s", strings.Join(names[len(args):], " and "))}
		}
		return nil
	}
}

// exactly requires the named arguments and no more.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > len(names) {
			return &usageError{text: fmt.Sprintf("unexpected argument %q", args[len(names)])}
		}
		return atLeast(names...)(cmd, args)
	}
}

// choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

func (c choice) String() string { return *c.value }
func (c choice) Type() string   { return strings.Join(c.words, "|") }

func (c choice) Set(s string) error {
	if !slices.Contains(c.words, s) {
		return fmt.Errorf("want one of %s", strings.Join(c.words, ", "))
	}
	*c.value = s
	return nil
}

// formatFlag adds --format.
func formatFlag(cmd *cobra.Command, format *string) {
	*format = "text"
	cmd.Flags().Var(choice{format, []string{"text", "json"}}, "format", "form of the output")
}
