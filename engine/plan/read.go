// Plan: a saved plan, read back.

package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/dmap-dev/dmap/engine/problem"
)

// CodeSaved is the code of problems with a saved plan.
const CodeSaved problem.Code = "saved-plan"

// MostBytes is the largest size of a saved plan.
const MostBytes = 64 << 20

// Read reads a plan that [Plan.WriteJSON] wrote; name is used in errors. It accepts
// exactly what WriteJSON writes, to the last byte, so that nothing is lost between the
// plan that was reviewed and the one that is carried out. The error is a
// [problem.Problems] with everything that [Plan.Check] finds.
func Read(name string, r io.Reader) (*Plan, error) {
	text, err := io.ReadAll(io.LimitReader(r, MostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", name, err)
	}
	f := file{name, text}
	if len(text) > MostBytes {
		return nil, problem.Problems{f.problem(0, "a plan of more than %d MiB", MostBytes>>20)}
	}
	var p Plan
	if wrong := f.decode(&p); wrong != nil {
		return nil, problem.Problems{wrong}
	}
	if err := p.check(f.places()).Err(nil); err != nil {
		return nil, err
	}
	return &p, nil
}

// file is the text of a saved plan.
type file struct {
	name string
	text []byte
}

func (f file) problem(offset int, format string, args ...any) *problem.Problem {
	return &problem.Problem{Code: CodeSaved, Origin: f.origin(offset), Msg: fmt.Sprintf(format, args...), Hint: hintSaved}
}

const hintSaved = "apply takes a plan as dmap wrote it; to change it, change the map and plan again"

// origin returns the place of a byte.
func (f file) origin(offset int) problem.Origin {
	before := f.text[:min(max(offset, 0), len(f.text))]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return problem.Origin{File: f.name, Line: bytes.Count(before, []byte("\n")) + 1, Col: utf8.RuneCount(line) + 1}
}

// places finds where each field of the plan and its steps stands, by the beginning of
// its line.
func (f file) places() map[string][]problem.Origin {
	found := map[string][]problem.Origin{}
	n := 0
	for line := range bytes.Lines(f.text) {
		n++
		field := bytes.TrimLeft(line, " ")
		indent := len(line) - len(field)
		if end := bytes.Index(field, []byte(`": `)); indent <= stepIndent && end > 0 && field[0] == '"' {
			start := string(line[:indent+end+1])
			found[start] = append(found[start], problem.Origin{File: f.name, Line: n, Col: indent + 1})
		}
	}
	return found
}

// stepIndent is how far the fields of a step are indented.
const stepIndent = 6

// decode fills p. It requires the text to be what dmap would write, which leaves no
// room for fields that are unknown, missing, repeated or spelled otherwise, nor for
// anything after the plan.
func (f file) decode(p *Plan) *problem.Problem {
	var head struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(f.text, &head); err != nil {
		return f.undecodable(err)
	}
	if head.Schema != Schema {
		wrong := f.problem(0, "the schema of the plan is %q, not %q", head.Schema, Schema)
		wrong.Hint = "use the version of dmap that made the plan, or make a new one"
		return wrong
	}
	if err := json.Unmarshal(f.text, p); err != nil {
		return f.undecodable(err)
	}
	var same bytes.Buffer
	if err := p.WriteJSON(&same); err != nil {
		return f.problem(0, "%v", err)
	}
	return f.compare(same.Bytes())
}

func (f file) undecodable(err error) *problem.Problem {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return f.problem(int(syntax.Offset)-1, "not a plan in JSON: %v", err)
	case errors.As(err, &typ) && typ.Field == "":
		return f.problem(int(typ.Offset)-1, "not a plan in JSON: want %s, got %s", kind(typ.Type), typ.Value)
	case errors.As(err, &typ):
		return f.problem(int(typ.Offset)-1, "%s: want %s, got %s", typ.Field, kind(typ.Type), typ.Value)
	}
	return f.problem(0, "not a plan in JSON: %v", err)
}

// kind returns, in terms of JSON, what a Go type takes.
func kind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map, reflect.Pointer:
		return "an object"
	}
	return "a number of the kind " + t.String()
}

// compare finds the first line that dmap would write otherwise.
func (f file) compare(want []byte) *problem.Problem {
	if bytes.Equal(f.text, want) {
		return nil
	}
	offset := 0
	for offset < min(len(f.text), len(want)) && f.text[offset] == want[offset] {
		offset++
	}
	switch {
	case offset == len(f.text):
		return f.problem(offset, "the plan is incomplete: it ends here")
	case offset == len(want):
		return f.problem(offset, "dmap writes nothing after a plan")
	}
	return f.problem(offset, "dmap would not write %s here, but %s", lineAt(f.text, offset), lineAt(want, offset))
}

// lineAt returns the line of a byte, without the space around it.
func lineAt(text []byte, offset int) string {
	begin := bytes.LastIndexByte(text[:offset], '\n') + 1
	line, _, _ := bytes.Cut(text[begin:], []byte("\n"))
	const most = 80
	short := []rune(strings.TrimSpace(string(line)))
	if len(short) > most {
		return "`" + string(short[:most]) + "…`"
	}
	return "`" + string(short) + "`"
}
