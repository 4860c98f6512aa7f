// Part of the tests of the simulated engine: what network create accepts and refuses,
// and how networks are shown.

package sim_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// network makes a network, or gives the answer if that is an error. It is removed after
// the test.
func (l *lab) network(name string, more map[string]any) string {
	l.t.Helper()
	body := map[string]any{"Name": l.prefix + name}
	for k, v := range more {
		body[k] = v
	}
	a := l.call(l.t, "POST", "/networks/create", body)
	var doc struct{ ID string }
	if a.code != 201 {
		return l.plain(a)
	}
	if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
		l.t.Fatal(err)
	}
	l.made = append(l.made, "/networks/"+doc.ID)
	return "201"
}

// pools returns the IPAM field of a network with pools of its own: the text holds
// subnets, each perhaps with ",gateway".
func pools(subnets ...string) map[string]any {
	config := []any{}
	for _, subnet := range subnets {
		subnet, gateway, _ := strings.Cut(subnet, ",")
		pool := map[string]string{"Subnet": subnet}
		if gateway != "" {
			pool["Gateway"] = gateway
		}
		config = append(config, pool)
	}
	return map[string]any{"Config": config}
}

func TestNetworkNamesThatAreTaken(t *testing.T) {
	both(t, func(l *lab) {
		for _, name := range []string{"default", "bridge", "host", "none"} {
			for _, check := range []bool{false, true} {
				got := l.post("/networks/create", map[string]any{"Name": name, "CheckDuplicate": check, "Scope": "swarm"})
				l.equal(name, got, "403 operation is not permitted on predefined "+name+" network")
			}
		}
	})
}

