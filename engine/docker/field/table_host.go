// API fields, table: the configuration of a container on its host.

package field

import (
	"encoding/json"
	"strings"
)

func hostFields() []Field {
	return []Field{
		{Name: "HostConfig.Binds", Record: Digest, Meaning: setOf("binds", bind).and(sameBinds), refs: source},
		{Name: "HostConfig.ContainerIDFile", Meaning: plain("text")},
		{Name: "HostConfig.LogConfig", Record: Names, Meaning: plain("record").and(withMore)},
		{Name: "HostConfig.NetworkMode", Record: Digest, Meaning: textOf("network or namespace", networkMode).and(joins), refs: network},
		{Name: "HostConfig.PortBindings", Record: Digest, Meaning: mapOf("addresses of ports", sameText, bindings).and(samePorts)},
		{Name: "HostConfig.RestartPolicy", Record: Digest, Change: Update, Lift: `{"Name":"no"}`, Meaning: Meaning{Kind: "restart policy", form: policy}},
		{Name: "HostConfig.AutoRemove", Meaning: plain("flag")},
		{Name: "HostConfig.VolumeDriver", Meaning: plain("text")},
		{Name: "HostConfig.VolumesFrom", Record: Digest, Meaning: setOf("containers and modes", from).and(sameSources), refs: first(ContainerRef)},
		{Name: "HostConfig.Mounts", Meaning: keyed("mounts by target", at("Target"), mount), refs: source},
		{Name: "HostConfig.ConsoleSize", Since: "1.42", Meaning: plain("height and width")},
		{Name: "HostConfig.Annotations", Since: "1.43", Meaning: plain("map of texts")},
		{Name: "HostConfig.CapAdd", Meaning: setOf("capabilities", capability)},
		{Name: "HostConfig.CapDrop", Meaning: setOf("capabilities", capability)},
		{Name: "HostConfig.CgroupnsMode", Since: "1.41", Meaning: plain("text")},
		{Name: "HostConfig.Dns", Meaning: listOf("addresses", address)},
		{Name: "HostConfig.DnsOptions", Meaning: keyed("options by name", func(v any) string { return before(text(v), ":") }, same)},
		{Name: "HostConfig.DnsSearch", Meaning: plain("list of domains in their order")},
		{Name: "HostConfig.ExtraHosts", Meaning: keyed("addresses by name", func(v any) string { return before(text(v), ":") }, ofText(host))},
		{Name: "HostConfig.GroupAdd", Meaning: setOf("groups", sameText)},
		{Name: "HostConfig.IpcMode", Record: Digest, Meaning: plain("namespace").and(joins), refs: joined},
		{Name: "HostConfig.Cgroup", Meaning: plain("text")},
		{Name: "HostConfig.Links", Record: Digest, Meaning: setOf("links", link), refs: first(ContainerRef)},
		{Name: "HostConfig.OomScoreAdj", Meaning: number("0")},
		{Name: "HostConfig.PidMode", Record: Digest, Meaning: plain("namespace").and(joins), refs: joined},
		{Name: "HostConfig.Privileged", Meaning: plain("flag")},
		{Name: "HostConfig.PublishAllPorts", Meaning: plain("flag")},
		{Name: "HostConfig.ReadonlyRootfs", Meaning: plain("flag")},
		{Name: "HostConfig.SecurityOpt", Record: Names, Meaning: keyed("options by what they are for", func(v any) string { return securityKey(text(v)) }, ofText(securityOption)).withOthers()},
		{Name: "HostConfig.StorageOpt", Meaning: plain("map of texts")},
		{Name: "HostConfig.Tmpfs", Meaning: mapOf("options by path", clean, ofText(tmpfsOptions))},
		{Name: "HostConfig.UTSMode", Meaning: plain("text")},
		{Name: "HostConfig.UsernsMode", Meaning: plain("text")},
		{Name: "HostConfig.ShmSize", Meaning: plain("size")},
		{Name: "HostConfig.Sysctls", Meaning: plain("map of texts")},
		{Name: "HostConfig.Runtime", Meaning: plain("text")},
		{Name: "HostConfig.Isolation", Meaning: textOf("text", isolation)},
		{Name: "HostConfig.MaskedPaths", Meaning: setOf("paths", clean)},
		{Name: "HostConfig.ReadonlyPaths", Meaning: setOf("paths", clean)},
		{Name: "HostConfig.Init", Meaning: plain("flag, or what the engine does")},
	}
}

// number is the meaning of a number of which some values are the same as none.
func number(none ...json.Number) Meaning {
	return Meaning{Kind: "number", form: func(v any) any {
		for _, n := range none {
			if v == n {
				return nil
			}
		}
		return v
	}}
}

func networkMode(mode string) string {
	if Network(mode) == DefaultNetwork {
		return ""
	}
	return mode
}

func isolation(text string) string {
	if text == "default" {
		return ""
	}
	return text
}

// sameBinds compares without "nocopy", which says nothing of what is mounted.
func sameBinds(asked, has any, _ ID) bool {
	source := func(text string) string {
		parts := strings.SplitN(text, ":", 3)
		if len(parts) < 3 {
			return text
		}
		return parts[0] + ":" + parts[1] + suffix(modes(parts[2], "nocopy"))
	}
	return equal(set(asked, source), set(has, source))
}

// sameSources compares containers by their ids.
func sameSources(asked, has any, id ID) bool {
	known := func(text string) string {
		name := before(text, ":")
		return idOr(name, id) + text[len(name):]
	}
	return equal(set(asked, known), set(has, known))
}

// bindings are the addresses of one port. Each is published, in no order; two that are the same are two ports of the
// host's choice.
func bindings(v any) any {
	out := each(v, func(one any) any {
		return with(one, forms{"HostIp": ofText(address), "HostPort": ofText(hostPort)})
	})
	return sortedBy(out, func(v any) string { return text(object(v)["HostIp"]) + " " + text(object(v)["HostPort"]) })
}

// hostPort is a port or a range; none is chosen by the host.
func hostPort(text string) string {
	if text == "0" {
		return ""
	}
	return text
}

// samePorts knows that an engine may show the address of all interfaces where none was asked for.
func samePorts(asked, has any, _ ID) bool {
	anywhere := func(v any) any {
		return bindings(each(v, func(one any) any {
			return with(one, forms{"HostIp": func(ip any) any {
				if ip == "0.0.0.0" {
					return ""
				}
				return ip
			}})
		}))
	}
	return covers(entries(asked, sameText, anywhere), entries(has, sameText, anywhere))
}

// policy is a restart policy; "no" is none.
func policy(v any) any {
	out := with(v, nil)
	if name := object(out)["Name"]; name == "no" {
		delete(object(out), "Name")
	}
	if zero(out) {
		return nil
	}
	return out
}

// mount is one in the long form. Its options are as good as absent without a value.
func mount(v any) any {
	own := func(v any) any { return with(v, nil) }
	of := forms{
		"Target":        ofText(clean),
		"BindOptions":   own,
		"TmpfsOptions":  own,
		"VolumeOptions": func(v any) any { return with(v, forms{"DriverConfig": own}) },
	}
	if object(v)["Type"] == "bind" {
		of["Source"] = ofText(clean)
	}
	return with(v, of)
}
