// API fields, meaning: signals.

package field

import (
	"slices"
	"strconv"
	"strings"
)

// SIGKILL is the signal that no process can refuse.
const SIGKILL = "SIGKILL"

// The first and the last real-time signal that a program in a container can be sent.
const (
	firstRealTime = 34
	lastRealTime  = 64
)

// Signal returns the name that engines use for a signal: "SIGHUP" for "HUP", "sighup"
// and "1". It returns "" for what is not a signal of Linux, and for the two signals
// that the C library keeps for itself.
func Signal(text string) string {
	names := SignalNames()
	if n, err := strconv.Atoi(text); err == nil && text == strconv.Itoa(n) {
		switch {
		case n >= 1 && n <= len(names):
			return names[n-1]
		case n >= firstRealTime && n <= lastRealTime:
			return realTime(n)
		}
		return ""
	}
	name := "SIG" + strings.TrimPrefix(strings.ToUpper(text), "SIG")
	switch name {
	case "SIGCLD":
		return "SIGCHLD"
	case "SIGIOT":
		return "SIGABRT"
	case "SIGPOLL":
		return "SIGIO"
	}
	if slices.Contains(names, name) {
		return name
	}
	for n := firstRealTime; n <= lastRealTime; n++ {
		if realTime(n) == name {
			return name
		}
	}
	return ""
}

// realTime names a real-time signal as engines do, counted from the nearer end.
func realTime(n int) string {
	const middle = 49
	switch {
	case n == firstRealTime:
		return "SIGRTMIN"
	case n <= middle:
		return "SIGRTMIN+" + strconv.Itoa(n-firstRealTime)
	case n < lastRealTime:
		return "SIGRTMAX-" + strconv.Itoa(lastRealTime-n)
	}
	return "SIGRTMAX"
}

// SignalNames returns the names of all signals but the real-time ones, ordered by
// number from 1.
func SignalNames() []string {
	return []string{"SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", SIGKILL, "SIGUSR1",
		"SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
		"SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS"}
}
