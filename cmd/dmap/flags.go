// Command line: the types of flag values, each checked when it is read.

package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/secret"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// choice is a flag whose value is one of a few words, which shells complete.
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
func formatFlag(flags *pflag.FlagSet, format *string) {
	*format = "text"
	flags.Var(choice{format, []string{"text", "json"}}, "format", "form of the output")
}

// setting is a NAME=VALUE.
type setting struct{ name, value string }

// settings is a flag that takes NAME=VALUE and can be repeated.
type settings []setting

func (s *settings) String() string { return "" }
func (s *settings) Type() string   { return "NAME=VALUE" }

func (s *settings) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want NAME=VALUE")
	}
	if masked(text) {
		return fmt.Errorf("%s stands for a value that was not printed; give the value", secret.Mark)
	}
	*s = append(*s, setting{name, value})
	return nil
}

// limits is a flag that sets a limit of evaluations and can be repeated.
type limits struct{ starlarkmap.Limits }

func (l *limits) String() string { return "" }
func (l *limits) Type() string   { return "NAME=VALUE" }

func (l *limits) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return errors.New("want NAME=VALUE")
	}
	return l.Limits.Set(name, value)
}

// limitFlag adds --limit.
func limitFlag(flags *pflag.FlagSet, l *limits, of string) {
	flags.Var(l, "limit", "set a limit of "+of+"; repeatable: "+strings.Join(starlarkmap.LimitNames(), ", "))
}

// variables is a flag that names an environment variable and can be repeated.
type variables []string

func (v *variables) String() string { return "" }
func (v *variables) Type() string   { return "NAME" }

func (v *variables) Set(name string) error {
	if name == "" || strings.Contains(name, "=") {
		return errors.New("want NAME")
	}
	*v = append(*v, name)
	return nil
}

// positive is a flag that takes a number of at least 1.
type positive int

func (p *positive) String() string { return strconv.Itoa(int(*p)) }
func (p *positive) Type() string   { return "number" }

func (p *positive) Set(s string) error {
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return errors.New("want a number")
	case n < 1:
		return errors.New("want at least 1")
	}
	*p = positive(n)
	return nil
}

// wait is a flag for the longest time to wait.
type wait time.Duration

func (w *wait) String() string { return time.Duration(*w).String() }
func (w *wait) Type() string   { return "duration" }

func (w *wait) Set(s string) error {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return errors.New("want a duration such as 1m30s")
	case d < 0:
		return errors.New("want 0 or more")
	}
	*w = wait(d)
	return nil
}

// seconds is a flag that takes whole seconds, or a duration that is rounded up to whole
// seconds. given is nil if the flag is not set.
type seconds struct{ given *int }

func (s *seconds) String() string { return "" }
func (s *seconds) Type() string   { return "duration" }

func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if err != nil {
		d, err = time.ParseDuration(text + "s")
	}
	if err != nil || d < 0 {
		return errors.New("want seconds or a duration such as 1m30s")
	}
	n := int((d + time.Second - 1) / time.Second)
	s.given = &n
	return nil
}

// pattern is a flag that takes a regular expression. Regexp is nil if the flag is not
// set, or set to "".
type pattern struct{ *regexp.Regexp }

func (p *pattern) String() string { return "" }
func (p *pattern) Type() string   { return "REGEXP" }

func (p *pattern) Set(s string) (err error) {
	if p.Regexp = nil; s == "" {
		return nil
	}
	if p.Regexp, err = regexp.Compile(s); err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return nil
}

// completeChoices lets shells complete the words of all choices.
func completeChoices(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		c, ok := flag.Value.(choice)
		if !ok {
			return
		}
		if err := cmd.RegisterFlagCompletionFunc(flag.Name, cobra.FixedCompletions(c.words, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			panic(fmt.Sprintf("internal error: --%s: %v", flag.Name, err)) // the flag came from this command: it cannot be missing
		}
	})
	for _, sub := range cmd.Commands() {
		completeChoices(sub)
	}
}
