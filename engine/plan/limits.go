// Plan: limits that dmap set in place, and the records of them.

package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// The labels of a container stay as they were when it was made, so they do not tell of a
// limit that an update set later: when the map has it no more, it would stay for ever, as
// if somebody else had set it. An empty volume for each such limit says that it was dmap.
// It is made before the call that sets the limit, because it says no more than that dmap
// asked for it: a run that ends between the two leaves a record of a limit that is not
// there, which does no harm, while the other order leaves a limit that nobody ever lifts.
// A volume does not survive a prune. As long as the map has the limit, that is seen, and
// update makes the record again.

// setInPlace are the limits of the container of a name of which a record says that dmap set
// them.
func setInPlace(s *snapshot.Snapshot, mapName, name string) map[string]bool {
	set := map[string]bool{}
	for _, f := range limitRecords(s, mapName, name) {
		if identity.Read(s.Volumes[identity.Limit(name, f)].Labels).LimitOf == s.Containers[name].ID {
			set[f] = true
		}
	}
	return set
}

// limitRecords are the limits for which there are records of containers of a name, those
// of earlier ones included; sorted.
func limitRecords(s *snapshot.Snapshot, mapName, name string) []string {
	var fields []string
	for _, f := range field.Table() {
		if f.Change != field.Update {
			continue
		}
		if v, ok := s.Volumes[identity.Limit(name, f.Name)]; ok && identity.Read(v.Labels).IsLimit(mapName) {
			fields = append(fields, f.Name)
		}
	}
	slices.Sort(fields)
	return fields
}

// given are the limits that the map gives to a container and that no label tells: those
// that need a record.
func given(m made) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.record)), func(f string) bool {
		return !docker.Updatable(f) || m.was[f] != ""
	})
}

// unrecorded are the limits that the map gives to a container of ours, and that nothing
// tells to be dmap's: the record is lost, or somebody set what the map has since. Where an
// earlier version made the container, it may have set them, and kept no record: a new
// version alone changes nothing.
func unrecorded(m made, set map[string]bool) []string {
	if m.was == nil || m.earlier {
		return nil
	}
	return slices.DeleteFunc(given(m), func(f string) bool { return set[f] })
}

// recordLimits tells a step that changes a container in place which records it makes and
// removes. fields are what it changes.
func recordLimits(st *Step, m made, set map[string]bool, fields []string) {
	lost := unrecorded(m, set)
	for _, f := range given(m) {
		if !set[f] && (slices.Contains(fields, f) || slices.Contains(lost, f)) {
			st.Record = append(st.Record, f)
		}
	}
	for _, f := range slices.Sorted(maps.Keys(set)) {
		if m.record[f] == "" {
			st.Forget = append(st.Forget, f)
		}
	}
}

// wrongLimits says what of the records of a step no record can be of.
func wrongLimits(st *Step) string {
	for _, f := range slices.Concat(st.Record, st.Forget) {
		if !docker.Updatable(f) {
			return fmt.Sprintf("has a record of %q, which is no limit that can be set in place", f)
		}
	}
	return ""
}
