// Spec: networks, as clients ask for them.

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

// IPAMConfig describes the address pools of a network.
type IPAMConfig struct {
	Driver  string
	Options map[string]string
	Config  []IPAMPool
}

// IPAMPool is one pool of addresses.
type IPAMPool struct {
	Subnet     string            `json:",omitempty"`
	IPRange    string            `json:",omitempty"`
	Gateway    string            `json:",omitempty"`
	Implied    bool              `json:",omitempty"` // nobody asked for the gateway, so it is not shown
	AuxAddress map[string]string `json:"AuxiliaryAddresses,omitempty"`
}

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

// ConfigFrom names the network from which another one takes its configuration.
type ConfigFrom struct{ Network string }

// UserDefined reports whether a network mode names a network that somebody created.
func UserDefined(mode string) bool {
	switch mode {
	case "", "default", "bridge", "host", "none":
		return false
	}
	return !strings.HasPrefix(mode, "container:")
}

// SplitPools returns the pools of IPv4 addresses, then those of IPv6 addresses.
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

// CheckBridge checks the options of the bridge driver, and how many pools it is given.
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
