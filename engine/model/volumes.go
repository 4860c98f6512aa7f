// Model: the resource volumes, paths inside containers by alias.

package model

import (
	"path"

	"github.com/dmap-dev/dmap/engine/problem"
)

func volumeTable() table[Volume] {
	return table[Volume]{
		Field: Field{"volumes", "dict: alias to path", "paths of volumes inside containers"},
		of:    "alias",
		list:  func(m *ContainerMap) *[]Volume { return &m.Volumes },
		name:  func(v Volume) (string, bool) { return v.Alias, true },
		read: func(k *converter, path, alias string, in Input) (Volume, bool) {
			text, ok := in.Value.(string)
			if !ok {
				k.want(path, in, "a path inside containers (string)")
			}
			return Volume{Alias: alias, Path: text}, ok
		},
		value: func(m *ContainerMap, path string, v Volume) Input {
			return Input{Value: v.Path, Origin: m.Origins[path]}
		},
		check: checkVolume,
	}
}

// checkVolume checks a path inside containers.
func checkVolume(bad report, field string, vol Volume) {
	fault := pathFault(vol.Path)
	if fault == "" {
		fault = mountFault(vol.Path)
	}
	clean := path.Clean(vol.Path)
	if fault == "" && clean != vol.Path {
		fault = "it is not in its shortest form"
	}
	if fault == "" {
		return
	}
	p := bad(problem.CodeWrongValue, field, "cannot use %s as the path of alias %s inside containers: %s", quote(vol.Path), quote(vol.Alias), fault)
	if clean != vol.Path && pathFault(clean) == "" {
		p.Hint = "write " + quote(clean)
	}
}
