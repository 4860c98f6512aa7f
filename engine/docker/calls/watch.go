// Calls: telling people what is being waited for.

package calls

import (
	"context"
	"sync"
	"time"
)

// Silence is how long a call may go on without any news before people are told what is
// waited for.
const Silence = 2 * time.Second

// Watch returns a context whose calls are watched: if there was no news for [Silence],
// tell is called with what is being waited for, such as `the engine to stop container
// "m.a"`. As long as that call goes on, no other is announced. tell is called by
// another goroutine, but never after the call has ended, and must return soon.
//
// Calls are made to open an engine, to plan, and to run. As with net/http/httptrace,
// one context serves them all.
func Watch(ctx context.Context, tell func(what string)) context.Context {
	return context.WithValue(ctx, watchKey{}, &watch{tell: tell})
}

// Heard notes that people were told something else, so the silence starts over.
func Heard(ctx context.Context) {
	if w, ok := ctx.Value(watchKey{}).(*watch); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heard = time.Now()
	}
}

type watchKey struct{}

// watch knows what was announced about the calls in flight.
type watch struct {
	tell func(string)

	mu    sync.Mutex
	heard time.Time // when people were last told anything
	told  int       // calls in flight that were announced
}

type pendingKey struct{}

// pending is a call in flight.
type pending struct {
	what  string
	inner int // calls in flight that it makes itself; they say more precisely what is waited for
	told  bool
	ended bool
	timer *time.Timer
}

// begin notes that a call begins, end that it has ended. The calls that it makes itself
// must be given the context inside.
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
		if p.told { // the calls that remain wait out a silence of their own
			w.told--
			w.heard = time.Now()
		}
		if nested {
			outer.inner--
		}
	}
}

// look announces a call if there is silence, and otherwise looks again later. It holds
// the lock while it calls tell, so that no call is announced after it has ended.
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
