// Plan: tests of the action signal.

package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// What signal does with one container: signals reach running ones only,
// and a container that is not running is never killed again (D11).
func TestSignalTable(t *testing.T) {
	notRunning := func(status string) string {
		return "note: m.a is not running (" + status + "), so it gets no signal"
	}
	paused := `container "m.a" is paused; only SIGKILL is sent to a paused container (unpause it first: docker unpause m.a)`
	for _, tt := range []struct{ state, hup, kill string }{
		{"absent", `container "m.a" does not exist (start creates it)`, `container "m.a" does not exist (start creates it)`},
		{docker.StateCreated, notRunning("created"), notRunning("created")},
		{docker.StateRunning, "SIGHUP to id-m.a", "SIGKILL to id-m.a"},
		{docker.StatePaused, paused, "SIGKILL to id-m.a"},
		{docker.StateRestarting, notRunning("restarting"), "SIGKILL to id-m.a"},
		{docker.StateExited, notRunning("exited"), notRunning("exited")},
		{docker.StateDead, notRunning("dead"), notRunning("dead")},
		{docker.StateRemoving, `container "m.a" is being removed (wait until it is gone, then run again)`,
			`container "m.a" is being removed (wait until it is gone, then run again)`},
	} {
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", nil)}}
		s := &snapshot.Snapshot{Containers: map[string]snapshot.Container{}}
		if tt.state != "absent" {
			s.Containers["m.a"] = existing("m.a", tt.state, nil)
		}
		for signal, want := range map[string]string{"hup": tt.hup, "1": tt.hup, "SIGKILL": tt.kill, "": tt.kill} {
			var got []string
			p, err := build(t, m, s, plan.Request{Action: plan.Signal, Signal: signal})
			if err != nil {
				got = append(got, err.Error())
			} else {
				for _, st := range p.Steps {
					got = append(got, st.Signal+" to "+st.ContainerID)
				}
				for _, n := range p.Notes {
					got = append(got, "note: "+n.Target+" "+n.Text)
				}
			}
			if diff := cmp.Diff([]string{want}, got); diff != "" {
				t.Errorf("%q to %s (-want +got):\n%s", signal, tt.state, diff)
			}
		}
	}
}

// A signal follows nothing: neither dependencies nor dependents, nor
// the containers of attached volumes.
func TestSignalReachesTheNamedOnly(t *testing.T) {
	world := &snapshot.Snapshot{Images: siteImages()}
	p, err := build(t, site(), world, plan.Request{Action: plan.Start})
	if err != nil {
		t.Fatal(err)
	}
	world = after(world, p)
	p, err = build(t, site(), world, plan.Request{Action: plan.Signal, Signal: "USR1", Targets: []string{"app_server"}})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "site_signal", p)
	for _, st := range p.Steps {
		if len(st.Needs) > 0 {
			t.Errorf("%s waits for %v", st.ID, st.Needs)
		}
	}
	if p, err = build(t, site(), world, plan.Request{Action: plan.Signal}); err != nil || len(p.Steps) != 3 {
		t.Errorf("to the whole map: %v, %v", p, err)
	}
}

// Requests that could only be ignored, or that nobody can mean.
func TestSignalRefusals(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", nil)}}
	for _, tt := range []struct {
		req  plan.Request
		want string
	}{
		{plan.Request{Action: plan.Signal, Signal: "HUPP"}, `no signal "HUPP" (did you mean "HUP"?)`},
		{plan.Request{Action: plan.Signal, Signal: "SIGTRM"}, `no signal "SIGTRM" (did you mean "TERM"?)`},
		{plan.Request{Action: plan.Signal, Signal: "frobnicate"}, `no signal "frobnicate" (a name such as "HUP" or "SIGHUP", or its number)`},
		{plan.Request{Action: plan.Signal, Signal: "0"}, `no signal "0" (a name such as "HUP" or "SIGHUP", or its number)`},
		{plan.Request{Action: plan.Stop, Signal: "HUP"}, "the action stop does not use a signal (used by signal)"},
		{plan.Request{Action: plan.Signal, Force: true}, "the action signal does not use force (used by remove)"},
		{plan.Request{Action: plan.Signal, StopTimeout: new(int)}, "the action signal does not use a stop timeout (used by "},
		{plan.Request{Action: plan.Signal, Pull: plan.PullAlways}, "the action signal does not use a pull policy (used by "},
		{plan.Request{Action: plan.Signal, Options: model.Dict{{}}}, "the action signal does not use options (used by "},
	} {
		_, err := build(t, m, &snapshot.Snapshot{}, tt.req)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%+v: got %v, want %s", tt.req, err, tt.want)
		}
	}
}

// What dmap did not make gets no signal, unless it is taken over.
func TestSignalToForeignContainers(t *testing.T) {
	m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", nil)}}
	s := &snapshot.Snapshot{Containers: map[string]snapshot.Container{
		"m.a": existing("m.a", docker.StateRunning, func(c *snapshot.Container) { c.Labels = nil }),
	}}
	_, err := build(t, m, s, plan.Request{Action: plan.Signal})
	if want := `container "m.a" exists, but was not made by dmap (remove or rename it, or take it over with --adopt)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if p, err := build(t, m, s, plan.Request{Action: plan.Signal, Adopt: true}); err != nil || len(p.Steps) != 1 {
		t.Errorf("adopted: %v, %v", p, err)
	}
}

// Which signals end the restarts of a container, as both engines do it: the test of
// package sim has the same table.
func TestSignalNotesRestarts(t *testing.T) {
	const note, more = "is not restarted by its policy %s after %s, until it is started again", "; with a stop_signal in its options it would be"
	for _, tt := range []struct {
		policy, stop, signal string
		want                 string // after the note; "-" for none
	}{
		{"", "", "HUP", "-"},
		{"no", "", "HUP", "-"},
		{"always", "", "HUP", more},
		{"on-failure", "", "HUP", more},
		{"unless-stopped", "", "HUP", ""},
		{"always", "TERM", "HUP", "-"},
		{"on-failure", "15", "HUP", "-"},
		{"unless-stopped", "SIGTERM", "HUP", ""},
		{"always", "1", "HUP", ""},
		{"always", "SIGTERM", "KILL", ""},
		{"always", "", "KILL", ""},
	} {
		m := &model.ContainerMap{Name: "m", Containers: []*model.Container{one("a", nil)}}
		s := &snapshot.Snapshot{Containers: map[string]snapshot.Container{"m.a": existing("m.a", docker.StateRunning, func(c *snapshot.Container) {
			c.Info = &docker.ContainerInfo{Config: docker.ContainerConfig{StopSignal: tt.stop}}
			c.Info.HostConfig.RestartPolicy = &docker.RestartPolicy{Name: tt.policy}
		})}}
		p, err := build(t, m, s, plan.Request{Action: plan.Signal, Signal: tt.signal})
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		if tt.want != "-" {
			want = append(want, fmt.Sprintf(note, tt.policy, docker.Signal(tt.signal))+tt.want)
		}
		for _, n := range p.Notes {
			got = append(got, n.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(p.Steps) != 1 {
			t.Errorf("%+v: steps %v (-want +got):\n%s", tt, p.Steps, diff)
		}
	}
}
