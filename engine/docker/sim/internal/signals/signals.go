// Signals: their numbers and names.

// Package signals knows the signals of Linux by number and by name.
package signals

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// The signals that end a process here; all others do nothing to it.
const (
	Int  = 2
	Quit = 3
	Kill = 9
	Term = 15
)

// signalNames holds the names of the signals; a name's position is its number.
const signalNames = " HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"

// Parse reads a signal by number or name.
func Parse(text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		if n == 0 {
			return 0, wire.BadRequest("Invalid signal: %s", text)
		}
		return n, nil
	}
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	for i, known := range strings.Split(signalNames, " ") {
		if known == name && name != "" {
			return i, nil
		}
	}
	switch name {
	case "IOT":
		return 6, nil
	case "CLD":
		return 17, nil
	case "POLL":
		return 29, nil
	}
	if n, ok := realTimeSignal(name); ok {
		return n, nil
	}
	return 0, wire.BadRequest("Invalid signal: %s", text)
}

// realTimeSignal reads RTMIN, RTMIN+1 to RTMIN+15, RTMAX-14 to RTMAX-1, and RTMAX.
func realTimeSignal(name string) (int, bool) {
	for n := 34; n <= 64; n++ {
		known := fmt.Sprintf("RTMIN+%d", n-34)
		if n > 49 {
			known = fmt.Sprintf("RTMAX-%d", 64-n)
		}
		if name == strings.TrimSuffix(strings.TrimSuffix(known, "+0"), "-0") {
			return n, true
		}
	}
	return 0, false
}
