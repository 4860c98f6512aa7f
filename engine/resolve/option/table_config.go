// Options, table: the configuration of a container that does not depend on the host.

package option

import (
	"github.com/dmap-dev/dmap/engine/docker"
	api "github.com/dmap-dev/dmap/engine/docker/field"
)

// spec makes the field selectors of the tables shorter.
type spec = docker.ContainerSpec

const (
	flagForms     = "True, False"
	textForms     = "string"
	commandForms  = "string (split like a shell, no shell runs it), list of strings"
	textListForms = "list of strings, string"
	textMapForms  = `dict of texts, list of "name=value"`
)

func configOptions() []Option {
	flag := func(at func(*spec) *bool) rule { return overwrite(readFlag, at) }
	return []Option{
		{Name: "command", Field: "Cmd", Forms: commandForms,
			Doc:  "program and arguments instead of the image's command",
			rule: overwrite(readCommand, func(s *spec) *[]string { return &s.Cmd })},
		{Name: "domainname", Field: "Domainname", Forms: textForms,
			Doc:  "NIS domain name of the container",
			rule: overwrite(textWhere(emptyOr(hostName)), func(s *spec) *string { return &s.Domainname })},
		{Name: "entrypoint", Field: "Entrypoint", Forms: commandForms + `; "" or [] clears the image's`,
			Doc:  "program that gets the command as arguments",
			rule: overwrite(readEntrypoint, func(s *spec) *[]string { return &s.Entrypoint })},
		{Name: "environment", Field: "Env", Forms: `dict of strings, numbers, flags (True is "True", None unsets), list of "NAME=value"`,
			Doc:  "environment variables, merged by name",
			rule: environment},
		{Name: "healthcheck", Field: "Healthcheck", Forms: `dict, (test, interval, timeout, retries, start_period), command, "NONE"`,
			Doc:  `how to probe the container; times as "1m30s" or nanoseconds`,
			rule: healthcheck},
		{Name: "hostname", Field: "Hostname", Forms: textForms,
			Doc:  "host name of the container",
			rule: overwrite(textWhere(emptyOr(hostName)), func(s *spec) *string { return &s.Hostname })},
		{Name: "labels", Field: "Labels", Forms: `dict of texts, list of "name=value" or "name"`,
			Doc:  "labels of the container, merged by name",
			rule: mergeMap("label", textMap(true, labelName), func(s *spec) *map[string]string { return &s.Labels })},
		{Name: "mac_address", Field: "MacAddress", Forms: textForms,
			Doc:  "MAC address; from API " + since(api.EndpointMAC) + " on also in networking_config",
			rule: overwrite(readMAC, func(s *spec) *string { return &s.MacAddress })},
		{Name: "network_disabled", Field: "NetworkDisabled", Forms: flagForms,
			Doc:  "no network at all",
			rule: flag(func(s *spec) *bool { return &s.NetworkDisabled })},
		{Name: "networking_config", Field: "NetworkingConfig", Forms: `dict: network to aliases, links, ipv4_address, ipv6_address, link_local_ips, mac_address, driver_opt; or {"EndpointsConfig": ...} around it`,
			Doc:  "places in networks; more than one needs API " + since("NetworkingConfig.EndpointsConfig"),
			rule: networking},
		{Name: "ports", Field: "ExposedPorts", Forms: `list of 80, "53/udp", (53, "udp"), "8000-8010"; dict with empty values`,
			Doc:  "ports to expose without publishing them",
			rule: exposedPorts},
		{Name: "shell", Field: "Shell", Forms: commandForms,
			Doc:  `shell of health checks given as a string, ["/bin/sh", "-c"] if not set`,
			rule: overwrite(readCommand, func(s *spec) *[]string { return &s.Shell })},
		{Name: "stdin_once", Field: "StdinOnce", Forms: flagForms,
			Doc:  "close standard input when the first attached client leaves",
			rule: flag(func(s *spec) *bool { return &s.StdinOnce })},
		{Name: "stdin_open", Field: "OpenStdin", Forms: flagForms,
			Doc:  "keep standard input open",
			rule: flag(func(s *spec) *bool { return &s.OpenStdin })},
		{Name: "stop_signal", Field: "StopSignal", Forms: `"SIGTERM", "TERM", 15, "RTMIN+3"`,
			Doc:  "signal that stops the container",
			rule: overwrite(readSignal, func(s *spec) *string { return &s.StopSignal })},
		{Name: "stop_timeout", Field: "StopTimeout", Forms: `seconds, "1m30s"; -1 waits without end`,
			Doc:  "time to stop before the container is killed",
			rule: overwritePointer(readSeconds, func(s *spec) **int { return &s.StopTimeout })},
		{Name: "tty", Field: "Tty", Forms: flagForms,
			Doc:  "give the container a terminal",
			rule: flag(func(s *spec) *bool { return &s.Tty })},
		{Name: "user", Field: "User", Forms: `name, id, "user:group", (user, group)`,
			Doc:  "user of the container's process; chown of volumes still uses the container's own user",
			rule: overwrite(readUser, func(s *spec) *string { return &s.User })},
		{Name: "volumes", Field: "Volumes", Forms: "list of container paths, dict with empty values",
			Doc:  "paths that get a volume, added to the shares",
			rule: volumes},
		{Name: "working_dir", Field: "WorkingDir", Forms: "absolute path",
			Doc:  "folder the command starts in",
			rule: overwrite(textWhere(emptyOr(absolutePath)), func(s *spec) *string { return &s.WorkingDir })},
	}
}

// since returns the first API version that has a part of a field.
func since(part string) string {
	f, _ := api.Find(part)
	return f.Since
}
