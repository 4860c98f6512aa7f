// Options, conversion: what an unknown key was probably meant to be.

package option

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// ownProperty reports whether name is a property of a container in a map.
func ownProperty(name string) bool {
	return slices.Contains([]string{"instances", "shares", "uses", "attaches", "permissions", "persistent",
		"create_options", "start_options"}, name)
}

// otherName returns the option that the docker command line or Compose calls name, or
// "".
func otherName(name string) string {
	return map[string]string{
		"add_host":             "extra_hosts",
		"blkio_config":         "blkio_weight",
		"cap":                  "cap_add",
		"cgroup_ns":            "cgroupns",
		"cgroupns_mode":        "cgroupns",
		"cmd":                  "command",
		"deploy":               "mem_limit",
		"device":               "devices",
		"device_cgroup_rule":   "device_cgroup_rules",
		"dns_option":           "dns_opt",
		"dns_options":          "dns_opt",
		"env":                  "environment",
		"env_file":             "environment",
		"expose":               "ports",
		"exposes":              "ports",
		"gpus":                 "device_requests",
		"health_cmd":           "healthcheck",
		"health_interval":      "healthcheck",
		"interactive":          "stdin_open",
		"ip":                   "networking_config",
		"ipc":                  "ipc_mode",
		"label":                "labels",
		"link":                 "links",
		"log_driver":           "log_config",
		"log_opt":              "log_config",
		"logging":              "log_config",
		"memory":               "mem_limit",
		"memory_limit":         "mem_limit",
		"memory_reservation":   "mem_reservation",
		"memory_swap":          "memswap_limit",
		"memory_swappiness":    "mem_swappiness",
		"mem_swap":             "memswap_limit",
		"mount":                "mounts",
		"net":                  "network_mode",
		"networks":             "networking_config",
		"pid":                  "pid_mode",
		"port":                 "port_bindings",
		"publish":              "port_bindings",
		"publish_all":          "publish_all_ports",
		"restart":              "restart_policy",
		"rm":                   "auto_remove",
		"security_options":     "security_opt",
		"stop_grace_period":    "stop_timeout",
		"sysctl":               "sysctls",
		"ulimit":               "ulimits",
		"userns":               "userns_mode",
		"uts":                  "uts_mode",
		"volume":               "binds",
		"workdir":              "working_dir",
		"working_directory":    "working_dir",
		"read_only_rootfs":     "read_only",
		"cpu_limit":            "cpus",
		"cpu_realtime_period":  "cpu_rt_period",
		"cpu_realtime_runtime": "cpu_rt_runtime",
	}[strings.ReplaceAll(strings.ToLower(strings.TrimLeft(name, "-")), "-", "_")]
}

// didYouMean suggests the nearest name. A lower-case name is first compared with those
// of docker-py, because maps are written with these.
func didYouMean(name string, ours, api []string) string {
	if name == strings.ToLower(name) {
		if hint := problem.DidYouMean(name, ours); hint != "" {
			return hint
		}
	}
	return problem.DidYouMean(name, slices.Concat(ours, api))
}
