// Spec: networks and endpoints, as clients ask for them.

package spec

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// checkNetworking refuses endpoints that cannot be.
func checkNetworking(q *wire.Request, endpoints map[string]*EndpointConfig) error {
	if len(endpoints) > 1 && !q.At(44) {
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

// UserDefined tells whether a network mode names a network that somebody made.
func UserDefined(mode string) bool {
	switch mode {
	case "", "default", "bridge", "host", "none":
		return false
	}
	return !strings.HasPrefix(mode, "container:")
}

// ConfigFrom names the network that another takes its configuration from.
type ConfigFrom struct{ Network string }

// NetworkBody is the request body of network create.
type NetworkBody struct {
	Name, Driver, Scope                       string
	CheckDuplicate                            bool
	Internal, Attachable, Ingress, ConfigOnly bool
	ConfigFrom                                *ConfigFrom
	EnableIPv6                                *bool
	IPAM                                      *IPAMConfig
	Options, Labels                           map[string]string
}

// CheckBridge checks the options of the driver bridge, and how many pools it has.
func CheckBridge(options map[string]string, pools []IPAMPool) error {
	const bridge, common = "com.docker.network.bridge.", "com.docker.network."
	for _, key := range slices.Sorted(maps.Keys(options)) {
		var err error
		value := options[key]
		switch key {
		case bridge + "default_bridge", bridge + "enable_icc", bridge + "enable_ip_masquerade", bridge + "inhibit_ipv4", common + "enable_ipv6":
			_, err = strconv.ParseBool(value)
		case common + "driver.mtu":
			var mtu int
			if mtu, err = strconv.Atoi(value); err == nil && mtu < 0 {
				return wire.Failure("invalid MTU number: %d", mtu)
			}
		case bridge + "host_binding_ipv4", common + "host_ipv4":
			if net.ParseIP(value) == nil {
				err = errors.New("nil ip")
			}
		}
		if err != nil {
			return wire.Failure("failed to parse %s value: %s (%v)", key, value, err)
		}
	}
	v4, v6 := SplitPools(pools)
	if len(v4) > 1 || len(v6) > 1 {
		return wire.Forbidden("bridge driver doesn't support multiple subnets")
	}
	return nil
}

// SplitPools gives the pools of IPv4 addresses, and those of IPv6 addresses.
func SplitPools(pools []IPAMPool) (v4, v6 []IPAMPool) {
	for _, pool := range pools {
		if subnet, err := netip.ParsePrefix(pool.Subnet); err == nil && subnet.Addr().Is4() {
			v4 = append(v4, pool)
		} else {
			v6 = append(v6, pool)
		}
	}
	return v4, v6
}
