// Test tools: tests of the wrappers, around a simulated engine.

package dockertest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
)

func proc(words ...string) docker.ContainerSpec {
	return docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: dockertest.ProcImage, Cmd: dockertest.Proc(words...)}}
}

// everything makes every call of the interface once.
func everything(ctx context.Context, c docker.Client) []error {
	var errs []error
	note := func(err error) { errs = append(errs, err) }
	_, _, err := c.CreateContainer(ctx, "one", proc("print=hello", "exit=0"))
	note(err)
	note(c.StartContainer(ctx, "one"))
	_, err = c.WaitContainer(ctx, "one")
	note(err)
	_, err = c.Logs(ctx, "one", 1)
	note(err)
	note(c.StopContainer(ctx, "one", nil))
	note(c.RenameContainer(ctx, "one", "two"))
	_, err = c.UpdateContainer(ctx, "two", docker.ContainerUpdate{Resources: docker.Resources{CPUShares: 512}})
	note(err)
	_, err = c.Container(ctx, "two")
	note(err)
	note(c.RemoveContainer(ctx, "two", true))
	_, err = c.CreateVolume(ctx, docker.VolumeSpec{Name: "vol"})
	note(err)
	_, err = c.Volume(ctx, "vol")
	note(err)
	note(c.RemoveVolume(ctx, "vol"))
	_, err = c.Containers(ctx, "")
	note(err)
	_, err = c.Volumes(ctx, "")
	note(err)
	_, err = c.Engine(ctx)
	note(err)
	_, err = c.Image(ctx, dockertest.ProcImage)
	note(err)
	note(c.RemoteImage(ctx, "nowhere"))
	note(c.PullImage(ctx, "nowhere", nil))
	note(c.SignalContainer(ctx, "nobody", docker.SIGKILL))
	note(c.LoadImages(ctx, strings.NewReader("garbage")))
	return errs
}

func TestRecorderNotesEveryCallAsErrorsNameIt(t *testing.T) {
	c := openSim(t)
	dockertest.Images(t, c)
	r := &dockertest.Recorder{Client: c}
	for i, err := range everything(t.Context(), r) {
		if err != nil && i < 16 {
			t.Error(err)
		}
	}
	want := []dockertest.Call{
		{Op: "create container", Target: "one", Write: true, Nth: 1},
		{Op: "start container", Target: "one", Write: true, Nth: 1},
		{Op: "wait for container", Target: "one", Nth: 1},
		{Op: "read logs of container", Target: "one", Nth: 1},
		{Op: "stop container", Target: "one", Write: true, Nth: 1},
		{Op: "rename container", Target: "one", Write: true, Nth: 1},
		{Op: "update container", Target: "two", Write: true, Nth: 1},
		{Op: "inspect container", Target: "two", Nth: 1},
		{Op: "remove container", Target: "two", Write: true, Nth: 1},
		{Op: "create volume", Target: "vol", Write: true, Nth: 1},
		{Op: "inspect volume", Target: "vol", Nth: 1},
		{Op: "remove volume", Target: "vol", Write: true, Nth: 1},
		{Op: "list containers", Nth: 1},
		{Op: "list volumes", Nth: 1},
		{Op: "ask the engine", Nth: 1},
		{Op: "inspect image", Target: dockertest.ProcImage, Nth: 1},
		{Op: "ask the registry for image", Target: "nowhere", Nth: 1},
		{Op: "pull image", Target: "nowhere", Write: true, Nth: 1},
		{Op: "signal container", Target: "nobody", Write: true, Nth: 1},
		{Op: "load images", Write: true, Nth: 1},
	}
	if diff := cmp.Diff(want, r.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	direct, recorded := everything(ended, c), everything(ended, r)
	for i, err := range direct {
		var e *docker.Error
		if !errors.As(err, &e) {
			t.Errorf("call %d: want a *docker.Error, got %v", i, err)
			continue
		}
		if i == 6 || i == 7 { // on two, which has another name now
			continue
		}
		if diff := cmp.Diff(err.Error(), recorded[i].Error()); diff != "" {
			t.Errorf("call %d (-direct +recorded):\n%s", i, diff)
		}
		if call := want[i]; e.Op != call.Op && !(call.Op == "read logs of container" && e.Op == "inspect container") {
			t.Errorf("the recorder says %q, the client %q", call.Op, e.Op)
		}
	}
}

func TestRecorderWritesAndReset(t *testing.T) {
	r := &dockertest.Recorder{Client: openSim(t)}
	everything(t.Context(), r)
	want := []string{"create container one", "start container one", "stop container one", "rename container one", "update container two", "remove container two",
		"create volume vol", "remove volume vol", "pull image nowhere", "signal container nobody", "load images"}
	if diff := cmp.Diff(want, r.Writes()); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
	r.Reset()
	if calls := r.Calls(); len(calls) != 0 {
		t.Errorf("after a reset: %v", calls)
	}
}

func TestHooks(t *testing.T) {
	injected := &docker.Error{Op: "create volume", Target: "vol", Kind: docker.OutcomeUnknown, Msg: "injected"}
	refuse := func(context.Context, dockertest.Call) error { return injected }
	lose := func(context.Context, dockertest.Call, error) error { return injected }
	for _, row := range []struct {
		name   string
		hook   dockertest.Hook
		failed []int // which of three creates of v fail
		exists bool  // whether v is there if only those were made
		first  int   // make only so many
	}{
		{name: "before, every time", hook: dockertest.Hook{Before: refuse}, failed: []int{1, 2, 3}, first: 3},
		{name: "before, other op", hook: dockertest.Hook{Op: "remove volume", Before: refuse}, exists: true, first: 3},
		{name: "before, other target", hook: dockertest.Hook{Target: "wol", Before: refuse}, exists: true, first: 3},
		{name: "before, second time", hook: dockertest.Hook{Op: "create volume", Target: "vol", Nth: 2, Before: refuse}, failed: []int{2}, exists: true, first: 3},
		{name: "before, first time", hook: dockertest.Hook{Nth: 1, Before: refuse}, failed: []int{1}, first: 1},
		{name: "after, first time", hook: dockertest.Hook{Nth: 1, After: lose}, failed: []int{1}, exists: true, first: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := openSim(t)
			r := &dockertest.Recorder{Client: c, Hooks: []dockertest.Hook{row.hook}}
			var failed []int
			for i := 1; i <= row.first; i++ {
				made, err := r.CreateVolume(t.Context(), docker.VolumeSpec{Name: "vol"})
				if err == nil {
					continue
				}
				failed = append(failed, i)
				if !errors.Is(err, injected) || made.Name != "" {
					t.Errorf("got volume %+v and error %v", made, err)
				}
			}
			if diff := cmp.Diff(row.failed, failed); diff != "" {
				t.Errorf("failed calls (-want +got):\n%s", diff)
			}
			_, err := c.Volume(t.Context(), "vol")
			if exists := err == nil; exists != row.exists {
				t.Errorf("the volume exists: %v, want %v", exists, row.exists)
			}
		})
	}
}

