// Tests of maps: an example.

package maptest_test

import (
	"context"
	"fmt"
	"os"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/maptest"
)

// In a test of a Go project each test function would be a t.Run.
func ExampleRun() {
	files, err := maptest.Find([]string{"testdata/example"})
	if err != nil {
		fmt.Println(err)
	}
	for _, file := range files {
		result := maptest.Run(context.Background(), file, maptest.Options{})
		if result.Err != nil {
			fmt.Println(result.Err)
		}
		for _, test := range result.Tests {
			fmt.Println(test.Name, test.Err == nil)
			if err := problem.Write(os.Stdout, test.Err); err != nil {
				fmt.Println(err)
			}
		}
	}
	// Output:
	// test_db_comes_first true
	// test_has_a_cache false
	// testdata/example/site_test.star:7:5: "cache" is not in
	//     {"db": <container site.db (site.star:2:1)>, "web": <container site.web (site.star:3:23)>}
	//    |
	//  7 |     t.contains(t.maps("site.star")["site"].containers, "cache")
	//    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
}
