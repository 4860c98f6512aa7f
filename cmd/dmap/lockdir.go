// Command line: the folder in which the runs of this machine queue for a map.

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// lockDir makes the folder of a user for files that need not outlive the machine's next boot,
// and returns it; "" if there is none that nobody else can write to.
func lockDir() string {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("dmap-%d", os.Getuid()))
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtime) {
		dir = filepath.Join(runtime, "dmap")
	} else if os.Getuid() == 0 {
		dir = "/run/dmap"
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return ""
	}
	// Another user may have made it first, in a folder that is everybody's; nobody can change
	// the mode of what belongs to another one.
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() || os.Chmod(dir, 0o700) != nil {
		return ""
	}
	return dir
}
