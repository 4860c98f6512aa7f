// Command line: what people read has no passwords in it, unless they ask for them.

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/secret"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// mask hides secrets in what is printed. Several goroutines print.
type mask struct {
	off   bool // --show-values
	mu    sync.Mutex
	known secret.Values
	used  bool // something was hidden
}

// add adds --show-values.
func (m *mask) add(flags *pflag.FlagSet) {
	flags.BoolVar(&m.off, "show-values", false, "print passwords, tokens and keys as they are, not as "+secret.Mark)
}

// learn adds a value of the command line.
func (m *mask) learn(name, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known.Add(name, value)
}

// hidden returns what hide makes of a text, and notes whether that is another one.
func (m *mask) hidden(text string, hide func(string) string) string {
	if m.off {
		return text
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	masked := hide(text)
	m.used = m.used || masked != text
	return masked
}

// text masks the known values in a text.
func (m *mask) text(text string) string { return m.hidden(text, m.known.Text) }

// json masks the secrets in a text in JSON, which is the value of a property, or "".
func (m *mask) json(property, text string) string {
	return m.hidden(text, func(s string) string { return string(m.known.JSON(property, []byte(s))) })
}

// problems masks the secrets in the lines that problems show.
func (m *mask) problems(ps problem.Problems) problem.Problems {
	if m.off {
		return ps
	}
	shown := ps.Masked()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, p := range ps {
		m.used = m.used || shown[i].Excerpt != p.Excerpt || shown[i].Error() != p.Error()
	}
	return shown
}

// maps returns maps as they may be printed, as programs too.
func (m *mask) maps(all []*model.ContainerMap) []*model.ContainerMap {
	if m.off {
		return all
	}
	var out []*model.ContainerMap
	for _, of := range all {
		shown := of.Masked()
		m.used = m.used || starlarkmap.Format(shown) != starlarkmap.Format(of)
		out = append(out, shown)
	}
	return out
}

// words returns a command line as it may be repeated in print.
func (m *mask) words(words []string) string {
	return m.hidden(shellWords(words...), func(string) string { return shellWords(m.known.Words(words)...) })
}

// masked reports whether NAME=VALUE is what dmap prints in place of a secret: nobody means
// that as a value.
func masked(text string) bool {
	var none secret.Values
	return strings.Contains(text, secret.Mark) && none.Words([]string{strings.ReplaceAll(text, secret.Mark, "x")})[0] == text
}

// tell says on Err how to see what was hidden, if anything was.
func (a *app) tell() {
	if a.mask.used {
		fmt.Fprintf(a.Err, "dmap: %s stands for secrets; --show-values shows them\n", secret.Mark)
	}
}

// write prints a result: what render writes, masked as text.
func (a *app) write(to io.Writer, render func(io.Writer) error) error {
	var text strings.Builder
	if err := render(&text); err != nil {
		return err
	}
	_, err := io.WriteString(to, a.mask.text(text.String()))
	return err
}

// writeJSON prints a result as indented JSON, masked.
func (a *app) writeJSON(v any) error {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(a.Out, a.mask.json("", text.String()))
	return err
}

// writePlan prints a plan as JSON. One with hidden values says so, and cannot be applied.
func (a *app) writePlan(p *plan.Plan) error {
	var text strings.Builder
	if err := p.WriteJSON(&text); err != nil {
		return err
	}
	if shown := a.mask.json("", text.String()); shown == text.String() {
		_, err := io.WriteString(a.Out, shown)
		return err
	}
	q := *p
	q.Masked = true
	return a.writeJSON(&q)
}
