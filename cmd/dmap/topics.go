// Command line: help topics.

package main

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// language describes what starlarkmap offers.
//
//go:embed language.md
var language string

// jsonText describes plan.Plan and reportForm, except the kinds of steps; see
// jsonForms.
//
//go:embed json.md
var jsonText string

// tests describes what package maptest offers to tests.
//
//go:embed testing.md
var tests string

// topics returns the commands that only hold texts for "dmap help TOPIC"; they cannot
// be run.
func topics() []*cobra.Command {
	return []*cobra.Command{
		topic("options", "the options of create_options and start_options", func(b *strings.Builder) {
			b.WriteString("Options of containers, for create_options, start_options and --option. An option goes\nwhere its name belongs, whichever dictionary it stands in.\n\n")
			option.Help(b) // a strings.Builder never fails
		}),
		topic("properties", "the properties of container_map() and container()", func(b *strings.Builder) {
			b.WriteString("Properties of container_map():\n")
			fields(b, model.MapFields())
			b.WriteString("\nProperties of container():\n")
			fields(b, model.ContainerFields())
		}),
		topic("language", "what a map program can call and use", func(b *strings.Builder) { b.WriteString(language) }),
		topic("stdlib", "the modules that ship with dmap", func(b *strings.Builder) { b.WriteString(stdlibText()) }),
		topic("testing", "what tests of maps can call and use", func(b *strings.Builder) { b.WriteString(tests) }),
		topic("json", "the fields of plans and reports as JSON", func(b *strings.Builder) { b.WriteString(jsonForms()) }),
		topic("exit-codes", "what the exit codes mean", func(b *strings.Builder) {
			b.WriteString(exitCodes)
		}),
	}
}

// jsonForms describes plan.Plan and reportForm.
func jsonForms() string {
	lines := []string{""}
	for i, op := range plan.Operations() {
		last := &lines[len(lines)-1]
		switch {
		case i == 0:
			*last = string(op)
		case len(*last)+len(op) < 100:
			*last += ", " + string(op)
		default:
			*last += ","
			lines = append(lines, strings.Repeat(" ", 19)+string(op))
		}
	}
	return strings.Replace(jsonText, "{operations}", strings.Join(lines, "\n"), 1)
}

func topic(name, short string, write func(*strings.Builder)) *cobra.Command {
	var b strings.Builder
	write(&b)
	return &cobra.Command{Use: name, Short: short, Long: strings.TrimRight(b.String(), "\n")}
}

func fields(b *strings.Builder, list []model.Field) {
	for _, f := range list {
		fmt.Fprintf(b, "  %s\n      %s\n      forms: %s\n", f.Name, f.Doc, f.Forms)
	}
}

const exitCodes = `0    done, or nothing to do
1    an operation or a test failed, or the state of the engine forbids it
3    the map, a saved plan or a test file is wrong
4    no usable Docker Engine, or it went away
6    the saved plan is stale, or for another engine: nothing was changed
64   the command line is wrong
130  interrupted
`
