// Docker vocabulary: whose a container or volume is.

package identity

import "encoding/json"

// Part is what the thing is called within its map: "app.one".
func (m Mark) Part() string { return Part(m.Name, m.Instance) }

// FullName is what dmap calls the thing on an engine.
func (m Mark) FullName() string { return Name(m.Map, m.Part()) }

// IsOf reports whether dmap made the thing for a map.
func (m Mark) IsOf(mapName string) bool { return m.Map == mapName }

// IsForeign reports whether dmap did not make the thing. Only what is foreign can be
// adopted; what it made for one map is never another one's.
func (m Mark) IsForeign() bool { return m.Map == "" }

// InheritedFrom reports whether the thing is a container that has its labels only from its
// image, one committed from a container of dmap: what dmap makes has a run of its own.
func (m Mark) InheritedFrom(image Mark) bool { return m.Run != "" && m.Run == image.Run }

// MayTouch reports whether a run for a map may change the thing: one that the plan
// adopted must still be foreign, any other must be the map's.
func (m Mark) MayTouch(mapName string, adopted bool) bool {
	if adopted {
		return m.IsForeign()
	}
	return m.IsOf(mapName)
}

// IsPart reports whether the thing was made for the part of a map that asked is of:
// two parts, or those of two versions of a map, can come to the same name.
func (m Mark) IsPart(asked Mark) bool {
	return m.Map == asked.Map && m.Role == asked.Role && m.Name == asked.Name && m.Instance == asked.Instance
}

// Answers reports whether a container is the one that a request with the mark asked
// made: the run made it, or another one did from the same request for the same part.
// A request without a record of its fields, which is that of a temporary container, is
// answered by its own run only: what another run uses is never taken. Labels do not tell
// the values of all fields: whether these are the same too, the engine shows.
func (m Mark) Answers(asked Mark, run string) bool {
	if m.Run == run {
		return true
	}
	return asked.Fields != "" && m.IsPart(asked) && m.Fields == asked.Fields && m.Deps == asked.Deps
}

// Records reports whether the thing is a record of the map that says this very volume
// was prepared, and not an earlier one of the name, which another run made.
func (m Mark) Records(mapName string, volume Mark) bool {
	return m.IsRecord(mapName) && m.VolumeOf == volume.Run
}

// IsRecord reports whether the thing is a record of the map, for whatever volume.
func (m Mark) IsRecord(mapName string) bool { return m.IsOf(mapName) && m.Role == RolePrepared }

// Begins reports whether the thing is a record of the map that says a preparation of this
// very volume was begun, which is gone when that has ended.
func (m Mark) Begins(mapName string, volume Mark) bool {
	return m.IsHelper(mapName) && m.VolumeOf == volume.Run
}

// IsLimit reports whether the thing is a record of the map that a limit was set in place,
// for whatever container.
func (m Mark) IsLimit(mapName string) bool { return m.IsOf(mapName) && m.Role == RoleLimit }

// IsClaim reports whether the thing is a claim on the map.
func (m Mark) IsClaim(mapName string) bool { return m.IsOf(mapName) && m.Role == RoleLock }

// IsHelper reports whether the thing is a temporary container of the map, or the empty
// volume beside it.
func (m Mark) IsHelper(mapName string) bool { return m.IsOf(mapName) && m.Role == RolePrepare }

// Lasts reports whether the thing is a container of the map that stays when a run
// ends: that of a configuration, or the holder of an attached volume.
func (m Mark) Lasts(mapName string) bool {
	return m.IsOf(mapName) && (m.Role == RoleContainer || m.Role == RoleAttached)
}

// TiedTo are the containers that the thing was tied to when it was made, by name with
// their ids; nil if nothing tells.
func (m Mark) TiedTo() map[string]string {
	var out map[string]string
	if json.Unmarshal([]byte(m.Deps), &out) != nil {
		return nil
	}
	return out
}
