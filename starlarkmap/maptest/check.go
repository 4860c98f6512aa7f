// Tests of maps: what a test compares.

package maptest

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

// CodeTest is the code of a check that failed.
const CodeTest problem.Code = "test"

const (
	// longestShown is the length at which values in messages are cut.
	longestShown = 2000
	// longestLine is what fits on the first line of a message.
	longestLine = 60
)

// failed returns the error of a check; msg is the test's own message.
func failed(msg starlark.Value, format string, args ...any) error {
	p := &problem.Problem{Code: CodeTest, Msg: fmt.Sprintf(format, args...)}
	if msg != nil && msg != starlark.None {
		text, ok := starlark.AsString(msg)
		if !ok {
			text = starlarkmap.Text(msg, longestShown)
		}
		p.Msg = text + ": " + p.Msg
	}
	return p
}

// equal is t.equal(got, want, msg = None).
func equal(c *invocation) (starlark.Value, error) {
	var got, want, msg starlark.Value
	if err := c.unpack("got", &got, "want", &want, "msg?", &msg); err != nil {
		return nil, err
	}
	same, err := starlarkmap.Equal(got, want)
	if err != nil || same {
		return starlark.None, err
	}
	return nil, failed(msg, "%s", difference(got, want))
}

// difference says how two values differ; for long text, by its first differing line.
func difference(got, want starlark.Value) string {
	a, isText := starlark.AsString(got)
	b, isText2 := starlark.AsString(want)
	if isText && isText2 && (strings.Contains(a, "\n") || strings.Contains(b, "\n")) {
		return firstLine(strings.Split(a, "\n"), strings.Split(b, "\n"))
	}
	left, right := starlarkmap.Text(got, longestShown), starlarkmap.Text(want, longestShown)
	if len(left)+len(right) <= 2*longestLine {
		return fmt.Sprintf("got %s, want %s", left, right)
	}
	return fmt.Sprintf("not equal\n    got  %s\n    want %s", left, right)
}

func firstLine(got, want []string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	line := func(list []string) string {
		if i < len(list) {
			return starlarkmap.Text(starlark.String(list[i]), longestShown)
		}
		return "no such line"
	}
	return fmt.Sprintf("the texts differ in line %d\n    got  %s\n    want %s", i+1, line(got), line(want))
}

// isTrue is t.true(cond, msg = None).
func isTrue(c *invocation) (starlark.Value, error) {
	var cond, msg starlark.Value
	if err := c.unpack("cond", &cond, "msg?", &msg); err != nil {
		return nil, err
	}
	if cond.Truth() {
		return starlark.None, nil
	}
	return nil, failed(msg, "got %s, want a true value", starlarkmap.Text(cond, longestShown))
}

// contains is t.contains(got, part, msg = None).
func contains(c *invocation) (starlark.Value, error) {
	var got, part, msg starlark.Value
	if err := c.unpack("got", &got, "part", &part, "msg?", &msg); err != nil {
		return nil, err
	}
	in, err := starlark.Binary(syntax.IN, part, got)
	if err != nil {
		return nil, err
	}
	if in.Truth() {
		return starlark.None, nil
	}
	if d, ok := got.(*starlark.Dict); ok {
		got = starlark.NewList(d.Keys())
	}
	return nil, failed(msg, "%s is not in\n    %s", starlarkmap.Text(part, longestShown), starlarkmap.Text(got, longestShown))
}

// fails is t.fails(fn, part = ""): it returns the text of the error from calling fn.
func fails(c *invocation) (starlark.Value, error) {
	var fn starlark.Callable
	var part string
	if err := c.unpack("fn", &fn, "part?", &part); err != nil {
		return nil, err
	}
	ps, err := starlarkmap.Catch(c.thread, fn)
	if err != nil {
		return nil, err
	}
	switch {
	case len(ps) > 0:
	case part == "":
		return nil, failed(nil, "%s did not fail", fn.Name())
	default:
		return nil, failed(nil, "%s did not fail, want an error with %q", fn.Name(), part)
	}
	text := problemTexts(ps)
	if !strings.Contains(text, part) {
		return nil, failed(nil, "not the error that is wanted\n    got  %s\n    want %q in it", starlarkmap.Text(starlark.String(text), longestShown), part)
	}
	return starlark.String(text), nil
}

// problemTexts returns problems without their places, one per line.
func problemTexts(ps problem.Problems) string {
	var lines []string
	for _, p := range ps {
		q := *p
		q.Origin = problem.Origin{}
		lines = append(lines, q.Error())
	}
	return strings.Join(lines, "\n")
}
