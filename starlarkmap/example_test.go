// Program text to model: examples of the exported functions.

package starlarkmap_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap"
)

func ExampleLoad() {
	program, err := starlarkmap.Load(context.Background(), "../testdata/map/example.star", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range program.Maps {
		for _, c := range m.Containers {
			fmt.Println(m.Name, c.Name, c.Image, c.Binds)
		}
	}
	// Output:
	// example_map web_server nginx [{web_config true}]
	// example_map app_server app [{app_config true} {app_data false}]
}

func ExampleLoad_options() {
	program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{
		Src: `
m = container_map("site", host_root = var("root", "/srv"))
for i in range(int(var("workers"))):
    m.containers["worker%d" % i].image = "worker"
print(len(m.containers), "workers below", m.host.root)
`,
		Args:  map[string]string{"workers": "2"},
		Print: func(at problem.Origin, msg string) { fmt.Println(at, msg) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(program.Maps[0].Containers[1].Name, "made at", program.Maps[0].Containers[1].Origin)
	// Output:
	// site.star:5:1 2 workers below /srv
	// worker1 made at site.star:4:5
}

func ExampleLoad_optionFunc() {
	program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{Src: `
def limits(ctx):
    return {"mem_limit": "2g" if ctx.instance == "big" else "1g"}

m = container_map("site")
m.containers.app.instances = ["big", "small"]
m.containers.app.create_options = limits
`})
	if err != nil {
		fmt.Println(err)
		return
	}
	app := program.Maps[0].Container("app")
	fmt.Println(app.CreateOptions.Text)
	for _, instance := range app.Instances {
		options, err := app.CreateOptions.Func(context.Background(), model.OptionCall{
			Map: "site", Container: "app", Instance: instance, Name: "site.app." + instance,
		})
		limit, _ := options.Get("mem_limit")
		fmt.Println(instance, limit.Value, err)
	}
	// Output:
	// limits at site.star:2:1
	// big 2g <nil>
	// small 1g <nil>
}

func ExampleLoad_problems() {
	_, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{Src: `
m = container_map("site")
m.containers.web = container(
    imge = "nginx",
    links = ["db", 17],
)
`})
	if err := problem.Write(os.Stdout, err); err != nil {
		fmt.Println(err)
	}
	var wrong *problem.Problem
	fmt.Println(errors.As(err, &wrong), wrong.Code)
	// Output:
	// site.star:4:5: container_map > containers > web: unknown property "imge"
	//    |
	//  4 |     imge = "nginx",
	//    |     ^^^^^^^^^^^^^^
	//    = hint: did you mean "image"?
	// site.star:5:14: container_map > containers > web > links[0]: cannot link to "db": no container has this name
	//    |
	//  5 |     links = ["db", 17],
	//    |              ^^^^
	// site.star:5:20: container_map > containers > web > links[1]: want "container", ("container", "alias"), {"container": "alias"} or link(…), got int 17
	//    |
	//  5 |     links = ["db", 17],
	//    |                    ^^
	// 3 problems in site.star
	// true unknown-key
}

func ExampleFormat() {
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{
		{Name: "web", Image: "nginx", Links: []model.Link{{Container: "db", Alias: "database"}}},
		{Name: "db", Shares: []string{"/var/lib/db"}},
	}}
	fmt.Print(starlarkmap.Format(m))
	// Output:
	// container_map("site", {
	//     "containers": {
	//         "web": {
	//             "image": "nginx",
	//             "links": [{"db": "database"}],
	//         },
	//         "db": {
	//             "shares": ["/var/lib/db"],
	//         },
	//     },
	// })
}

func ExampleProgram_Map() {
	program, err := starlarkmap.Load(context.Background(), "site.star", &starlarkmap.Options{
		Src: "container_map(\"blue\")\ncontainer_map(\"green\")\n",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = program.Map("gren")
	fmt.Println(err)
	// Output:
	// site.star has no map "gren" (did you mean "green"?)
}
