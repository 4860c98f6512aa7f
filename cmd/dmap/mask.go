// Command line: what people read has no passwords in it, unless they ask for them.

package main

import (
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"github.com/dmap-dev/dmap/engine/model"
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
