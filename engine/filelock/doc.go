// Filelock: what it is for.

// Package filelock lets the processes of one machine take turns, in the order in which they
// came: each has a file of its own, its ticket, and waits until all tickets before it are
// gone. The system gives the lock on a ticket back when its process ends, however that
// happens, so a dead one keeps nobody waiting.
package filelock
