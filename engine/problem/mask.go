// Problems: secrets in what a person reads are masked.

package problem

import (
	"path"
	"regexp"
	"strings"

	"github.com/dmap-dev/dmap/engine/secret"
)

// mask keeps what [Problems.Masked] needs of the line, which is not known later on: an
// excerpt may show less of it than tells a secret from another text.
func (p *Problem) mask(line string, end Origin) {
	ext := path.Ext(p.Origin.File)
	text := []rune(line)
	spans := secret.Spans(text, ext == ".yaml" || ext == ".yml", secret.Path(p.Path))
	if len(spans) == 0 {
		return
	}
	var shown []rune
	at, to, from := 0, end, p.Origin
	for _, s := range spans {
		p.Hidden.Texts = append(p.Hidden.Texts, string(text[s.Begin:s.End]))
		shown = append(append(shown, text[at:s.Begin]...), []rune(secret.Mark)...)
		at = s.End
		from.Col = moved(p.Origin.Col, from.Col, s)
		to.Col = moved(end.Col, to.Col, s)
	}
	p.Hidden.Excerpt = draw(string(append(shown, text[at:]...)), from, to)
}

// moved returns where a column goes when the mark takes the place of a span; now is
// where the spans before it have put the column.
func moved(col, now int, s secret.Span) int {
	mark := len(secret.Mark)
	switch {
	case col-1 >= s.End:
		return now + mark - (s.End - s.Begin)
	case col-1 > s.Begin: // within the span: where it begins
		return now - (col - 1 - s.Begin)
	}
	return now
}

// Masked returns the problems as a person may read them who must not see passwords:
// copies, with the secrets of their lines masked in everything they say.
func (ps Problems) Masked() Problems {
	out := make(Problems, len(ps))
	for i, p := range ps {
		q := *p
		if p.Hidden.Excerpt != "" {
			q.Excerpt = p.Hidden.Excerpt
		}
		q.Path, q.Msg, q.Hint = p.hide(p.Path), p.hide(p.Msg), p.hide(p.Hint)
		q.Also = nil
		for _, text := range p.Also {
			q.Also = append(q.Also, p.hide(text))
		}
		q.Related = nil
		for _, r := range p.Related {
			q.Related = append(q.Related, Related{r.Origin, p.hide(r.Msg)})
		}
		out[i] = &q
	}
	return out
}

// inQuotes is a quoted text in a message.
var inQuotes = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// hide masks the secrets of the line in a text, and all that is quoted if the problem is
// about a secret.
func (p *Problem) hide(text string) string {
	if secret.Path(p.Path) {
		text = inQuotes.ReplaceAllLiteralString(text, `"`+secret.Mark+`"`)
	}
	for _, s := range p.Hidden.Texts {
		text = strings.ReplaceAll(text, `"`+s+`"`, `"`+secret.Mark+`"`)
	}
	return text
}
