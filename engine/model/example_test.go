// Model: examples of the exported functions.

package model_test

import (
	"encoding/json"
	"fmt"

	"github.com/dmap-dev/dmap/engine/model"
)

// A map built in Go, as a program embedding dmap would.
func Example() {
	m := &model.ContainerMap{
		Name:     "site",
		HostRoot: "/var/lib/site",
		Volumes:  []model.Volume{{Alias: "web_config", Path: "/etc/nginx"}},
		Host:     []model.HostPath{{Alias: "web_config", Path: "config/nginx"}},
		Containers: []*model.Container{{
			Name:  "web_server",
			Image: "nginx",
			Binds: []model.HostShare{{Volume: "web_config", ReadOnly: true}},
		}},
	}
	fmt.Println("problems:", m.Validate())
	fmt.Println(m.HostPathFor("web_config", ""))
	// Output:
	// problems: <nil>
	// /var/lib/site/config/nginx true
}

func ExampleContainerMap_Validate() {
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{
		{Name: "web", Links: []model.Link{{Container: "app"}}, Uses: []model.Use{{Name: "ap"}}},
		{Name: "app", Links: []model.Link{{Container: "web"}}},
	}}
	fmt.Println(m.Validate())
	// Output:
	// container_map > containers > web > uses[0]: cannot use "ap": no container and no attached volume has this name (did you mean "app"?)
	// container_map > containers > web > links[0]: containers need one another: web → app → web (leave out one of these)
}

func ExampleFromDict() {
	var values map[string]any
	json.Unmarshal([]byte(`{"repository": "r.example.com", "web": {"image": "nginx", "binds": {"config": "ro"}, "port": 80}}`), &values)
	input, _ := model.From(values)
	m, problems := model.FromDict("site", input.Value.(model.Dict))
	fmt.Println(m.Repository, m.Container("web").Binds)
	fmt.Println(problems.Err(nil))
	// Output:
	// r.example.com [{config true}]
	// containers > web: unknown property "port" (to publish ports write start_options = {"port_bindings": {80: 8080}}: port 80 of the container at port 8080 of the host)
}

func ExampleContainer_Set() {
	c := &model.Container{Name: "web"}
	c.Set("links", model.Input{Value: model.Dict{{Key: model.Input{Value: "db"}, Value: model.Input{Value: "database"}}}})
	fmt.Printf("%+v\n", c.Links)
	fmt.Println(c.Set("user", model.Input{Value: 1.5}))
	// Output:
	// [{Container:db Alias:database}]
	// user: want a user name or id, "user:group" or (user, group), got float 1.5
}

func ExampleContainer_Dict() {
	c := &model.Container{Name: "web", Uses: []model.Use{{Name: "app"}, {Name: "socket", ReadOnly: true}}}
	text, _ := json.Marshal(c.Dict())
	fmt.Println(string(text))
	// Output: {"uses":["app",{"socket":"ro"}]}
}

func ExampleContainerMap_Merge() {
	base := &model.ContainerMap{Name: "site", Containers: []*model.Container{{Name: "web", Image: "nginx", Shares: []string{"/cache"}}}}
	extra := &model.ContainerMap{Name: "extra", Containers: []*model.Container{{Name: "web", Shares: []string{"/log"}}, {Name: "db"}}}
	base.Merge(extra, false)
	fmt.Println(base.Name, len(base.Containers), base.Containers[0].Image, base.Containers[0].Shares)
	// Output: site 2 nginx [/cache /log]
}

func ExampleContainerMap_Copy() {
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{{Name: "web"}}}
	c := m.Copy()
	c.Name, c.Containers[0].Image = "test", "nginx:next"
	fmt.Printf("%s %q\n", m.Name, m.Containers[0].Image)
	// Output: site ""
}

func ExampleContainerMap_Index() {
	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{
		{Name: "app", Instances: []string{"one", "two"}, Attaches: []string{"socket"}},
	}}
	x := m.Index()
	alias, targets, ok := x.UseTargets(model.Use{Name: "socket"})
	fmt.Println(alias, targets[0].Name(), targets[1].Name(), ok)
	_, ok = x.LinkTarget(model.Link{Container: "app"})
	fmt.Println("one name for two containers:", ok)
	// Output:
	// socket app.one app.two true
	// one name for two containers: false
}
