// Problems: tests of what is masked.

package problem_test

import (
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Secrets are masked in the line, with the carets still below what they mark, and in the
// words; the problems themselves keep the values.
func TestMasked(t *testing.T) {
	long := `x = {"PASSWORD": "hunter2` + strings.Repeat("x", 200) + `", "image": 1}`
	for name, row := range map[string]struct {
		line, path, msg string
		col             int
		want            string
	}{
		"behind it": {`{"PASSWORD": "hunter2", "image": 1}`, "", "no", 25, "f:1:25: no\n   |\n 1 | {\"PASSWORD\": \"***\", \"image\": 1}\n   |                     ^^^^^^^\n"},
		"the value": {`{"PASSWORD": "hunter2"}`, "", `bad "hunter2"`, 14, "f:1:14: bad \"***\"\n   |\n 1 | {\"PASSWORD\": \"***\"}\n   |              ^^^^^\n"},
		"too long":  {long, "", "no", 229, "f:1:229: no\n   |\n 1 | x = {\"PASSWORD\": \"***\", \"image\": 1}\n   |                         ^^^^^^^\n"},
		"by path":   {`    "hunter2",`, "web > create_options.environment.TOKEN", `bad "it"`, 5, "f:1:5: web > create_options.environment.TOKEN: bad \"***\"\n   |\n 1 |     \"***\",\n   |     ^^^^^\n"},
		"none":      {`{"USER": "public"}`, "", `bad "public"`, 10, "f:1:10: bad \"public\"\n   |\n 1 | {\"USER\": \"public\"}\n   |          ^^^^^^^^\n"},
	} {
		var ps problem.Problems
		ps.Add("x", problem.Origin{File: "f", Line: 1, Col: row.col}, row.path, "%s", row.msg).Width = map[bool]int{true: 9, false: 7}[name == "the value" || name == "by path"]
		if name == "none" {
			ps[0].Width = 8
		}
		ps = ps.Sorted(settings{row.line})
		var out strings.Builder
		if err := problem.Write(&out, ps.Masked()); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, row.want)
		}
		if out.Reset(); problem.Write(&out, ps) != nil || name != "too long" && strings.Contains(out.String(), "***") {
			t.Errorf("%s: the problem has lost its value:\n%s", name, out.String())
		}
	}
}
