// Run: the lock by which one run at a time changes a map on an engine.

package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/calls"
	"github.com/dmap-dev/dmap/engine/docker/identity"
)

// A run that wants the lock makes an empty volume, its claim, under a name that nobody
// else uses, and then lists the claims. Whoever sees only its own claim has the lock:
// of two runs, the one whose claim came later sees the other's. A claim's name belongs
// to one lock and one renewal, so removing a dead claim cannot hit a live one.
const (
	// lease is how old the newest claim of a live run may be, by the engine's clock.
	lease = time.Minute
	// beat is how often the holder renews its claim.
	beat = 15 * time.Second
	// patience is how long the holder goes on without having renewed its claim. It is
	// shorter than lease, so the holder stops before others take the lock.
	patience = 45 * time.Second
)

// LockOptions say how to take a lock. The zero value does not wait.
type LockOptions struct {
	// Wait is how long to wait for another run to end; 0 means not to wait.
	Wait time.Duration
	// Waiting, unless nil, is called once, with what [LockedError] says about the other
	// run.
	Waiting func(holder string)
	// Process holds the lock; the zero value means [ThisProcess].
	Process Process
	// Times bound each call.
	Times Times
}

// LockedError says that another run may be changing the map.
type LockedError struct {
	Map    string
	Holder string   // the process that holds the lock, and since when
	Claims []string // the volumes to remove in order to break the lock
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("map %q is being changed by another run (%s): wait for its end; if it is surely gone, break its lock: docker volume rm %s",
		e.Map, e.Holder, strings.Join(e.Claims, " "))
}

// ErrLockLost is the cause if a run ends early because it may no longer be the only
// one.
var ErrLockLost = errors.New("the lock of the map was lost")

// Lock is the right to change a map on an engine. It lasts until [Lock.Release]. If its
// process ends without that, others notice at once on the same machine, and after a
// minute elsewhere.
type Lock struct {
	executor
	mapName string
	id      string
	process Process
	end     context.CancelFunc
	dropped chan error // receives the result of removing the claims, after end

	mu      sync.Mutex
	next    int       // number of the next claim
	claims  []string  // claims that are not known to be gone
	cut     string    // the claim whose making was cut off: it may still appear
	renewed time.Time // when the call that made the newest claim began
	failed  error     // why it has not been renewed since
	lost    error
}

// Acquire takes the lock of a map. ctx only bounds the taking. The error is a
// [*LockedError] if another run has the lock, or a [*docker.Error].
func Acquire(ctx context.Context, client docker.Client, mapName string, o LockOptions) (*Lock, error) {
	if o.Process == (Process{}) {
		o.Process = ThisProcess()
	}
	l := &Lock{
		executor: executor{client: client, calls: calls.New(o.Times)},
		mapName:  mapName, id: newID() + newID(), process: o.Process,
	}
	until := time.Now().Add(o.Wait)
	for told := false; ; {
		held, others, err := l.try(ctx)
		if held {
			l.keep(ctx)
			return l, nil
		}
		if err := errors.Join(err, l.drop(ctx)); err != nil {
			return nil, err
		}
		for len(others) > 0 { // wait without a claim: two waiting runs would see each other's for ever
			if !told && o.Wait > 0 && o.Waiting != nil {
				o.Waiting(holder(others))
				told = true
			}
			left := time.Until(until)
			if left <= 0 {
				return nil, &LockedError{Map: mapName, Holder: holder(others), Claims: others[0].names}
			}
			if !calls.Sleep(ctx, min(left, pauseBetweenLooks())) {
				return nil, &docker.Error{Op: "lock map", Target: mapName, Kind: docker.Cancelled, Msg: "cancelled while another run changes it: " + holder(others)}
			}
			if others, err = l.others(ctx); err != nil {
				return nil, err
			}
		}
	}
}

// pauseBetweenLooks differs each time, so that waiting runs do not get in each other's
// way for ever.
func pauseBetweenLooks() time.Duration {
	return 100*time.Millisecond + rand.N(200*time.Millisecond)
}

// ties is how often the run whose id comes first looks whether the others have stepped
// back.
const ties = 20

