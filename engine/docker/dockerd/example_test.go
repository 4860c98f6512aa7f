// Docker adapter: how to use it.

package dockerd_test

import (
	"context"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// Without options, Open finds the engine that the docker command would use. This example brings its own, a simulated
// one.
func ExampleOpen() {
	ctx := context.Background()
	c, err := dockerd.Open(ctx, dockerd.Options{DialContext: sim.New(sim.Options{}).DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println("API", c.APIVersion)
	err = c.StartContainer(ctx, "web")
	fmt.Println(err)
	fmt.Println(docker.KindOf(err) == docker.NotFound)
	// Output:
	// API 1.41
	// cannot start container "web": No such container: web
	// true
}