// TestNetworkCreateRefuses must never name docker0 or set default_bridge: the real
// engine then drops its own default network as stale, and starts nothing on it until it
// is restarted.
func TestNetworkCreateRefuses(t *testing.T) {
	const (
		bridge, common = "com.docker.network.bridge.", "com.docker.network."
		manager        = `500 This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`
		inactive       = "403 cannot create a swarm scoped network when swarm is not active"
		operator       = "403 configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported."
		noPool         = "404 could not find an available, non-overlapping IPv6 address pool among the defaults to assign to the network"
	)
	boolError := func(name, value string) string {
		return fmt.Sprintf("500 failed to parse %s value: %s (strconv.ParseBool: parsing %q: invalid syntax)", name, value, value)
	}
	both(t, func(l *lab) {
		for _, row := range []struct {
			name string
			body map[string]any
			want string
		}{
			{"swarm scope", map[string]any{"Scope": "swarm"}, inactive},
			{"swarm scope of host", map[string]any{"Scope": "swarm", "Driver": "host"}, inactive},
			{"swarm scope of nothing", map[string]any{"Scope": "swarm", "Driver": "zz"}, `404 plugin "zz" not found`},
			{"unknown scope", map[string]any{"Scope": "zz"}, manager},
			{"overlay", map[string]any{"Driver": "overlay"}, manager},
			{"local overlay", map[string]any{"Driver": "overlay", "Scope": "local"}, "403 cannot downgrade network scope for overlay networks"},
			{"swarm overlay", map[string]any{"Driver": "overlay", "Scope": "swarm"}, inactive},
			{"ingress", map[string]any{"Ingress": true}, "403 Ingress network can only be global scope network"},
			{"ingress overlay", map[string]any{"Ingress": true, "Driver": "overlay"}, manager},
			{"second null", map[string]any{"Driver": "null"}, `403 only one instance of "null" network is allowed`},
			{"no configuration", map[string]any{"ConfigFrom": map[string]string{"Network": "no-such"}}, `404 configuration network "no-such" does not exist`},
			{"not a configuration", map[string]any{"ConfigFrom": map[string]string{"Network": "bridge"}}, `404 configuration network "bridge" does not exist`},
			{"configuration twice", map[string]any{"ConfigOnly": true, "ConfigFrom": map[string]string{"Network": "x"}}, "403 a configuration network cannot depend on another configuration network"},
			{"ingress configuration", map[string]any{"ConfigOnly": true, "Ingress": true}, operator},
			{"internal configuration", map[string]any{"ConfigOnly": true, "Internal": true}, operator},
			{"attachable configuration", map[string]any{"ConfigOnly": true, "Attachable": true}, operator},
			{"scope of configuration", map[string]any{"ConfigOnly": true, "Scope": "local"}, operator},
			{"labels over a configuration", map[string]any{"Labels": map[string]string{"a": "1"}, "ConfigFrom": map[string]string{"Network": "x"}}, "403 user specified configurations are not supported if the network depends on a configuration network"},
			{"options over a configuration", map[string]any{"Options": map[string]string{"a": "1"}, "ConfigFrom": map[string]string{"Network": "x"}}, "403 network driver options are not supported if the network depends on a configuration network"},
			{"mtu", map[string]any{"Options": map[string]string{common + "driver.mtu": "abc"}}, `500 failed to parse com.docker.network.driver.mtu value: abc (strconv.Atoi: parsing "abc": invalid syntax)`},
			{"little mtu", map[string]any{"Options": map[string]string{common + "driver.mtu": "-1"}}, "500 invalid MTU number: -1"},
			{"icc", map[string]any{"Options": map[string]string{bridge + "enable_icc": "abc"}}, boolError(bridge+"enable_icc", "abc")},
			{"masquerade", map[string]any{"Options": map[string]string{bridge + "enable_ip_masquerade": ""}}, boolError(bridge+"enable_ip_masquerade", "")},
			{"inhibit", map[string]any{"Options": map[string]string{bridge + "inhibit_ipv4": "x"}}, boolError(bridge+"inhibit_ipv4", "x")},
			{"ipv6 option", map[string]any{"Options": map[string]string{common + "enable_ipv6": "x"}}, boolError(common+"enable_ipv6", "x")},
			{"host address", map[string]any{"Options": map[string]string{bridge + "host_binding_ipv4": "x"}}, "500 failed to parse com.docker.network.bridge.host_binding_ipv4 value: x (nil ip)"},
			{"ipv6", map[string]any{"EnableIPv6": true}, noPool},
			{"ipv6 beside ipv4", map[string]any{"EnableIPv6": true, "IPAM": pools("10.199.87.0/24")}, noPool},
			{"address driver", map[string]any{"IPAM": map[string]any{"Driver": "zz"}}, `404 plugin "zz" not found`},
			{"no subnet", map[string]any{"Scope": "swarm", "IPAM": pools("")}, "500 Invalid subnet  : invalid CIDR address:"},
			{"two subnets", map[string]any{"IPAM": pools("10.199.87.0/24", "10.199.78.0/24")}, "403 bridge driver doesn't support multiple subnets"},
			{"gateway outside", map[string]any{"IPAM": pools("10.199.87.0/24,10.199.78.1")}, "500 failed to allocate gateway (10.199.78.1): Requested address is out of range"},
			{"bad gateway", map[string]any{"IPAM": pools("10.199.87.0/24,x")}, "500 invalid gateway address x in Ipam configuration"},
			{"overlap", map[string]any{"IPAM": pools("172.17.0.0/24"), "Options": map[string]string{common + "driver.mtu": "abc"}}, "403 Pool overlaps with other one on this address space"},
			{"options that are not known", map[string]any{"Options": map[string]string{"foo": "bar"}}, "201"},
			{"odd options", map[string]any{"Options": map[string]string{bridge + "enable_icc": "T", common + "driver.mtu": "99999999"}}, "201"},
		} {
			l.equal(row.name, l.network("n", row.body), row.want)
		}
	})
}

func TestNetworkCreateReadsOneValue(t *testing.T) {
	both(t, func(l *lab) {
		for _, row := range []struct{ body, want string }{
			{"", "400 got EOF while reading request body"},
			{" ", "400 got EOF while reading request body"},
			{`{"Name`, "400 unexpected EOF"},
			{`{"Name":"bridge"} x`, "403 operation is not permitted on predefined bridge network"},
			{"x", "400 invalid character 'x' looking for beginning of value"},
		} {
			l.equal(row.body, l.plain(l.json("POST", "/networks/create", row.body)), row.want)
		}
		l.equal("type", strings.HasPrefix(l.plain(l.json("POST", "/networks/create", `{"Name":3}`)), "400 json: cannot unmarshal number"), true)
	})
}

// shown returns the keys of a network in order, with the values that do not depend on
// the run.
func (l *lab) shown(name string) string {
	l.t.Helper()
	text := l.want(l.t, 200, "GET", "/networks/"+l.prefix+name, nil).text
	for _, varies := range []string{`"Created":"[^"]*"`, `"Id":"[^"]*"`} {
		text = regexp.MustCompile(varies).ReplaceAllStringFunc(text, func(found string) string { return found[:strings.Index(found, ":")] })
	}
	return strings.TrimSpace(strings.ReplaceAll(text, l.prefix, ""))
}