// try makes a claim and looks whether it is the only one. If several runs claim at the
// same time, the one whose id comes first stays and the others step back.
func (l *Lock) try(ctx context.Context) (held bool, others []rival, err error) {
	if err := l.claim(ctx); err != nil {
		return false, nil, err
	}
	for range ties {
		others, err = l.others(ctx)
		switch {
		case err != nil:
			return false, nil, err
		case len(others) == 0:
			return true, nil, nil
		case others[0].id < l.id || !calls.Sleep(ctx, 25*time.Millisecond):
			return false, others, nil
		}
	}
	return false, others, nil
}

// claimant returns the id of the run that made a volume as its claim on a map; ok is
// false if the volume is not a claim.
func claimant(mapName string, v docker.VolumeInfo) (id string, ok bool) {
	id, ok = identity.CutClaim(mapName, v.Name)
	return id, ok && identity.Read(v.Labels).IsClaim(mapName)
}

// Claimed reports whether any of the volumes is a claim on a map: another run may be
// changing it, or may have ended without releasing its lock. [Acquire] finds out which.
func Claimed(mapName string, volumes map[string]docker.VolumeInfo) bool {
	for _, v := range volumes {
		if _, ok := claimant(mapName, v); ok {
			return true
		}
	}
	return false
}

// claim makes the next claim.
func (l *Lock) claim(ctx context.Context) error {
	name := identity.Claim(l.mapName, l.id, l.next)
	if !slices.Contains(l.claims, name) {
		l.claims = append(l.claims, name) // it may exist, whatever the answer says
	}
	// Taken before the call: the claim may be as old as that when its answer comes.
	began := time.Now()
	mark := identity.Mark{Map: l.mapName, Role: identity.RoleLock, Owner: l.process.Name, Process: l.process.String()}
	made, err := l.newVolume(ctx, docker.VolumeSpec{Name: name, Labels: mark.VolumeLabels()})
	l.cut = ""
	if docker.MayHaveHappened(err) {
		l.cut = name
	}
	if err != nil {
		return err
	}
	if !identity.Read(made.Labels).IsClaim(l.mapName) {
		return fmt.Errorf("cannot lock map %q: volume %q is not dmap's", l.mapName, name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next, l.renewed, l.failed = l.next+1, began, nil
	return nil
}

// rival is another run with a claim.
type rival struct {
	id      string
	names   []string
	owner   string
	process Process
	newest  time.Time // zero if the engine does not say
}

// holder describes who has the lock.
func holder(others []rival) string {
	o := others[0]
	if o.newest.IsZero() {
		return o.owner
	}
	return o.owner + ", last seen " + o.newest.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// others lists the rivals that may be alive, ordered by id, and removes the claims of
// those that are not.
func (l *Lock) others(ctx context.Context) ([]rival, error) {
	all, err := l.rivals(ctx)
	if err != nil {
		return nil, err
	}
	var alive []rival
	var now time.Time
	for _, r := range all {
		// On the same machine it is known whether the process still exists; elsewhere
		// only the age of its claim can say.
		gone := l.process.knowsGone(r.process)
		if !gone && !r.newest.IsZero() {
			if now.IsZero() {
				if now, err = l.now(ctx); err != nil {
					return nil, err
				}
			}
			gone = !now.IsZero() && now.Sub(r.newest) > lease
		}
		if !gone {
			alive = append(alive, r)
			continue
		}
		for _, name := range r.names {
			if err := l.removeVolume(ctx, name); err != nil && docker.KindOf(err) != docker.NotFound {
				return nil, err
			}
		}
	}
	return alive, nil
}

// now returns the engine's clock: claims of runs on different machines can only be
// compared by it.
func (l *Lock) now(ctx context.Context) (now time.Time, err error) {
	err = l.call(ctx, calls.Read, to("tell its time", ""), func(ctx context.Context) error {
		info, err := l.client.Engine(ctx)
		now = info.Time
		return err
	})
	return now, err
}

// rivals lists all claims except this lock's own.
func (l *Lock) rivals(ctx context.Context) ([]rival, error) {
	var list []docker.VolumeInfo
	err := l.call(ctx, calls.Read, to("list the claims on map", l.mapName), func(ctx context.Context) (err error) {
		list, err = l.client.Volumes(ctx, identity.ClaimPattern(l.mapName))
		return err
	})
	if err != nil {
		return nil, err
	}
	found := map[string]rival{}
	for _, v := range list {
		id, ok := claimant(l.mapName, v)
		if !ok || id == l.id {
			continue
		}
		mark := identity.Read(v.Labels)
		r := found[id]
		r.id, r.owner, r.process = id, mark.Owner, parseProcess(mark.Process)
		r.names = append(r.names, v.Name)
		if v.CreatedAt.After(r.newest) {
			r.newest = v.CreatedAt
		}
		found[id] = r
	}
	return slices.SortedFunc(maps.Values(found), func(a, b rival) int { return cmp.Compare(a.id, b.id) }), nil
}

// drop removes all claims of this run, even if ctx has ended.
func (l *Lock) drop(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var errs []error
	var left []string
	for _, name := range l.claims {
		if err := l.dropClaim(ctx, name); err != nil && docker.KindOf(err) != docker.NotFound {
			errs = append(errs, err)
			left = append(left, name)
		}
	}
	l.claims = left
	return errors.Join(errs...)
}

// dropClaim removes a claim. One whose making was cut off is looked for again: an engine
// that only now makes it would keep other runs away for a minute.
func (l *Lock) dropClaim(ctx context.Context, name string) error {
	until := time.Now().Add(l.calls.Times.Settle)
	for {
		err := l.removeVolume(ctx, name)
		if name != l.cut || docker.KindOf(err) != docker.NotFound || time.Now().After(until) {
			return err
		}
		calls.Sleep(ctx, l.calls.Times.Pause)
	}
}

// keep renews the claim until the lock is released, and then removes it. Only the
// removal is announced to whoever watches ctx, because only for that somebody waits.
func (l *Lock) keep(ctx context.Context) {
	renewing, end := context.WithCancel(context.Background())
	l.end, l.dropped = end, make(chan error, 1)
	go func() {
		for pause := beat; calls.Sleep(renewing, pause); {
			pause = beat
			if err := l.renew(renewing); err != nil {
				pause = beat / 5
				l.mu.Lock()
				l.failed = err
				l.mu.Unlock()
			}
		}
		l.dropped <- l.drop(ctx)
	}()
}

// renew makes a new claim before it removes the old ones, so that there is always one.
// If an old one is gone, another run may have considered it too old. After a failure
// renew is tried again soon; [Lock.check] knows how long that may go on.
func (l *Lock) renew(ctx context.Context) error {
	old := slices.Clone(l.claims)
	if err := l.claim(ctx); err != nil {
		return err
	}
	for _, name := range old {
		switch err := l.removeVolume(ctx, name); {
		case err == nil:
			l.claims = slices.DeleteFunc(l.claims, func(c string) bool { return c == name })
		// Another run removed it, because it found the claim too old. That alone is no
		// loss: only if that run has made a claim of its own, there may be two.
		case docker.KindOf(err) == docker.NotFound:
			l.claims = slices.DeleteFunc(l.claims, func(c string) bool { return c == name })
			if rivals, err := l.rivals(ctx); err != nil || len(rivals) > 0 {
				l.lose()
			}
		}
	}
	return nil
}

func (l *Lock) lose() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = ErrLockLost
}

// check returns [ErrLockLost] if this run may no longer be the only one. Without a
// lock, none can be lost.
func (l *Lock) check() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// The wall clock goes on while a machine sleeps, but somebody may set it; the other
	// clock is never set, but stands still during sleep. The longer silence counts.
	silent := max(time.Since(l.renewed), time.Now().Round(0).Sub(l.renewed.Round(0)))
	if l.lost == nil && silent > patience {
		why := l.failed
		if why == nil { // the call is still in flight
			why = &docker.Error{Op: "renew the lock of map", Target: l.mapName, Kind: docker.Cancelled, Msg: "no answer"}
		}
		return fmt.Errorf("%w: the engine did not renew it for %s: %w", ErrLockLost, silent.Round(time.Second), why)
	}
	return l.lost
}

// Release gives the lock back. It works even if the context of [Acquire] has ended, and
// must be called exactly once. The error is a [*ReleaseError].
func (l *Lock) Release() error {
	l.end()
	if err := <-l.dropped; err != nil {
		return &ReleaseError{l.mapName, err}
	}
	return nil
}

// ReleaseError says that a run could not give the lock of a map back.
type ReleaseError struct {
	Map string
	Err error
}

func (e *ReleaseError) Error() string {
	return fmt.Sprintf("cannot give the lock of map %q back; it ends by itself in a minute: %s", e.Map, e.Err)
}

// Unwrap returns the error that kept the lock from being released.
func (e *ReleaseError) Unwrap() error { return e.Err }
