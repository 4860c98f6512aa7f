// Command line: the root command and the flags that all verbs share.

package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
)

// app is one invocation of the program.
type app struct {
	Streams
	// args is the command line as it was typed.
	args []string
	// drain is closed by the first interrupt; running is true once the first step of a
	// plan begins.
	drain   chan struct{}
	running atomic.Bool
	// mask hides secrets in all that is printed but saved plans.
	mask mask
	// width is the width of help, in columns.
	width int
	// unknownHelp is the error of a request for help about something unknown.
	unknownHelp error
}

func (a *app) root() *cobra.Command {
	var version bool
	cmd := &cobra.Command{
		Use:   "dmap",
		Short: "run container maps on Docker",
		Long: `dmap runs container maps: Starlark programs that describe a landscape of Docker
containers. Results go to standard output, progress and messages to standard error.

Exit codes: 0 done, or nothing to do; 1 an operation or a test failed; 3 the map, the
plan or the test file is wrong; 4 no usable Docker Engine, or it went away; 6 the plan
is stale; 64 the command line is wrong; 130 interrupted.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          known("verb"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.printVersion("text")
			}
			return cmd.Help()
		},
	}
	cmd.SetIn(a.In)
	cmd.SetOut(a.Out)
	cmd.SetErr(a.Err)
	cmd.Flags().BoolVar(&version, "version", false, "print the version")
	cmd.SetFlagErrorFunc(flagError)
	cmd.AddCommand(a.run(), a.plan(), a.apply(), a.cleanup(), a.show(), a.why(), a.check(), a.test(), a.sim(), a.importer(), a.version())
	cmd.AddCommand(topics()...)
	a.addHelp(cmd)
	addCompletion(cmd)
	completeChoices(cmd)
	return cmd
}

// known refuses words that do not name a verb of a command, with a suggestion; noun is
// what its verbs are called, such as "help topic".
func known(noun string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, c := range cmd.Commands() {
			names = append(names, c.Name())
		}
		e := &usageError{text: fmt.Sprintf("unknown %s %q", noun, args[0])}
		if hint := cmp.Or(asAction(noun, args[0]), problem.DidYouMean(args[0], names)); hint != "" {
			e.text += "; " + hint
		}
		return e
	}
}

// asAction says how to write a verb that was meant as an action, by its own name or by
// the one that Compose uses.
func asAction(noun, word string) string {
	for _, h := range plan.Actions() {
		if noun == "verb" && word != "" && (word == string(h.Action) || word == h.Compose) {
			return "say dmap run FILE " + string(h.Action)
		}
	}
	return ""
}

// atLeast requires at least the named arguments.
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

// flagError returns the usage error for a wrong flag.
func flagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return &usageError{text: err.Error()}
	}
	value := invalid.GetValue()
	if value == "" {
		value = `""`
	}
	return &usageError{text: fmt.Sprintf("--%s %s: %v", invalid.GetFlag().Name, value, errors.Unwrap(invalid))}
}