func TestNetworksThatHoldAConfiguration(t *testing.T) {
	both(t, func(l *lab) {
		l.equal("make", l.network("cfg", map[string]any{
			"ConfigOnly": true, "Driver": "macvlan", "IPAM": pools("10.199.71.0/24"), "Labels": map[string]string{"a": "1"},
			"Options": map[string]string{"com.docker.network.driver.mtu": "1400"},
		}), "201")
		l.equal("shown", l.shown("cfg"), `{"Name":"cfg","Id","Created","Scope":"local","Driver":"null","EnableIPv6":false,`+
			`"IPAM":{"Driver":"default","Options":null,"Config":[{"Subnet":"10.199.71.0/24"}]},"Internal":false,"Attachable":false,"Ingress":false,`+
			`"ConfigFrom":{"Network":""},"ConfigOnly":true,"Containers":{},"Options":{"com.docker.network.driver.mtu":"1400"},"Labels":{"a":"1"}}`)
		from := map[string]any{"Internal": true, "ConfigFrom": map[string]string{"Network": l.prefix + "cfg"}}
		l.equal("use", l.network("use", from), "201")
		l.equal("use shown", l.shown("use"), `{"Name":"use","Id","Created","Scope":"local","Driver":"bridge","EnableIPv6":false,`+
			`"IPAM":{"Driver":"default","Options":null,"Config":[{"Subnet":"10.199.71.0/24"}]},"Internal":true,"Attachable":false,"Ingress":false,`+
			`"ConfigFrom":{"Network":"cfg"},"ConfigOnly":false,"Containers":{},"Options":{"com.docker.network.driver.mtu":"1400"},"Labels":{"a":"1"}}`)
		l.equal("use again", l.network("more", from), "403 Pool overlaps with other one on this address space")
		l.equal("in use", l.delete("/networks/"+l.prefix+"cfg"), `403 error while removing network: configuration network "cfg" is in use`)
		l.equal("remove user", l.delete("/networks/"+l.prefix+"use"), "204")
		l.equal("remove", l.delete("/networks/"+l.prefix+"cfg"), "204")
		l.equal("bare", l.network("bare", map[string]any{"ConfigOnly": true}), "201")
		l.equal("bare shown", strings.Contains(l.shown("bare"), `"Config":[]`), true)
		const refused = "cannot create endpoint on configuration-only network"
		id := l.create("c", container("run print=ready", map[string]any{"NetworkMode": "bridge"}))
		l.start("c")
		connect := map[string]string{"Container": id}
		l.equal("connect", l.post("/networks/"+l.prefix+"bare/connect", connect), "403 "+refused)
		l.create("d", container("run print=ready", map[string]any{"NetworkMode": l.prefix + "bare"}))
		l.equal("start on it", strings.HasSuffix(l.post(l.at("d")+"/start", nil), refused), true)
	})
}

func TestPoolsOfBothFamilies(t *testing.T) {
	both(t, func(l *lab) {
		l.equal("make", l.network("n", map[string]any{"EnableIPv6": true, "IPAM": pools("fd00:77::/64", "10.199.72.0/24")}), "201")
		l.equal("shown", strings.Contains(l.shown("n"), `"Config":[{"Subnet":"10.199.72.0/24"},{"Subnet":"fd00:77::/64"}]`), true)
		l.equal("make", l.network("m", map[string]any{"IPAM": pools("fd00:78::/64,fd00:79::1")}), "201")
		l.equal("shown", strings.Contains(l.shown("m"), `"},{"Subnet":"fd00:78::/64","Gateway":"fd00:79::1"}]`), true)
	})
}

func TestMembersOfANetworkAreShown(t *testing.T) {
	both(t, func(l *lab) {
		l.network("n", map[string]any{"IPAM": pools("10.199.73.0/24")})
		l.create("a", container("run", map[string]any{"NetworkMode": l.prefix + "n"}))
		l.start("a")
		got := regexp.MustCompile(`[0-9a-f]{64}`).ReplaceAllString(l.shown("n"), "ID")
		l.equal("member", strings.Contains(got, `"Containers":{"ID":{"Name":"a","EndpointID":"ID","MacAddress":"02:42:0a:c7:49:02","IPv4Address":"10.199.73.2/24","IPv6Address":""}}`), true)
	})
}
