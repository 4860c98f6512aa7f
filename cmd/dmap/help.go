// Command line: dmap help and dmap completion.

package main

import "github.com/spf13/cobra"

// addHelp adds dmap help, and makes "--help" of an unknown verb an error, which the
// library shows the help of the root for.
func (a *app) addHelp(root *cobra.Command) {
	help := &cobra.Command{
		Use:   "help [VERB|TOPIC]",
		Short: "help about a verb or a topic",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			check := cmd.Args
			if cmd == root {
				check = known("verb or topic")
			}
			if cmd.HasSubCommands() {
				err = check(cmd, rest)
			}
			if err != nil {
				return err
			}
			return cmd.Help()
		},
	}
	root.SetHelpCommand(help)
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
			a.unknownHelp = cmd.Args(cmd, words)
			return
		}
		show(cmd, args)
	})
}

// addCompletion adds dmap completion, which refuses unknown shells.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd("completion")
	cmd, _, err := root.Find([]string{"completion"})
	if err != nil {
		return
	}
	cmd.Args = known("shell")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	for _, shell := range cmd.Commands() {
		shell.Args = exactly()
	}
}
