// Calls: tests of who is told of silence.

package calls_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/calls"
)

// lasting is a call that takes so long; it may make others.
func lasting(ctx context.Context, what string, d time.Duration, inner ...func(context.Context)) {
	c := calls.New(calls.Times{})
	// It cannot fail.
	_ = c.Do(ctx, calls.Call{Kind: calls.StartContainer, For: what, Make: func(ctx context.Context) error {
		for _, call := range inner {
			call(ctx)
		}
		time.Sleep(d)
		return nil
	}})
}

// After two seconds of silence somebody is told what is waited for; once, and of one
// thing only.
func TestWatch(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(context.Context)
		want string // what was told, and when
	}{
		{"quick", func(ctx context.Context) { lasting(ctx, "a", 1900*time.Millisecond) }, ""},
		{"slow", func(ctx context.Context) { lasting(ctx, "a", time.Minute) }, "2s a"},
		{"many at once", func(ctx context.Context) {
			var all sync.WaitGroup
			for i := range 5 {
				time.Sleep(time.Millisecond)
				all.Go(func() { lasting(ctx, fmt.Sprint(i), 30*time.Second) })
			}
			all.Wait()
		}, "2.001s 0"},
		{"one after the other", func(ctx context.Context) {
			lasting(ctx, "a", 3*time.Second)
			lasting(ctx, "b", 3*time.Second)
		}, "2s a, 5s b"},
		{"something is heard", func(ctx context.Context) {
			time.AfterFunc(1500*time.Millisecond, func() { calls.Heard(ctx) })
			lasting(ctx, "a", 10*time.Second)
		}, "3.5s a"},
		{"a call in a call", func(ctx context.Context) {
			lasting(ctx, "outer", 10*time.Second, func(ctx context.Context) { lasting(ctx, "inner", 5*time.Second) })
		}, "2s inner, 7s outer"},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var mu sync.Mutex
			var told []string
			row.do(calls.Watch(t.Context(), func(what string) {
				mu.Lock()
				defer mu.Unlock()
				told = append(told, fmt.Sprintf("%s %s", time.Since(began), what))
			}))
			if got := strings.Join(told, ", "); got != row.want {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		})
	}
}
