// Filelock: the lock on a file, where the system has one that ends with its process.

//go:build unix && !solaris && !aix

package filelock

import (
	"errors"
	"os"
	"syscall"
)

// errHeld says that another process has the lock.
var errHeld error = syscall.EWOULDBLOCK

// lock locks a file, and waits for that or not.
func lock(f *os.File, wait bool) error {
	how := syscall.LOCK_EX
	if !wait {
		how |= syscall.LOCK_NB
	}
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
