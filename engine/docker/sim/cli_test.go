// Part of the tests of the simulated engine: the docker command works on it, over a
// socket.

package sim_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

func TestDockerCommand(t *testing.T) {
	docker, err := exec.LookPath("docker")
	if err != nil {
		if os.Getenv("DMAP_REQUIRE_DOCKER") == "1" {
			t.Fatal("DMAP_REQUIRE_DOCKER=1, but there is no docker command")
		}
		t.Skip("there is no docker command here to try on the simulated engine")
	}
	e := sim.New(sim.Options{Clock: sim.ClockReal})
	if err := e.AddImage(sim.Image{Names: []string{"web"}, Process: &sim.Process{Stdout: []string{"hello from web"}}}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- e.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	for _, row := range []struct {
		command string
		code    int
		want    []string // texts that have to be in the output
	}{
		{"version --format {{.Server.APIVersion}}", 0, []string{"1.41"}},
		{"images", 0, []string{"web", "latest"}},
		{"pull nowhere", 1, []string{"Error response from daemon", "no such host"}},
		{"network create net", 0, nil},
		{"network ls", 0, []string{"bridge", "host", "none", "net"}},
		{"run -d --name aa -v vol:/data -p 8080:80 --network net --label of=test web", 0, nil},
		{"ps -a", 0, []string{"aa", "web", "Up ", "8080->80/tcp"}},
		{"ps -a --filter label=of=test --format {{.Names}}", 0, []string{"aa"}},
		{"inspect -f {{.State.Status}}-{{.Name}}-{{range.Mounts}}{{.Name}}{{end}} aa", 0, []string{"running-/aa-vol"}},
		{"logs aa", 0, []string{"hello from web"}},
		{"exec aa echo inside", 0, []string{"inside"}},
		{"exec aa false", 1, nil},
		{"top aa", 0, []string{"CMD"}},
		{"stop -t 1 aa", 0, []string{"aa"}},
		{"ps -a --format {{.Status}}", 0, []string{"Exited (143)"}},
		{"start aa", 0, []string{"aa"}},
		{"rm aa", 1, []string{"You cannot remove a running container"}},
		{"rm -f aa", 0, []string{"aa"}},
		{"run --rm web echo attached", 0, []string{"attached"}},
		{"run --rm web false", 1, nil},
		{"volume ls", 0, []string{"vol"}},
		{"volume rm vol", 0, []string{"vol"}},
		{"events --since 0 --until SOON --filter container=aa --format {{.Action}}", 0, []string{"create", "start", "die", "stop", "destroy"}},
		{"system df", 0, []string{"Images"}},
		{"info --format {{.NCPU}}", 0, []string{"2"}},
		{"network rm net", 0, []string{"net"}},
	} {
		limited, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		// After all that has happened by now, however long the commands before took.
		words := strings.Fields(strings.Replace(row.command, "SOON", fmt.Sprint(time.Now().Unix()+1), 1))
		command := exec.CommandContext(limited, docker, words...)
		command.Env = append(os.Environ(), "DOCKER_HOST=unix://"+socket, "DOCKER_CONFIG="+dir, "DOCKER_CONTEXT=")
		out, _ := command.CombinedOutput()
		cancel()
		if code := command.ProcessState.ExitCode(); code != row.code {
			t.Errorf("docker %s: exit code %d, want %d\n%s", row.command, code, row.code, out)
		}
		for _, text := range row.want {
			if !strings.Contains(string(out), text) {
				t.Errorf("docker %s: no %q in\n%s", row.command, text, out)
			}
		}
	}
}
