// Filelock: the lock on a file, where the system has none of use.

//go:build !unix || solaris || aix

package filelock

import (
	"errors"
	"os"
)

var errHeld = errors.New("held")

func lock(*os.File, bool) error { return errors.ErrUnsupported }
