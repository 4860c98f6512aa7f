// Plan: the plan as text and as JSON.

package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dmap-dev/dmap/engine/problem"
)

// WriteText writes the plan for people: one line per step, with a sign, what is done,
// to what, why, and where the map says so. What a terminal would act upon, in the name
// of a file for example, is made harmless. It returns the first error of w.
func (p *Plan) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", p.Action, p.subject())
	if len(p.Steps) > 0 {
		b.WriteByte('\n')
		p.steps(&b)
	}
	if len(p.Notes) > 0 {
		b.WriteByte('\n')
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s %s%s\n", n.Target, n.Text, bracket(at(n.Origin)))
	}
	fmt.Fprintf(&b, "\n%s\n", p.Summary())
	_, err := io.WriteString(w, problem.Printable(b.String()))
	return err
}

// subject names the targets as the map does.
func (p *Plan) subject() string {
	if len(p.Targets) == 0 {
		return "map " + p.Map
	}
	return strings.Join(p.Targets, ", ")
}

// WriteJSON writes the plan as one indented JSON object and a newline.
func (p *Plan) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(p)
}

// Summary returns the last line of the text: how many steps there are of each kind.
func (p *Plan) Summary() string {
	if len(p.Steps) == 0 {
		return "Plan: nothing to do."
	}
	var words []string
	table := operations()
	for _, row := range table {
		words = append(words, row.counted)
	}
	count := map[string]int{}
	for _, st := range p.Steps {
		row, _ := table.of(st.Op)
		count[row.counted]++
		words = append(words, row.counted)
	}
	var parts []string
	for i, word := range words {
		if count[word] > 0 && slices.Index(words, word) == i {
			parts = append(parts, fmt.Sprintf("%d to %s", count[word], word))
		}
	}
	return "Plan: " + strings.Join(parts, ", ") + "."
}

// words say what is done, in a word or two.
func (o *operation) words(st *Step) string {
	if o.object == nil {
		return o.verb
	}
	return o.verb + " " + o.object(st)
}

func at(o *problem.Origin) string {
	if o == nil {
		return ""
	}
	return o.String()
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// steps writes the steps in columns, with the commands of a preparation below it.
func (p *Plan) steps(b *strings.Builder) {
	rows, signs := make([][]string, len(p.Steps)), make([]string, len(p.Steps))
	table := operations()
	var width [4]int
	for i, st := range p.Steps {
		op, _ := table.of(st.Op)
		signs[i] = op.sign
		rows[i] = []string{op.words(&st), st.Target, strings.Join(st.Why, ", "), at(st.Origin)}
		for j, cell := range rows[i] {
			width[j] = max(width[j], utf8.RuneCountInString(cell))
		}
	}
	for i, st := range p.Steps {
		line := signs[i] + " "
		for j, cell := range rows[i] {
			line += cell + strings.Repeat(" ", width[j]-utf8.RuneCountInString(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
		if st.Prepare != nil {
			for _, c := range st.Prepare.Commands() {
				b.WriteString("      " + c + "\n")
			}
		}
	}
}

// Step returns the step with that id, or nil.
func (p *Plan) Step(id string) *Step {
	i := slices.IndexFunc(p.Steps, func(st Step) bool { return st.ID == id })
	if i < 0 {
		return nil
	}
	return &p.Steps[i]
}
