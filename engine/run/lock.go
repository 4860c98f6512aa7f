// Run: the lock by which one run at a time changes a map on an engine.

package run

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	"github.com/dmap-dev/dmap/engine/filelock"
)

// A run that wants the lock makes an empty volume, its claim, under a name that nobody
// else uses, and then lists the claims. Whoever sees only its own claim has the lock:
// of two runs, the one whose claim came later sees the other's. A claim's name belongs
// to one lock and one renewal, so removing a dead claim cannot hit a live one.
//
// A prune removes claims too, so the holder keeps looking for its own; and the runs of one
// machine take turns before they make a claim at all, see [LockOptions.Dir].
const (
	// lease is how old the newest claim of a live run may be, by the engine's clock.
	lease = time.Minute
	// beat is how often the holder renews its claim.
	beat = 15 * time.Second
	// patience is how long the holder goes on without having renewed its claim. It is
	// shorter than lease, so the holder stops before others take the lock.
	patience = 45 * time.Second
	// glance is how often the holder looks whether its claim is still there.
	glance = time.Second
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
	// Dir is a folder on this machine in which runs queue for a map on an engine, so that
	// they come in their order, and no prune of volumes lets two in. "" is none.
	Dir string
	// TakesDown: the run only stops and removes. On an engine whose disk is full, which has
	// no place for a claim, the turn in Dir is enough for it.
	TakesDown bool
	// Warn is told what a person should know of the lock; nil is nobody.
	Warn func(text string)
	// Times bound each call.
	Times Times
}

// LockedError says that another run may be changing the map.
type LockedError struct {
	Map    string
	Holder string   // the process that holds the lock, and since when
	Claims []string // the volumes to remove in order to break the lock; none if a live process of this machine has it
}

func (e *LockedError) Error() string {
	text := fmt.Sprintf("map %q is being changed by another run (%s): wait for its end", e.Map, e.Holder)
	if len(e.Claims) > 0 {
		text += "; if it is surely gone, break its lock: docker volume rm " + strings.Join(e.Claims, " ")
	}
	return text
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
	turn    *filelock.Turn // nil: no queue
	full    bool           // there is no place for a claim
	dead    bool           // the claim of a run that died was in the way
	end     context.CancelFunc
	dropped chan error // receives the result of removing the claims, after end
	clock   time.Time  // of the engine, when the rivals were looked at; zero: it does not tell

	busy sync.Mutex // one renewal at a time

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
	if err := l.queue(ctx, o); err != nil {
		return nil, errors.Join(err, l.leave())
	}
	if err := l.take(ctx, until, o); err != nil {
		return nil, errors.Join(err, l.leave())
	}
	l.keep(ctx)
	return l, nil
}

// queue waits until this run is the first one of its machine. Where that is not possible, the
// claims have to do.
func (l *Lock) queue(ctx context.Context, o LockOptions) error {
	if o.Dir == "" {
		return nil
	}
	var id string
	err := l.call(ctx, calls.Read, to("say who it is", ""), func(ctx context.Context) error {
		info, err := l.client.Engine(ctx)
		id = info.ID
		return err
	})
	if err != nil {
		return err
	}
	note := fmt.Sprintf("%s, since %s", l.process.Name, time.Now().UTC().Format(clockForm))
	if l.turn, err = filelock.Queue(o.Dir, queueName(id, l.mapName), note); err != nil {
		return nil
	}
	ahead, err := l.turn.Wait(ctx, 0)
	if errors.Is(err, filelock.ErrNotYet) && o.Wait > 0 {
		if o.Waiting != nil {
			o.Waiting(ahead)
		}
		ahead, err = l.turn.Wait(ctx, o.Wait)
	}
	switch {
	case errors.Is(err, filelock.ErrNotYet):
		return &LockedError{Map: l.mapName, Holder: ahead}
	case err != nil && ctx.Err() != nil:
		return l.cancelled(ahead)
	}
	return err
}

// queueName is that of the queue for a map on an engine.
func queueName(engine, mapName string) string {
	sum := sha256.Sum256([]byte(engine + "\x00" + mapName))
	return hex.EncodeToString(sum[:4]) + "." + mapName
}

// leave lets the next run of this machine come.
func (l *Lock) leave() error {
	if l.turn == nil {
		return nil
	}
	return l.turn.Leave()
}

// take makes claims until one is the only one.
func (l *Lock) take(ctx context.Context, until time.Time, o LockOptions) error {
	for told := false; ; {
		held, others, err := l.try(ctx)
		if held {
			return nil
		}
		if docker.KindOf(err) == docker.NoSpace && o.TakesDown && l.turn != nil {
			l.full = true
			others, err = l.others(ctx)
		}
		if err := errors.Join(err, l.drop(ctx)); err != nil {
			return err
		}
		if l.full && len(others) == 0 {
			if o.Warn != nil {
				o.Warn(fmt.Sprintf("the engine's disk is full, so nothing there says that this run changes the map %q: only runs of this machine know", l.mapName))
			}
			return nil
		}
		for len(others) > 0 { // wait without a claim: two waiting runs would see each other's for ever
			if !told && o.Wait > 0 && o.Waiting != nil {
				o.Waiting(l.holder(others))
				told = true
			}
			left := time.Until(until)
			if left <= 0 {
				return &LockedError{Map: l.mapName, Holder: l.holder(others), Claims: others[0].names}
			}
			if !calls.Sleep(ctx, min(left, pauseBetweenLooks())) {
				return l.cancelled(l.holder(others))
			}
			if others, err = l.others(ctx); err != nil {
				return err
			}
		}
	}
}

