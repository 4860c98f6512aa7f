// Run: the lock of a map.

package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/run"
)

// elsewhere is a process that nobody here can look at.
var elsewhere = run.Process{Name: "other, process 7"}

func acquire(t *testing.T, client docker.Client, o run.LockOptions) *run.Lock {
	t.Helper()
	l, err := run.Acquire(context.Background(), client, "m", o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func volumes(s *sim.Engine) (names []string) {
	for _, v := range s.World().Volumes {
		names = append(names, v.Name)
	}
	return names
}

func TestLockIsHeldByOne(t *testing.T) {
	s, client := newSim(t)
	first := acquire(t, client, run.LockOptions{Process: elsewhere})
	_, err := run.Acquire(context.Background(), client, "m", run.LockOptions{})
	var locked *run.LockedError
	if !errors.As(err, &locked) || locked.Map != "m" || len(locked.Claims) != 1 || locked.Claims[0] != volumes(s)[0] ||
		!strings.HasPrefix(locked.Holder, "other, process 7, last seen 2024-01-01 00:00:0") {
		t.Errorf("got %v", err)
	}
	other, err := run.Acquire(context.Background(), client, "m2", run.LockOptions{})
	if err != nil {
		t.Errorf("another map: %v", err)
	}
	for _, l := range []*run.Lock{first, other} {
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	if left := volumes(s); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// Of many runs at once exactly one has the lock at any time, all get it in the end,
// and none leaves anything.
func TestManyWantTheLock(t *testing.T) {
	s, client := newSim(t)
	var holders, most, turns atomic.Int32
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			l, err := run.Acquire(context.Background(), client, "m", run.LockOptions{Wait: time.Minute})
			if err != nil {
				t.Error(err)
				return
			}
			if n := holders.Add(1); n > most.Load() {
				most.Store(n)
			}
			turns.Add(1)
			time.Sleep(5 * time.Millisecond)
			holders.Add(-1)
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 || turns.Load() != 16 || len(volumes(s)) != 0 {
		t.Errorf("%d at once, %d of 16 had it, left: %v", most.Load(), turns.Load(), volumes(s))
	}
}

// Of runs that do not wait one gets the lock, even if all begin at once.
func TestOneOfManyThatDoNotWait(t *testing.T) {
	for range 20 {
		s, client := newSim(t)
		var got atomic.Int32
		var all sync.WaitGroup
		var mu sync.Mutex
		var locks []*run.Lock
		for range 8 {
			all.Go(func() {
				l, err := run.Acquire(context.Background(), client, "m", run.LockOptions{})
				var locked *run.LockedError
				if err != nil && !errors.As(err, &locked) {
					t.Error(err)
				}
				if err == nil {
					got.Add(1)
					mu.Lock()
					locks = append(locks, l)
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Fatalf("%d of 8 have the lock", got.Load())
		}
		if err := locks[0].Release(); err != nil || len(volumes(s)) != 0 {
			t.Fatalf("%v, left: %v", err, volumes(s))
		}
	}
}

// A process of this machine that has ended is noticed at once, by number and start.
func TestDeadProcessHoldsNoLock(t *testing.T) {
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	me := run.ThisProcess()
	if me.Machine == "" {
		t.Skip("this system does not tell which processes have ended")
	}
	for _, row := range []struct {
		name string
		dead run.Process
	}{
		{"no such process", run.Process{Name: "dead", Machine: me.Machine, PID: ended.Process.Pid, Started: "1"}},
		{"another process of that number", run.Process{Name: "dead", Machine: me.Machine, PID: os.Getpid(), Started: "1"}},
	} {
		s, client := newSim(t)
		acquire(t, client, run.LockOptions{Process: row.dead}) // never released
		l, err := run.Acquire(context.Background(), client, "m", run.LockOptions{})
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		if err := l.Release(); err != nil || len(volumes(s)) != 0 {
			t.Errorf("%s: %v, left: %v", row.name, err, volumes(s))
		}
	}
	for _, alive := range []run.Process{
		me,
		{Name: "x", Machine: "another machine", PID: ended.Process.Pid, Started: "1"},
		{Name: "x", PID: ended.Process.Pid, Started: "1"},
	} {
		_, client := newSim(t)
		l := acquire(t, client, run.LockOptions{Process: alive})
		_, err := run.Acquire(context.Background(), client, "m", run.LockOptions{})
		if err == nil {
			t.Errorf("%+v: its lock was taken", alive)
		}
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
}

// What cannot be looked at ends a minute after it was last seen, by the clock of the
// engine. Its late end does not hurt who took over.
func TestOldLockEnds(t *testing.T) {
	s, client := newSim(t)
	silent := acquire(t, client, run.LockOptions{Process: elsewhere})
	s.Advance(50 * time.Second)
	if _, err := run.Acquire(context.Background(), client, "m", run.LockOptions{}); err == nil {
		t.Error("the lock ended too early")
	}
	s.Advance(15 * time.Second)
	l := acquire(t, client, run.LockOptions{})
	mine := volumes(s)
	if err := silent.Release(); err != nil {
		t.Error(err)
	}
	if len(mine) != 1 || len(volumes(s)) != 1 || volumes(s)[0] != mine[0] {
		t.Errorf("had %v, have %v", mine, volumes(s))
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

// Volumes that only look like claims neither lock nor vanish.
func TestForeignVolumesAreNoClaims(t *testing.T) {
	s, client := newSim(t)
	for _, v := range []docker.VolumeSpec{
		{Name: "m.dmap-lock.0000.0"},
		{Name: "m.dmap-lock.0001.0", Labels: map[string]string{identity.LabelMap: "x", identity.LabelRole: identity.RoleLock}},
		{Name: "m.dmap-lock.0002", Labels: map[string]string{identity.LabelMap: "m", identity.LabelRole: identity.RoleLock}},
	} {
		if _, err := client.CreateVolume(context.Background(), v); err != nil {
			t.Fatal(err)
		}
	}
	s.Advance(time.Hour)
	if err := acquire(t, client, run.LockOptions{}).Release(); err != nil || len(volumes(s)) != 3 {
		t.Errorf("%v, left %v", err, volumes(s))
	}
}

// Lost answers and failures while the lock is taken leave no claim behind.
func TestLockSurvivesFaults(t *testing.T) {
	for _, row := range []struct {
		fault sim.Fault
		want  string // in the error; "" is none
	}{
		{sim.Fault{Op: "volume.create", Cut: sim.CutBefore}, ""},
		{sim.Fault{Op: "volume.create", Cut: sim.CutAfter}, ""},
		{sim.Fault{Op: "volume.list", Cut: sim.CutAfter}, ""},
		{sim.Fault{Op: "volume.remove", Cut: sim.CutAfter}, ""},
		{sim.Fault{Op: "volume.remove", Cut: sim.CutBefore}, ""},
		{sim.Fault{Op: "volume.create", Status: 500, Message: "no luck"}, "no luck"},
		{sim.Fault{Op: "volume.list", Status: 500, Message: "no luck"}, "no luck"},
		{sim.Fault{Op: "volume.create", DiskFull: true}, "no space left"},
	} {
		s, client := newSim(t)
		s.AddFault(row.fault)
		l, err := run.Acquire(context.Background(), client, "m", run.LockOptions{Times: run.Times{Pause: time.Millisecond}})
		if err == nil {
			err = l.Release()
		}
		if err != nil && row.want == "" || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: error %v, want %q", row.fault.Op, err, row.want)
		}
		if left := volumes(s); len(left) != 0 {
			t.Errorf("%s: left %v", row.fault.Op, left)
		}
	}
}

// Two runs at once: one of them works, the other begins nothing.
func TestSecondRunBeginsNothing(t *testing.T) {
	s, client := newSim(t)
	l := acquire(t, client, run.LockOptions{Process: elsewhere})
	spec := &docker.ContainerSpec{ContainerConfig: docker.ContainerConfig{Image: "i"}}
	p := &plan.Plan{Map: "m", Steps: []plan.Step{{ID: "a", Op: plan.CreateContainer, Target: "a1", Create: spec}}}
	report, err := run.Do(context.Background(), client, p, run.Options{})
	var locked *run.LockedError
	if !errors.As(err, &locked) || report.Count(run.Waiting) != 1 || report.Interrupted || len(s.World().Containers) != 0 {
		t.Errorf("%v, %v", report.Results, err)
	}
	report, err = run.Do(context.Background(), client, p, run.Options{Lock: l})
	if err != nil || report.Count(run.Done) != 1 {
		t.Errorf("with the lock: %v, %v", report.Results, err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

// Whoever waits is told for whom, once, and stops waiting when its context ends.
func TestWaitingForTheLock(t *testing.T) {
	s, client := newSim(t)
	l := acquire(t, client, run.LockOptions{Process: elsewhere})
	ctx, cancel := context.WithCancel(context.Background())
	var told []string
	_, err := run.Acquire(ctx, client, "m", run.LockOptions{Wait: time.Minute, Waiting: func(holder string) {
		told = append(told, holder)
		time.AfterFunc(300*time.Millisecond, cancel)
	}})
	if docker.KindOf(err) != docker.Cancelled || len(told) != 1 || !strings.HasPrefix(told[0], "other, process 7") {
		t.Errorf("told %q, error %v", told, err)
	}
	if left := volumes(s); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	if err := l.Release(); err != nil {
		t.Error(fmt.Errorf("release: %w", err))
	}
}

// A renewed lock is as good as new; one that was broken or pruned away is noticed.
func TestRenewal(t *testing.T) {
	s, client := newSim(t)
	l := acquire(t, client, run.LockOptions{Process: elsewhere})
	for range 5 {
		s.Advance(40 * time.Second)
		if err := errors.Join(l.Renew(t.Context()), l.Check()); err != nil || len(volumes(s)) != 1 {
			t.Fatalf("%v, claims %v", err, volumes(s))
		}
		if _, err := run.Acquire(t.Context(), client, "m", run.LockOptions{}); err == nil {
			t.Fatal("the lock was taken")
		}
	}
	if err := client.RemoveVolume(t.Context(), volumes(s)[0]); err != nil { // docker volume prune
		t.Fatal(err)
	}
	if err := errors.Join(l.Renew(t.Context()), l.Check()); err != nil || len(volumes(s)) != 1 {
		t.Errorf("after a prune: %v, claims %v", err, volumes(s))
	}
	s.Advance(2 * time.Minute)
	second := acquire(t, client, run.LockOptions{})
	if err := errors.Join(l.Renew(t.Context()), l.Check()); !errors.Is(err, run.ErrLockLost) {
		t.Errorf("another run took over: %v", err)
	}
	p := &plan.Plan{Map: "m", Steps: []plan.Step{{ID: "a", Op: plan.RemoveContainer, Target: "a1", ContainerID: "0"}}}
	report, err := run.Do(t.Context(), client, p, run.Options{Lock: l})
	if !errors.Is(err, run.ErrLockLost) || report.Count(run.Waiting) != 1 || report.Interrupted {
		t.Errorf("a run without the lock: %v, %v", report.Results, err)
	}
	if err := second.Check(); err != nil {
		t.Error(err)
	}
	if err := errors.Join(l.Release(), second.Release()); err != nil || len(volumes(s)) != 0 {
		t.Errorf("%v, left %v", err, volumes(s))
	}
}

// The holder keeps its claim young for as long as it runs. If the engine does not
// answer, the run ends before another one may begin.
func TestLockOfALongRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sim.New(sim.Options{Clock: sim.ClockReal})
		defer s.Close()
		client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		l, err := run.Acquire(t.Context(), client, "m", run.LockOptions{Process: elsewhere})
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			time.Sleep(31 * time.Second)
			if _, err := run.Acquire(t.Context(), client, "m", run.LockOptions{}); err == nil || l.Check() != nil || len(volumes(s)) > 2 { // two while it renews
				t.Errorf("the lock of a living run: %v, %v, claims %v", err, l.Check(), volumes(s))
			}
		}
		s.AddFault(sim.Fault{Op: "volume.create", Times: -1, Status: 500, Message: "busy"})
		began := time.Now()
		for l.Check() == nil {
			time.Sleep(time.Second)
		}
		ended := time.Since(began)
		s.ClearFaults()
		if _, err := run.Acquire(t.Context(), client, "m", run.LockOptions{}); err == nil {
			t.Errorf("another run began %s after the last renewal", ended)
		}
		if ended > time.Minute-10*time.Second {
			t.Errorf("it went on for %s without renewal", ended)
		}
		time.Sleep(10 * time.Second) // the next beat
		if err := l.Check(); err != nil {
			t.Errorf("after a renewal at last: %v", err)
		}
		if err := l.Release(); err != nil || len(volumes(s)) != 0 {
			t.Errorf("%v, left %v", err, volumes(s))
		}
	})
}

// A claim whose first try failed is not taken for an old one when the second succeeds.
func TestRenewalAfterAFailure(t *testing.T) {
	s, client := newSim(t)
	l := acquire(t, client, run.LockOptions{Process: elsewhere})
	s.AddFault(sim.Fault{Op: "volume.create", Status: 500, Message: "busy"})
	if err := l.Renew(t.Context()); err == nil {
		t.Fatal("it was renewed")
	}
	if err := l.Renew(t.Context()); err != nil || len(volumes(s)) != 1 {
		t.Errorf("%v, claims %v", err, volumes(s))
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

// prune removes all volumes that nothing uses, as docker volume prune does on old engines.
func prune(t *testing.T, s *sim.Engine, client docker.Client) {
	t.Helper()
	for _, name := range volumes(s) {
		if err := client.RemoveVolume(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
}

// Runs of one machine take turns in a folder of theirs, in the order in which they came: a
// prune lets nobody in, and one that died keeps nobody waiting (issue 10).
func TestQueueOfAMachine(t *testing.T) {
	s, client := newSim(t)
	dir := t.TempDir()
	first := acquire(t, client, run.LockOptions{Dir: dir})
	prune(t, s, client)
	_, err := run.Acquire(t.Context(), client, "m", run.LockOptions{Dir: dir})
	var locked *run.LockedError
	if !errors.As(err, &locked) || len(locked.Claims) != 0 || !strings.Contains(err.Error(), fmt.Sprintf("process %d, since 20", os.Getpid())) {
		t.Errorf("after a prune: %v", err)
	}
	var mu sync.Mutex
	var order []int
	var all sync.WaitGroup
	for i := range 5 {
		waits := make(chan struct{})
		all.Go(func() {
			l, err := run.Acquire(t.Context(), client, "m", run.LockOptions{Dir: dir, Wait: time.Minute, Waiting: func(string) { close(waits) }})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			order = append(order, i)
			mu.Unlock()
			if err := l.Release(); err != nil {
				t.Error(err)
			}
		})
		<-waits
	}
	if err := acquire(t, client, run.LockOptions{Dir: t.TempDir()}).Release(); err != nil { // another machine, after the prune
		t.Error(err)
	}
	if err := first.Release(); err != nil {
		t.Error(err)
	}
	all.Wait()
	if fmt.Sprint(order) != "[0 1 2 3 4]" || len(volumes(s)) != 0 {
		t.Errorf("in the order %v, left %v", order, volumes(s))
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A run on another machine notices within seconds that its claim is gone: it claims again,
// or, if another run came in meanwhile, begins nothing any more (issue 10).
func TestPrunedClaim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sim.New(sim.Options{Clock: sim.ClockReal})
		defer s.Close()
		client, err := dockerd.Open(t.Context(), dockerd.Options{DialContext: s.DialContext})
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		l := acquire(t, client, run.LockOptions{Process: elsewhere})
		prune(t, s, client)
		time.Sleep(1100 * time.Millisecond)
		if _, err := run.Acquire(t.Context(), client, "m", run.LockOptions{}); err == nil || l.Check() != nil {
			t.Errorf("after a prune: %v, %v", err, l.Check())
		}
		prune(t, s, client)
		rival := acquire(t, client, run.LockOptions{Process: elsewhere})
		time.Sleep(2 * time.Second)
		if err := l.Check(); !errors.Is(err, run.ErrLockLost) {
			t.Errorf("beside a rival: %v", err)
		}
		if err := errors.Join(l.Release(), rival.Release()); err != nil || len(volumes(s)) != 0 {
			t.Errorf("%v, left %v", err, volumes(s))
		}
	})
}

// On a full disk there is no place for a claim: what takes down goes on with the turn on its
// machine, unless another run has a claim; what builds up does not (issue 10).
func TestLockOnAFullDisk(t *testing.T) {
	for _, row := range []struct {
		o     run.LockOptions
		rival bool
		want  string // in the error
	}{
		{run.LockOptions{TakesDown: true, Dir: t.TempDir()}, false, ""},
		{run.LockOptions{TakesDown: true, Dir: t.TempDir()}, true, "is being changed by another run"},
		{run.LockOptions{TakesDown: true}, false, "no space left on device"},
		{run.LockOptions{Dir: t.TempDir()}, false, "no space left on device"},
	} {
		s, client := newSim(t)
		if row.rival {
			acquire(t, client, run.LockOptions{Process: elsewhere})
		}
		s.AddFault(sim.Fault{Op: "volume.create", DiskFull: true, Times: -1})
		var warned []string
		row.o.Warn = func(text string) { warned = append(warned, text) }
		l, err := run.Acquire(t.Context(), client, "m", row.o)
		if row.want != "" {
			if err == nil || !strings.Contains(err.Error(), row.want) || len(warned) > 0 {
				t.Errorf("%+v: error %v, warned %q", row, err, warned)
			}
			continue
		}
		if err != nil || len(warned) != 1 || !strings.Contains(warned[0], "disk is full") || l.Check() != nil {
			t.Fatalf("error %v, warned %q", err, warned)
		}
		if err := l.Release(); err != nil || len(volumes(s)) != 0 {
			t.Errorf("%v, left %v", err, volumes(s))
		}
	}
}

// Who waits for a run on another machine is told when its lock ends if that has died.
func TestWordsOfAHolder(t *testing.T) {
	s, client := newSim(t)
	acquire(t, client, run.LockOptions{Process: elsewhere})
	s.Advance(20 * time.Second)
	_, err := run.Acquire(t.Context(), client, "m", run.LockOptions{})
	if err == nil || !strings.Contains(err.Error(), "(other, process 7, last seen 2024-01-01 00:00:0") || !strings.Contains(err.Error(), " UTC; if it has died, its lock ends in ") {
		t.Errorf("got %v", err)
	}
}
