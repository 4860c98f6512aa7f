// Spec: ports, and where they are published.

package spec

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// SplitPort reads 80/tcp or 80; the protocol is tcp unless another is given.
func SplitPort(text string) (number, proto string) {
	number, proto, _ = strings.Cut(text, "/")
	return number, cmp.Or(strings.ToLower(proto), "tcp")
}

// checkPortBindings refuses bindings that could never be published.
func checkPortBindings(bindings map[string][]PortBinding) error {
	for _, key := range slices.Sorted(maps.Keys(bindings)) {
		number, _ := SplitPort(key)
		if _, _, ok := PortRange(number); !ok || strings.Contains(number, "-") {
			return wire.BadRequest("invalid port specification: %q", number)
		}
		for _, b := range bindings[key] {
			host, _ := SplitPort(b.HostPort)
			if _, _, ok := PortRange(host); host != "" && !ok {
				return wire.BadRequest("invalid port specification: %q", b.HostPort)
			}
		}
	}
	return nil
}

// PortRange reads one port or FIRST-LAST.
func PortRange(text string) (from, to int, ok bool) {
	a, b, isRange := strings.Cut(text, "-")
	if !isRange {
		b = a
	}
	low, errLow := strconv.ParseUint(a, 10, 16)
	high, errHigh := strconv.ParseUint(b, 10, 16)
	return int(low), int(high), errLow == nil && errHigh == nil && low <= high
}
