// Spec: the endpoints of containers on networks.

package spec

import (
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// EndpointConfig is how a container is to be placed on one network, and where it is
// placed once it has started.
type EndpointConfig struct {
	IPAMConfig          *EndpointIPAM
	Links               []string
	Aliases             []string
	NetworkID           string
	EndpointID          string
	Gateway             string
	IPAddress           string
	IPPrefixLen         int
	IPv6Gateway         string
	GlobalIPv6Address   string
	GlobalIPv6PrefixLen int
	MacAddress          string
	DriverOpts          map[string]string
	DNSNames            []string `json:",omitempty"`
}

// EndpointIPAM holds the addresses that an endpoint asks for.
type EndpointIPAM struct {
	IPv4Address  string   `json:",omitempty"`
	IPv6Address  string   `json:",omitempty"`
	LinkLocalIPs []string `json:",omitempty"`
}

// NetworkingConfig says which networks a new container joins.
type NetworkingConfig struct {
	EndpointsConfig map[string]*EndpointConfig
}

// checkNetworking refuses endpoints that no network can have.
func checkNetworking(asked wire.Version, endpoints map[string]*EndpointConfig) error {
	if len(endpoints) > 1 && !has(asked, "NetworkingConfig.EndpointsConfig") {
		return wire.BadRequest("Container cannot be connected to network endpoints: %s", strings.Join(slices.Sorted(maps.Keys(endpoints)), ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(endpoints)) {
		ep := endpoints[name]
		if ep == nil {
			return wire.BadRequest("no EndpointSettings for %s", name)
		}
		if ep.IPAMConfig == nil {
			continue
		}
		if text := ep.IPAMConfig.IPv4Address; text != "" && !isIP(text, netip.Addr.Is4) {
			return wire.BadRequest("invalid IPv4 address: %s", text)
		}
		if text := ep.IPAMConfig.IPv6Address; text != "" && !isIP(text, netip.Addr.Is6) {
			return wire.BadRequest("invalid IPv6 address: %s", text)
		}
	}
	return nil
}

func isIP(text string, kind func(netip.Addr) bool) bool {
	a, err := netip.ParseAddr(text)
	return err == nil && kind(a.Unmap())
}
