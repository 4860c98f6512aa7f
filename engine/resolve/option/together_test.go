// Options, tests: options that exclude each other, and what a real engine says.

package option_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// together is a pair of options that cannot be.
type together struct {
	options dict
	want    []string
	engine  string // part of the answer of an engine; "" where it drops an option without a word
}

func pairs() []together {
	const other = "container:dmap-opttest-one"
	return []together{
		{dict{"network_mode": "host", "port_bindings": dict{"80": 80}},
			[]string{`port_bindings: no port is published with network_mode "host": the container has those of the host`}, "Published ports are discarded"},
		{dict{"network_mode": other, "port_bindings": dict{"80": 80}},
			[]string{`port_bindings: no port is published in the network of another container: publish it there`}, "port publishing and the container type network mode"},
		{dict{"network_mode": "none", "port_bindings": dict{"80": 80}},
			[]string{`port_bindings: no port is published without a network`}, ""},
		{dict{"network_disabled": true, "port_bindings": dict{"80": 80}},
			[]string{`port_bindings: no port is published without a network`}, ""},
		{dict{"network_mode": other, "publish_all_ports": true},
			[]string{`publish_all_ports: no port is published without a network of the container's own`}, "port publishing and the container type network mode"},
		{dict{"network_mode": "host", "publish_all_ports": true},
			[]string{`publish_all_ports: no port is published without a network of the container's own`}, ""},
		{dict{"network_mode": "host", "links": dict{"dmap-opttest-one": "x"}},
			[]string{`links: links do not go with network_mode "host"`}, "host type networking can't be used with links"},
		{dict{"network_mode": other, "links": dict{"dmap-opttest-one": "x"}},
			[]string{`links: links do not go with the network of another container`}, "container type network can't be used with links"},
		{dict{"network_mode": other, "hostname": "x"},
			[]string{`hostname: a container in the network of another has its host name`}, "hostname and the network mode"},
		{dict{"network_mode": "host", "mac_address": "02:42:ac:11:00:07"},
			[]string{`mac_address: a container in the network of another, or of the host, has no MAC address of its own`}, "mac-address and the network mode|MacAddress field is now deprecated"},
		{dict{"network_mode": other, "dns": list{"9.9.9.9"}},
			[]string{`dns: a container in the network of another has its DNS servers`}, "dns and the network mode"},
		{dict{"network_mode": other, "extra_hosts": dict{"a": "9.9.9.9"}},
			[]string{`extra_hosts: a container in the network of another has its hosts`}, "custom host-to-IP mapping and the network mode"},
		{dict{"network_mode": other, "ports": list{80}},
			[]string{`ports: a container in the network of another exposes no ports of its own`}, "port exposing and the container type network mode"},
		{dict{"uts_mode": "host", "hostname": "x"},
			[]string{`hostname: the host name cannot be set with uts_mode "host"`}, "hostname and the UTS mode"},
		{dict{"memswap_limit": "1g"}, []string{"memswap_limit: memswap_limit needs mem_limit"}, "always set the Memory limit"},
		{dict{"memswap_limit": "1g", "mem_limit": "2g"},
			[]string{"memswap_limit: memswap_limit is below mem_limit; it counts memory and swap together"}, "memoryswap limit should be larger than memory limit"},
		{dict{"mem_reservation": "2g", "mem_limit": "1g"}, []string{"mem_reservation: mem_reservation is above mem_limit"}, "less than memory reservation limit"},
		{dict{"cpus": 1, "cpu_period": 100000}, []string{"cpu_period: a CPU limit (cpus, nano_cpus) does not go with cpu_period"}, "Nano CPUs and CPU Period"},
		{dict{"cpus": 1, "cpu_quota": 100000}, []string{"cpu_quota: a CPU limit (cpus, nano_cpus) does not go with cpu_quota"}, "Nano CPUs and CPU Quota"},
		{dict{"memswap_limit": -1, "mem_limit": "1g", "mem_reservation": "512m", "hostname": "x", "network_mode": "host"}, nil, ""},
	}
}

func TestCheckTogetherFindsWhatExcludesEachOther(t *testing.T) {
	for _, p := range pairs() {
		var got []string
		for _, problem := range option.CheckTogether(apply(t, p.options)) {
			got = append(got, problem.Error())
		}
		if diff := cmp.Diff(p.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", p.options, diff)
		}
	}
}

// TestDockerAgreesOnWhatExcludesEachOther asks a real engine: it refuses the pair, or
// warns that it drops one of them, or says nothing where we say more.
func TestDockerAgreesOnWhatExcludesEachOther(t *testing.T) {
	e := newEngine(t)
	e.createOther()
	for i, p := range pairs() {
		status, body := e.create("pair-"+string(rune('a'+i)), apply(t, p.options))
		if p.engine == "" && status == http.StatusCreated {
			continue
		}
		if p.engine == "" || !slices.ContainsFunc(strings.Split(p.engine, "|"), func(says string) bool { return strings.Contains(body, says) }) {
			t.Errorf("%v: status %d %s, want an answer with %q", p.options, status, body, p.engine)
		}
	}
}
