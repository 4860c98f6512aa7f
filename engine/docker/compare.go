// Docker vocabulary: where a container is not as it was asked for.

package docker

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Unlike names the fields of s that the container does not have as s asks for them,
// sorted, as [ContainerSpec.Fields] names them. Only what s sets is compared, and what
// an engine writes in another form is the same: the image's own variables, labels,
// ports and volumes, "rw", a link's full name, the id of a container for its name (id
// tells it; "" for one that it does not know, of which nothing can be told). The image is
// left out: its name says nothing, compare its id. What a container can lose later is not
// looked for: see [ContainerInfo.Connected] and [ContainerInfo.LostLinks].
func (s ContainerSpec) Unlike(c ContainerInfo, id func(name string) string) ([]string, error) {
	asked, err := values(s)
	if err != nil {
		return nil, err
	}
	has, err := values(c.spec())
	if err != nil {
		return nil, err
	}
	var out []string
	for _, field := range slices.Sorted(maps.Keys(asked)) {
		if field == "NetworkingConfig" && c.Config.NetworkDisabled { // then it has no effect
			continue
		}
		if !same(field, asked[field], has[field], id) {
			out = append(out, field)
		}
	}
	return out, nil
}

// spec is what one would ask for to get the container.
func (c ContainerInfo) spec() ContainerSpec {
	s := ContainerSpec{ContainerConfig: c.Config, HostConfig: c.HostConfig, NetworkingConfig: &NetworkingConfig{EndpointsConfig: map[string]EndpointSpec{}}}
	for name, e := range c.Networks {
		s.NetworkingConfig.EndpointsConfig[name] = e.EndpointSpec
	}
	return s
}

// Connected tells whether the container is on the network that it was made for, where
// that is one that can be left.
func (c ContainerInfo) Connected() bool {
	mode := network(c.HostConfig.NetworkMode)
	if mode == "host" || mode == "none" || strings.HasPrefix(mode, "container:") || c.Config.NetworkDisabled {
		return true
	}
	for name, e := range c.Networks {
		if name == mode || isID(mode) && (e.NetworkID == "" || strings.HasPrefix(e.NetworkID, mode)) { // "" until it is started
			return true
		}
	}
	return false
}

// LostLinks are the aliases of links that the container was made with, links as in
// HostConfig.Links, and does not have any more: somebody took them away. To which
// container a link leads is not told, an engine may show another one.
func (c ContainerInfo) LostLinks(links []string) []string {
	alias := func(link string) string { return link[strings.LastIndexAny(link, ":/")+1:] }
	has := map[string]bool{}
	for _, l := range c.HostConfig.Links {
		has[alias(l)] = true
	}
	var lost []string
	for _, l := range links {
		if !has[alias(l)] {
			lost = append(lost, alias(l))
		}
	}
	return lost
}

// network is the name of the network that a mode means.
func network(mode string) string {
	if mode == "" || mode == "default" {
		return "bridge"
	}
	return mode
}

