// Model: a map as a person may see it who must not see passwords.

package model

import "github.com/dmap-dev/dmap/engine/secret"

// Masked returns a copy of the map in which [secret.Mark] stands for the secrets in
// options: for printing it, not for running it.
func (m *ContainerMap) Masked() *ContainerMap {
	d := m.Copy()
	for _, c := range d.Containers {
		c.CreateOptions.Values = maskedDict("", c.CreateOptions.Values, false)
		c.StartOptions.Values = maskedDict("", c.StartOptions.Values, false)
	}
	return d
}

// maskedDict masks the entries of a dictionary that is the value of a property; hide
// masks all of them. It changes nothing in place: copies of a map share option values.
func maskedDict(property string, d Dict, hide bool) Dict {
	var out Dict
	for _, e := range d {
		name, _ := e.Key.Value.(string)
		e.Value = masked(name, e.Value, hide || secret.Holder(property) && secret.Name(name))
		out = append(out, e)
	}
	return out
}

func masked(property string, in Input, hide bool) Input {
	switch v := in.Value.(type) {
	case string:
		in.Value = secret.Setting(v)
		if hide {
			in.Value = secret.Mark
		}
	case int64, float64:
		if hide {
			in.Value = secret.Mark
		}
	case Dict:
		in.Value = maskedDict(property, v, hide)
	case List:
		out := make(List, len(v))
		for i, e := range v {
			out[i] = masked(property, e, hide)
		}
		in.Value = out
	}
	return in
}