func (l *Lock) cancelled(holder string) error {
	return &docker.Error{Op: "lock map", Target: l.mapName, Kind: docker.Cancelled, Msg: "cancelled while another run changes it: " + holder}
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

// clockForm is how a person reads a time, in UTC.
const clockForm = "2006-01-02 15:04:05 UTC"

// holder describes who has the lock, and when that ends by itself.
func (l *Lock) holder(others []rival) string {
	switch o := others[0]; {
	case l.process.Machine != "" && l.process.Machine == o.process.Machine:
		return fmt.Sprintf("%s: it is alive, on this machine", o.owner)
	case o.newest.IsZero() || l.clock.IsZero():
		return o.owner
	default:
		left := max(0, lease-l.clock.Sub(o.newest)).Round(time.Second)
		return fmt.Sprintf("%s, last seen %s; if it has died, its lock ends in %s", o.owner, o.newest.UTC().Format(clockForm), left)
	}
}

// others lists the rivals that may be alive, ordered by id, and removes the claims of
// those that are not.
func (l *Lock) others(ctx context.Context) ([]rival, error) {
	all, err := l.rivals(ctx)
	if err != nil {
		return nil, err
	}
	var alive []rival
	l.clock = time.Time{}
	for _, r := range all {
		// On the same machine it is known whether the process still exists; elsewhere
		// only the age of its claim can say.
		gone := l.process.knowsGone(r.process)
		if !gone && !r.newest.IsZero() {
			if l.clock.IsZero() {
				if l.clock, err = l.now(ctx); err != nil {
					return nil, err
				}
			}
			gone = !l.clock.IsZero() && l.clock.Sub(r.newest) > lease
		}
		if !gone {
			alive = append(alive, r)
			continue
		}
		l.dead = true
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

// keep renews the claim until the lock is released, and then removes it. In between it
// looks whether the claim is still there. Only the removal is announced to whoever watches
// ctx, because only for that somebody waits.
func (l *Lock) keep(ctx context.Context) {
	renewing, end := context.WithCancel(context.Background())
	l.end, l.dropped = end, make(chan error, 1)
	go func() {
		due := time.Now().Add(beat)
		for !l.full && calls.Sleep(renewing, glance) {
			due = l.attend(renewing, due)
		}
		<-renewing.Done()
		l.dropped <- l.drop(ctx)
	}()
}

// attend renews the claim if that is due, and says when it is due again; else it looks
// whether the claim is there.
func (l *Lock) attend(ctx context.Context, due time.Time) time.Time {
	l.busy.Lock()
	defer l.busy.Unlock()
	if time.Now().Before(due) {
		l.look(ctx)
		return due
	}
	err := l.renew(ctx)
	if err == nil {
		return time.Now().Add(beat)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = err
	return time.Now().Add(beat / 5)
}

// renew makes a new claim before it removes the old ones, so that there is always one.
// If an old one is gone, another run may have considered it too old, or somebody pruned. After a failure
// renew is tried again soon; [Lock.check] knows how long that may go on.
func (l *Lock) renew(ctx context.Context) error {
	if err := l.claim(ctx); err != nil {
		return err
	}
	for _, name := range slices.Clone(l.claims) {
		if name == l.newest() { // an earlier try may have made it
			continue
		}
		err := l.removeVolume(ctx, name)
		missing := docker.KindOf(err) == docker.NotFound
		if err == nil || missing {
			l.claims = slices.DeleteFunc(l.claims, func(c string) bool { return c == name })
		}
		// Another run removed it, because it found the claim too old, or somebody pruned. That
		// alone is no loss: only if another run has made a claim of its own, there may be two.
		if missing && !l.alone(ctx) {
			l.lose()
		}
	}
	return nil
}

// newest is the claim that was made last.
func (l *Lock) newest() string { return identity.Claim(l.mapName, l.id, l.next-1) }

// look claims again at once if the claim is gone. If there is a rival then, the lock is lost.
func (l *Lock) look(ctx context.Context) {
	_, err := l.volume(ctx, l.newest())
	if docker.KindOf(err) == docker.NotFound && l.renew(ctx) == nil && !l.alone(ctx) {
		l.lose()
	}
}

// alone reports whether no other run has a claim. One that only tries steps back soon.
func (l *Lock) alone(ctx context.Context) bool {
	for range ties {
		rivals, err := l.rivals(ctx)
		switch {
		case err != nil:
			return false
		case len(rivals) == 0:
			return true
		case !calls.Sleep(ctx, 25*time.Millisecond):
			return true // the lock is given back
		}
	}
	return false
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
	if l.lost == nil && !l.full && silent > patience {
		why := l.failed
		if why == nil { // the call is still in flight
			why = &docker.Error{Op: "renew the lock of map", Target: l.mapName, Kind: docker.Cancelled, Msg: "no answer"}
		}
		return fmt.Errorf("%w: the engine did not renew it for %s: %w", ErrLockLost, silent.Round(time.Second), why)
	}
	return l.lost
}

// TookOver reports whether a run had the lock before that died with it: the engine may still
// be busy with its calls.
func (l *Lock) TookOver() bool { return l.dead }

// Release gives the lock back. It works even if the context of [Acquire] has ended, and
// must be called exactly once. The error is a [*ReleaseError].
func (l *Lock) Release() error {
	l.end()
	if err := errors.Join(<-l.dropped, l.leave()); err != nil {
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
