// Filelock: tests of the order, and of processes that end.

package filelock_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/filelock"
)

// queue takes a place.
func queue(t *testing.T, dir, note string) *filelock.Turn {
	t.Helper()
	turn, err := filelock.Queue(dir, "q", note)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// check compares whose turn it is.
func check(t *testing.T, turn *filelock.Turn, wantNow bool, wantAhead string) {
	t.Helper()
	now, ahead, err := turn.Comes()
	if err != nil || now != wantNow || ahead != wantAhead {
		t.Errorf("its turn %t, ahead %q, error %v; want %t, %q", now, ahead, err, wantNow, wantAhead)
	}
}

// They come in their order, and know who is before them. One that ends without a word,
// whose lock is gone and whose ticket is left, keeps nobody waiting.
func TestOrder(t *testing.T) {
	dir := t.TempDir()
	a, b, c, d := queue(t, dir, "a"), queue(t, dir, "b"), queue(t, dir, "c"), queue(t, dir, "d")
	check(t, a, true, "")
	check(t, b, false, "a")
	check(t, d, false, "a")
	b.File.Close() // as the system does when a process ends
	if err := a.Leave(); err != nil {
		t.Error(err)
	}
	check(t, d, false, "c")
	check(t, c, true, "")
	if err := os.Rename(c.Path(), filepath.Join(dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	check(t, d, true, "")
	e := queue(t, dir, "e")
	check(t, e, false, "d")
	for _, turn := range []*filelock.Turn{c, d, e} {
		if err := turn.Leave(); err != nil {
			t.Error(err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); fmt.Sprint(left) != fmt.Sprint([]string{filepath.Join(dir, "elsewhere")}) {
		t.Errorf("left: %v", left)
	}
}

// However many come at once, one at a time has its turn.
func TestOneAtATime(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	var inside sync.Mutex
	for range 16 {
		all.Go(func() {
			for range 10 {
				turn, err := filelock.Queue(dir, "q", "")
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := turn.Wait(t.Context(), time.Hour); err != nil {
					t.Error(err)
					return
				}
				if !inside.TryLock() {
					t.Error("two have their turn")
					return
				}
				runtime.Gosched()
				inside.Unlock()
				if err := turn.Leave(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