func TestAfterHookSeesTheErrorAndRunsInOrder(t *testing.T) {
	var seen []string
	see := func(name string) func(context.Context, dockertest.Call, error) error {
		return func(_ context.Context, c dockertest.Call, err error) error {
			seen = append(seen, fmt.Sprintf("%s: %v: %v", name, c, docker.KindOf(err)))
			return nil
		}
	}
	r := &dockertest.Recorder{Client: openSim(t), Hooks: []dockertest.Hook{{After: see("first")}, {After: see("second")}}}
	if err := r.RemoveVolume(t.Context(), "vol"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"first: remove volume vol: not found", "second: remove volume vol: "}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRecorderCountsConcurrentCalls(t *testing.T) {
	r := &dockertest.Recorder{Client: openSim(t)}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := r.CreateVolume(t.Context(), docker.VolumeSpec{Name: "vol"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i, c := range r.Calls() {
		if c.Nth != i+1 {
			t.Fatalf("call %d is the %dth", i+1, c.Nth)
		}
	}
}

// failures is a test that only notes that it failed.
type failures struct {
	testing.TB
	out bytes.Buffer
}

func (f *failures) Helper()           {}
func (f *failures) Error(args ...any) { fmt.Fprintln(&f.out, args...) }

func TestReadOnly(t *testing.T) {
	c := openSim(t)
	dockertest.Images(t, c)
	test := &failures{}
	errs := everything(t.Context(), dockertest.ReadOnly(test, c))
	var refused []string
	for _, err := range errs {
		if docker.KindOf(err) == docker.Denied {
			refused = append(refused, err.Error())
		}
	}
	want := []string{"create container one", "start container one", "stop container one", "rename container one", "update container two", "remove container two",
		"create volume vol", "remove volume vol", "pull image nowhere", "signal container nobody", "load images"}
	for i, call := range want {
		words := strings.SplitN(call, " ", 3)
		want[i] = "cannot " + words[0] + " " + words[1]
		if len(words) == 3 {
			want[i] += ` "` + words[2] + `"`
		}
		want[i] += ": only reading is allowed here"
	}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(strings.Join(want, "\n")+"\n", test.out.String()); diff != "" {
		t.Errorf("failures of the test (-want +got):\n%s", diff)
	}
	if _, err := dockertest.ReadOnly(test, c).Image(t.Context(), dockertest.ProcImage); err != nil {
		t.Errorf("a read failed: %v", err)
	}
	for _, what := range []string{"container one", "volume vol"} {
		if strings.Contains(world(t, c), what) {
			t.Errorf("%s was made", what)
		}
	}
}

func world(t *testing.T, c docker.Reader) string {
	t.Helper()
	var out strings.Builder
	containers, err := c.Containers(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	volumes, err := c.Volumes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range containers {
		fmt.Fprintln(&out, "container", one.Name)
	}
	for _, one := range volumes {
		fmt.Fprintln(&out, "volume", one.Name)
	}
	return out.String()
}
