// Calls: telling a person what is waited for.

package calls

import (
	"context"
	"sync"
	"time"
)

// Silence is how long nothing may be heard of a call before somebody is told.
const Silence = 2 * time.Second

// Watch returns a context whose calls are watched: when nothing was heard for
// [Silence], tell is given what is waited for, such as
// `the engine to stop container "m.a"`. As long as that goes on, it is told of nothing
// else. It is called by another goroutine, but never after the call has ended, and must
// return soon.
//
// Calls are made to open an engine, to plan, and to run. As with net/http/httptrace, one
// context serves for all.
func Watch(ctx context.Context, tell func(what string)) context.Context {
	return context.WithValue(ctx, watchKey{}, &watch{tell: tell})
}

// Heard notes that somebody was told something else: the silence begins anew.
func Heard(ctx context.Context) {
	if w, ok := ctx.Value(watchKey{}).(*watch); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard = time.Now()
	}
}

type watchKey struct{}

// watch knows what was told of the calls that are made now.
type watch struct {
	tell func(string)

	mu    sync.Mutex
	heard time.Time // when somebody was told anything
	told  int       // calls that somebody was told of, and that go on
}

type pendingKey struct{}

// pending is a call that goes on.
type pending struct {
	what  string
	inner int // calls that it waits for itself: they say more
	told  bool
	ended bool
	timer *time.Timer
}

// begin notes that a call begins, end that it ended. Calls that it makes itself must be
// given the context.
func begin(ctx context.Context, what string) (inside context.Context, end func()) {
	w, ok := ctx.Value(watchKey{}).(*watch)
	if !ok {
		return ctx, func() {}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &pending{what: what}
	outer, nested := ctx.Value(pendingKey{}).(*pending)
	if nested {
		outer.inner++
	}
	p.timer = time.AfterFunc(Silence, func() { w.look(p) })
	return context.WithValue(ctx, pendingKey{}, p), func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		p.timer.Stop()
		p.ended = true
		if p.told { // others that end at the same time are no news
			w.told--
			w.heard = time.Now()
		}
		if nested {
			outer.inner--
		}
	}
}

// look tells of a call if there is silence, else looks again later. The lock is held
// meanwhile, so that nothing is told of a call that has ended.
func (w *watch) look(p *pending) {
	w.mu.Lock()
	defer w.mu.Unlock()
	left := Silence - time.Since(w.heard)
	switch {
	case p.ended || p.told:
	case left > 0:
		p.timer.Reset(left)
	case w.told > 0 || p.inner > 0:
		p.timer.Reset(Silence)
	default:
		p.told = true
		w.told++
		w.heard = time.Now()
		w.tell(p.what)
	}
}
