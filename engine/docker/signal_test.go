// Docker vocabulary: tests of signals.

package docker_test

import (
	"strconv"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker"
)

func TestSignal(t *testing.T) {
	for text, want := range map[string]string{
		"HUP": "SIGHUP", "SIGHUP": "SIGHUP", "hup": "SIGHUP", "sigHup": "SIGHUP", "1": "SIGHUP",
		"9": "SIGKILL", "KILL": "SIGKILL", "10": "SIGUSR1", "15": "SIGTERM", "31": "SIGSYS",
		"CLD": "SIGCHLD", "IOT": "SIGABRT", "SIGPOLL": "SIGIO",
		"34": "SIGRTMIN", "rtmin+3": "SIGRTMIN+3", "49": "SIGRTMIN+15", "50": "SIGRTMAX-14", "RTMAX-1": "SIGRTMAX-1", "64": "SIGRTMAX",
		"": "", "SIG": "", "SIGSIGHUP": "", "HUP ": "", "NONSENSE": "", "0": "", "-1": "", "+1": "", "01": "", "1.5": "",
		"32": "", "33": "", "65": "", "RTMIN+0": "", "RTMIN+16": "", "RTMIN+03": "", "RTMAX-15": "", "99999999999999999999": "",
	} {
		if got := docker.Signal(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for i, name := range docker.SignalNames() {
		if docker.Signal(name) != name || docker.Signal(strconv.Itoa(i+1)) != name {
			t.Errorf("%s is not itself, or not signal %d", name, i+1)
		}
	}
}