// values are the fields of a spec as decoded JSON.
func values(s ContainerSpec) (map[string]any, error) {
	fields, err := s.Fields()
	if err != nil {
		return nil, err
	}
	out := make(map[string]any, len(fields))
	for name, text := range fields {
		var v any
		in := json.NewDecoder(bytes.NewReader(text))
		in.UseNumber()
		if err := in.Decode(&v); err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

// same tells whether an engine that shows has was asked for asked.
func same(field string, asked, has any, id func(string) string) bool {
	switch field {
	case "Image":
		return true
	case "Env":
		return within(texts(asked, plain), texts(has, plain))
	case "HostConfig.CapAdd", "HostConfig.CapDrop":
		return alike(texts(asked, capability), texts(has, capability))
	case "Entrypoint":
		return covers(asked, has) || has == nil && covers(asked, []any{""})
	case "MacAddress":
		return has == nil || strings.EqualFold(text(asked), text(has)) // newer engines show it elsewhere
	case "HostConfig.Binds":
		return alike(texts(asked, bind), texts(has, bind))
	case "HostConfig.VolumesFrom":
		from := func(text string) string {
			name, mode, _ := strings.Cut(text, ":")
			return known(name, id) + ":" + modes(mode)
		}
		return alike(texts(asked, from), texts(has, from))
	case "HostConfig.Links":
		return alike(texts(asked, plain), texts(has, link))
	case "HostConfig.NetworkMode", "HostConfig.IpcMode", "HostConfig.PidMode":
		return joined(text(asked), text(has), id)
	case "HostConfig.PortBindings":
		return covers(ports(asked), ports(has))
	case "HostConfig.RestartPolicy":
		return covers(policy(asked), policy(has)) && covers(policy(has), policy(asked))
	case "HostConfig.PidsLimit":
		return limit(asked) == limit(has)
	case "NetworkingConfig":
		return endpoints(asked, has)
	case "Labels", "ExposedPorts", "Volumes", "Healthcheck", "HostConfig.LogConfig":
		return covers(asked, has) // the rest is the image's, or the engine's own
	}
	return covers(asked, has) && covers(has, asked)
}

// covers tells whether has holds everything that asked holds.
func covers(asked, has any) bool {
	switch a := asked.(type) {
	case map[string]any:
		h, _ := has.(map[string]any)
		if h == nil && has != nil {
			return false
		}
		for key, value := range a {
			if got, ok := h[key]; !ok || !covers(value, got) {
				return false
			}
		}
		return true
	case []any:
		h, _ := has.([]any)
		return slices.EqualFunc(a, h, covers)
	}
	return asked == has || zero(asked) && zero(has)
}

func zero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// texts are the strings of a list, each in the form that form gives it, sorted.
func texts(list any, form func(string) string) []string {
	l, _ := list.([]any)
	out := make([]string, 0, len(l))
	for _, one := range l {
		out = append(out, form(text(one)))
	}
	slices.Sort(out)
	return out
}

func alike(a, b []string) bool { return slices.Equal(slices.Compact(a), slices.Compact(b)) }

// within tells whether all of a sorted list are in another.
func within(a, b []string) bool {
	for _, one := range a {
		if _, ok := slices.BinarySearch(b, one); !ok {
			return false
		}
	}
	return true
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func plain(text string) string { return text }

func capability(text string) string { return strings.TrimPrefix(text, "CAP_") }

// bind is a bind whose modes are sorted, without those that say nothing of what is
// mounted.
func bind(text string) string {
	parts := strings.SplitN(text, ":", 3)
	if len(parts) < 3 {
		return text + ":"
	}
	return parts[0] + ":" + parts[1] + ":" + modes(parts[2])
}

func modes(text string) string {
	all := slices.DeleteFunc(strings.Split(text, ","), func(m string) bool { return m == "" || m == "rw" || m == "nocopy" })
	slices.Sort(all)
	return strings.Join(all, ",")
}

// link is "target:alias" of what an engine shows as "/target:/container/alias".
func link(text string) string {
	target, alias, _ := strings.Cut(text, ":")
	return strings.TrimPrefix(target, "/") + ":" + alias[strings.LastIndex(alias, "/")+1:]
}

// isID tells whether a name can be the id of a network, short or in full.
func isID(name string) bool {
	return len(name) >= 12 && strings.Trim(name, "0123456789abcdef") == ""
}

// joined compares modes, where an engine shows the id of a container of which the name,
// or the beginning of the id, was asked for.
func joined(asked, has string, id func(string) string) bool {
	name, ok := strings.CutPrefix(asked, "container:")
	shown, too := strings.CutPrefix(has, "container:")
	if !ok || !too {
		return network(asked) == network(has)
	}
	want := id(name)
	return want == "" || want == known(shown, id) || strings.HasPrefix(shown, name)
}

// known is the id of a container, or its name if there is none of that name.
func known(name string, id func(string) string) string {
	if known := id(name); known != "" {
		return known
	}
	return name
}

// ports are bindings of which every address and port is the host's own choice, or is
// not.
func ports(bindings any) any {
	b, _ := bindings.(map[string]any)
	out := map[string]any{}
	for port, list := range b {
		l, _ := list.([]any)
		var plain []any
		for _, one := range l {
			o, _ := one.(map[string]any)
			ip, number := text(o["HostIp"]), text(o["HostPort"])
			if ip == "0.0.0.0" {
				ip = ""
			}
			if number == "0" {
				number = ""
			}
			plain = append(plain, map[string]any{"HostIp": ip, "HostPort": number})
		}
		out[port] = plain
	}
	return out
}

// policy is a restart policy whose name is "no" if it has none.
func policy(v any) any {
	p, _ := v.(map[string]any)
	out := map[string]any{"Name": "no"}
	for key, value := range p {
		if !zero(value) {
			out[key] = value
		}
	}
	return out
}

// limit is a number of processes, "" for none.
func limit(v any) json.Number {
	n, _ := v.(json.Number)
	if n == "0" || strings.HasPrefix(string(n), "-") {
		return ""
	}
	return n
}

// endpoints compares places in networks. Engines add aliases of their own, and an
// address that nobody asked for.
func endpoints(asked, has any) bool {
	in := func(v any) map[string]any {
		m, _ := v.(map[string]any)
		e, _ := m["EndpointsConfig"].(map[string]any)
		return e
	}
	places := map[string]any{}
	for name, place := range in(has) {
		places[network(name)] = place
	}
	for name, place := range in(asked) {
		got, ok := places[network(name)].(map[string]any)
		want, _ := place.(map[string]any)
		switch {
		case !ok && isID(name): // engines show the name
			continue
		case !ok:
			return false
		}
		for key, value := range want {
			switch key {
			case "Aliases", "Links":
				ok = within(texts(value, plain), texts(got[key], plain))
			case "MacAddress": // not shown while the container does not run
				ok = got[key] == nil || strings.EqualFold(text(value), text(got[key]))
			default:
				ok = covers(value, got[key])
			}
			if !ok {
				return false
			}
		}
	}
	return true
}
