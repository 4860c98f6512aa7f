// Part of the documentation of the simulated engine: small programs that use it.

package sim_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// say makes a call and prints its status and the message of an error.
func say(c *http.Client, method, path, body string) {
	r, err := http.NewRequest(method, "http://docker/v1.41"+path, strings.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := c.Do(r)
	if err != nil {
		fmt.Println(method, path, "connection cut:", errors.Is(err, io.EOF))
		return
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	fmt.Println(strings.TrimSpace(fmt.Sprintln(method, path, resp.StatusCode, message(string(text)))))
}

func ExampleNew() {
	e := sim.New(sim.Options{})
	defer e.Close()
	if err := e.AddImage(sim.Image{Names: []string{"web"}, Process: &sim.Process{Exits: true, ExitCode: 3}}); err != nil {
		fmt.Println(err)
		return
	}
	c := e.Client()
	say(c, "POST", "/containers/create?name=site", `{"Image":"web"}`)
	say(c, "POST", "/containers/site/start", "")
	say(c, "POST", "/containers/site/wait", "")
	say(c, "POST", "/containers/other/start", "")
	for _, c := range e.World().Containers {
		fmt.Println(c.Name, c.Status, c.ExitCode)
	}
	// Output:
	// POST /containers/create?name=site 201
	// POST /containers/site/start 204
	// POST /containers/site/wait 200
	// POST /containers/other/start 404 No such container: other
	// site exited 3
}

func ExampleEngine_AddFault() {
	e := sim.New(sim.Options{})
	defer e.Close()
	// The answer of the first create is lost, though the volume is made.
	e.AddFault(sim.Fault{Op: "volume.create", Cut: sim.CutAfter})
	c := e.Client()
	say(c, "POST", "/volumes/create", `{"Name":"data"}`)
	say(c, "GET", "/volumes/data", "")
	// Output:
	// POST /volumes/create connection cut: true
	// GET /volumes/data 200
}

// BenchmarkStory creates, starts, inspects, stops and removes 40 containers through the
// HTTP client.
func BenchmarkStory(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		e := sim.New(sim.Options{})
		if err := e.AddImage(sim.Image{Names: []string{"web"}}); err != nil {
			b.Fatal(err)
		}
		g := target{name: "sim", client: e.Client()}
		for i := range 40 {
			at := fmt.Sprintf("/containers/c%d", i)
			g.want(b, 201, "POST", fmt.Sprintf("/containers/create?name=c%d", i), spec{"Image": "web"})
			g.want(b, 204, "POST", at+"/start", nil)
			g.want(b, 200, "GET", at+"/json", nil)
		}
		for i := range 40 {
			g.want(b, 204, "DELETE", fmt.Sprintf("/containers/c%d?force=1", i), nil)
		}
		if err := e.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
