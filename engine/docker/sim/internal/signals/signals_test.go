// Signals: the test of their names.

package signals_test

import (
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/signals"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]int{
		"TERM": 15, "SIGTERM": 15, "sigkill": 9, "9": 9, "IOT": 6, "ABRT": 6, "CLD": 17, "POLL": 29, "SYS": 31,
		"RTMIN": 34, "RTMIN+1": 35, "SIGRTMIN+15": 49, "RTMAX-14": 50, "RTMAX": 64, "-3": -3, "99": 99,
	} {
		if got, err := signals.Parse(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "SIG", "NONE", "RTMIN+16", "RTMAX-15", "RTMIN+0", "TERM "} {
		if got, err := signals.Parse(text); err == nil {
			t.Errorf("%q is taken as %d", text, got)
		}
	}
}
