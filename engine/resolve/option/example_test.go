// Options, examples.

package option_test

import (
	"encoding/json"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

func ExampleApply() {
	in, _ := model.From(map[string]any{
		"mem_limit":      "3g",
		"port_bindings":  map[string]any{"80": 8080},
		"restart_policy": "always",
	})
	spec := docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "nginx"}}
	if problems := option.Apply(&spec, in.Value.(model.Dict), "create_options"); problems != nil {
		fmt.Println(problems)
		return
	}
	text, err := json.Marshal(spec)
	fmt.Println(string(text), err)
	// Output: {"ExposedPorts":{"80/tcp":{}},"Image":"nginx","HostConfig":{"PortBindings":{"80/tcp":[{"HostPort":"8080"}]},"RestartPolicy":{"Name":"always"},"Memory":3221225472}} <nil>
}

func ExampleApply_problem() {
	in, _ := model.From(map[string]any{"mem_limt": "3g"})
	fmt.Println(option.Apply(nil, in.Value.(model.Dict), "create_options"))
	// Output: create_options.mem_limt: unknown option "mem_limt" (did you mean "mem_limit"?)
}

func ExampleFind() {
	o, ok := option.Find("Memory")
	fmt.Println(o.Name, o.Field, ok)
	// Output: mem_limit HostConfig.Memory true
}

func ExampleCheck() {
	spec := docker.ContainerSpec{HostConfig: docker.HostConfig{Annotations: map[string]string{"a": "b"}}}
	values, _ := spec.Values()
	fmt.Println(option.Check(func(field string) any { return values[field] }, "1.41"))
	// Output: annotations: option "annotations" needs API 1.43, the engine has 1.41 (the engine would ignore it without a word)
}

func ExampleCheckTogether() {
	spec := docker.ContainerSpec{HostConfig: docker.HostConfig{Resources: docker.Resources{MemorySwap: 1 << 30}}}
	fmt.Println(option.CheckTogether(spec))
	// Output: memswap_limit: memswap_limit needs mem_limit
}

func ExampleNames() {
	fmt.Println(option.Names()[:4])
	// Output: [annotations binds blkio_weight blkio_weight_device]
}
