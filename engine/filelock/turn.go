// Filelock: tickets, and whose turn it is.

package filelock

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Turn is a place in a queue.
type Turn struct {
	// File is the ticket, open for reading and writing. Whoever has the turn may put it
	// where it likes under another name: that ends the turn.
	File *os.File

	dir, name string
	number    int
}

// Queue takes a place at the end of the queue of a name in a folder. The note is what those
// who come later are told. The error is [errors.ErrUnsupported] where the system has no
// such locks.
func Queue(dir, name, note string) (*Turn, error) {
	for {
		tickets, err := list(dir, name)
		if err != nil {
			return nil, err
		}
		t := &Turn{dir: dir, name: name, number: 1}
		if len(tickets) > 0 {
			t.number = tickets[len(tickets)-1] + 1
		}
		t.File, err = os.OpenFile(t.path(t.number), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		ok, err := t.settle(note)
		if ok {
			return t, nil
		}
		if err := errors.Join(err, t.Leave()); err != nil {
			return nil, err
		}
	}
}

// settle locks a new ticket. It is of no use if somebody took it for a dead one before it was
// locked, or if it is not the last: then whoever has a later one may have its turn already.
func (t *Turn) settle(note string) (ok bool, err error) {
	if err := lock(t.File, true); err != nil {
		return false, err
	}
	tickets, err := list(t.dir, t.name)
	if err != nil || !t.exists() || tickets[len(tickets)-1] != t.number {
		return false, err
	}
	_, err = t.File.WriteAt([]byte(note), 0)
	return err == nil, err
}

// Comes reports whether it is this one's turn; if not, ahead is the note of whoever has it.
// Tickets of processes that have ended are taken away.
func (t *Turn) Comes() (now bool, ahead string, err error) {
	tickets, err := list(t.dir, t.name)
	if err != nil {
		return false, "", err
	}
	for _, number := range tickets {
		if number >= t.number {
			break
		}
		note, held, err := t.look(number)
		if err != nil || held {
			return false, note, err
		}
	}
	return true, "", nil
}

// ErrNotYet says that the turn did not come in time.
var ErrNotYet = errors.New("others are before it")

// pause comes between two looks at who is ahead.
const pause = 50 * time.Millisecond

// Wait waits for the turn, so long at most, or not at all. The error is [ErrNotYet], with
// the note of whoever has the turn, or that of ctx.
func (t *Turn) Wait(ctx context.Context, most time.Duration) (ahead string, err error) {
	late := time.NewTimer(most)
	defer late.Stop()
	look := time.NewTicker(pause)
	defer look.Stop()
	for over := most <= 0; ; {
		now, ahead, err := t.Comes()
		switch {
		case now || err != nil:
			return "", err
		case over:
			return ahead, ErrNotYet
		}
		select {
		case <-look.C:
		case <-late.C:
			over = true
		case <-ctx.Done():
			return ahead, ctx.Err()
		}
	}
}

// look finds out whether a ticket is held, and removes it if not.
func (t *Turn) look(number int) (note string, held bool, err error) {
	other := Turn{dir: t.dir, name: t.name, number: number}
	other.File, err = os.OpenFile(t.path(number), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	err = lock(other.File, false)
	if errors.Is(err, errHeld) {
		text, err := io.ReadAll(io.LimitReader(other.File, 4096))
		return string(text), true, errors.Join(err, other.File.Close())
	}
	return "", false, errors.Join(err, other.Leave())
}

// Leave gives the turn, or the place in the queue, back.
func (t *Turn) Leave() error {
	var err error
	if t.exists() { // else it has another name now, or its place is taken
		err = os.Remove(t.path(t.number))
	}
	return errors.Join(err, t.File.Close())
}

// Path is where the ticket is.
func (t *Turn) Path() string { return t.path(t.number) }

func (t *Turn) path(number int) string {
	return filepath.Join(t.dir, t.name+"."+strconv.Itoa(number))
}

// exists reports whether the ticket is still where it was made.
func (t *Turn) exists() bool {
	here, err := os.Stat(t.path(t.number))
	mine, mineErr := t.File.Stat()
	return err == nil && mineErr == nil && os.SameFile(here, mine)
}

// list gives the numbers of all tickets, in their order.
func list(dir, name string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var tickets []int
	for _, e := range entries {
		text, ok := strings.CutPrefix(e.Name(), name+".")
		if number, err := strconv.Atoi(text); ok && err == nil && number > 0 && strconv.Itoa(number) == text {
			tickets = append(tickets, number)
		}
	}
	slices.Sort(tickets)
	return tickets, nil
}
