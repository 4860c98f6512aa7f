// Test tools: how to use them.

package dockertest_test

import (
	"context"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// A recorder whose hook loses the answer of the first create, although the engine has done it.
func ExampleRecorder() {
	ctx := context.Background()
	c, err := dockerd.Open(ctx, dockerd.Options{DialContext: sim.New(sim.Options{}).DialContext})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	lost := &docker.Error{Op: "create volume", Target: "data", Kind: docker.OutcomeUnknown, Msg: "the cable was cut"}
	r := &dockertest.Recorder{Client: c, Hooks: []dockertest.Hook{{
		Op: "create volume", Nth: 1,
		After: func(context.Context, dockertest.Call, error) error { return lost },
	}}}
	_, err = r.CreateVolume(ctx, docker.VolumeSpec{Name: "data"})
	fmt.Println(err)
	v, err := r.Volume(ctx, "data")
	fmt.Println(v.Name, err)
	fmt.Println(r.Writes())
	// Output:
	// cannot create volume "data": the cable was cut
	// data <nil>
	// [create volume data]
}
