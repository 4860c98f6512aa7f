// Command line: dmap help and dmap completion.

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// addHelp adds dmap help, and makes "--help" of an unknown verb an error: cobra would
// show the help of the root command instead.
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
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		_, err := io.WriteString(cmd.OutOrStderr(), usage(cmd, a.width))
		return err
	})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
			a.unknownHelp = cmd.Args(cmd, words)
			return
		}
		fmt.Fprint(a.Out, helpText(cmd, a.width))
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

// defaultWidth is the width of lines if the output is not a terminal.
const defaultWidth = 80

// widthOf returns the width of the terminal, in columns, or a default.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return defaultWidth
}

// helpText returns the help of a verb, no wider than width. The lines of a topic are
// kept as they are.
func helpText(cmd *cobra.Command, width int) string {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	if text = strings.TrimSpace(text) + "\n"; cmd.IsAdditionalHelpTopicCommand() {
		return text
	}
	return wrap(text, width) + "\n" + usage(cmd, width)
}

// usage returns how a verb is called.
func usage(cmd *cobra.Command, width int) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if cmd.Runnable() {
		fmt.Fprintf(&b, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "  %s [command]\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	list := func(title string, wanted func(*cobra.Command) bool) {
		for _, sub := range cmd.Commands() {
			if wanted(sub) {
				fmt.Fprintf(&b, "%s  %-*s  %s\n", title, sub.NamePadding(), sub.Name(), sub.Short)
				title = ""
			}
		}
	}
	list("\nAvailable Commands:\n", func(sub *cobra.Command) bool { return sub.IsAvailableCommand() || sub.Name() == "help" })
	text := wrap(b.String(), width)
	b.Reset()
	if cmd.HasAvailableLocalFlags() {
		fmt.Fprintf(&b, "\nFlags:\n%s", flagUsages(cmd.LocalFlags(), width))
	}
	flags := b.String()
	b.Reset()
	list("\nAdditional help topics (dmap help TOPIC):\n", (*cobra.Command).IsAdditionalHelpTopicCommand)
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nUse \"%s [command] --help\" for more information about a command.\n", cmd.CommandPath())
	}
	return text + flags + wrap(b.String(), width)
}

// plain is a flag without a value. Package pflag adds "[=true|false]" to the help of
// flags of type bool, which hardly any reader needs.
type plain struct{ pflag.Value }

func (plain) Type() string     { return "boolfunc" }
func (plain) IsBoolFlag() bool { return true }

// flagUsages lists flags in lines of at most that width, as far as pflag can.
func flagUsages(flags *pflag.FlagSet, width int) string {
	shown := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.VisitAll(func(flag *pflag.Flag) {
		one := *flag
		if one.Value.Type() == "bool" {
			one.Value = plain{one.Value}
		}
		shown.AddFlag(&one)
	})
	return shown.FlagUsagesWrapped(width)
}

// wrap breaks lines wider than width. A paragraph is refilled; an indented line
// continues below its last column.
func wrap(text string, width int) string {
	var b strings.Builder
	var paragraph []string
	end := func() {
		wide := false
		for _, line := range paragraph {
			wide = wide || utf8.RuneCountInString(line) > width
		}
		if wide {
			paragraph = []string{strings.Join(paragraph, " ")}
		}
		for _, line := range paragraph {
			breakLine(&b, line, width, 0)
		}
		paragraph = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			paragraph = append(paragraph, line)
			continue
		}
		end()
		breakLine(&b, line, width, lastColumn(line))
	}
	end()
	return b.String()
}

// lastColumn returns where the last column of a line begins: after the last run of at
// least two spaces.
func lastColumn(line string) int {
	if at := strings.LastIndex(line, "  "); at >= 0 {
		return at + len("  ")
	}
	return 0
}

// breakLine writes a line as several, which continue below the column that begins at
// that byte. A word that is wider than the column is not broken.
func breakLine(b *strings.Builder, line string, width, column int) {
	if utf8.RuneCountInString(line) <= width {
		b.WriteString(line + "\n")
		return
	}
	const narrowest = 16 // of the last column; if less is left, it begins further left
	head := line[:column]
	indent := min(utf8.RuneCountInString(head), max(width-narrowest, 0))
	b.WriteString(head)
	at, margin := utf8.RuneCountInString(head), true
	for _, word := range strings.Fields(line[column:]) {
		long := utf8.RuneCountInString(word)
		switch {
		case !margin && at+1+long > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		case !margin:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at, margin = at+long, false
	}
	b.WriteString("\n")
}
