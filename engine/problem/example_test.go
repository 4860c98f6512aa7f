// Problems: examples.

package problem_test

import (
	"fmt"
	"os"

	"github.com/dmap-dev/dmap/engine/problem"
)

func ExampleDidYouMean() {
	fmt.Println(problem.DidYouMean("imge", []string{"image", "instances"}))
	// Output: did you mean "image"?
}

// settings is the text of a file; problems quote it.
type settings []string

func (s settings) Quote(at problem.Origin) (line string, end problem.Origin, ok bool) {
	if at.Line > len(s) {
		return "", problem.Origin{}, false
	}
	line = s[at.Line-1]
	return line, problem.Origin{Line: at.Line, Col: len(line) + 1}, true
}

func ExampleProblems_Err() {
	file := settings{"name = site", "imge = nginx"}
	var wrong problem.Problems
	p := wrong.Add(problem.CodeUnknownKey, problem.Origin{File: "settings", Line: 2, Col: 1}, "", "unknown key %q", "imge")
	p.Hint = problem.DidYouMean("imge", []string{"name", "image"})
	if err := problem.Write(os.Stdout, wrong.Err(file)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// settings:2:1: unknown key "imge"
	//    |
	//  2 | imge = nginx
	//    | ^^^^^^^^^^^^
	//    = hint: did you mean "image"?
}
