// Options, conversion: what the processes of a container may do: signals, capabilities,
// security options, groups.

package option

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// readSignal reads a signal: "SIGTERM", "TERM", "RTMIN+3", or a number.
func readSignal(r *reader, it item) string {
	text, ok := it.Value.(string)
	if n, isNumber := it.Value.(int64); isNumber {
		text, ok = strconv.FormatInt(n, 10), true
	}
	if !ok {
		r.want(it, `a signal such as "SIGTERM" or 15`)
		return ""
	}
	if text == "" || docker.Signal(text) != "" {
		return text
	}
	p := r.wrong(it, "no signal %q", text)
	if p.Hint = problem.DidYouMean(text, docker.SignalNames()); p.Hint == "" {
		p.Hint = `a name such as "SIGTERM", or a number from 1 to 64`
	}
	return ""
}

func capabilityNames() []string {
	return []string{"AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN",
		"DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE",
		"MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON",
		"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT", "SYS_MODULE",
		"SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM"}
}

// readCapabilities reads kernel capabilities and returns them in the form in which the
// engine keeps them: "CAP_NET_ADMIN", or "ALL". The prefix is optional, and case is
// ignored.
func readCapabilities(r *reader, it item) []element[string] {
	var out []element[string]
	for _, e := range texts(anyText)(r, it) {
		name := strings.TrimPrefix(strings.ToUpper(e.value), "CAP_")
		switch {
		case name == "ALL":
			out = append(out, element[string]{e.from, name})
		case slices.Contains(capabilityNames(), name):
			out = append(out, element[string]{e.from, "CAP_" + name})
		case e.value != "" || e.from.Value == "":
			p := r.wrong(e.from, "no capability %q", e.value)
			if p.Hint = problem.DidYouMean(name, capabilityNames()); p.Hint == "" {
				p.Hint = `a name such as "NET_ADMIN", or "ALL"`
			}
		}
	}
	return out
}

// securityOption accepts the options that engines know, in the form they accept: a
// seccomp profile must be JSON, because no engine reads files of its clients.
func securityOption(s string) string {
	cut := strings.IndexAny(s, "=:")
	name, value := s, ""
	if cut >= 0 {
		name, value = s[:cut], s[cut+1:]
	}
	switch name {
	case "no-new-privileges":
		if cut < 0 || value == "true" || value == "false" {
			return ""
		}
		return `"no-new-privileges", or it with "=true" or "=false"`
	case "seccomp":
		if value == "unconfined" || value == "builtin" || strings.HasPrefix(strings.TrimSpace(value), "{") {
			return ""
		}
		return `"seccomp=unconfined" or "seccomp=" with the profile itself as JSON (no engine reads a file of yours)`
	case "label", "apparmor", "credentialspec", "writable-cgroups":
		if value != "" {
			return ""
		}
		return `a value after "` + name + `="`
	case "systempaths":
		return "an option of the engine; systempaths is one of the docker command line"
	}
	return `"no-new-privileges", "label=...", "apparmor=...", "seccomp=..." or "credentialspec=..."`
}

// readGroups reads names and ids of groups.
func readGroups(r *reader, it item) []element[string] {
	var out []element[string]
	for _, e := range r.elements(it) {
		text, ok := e.Value.(string)
		if n, isNumber := e.Value.(int64); isNumber {
			text, ok = strconv.FormatInt(n, 10), n >= 0
		}
		if !ok || word(text) != "" || strings.Contains(text, ":") {
			r.want(e, "the name or id of a group")
			continue
		}
		out = append(out, element[string]{e, text})
	}
	return out
}

// readConsole reads the size of a terminal: (height, width).
func readConsole(r *reader, it item) []int {
	const most = 1<<16 - 1
	list, ok := it.Value.(model.List)
	if !ok || len(list) != 2 {
		r.want(it, "(height, width)")
		return nil
	}
	var out []int
	for i, e := range list {
		out = append(out, integer[int](1, most)(r, it.index(i, e)))
	}
	return out
}

// readPaths reads paths to hide or protect. An empty list is refused: the engine cannot
// distinguish it from none, so it would have no effect.
func readPaths(r *reader, it item) []element[string] {
	out := texts(absolutePath)(r, it)
	if list, isList := it.Value.(model.List); isList && len(list) == 0 {
		r.wrong(it, "an empty list would leave the engine's defaults in force").Hint = "privileged = True protects no paths at all"
	}
	return out
}

// readMAC reads a MAC address and returns it in the form in which the engine keeps it.
func readMAC(r *reader, it item) string {
	return normalMAC(textWhere(emptyOr(macAddress))(r, it))
}

func normalMAC(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", ":")) }

// devicePath is the key of devices: two cannot have the same path.
func devicePath(d docker.DeviceMapping) string { return d.PathInContainer }
