// Example images, helper: the umask, which symbolic modes without a class obey.

//go:build unix

package main

import "syscall"

// currentUmask returns the umask. The kernel reports it only when it is set, so this
// sets it and sets it back.
func currentUmask() uint32 {
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	return uint32(mask)
}
