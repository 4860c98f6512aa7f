// Example images, app: the unix socket that the web server connects to.

//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// listen opens the socket of the instance with mode 0660. A socket that nobody answers
// on is left over from an instance that was killed, and is replaced. If somebody
// answers, that is an error: two instances would have the same name.
func listen(ctx context.Context, name string) (net.Listener, error) {
	path := filepath.Join(socketDir, name+".sock")
	unlock, err := lockDir(ctx, socketDir)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	defer unlock()
	if err := removeStale(path); err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", path, err)
	}
	mask := syscall.Umask(0o117)
	defer syscall.Umask(mask)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		var inner *os.SyscallError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return nil, fmt.Errorf("cannot listen on %s: %w", path, explain(err, socketDir))
	}
	return listener, nil
}

// lockDir makes instances that share the folder take the next steps one after the
// other. The kernel releases the lock when the process ends, however it ends.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, explain(err, dir)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { _ = folder.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("cannot lock %s: %w", dir, err), folder.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("another instance holds the lock on %s: %w", dir, ctx.Err()), folder.Close())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return explain(err, socketDir)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return errors.New("there is something else of that name, which is not a socket")
	}
	conn, err := net.DialTimeout("unix", path, 5*time.Second)
	if err == nil {
		return errors.Join(errors.New("another instance of that name is listening there: give each its own APP_NAME"), conn.Close())
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("cannot tell whether another instance uses it: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("cannot remove what an ended instance left there: %w", explain(err, socketDir))
	}
	return nil
}
