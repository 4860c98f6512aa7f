// Front door: the action signal, and what may happen between its plan and its end.

package engine_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// lone is a map of one container.
func lone() *model.ContainerMap {
	return &model.ContainerMap{Name: "m", Containers: []*model.Container{{Name: "a", Image: "/example/app"}}}
}

// signalled is a plan for a signal to the container of lone, which runs.
func signalled(t *testing.T, b *bench, signal string) *plan.Plan {
	t.Helper()
	b.must(t, lone(), plan.Start)
	p, err := b.engine.Plan(t.Context(), lone(), plan.Request{Action: plan.Signal, Signal: signal})
	if err != nil || len(p.Steps) != 1 {
		t.Fatalf("%v, %v", p, err)
	}
	b.sim.ClearCalls()
	return p
}

// status is the state of a container, with its exit code if it has ended.
func (b *bench) status(name string) string {
	for _, c := range b.sim.World().Containers {
		if c.Name == name {
			return c.Status
		}
	}
	return "absent"
}

// Signals reach the named containers that run, and nothing else.
func TestSignalStoryOnSim(t *testing.T) {
	b := newBench(t)
	b.must(t, site(), plan.Start)
	do := func(signal string, targets ...string) *plan.Plan {
		t.Helper()
		p, err := b.engine.Plan(t.Context(), site(), plan.Request{Action: plan.Signal, Signal: signal, Targets: targets})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.engine.Run(t.Context(), p, run.Options{Times: quick}); err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := b.world()
	do("HUP")
	if n := b.called("container.kill", ""); n != 3 || b.world() != before {
		t.Errorf("%d signals; before:\n%s\nafter:\n%s", n, before, b.world())
	}
	do("", "app_server.instance1")
	if one, two, web := b.status("example_map.app_server.instance1"), b.status("example_map.app_server.instance2"), b.status("example_map.web_server"); one != "exited" || two != "running" || web != "running" {
		t.Errorf("after SIGKILL to instance1: %s, %s, %s", one, two, web)
	}
	if p := do("", "app_server.instance1"); len(p.Steps) != 0 || len(p.Notes) != 1 {
		t.Errorf("once more: %v %v", p.Steps, p.Notes)
	}
}

// A signal whose answer is lost is not sent again, and nobody says that it arrived or
// did not; SIGKILL is looked after. What never left is sent again.
func TestLostSignals(t *testing.T) {
	for _, row := range []struct {
		name, signal string
		fault        sim.Fault
		want         run.Status
		sent         int
	}{
		{"cut before", "HUP", sim.Fault{Cut: sim.CutBefore}, run.Unknown, 1},
		{"cut after", "HUP", sim.Fault{Cut: sim.CutAfter}, run.Unknown, 1},
		{"no answer", "HUP", sim.Fault{Hang: true}, run.Unknown, 1},
		{"refused", "HUP", sim.Fault{Status: 500, Message: "no luck"}, run.Failed, 1},
		{"cut off before it is sent", "HUP", sim.Fault{Op: "container.inspect", Times: -1, Cut: sim.CutAfter}, run.Failed, 0},
		{"cut before", "KILL", sim.Fault{Cut: sim.CutBefore}, run.Done, 2},
		{"cut after", "KILL", sim.Fault{Cut: sim.CutAfter}, run.Done, 1},
		{"no answer", "KILL", sim.Fault{Hang: true}, run.Done, 2},
		{"refused", "KILL", sim.Fault{Status: 500, Message: "no luck"}, run.Failed, 1},
	} {
		b := newBench(t)
		p := signalled(t, b, row.signal)
		if row.fault.Op == "" {
			row.fault.Op = "container.kill"
		}
		b.sim.AddFault(row.fault)
		times := quick
		times.Stop = 100 * time.Millisecond
		report, err := b.engine.Run(t.Context(), p, run.Options{Times: times})
		if got := report.Results[0].Status; got != row.want || (err == nil) != (row.want == run.Done) {
			t.Errorf("%s %s: %s, want %s; %v", row.signal, row.name, got, row.want, err)
		}
		if n := b.called("container.kill", ""); n != row.sent {
			t.Errorf("%s %s: sent %d times, want %d", row.signal, row.name, n, row.sent)
		}
		if got := b.status("m.a"); row.want == run.Done && got != "exited" {
			t.Errorf("%s %s: the container is %s", row.signal, row.name, got)
		}
	}
}

// A container that was killed and started again before anybody looked is not killed a
// second time.
func TestKilledAndStartedAgain(t *testing.T) {
	b := newBench(t)
	p := signalled(t, b, "")
	b.sim.AddFault(sim.Fault{Op: "container.kill", Cut: sim.CutAfter})
	var once sync.Once
	b.sim.OnCall(func(c sim.Call) error {
		if c.Op == "container.inspect" && c.Phase == sim.Before && b.status("m.a") == "exited" {
			once.Do(func() {
				b.sim.Advance(time.Second)
				if err := b.client.StartContainer(context.Background(), "m.a"); err != nil {
					t.Error(err)
				}
			})
		}
		return nil
	})
	report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
	if err != nil || report.Count(run.Done) != 1 || b.called("container.kill", "") != 1 || b.status("m.a") != "running" {
		t.Errorf("%v, %v, sent %d times, the container is %s", report.Results, err, b.called("container.kill", ""), b.status("m.a"))
	}
}

// A signal that finds no engine is sent when there is one again: once.
func TestSignalToAnEngineThatComesBack(t *testing.T) {
	b := newBench(t)
	p := signalled(t, b, "HUP")
	refused := atomic.Int32{}
	client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if n := refused.Add(1); n > 1 && n < 5 { // the first is for opening
			return nil, &net.OpError{Op: "dial", Net: "unix", Err: syscall.ECONNREFUSED}
		}
		return b.sim.DialContext(ctx, network, addr)
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil { // no connection is kept
		t.Fatal(err)
	}
	lock, err := run.Acquire(t.Context(), b.client, p.Map, run.LockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = run.Do(t.Context(), client, p, run.Options{Times: quick, Lock: lock})
	if n := b.called("container.kill", ""); err != nil || n != 1 || refused.Load() < 5 {
		t.Errorf("%v, sent %d times, %d connections", err, n, refused.Load())
	}
	if err := lock.Release(); err != nil {
		t.Error(err)
	}
}

// What happened to the container since the plan was made: SIGKILL is content with one
// that is down, no other signal is; one that was paused or renamed gets none.
func TestSignalAfterTheWorldMoved(t *testing.T) {
	change := func(b *bench, method, path string) {
		t.Helper()
		w := httptest.NewRecorder()
		b.sim.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code >= 300 {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	for _, row := range []struct {
		name, method, path string
		hup, kill          string // part of the error, "" for none
		sent               int    // HUPs
	}{
		{"gone", "DELETE", "/containers/m.a?force=1", "cannot signal container \"m.a\": ", "", 1},
		{"ended", "POST", "/containers/m.a/stop", "is not running", "", 1},
		{"paused", "POST", "/containers/m.a/pause", `container "m.a" was paused after the plan was made: plan again`, "", 0},
		{"renamed", "POST", "/containers/m.a/rename?name=keep", "was renamed", "was renamed", 0},
	} {
		for signal, want := range map[string]string{"HUP": row.hup, "KILL": row.kill} {
			b := newBench(t)
			p := signalled(t, b, signal)
			change(b, row.method, row.path)
			report, err := b.engine.Run(t.Context(), p, run.Options{Times: quick})
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) || report.Count(run.Unknown) > 0 {
				t.Errorf("%s, %s: %v, want %q", row.name, signal, err, want)
			}
			if n := b.called("container.kill", ""); signal == "HUP" && n != row.sent {
				t.Errorf("%s: %d signals, want %d", row.name, n, row.sent)
			}
		}
	}
}

// A plan that does not say which signal, or has one of another form, is refused.
func TestStepWithoutSignal(t *testing.T) {
	b := newBench(t)
	b.must(t, lone(), plan.Start)
	for signal, want := range map[string]string{
		"":         `step "s" lacks signal`,
		"HUP":      `step "s" has the signal "HUP", which engines do not know by that name`,
		"nonsense": `step "s" has the signal "nonsense", which engines do not know by that name`,
	} {
		_, err := b.engine.Run(t.Context(), &plan.Plan{Map: "m", Steps: []plan.Step{
			{ID: "s", Op: plan.SignalContainer, Target: "m.a", ContainerID: "m.a", Signal: signal},
		}}, run.Options{Times: quick})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", signal, err)
		}
	}
	if n := b.called("container.kill", ""); n > 0 {
		t.Errorf("%d signals", n)
	}
}

// The story on the real engine: a signal that does nothing, one that ends the program
// in its own way, and SIGKILL.
func TestSignalOnDocker(t *testing.T) {
	name, client := onDocker(t)
	m := &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", func(c *model.Container) {
		command, _ := model.From([]any{dockertest.Program, "run", "print=ready"})
		c.CreateOptions.Values = model.Dict{{Key: model.Input{Value: "command"}, Value: command}}
	}), proc("b", func(c *model.Container) {
		c.Links = []model.Link{{Container: "a"}}
	})}}
	if _, err := do(t, client, m, plan.Start); err != nil {
		t.Fatal(err)
	}
	signal := func(signal string, targets ...string) *plan.Plan {
		t.Helper()
		p, err := engine.Plan(t.Context(), client, m, plan.Request{Action: plan.Signal, Signal: signal, Targets: targets})
		if err == nil {
			_, err = run.Do(t.Context(), client, p, run.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	code := func(short string) int {
		t.Helper()
		code, err := client.WaitContainer(t.Context(), name+"."+short)
		if err != nil {
			t.Fatal(err)
		}
		// A newer engine answers a wait before its list says that the container ended.
		for listed := docker.StateRunning; listed == docker.StateRunning; {
			list, err := client.Containers(t.Context(), "^"+name+`\.`+short+"$")
			if err != nil || len(list) != 1 {
				t.Fatalf("%v, %v", list, err)
			}
			listed = list[0].State
		}
		return code
	}
	signal("WINCH")
	if p, err := do(t, client, m, plan.Start); err != nil || len(p.Steps) > 0 {
		t.Errorf("after SIGWINCH: %v, %v", p, err)
	}
	ready(t, client, name+".a")
	signal("int", "a")
	if got := code("a"); got != 130 {
		t.Errorf("a ended with %d after SIGINT", got)
	}
	if p := signal("9"); len(p.Steps) != 1 || len(p.Notes) != 1 || code("b") != 137 {
		t.Errorf("SIGKILL: %v %v, b ended with %d", p.Steps, p.Notes, code("b"))
	}
}

// ready waits until the program of a container says that it listens to signals.
func ready(t *testing.T, client docker.Client, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		text, err := client.Logs(ctx, name, 1)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "ready") {
			return
		}
	}
}
