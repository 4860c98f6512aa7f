// Docker vocabulary: the names of what dmap makes.

package identity

import (
	"regexp"
	"strconv"
	"strings"
)

// Part returns what a container is called within its map: "web", or "app.one" for an
// instance.
func Part(container, instance string) string {
	if instance == "" {
		return container
	}
	return container + "." + instance
}

// Name returns what a part of a map, or an attached volume, is called on an engine.
func Name(mapName, part string) string { return mapName + "." + part }

// CutName returns the part that a name on an engine stands for. If the name is not one
// of the map, ok is false and part is the whole name.
func CutName(mapName, name string) (part string, ok bool) {
	return strings.CutPrefix(name, Name(mapName, ""))
}

// Pattern matches the names of everything that belongs to a map, in the syntax of lists
// of containers and volumes.
func Pattern(mapName string) string { return "^" + regexp.QuoteMeta(Name(mapName, "")) }

// Suffixes of the names of what dmap needs beside the things of a map.
const (
	PrepareSuffix  = ".dmap-prepare"
	PreparedSuffix = ".dmap-prepared"
	LockSuffix     = ".dmap-lock"
	LimitSuffix    = ".dmap-limit"
)

// ReservedSuffix returns the suffix for which a thing of a map cannot have a name, or
// "": it would be taken for a temporary container, a record or a claim.
func ReservedSuffix(name string) string {
	for _, suffix := range []string{PrepareSuffix, PreparedSuffix, LockSuffix, LimitSuffix} {
		if strings.HasSuffix(name, suffix) {
			return suffix
		}
	}
	return ""
}

// Helper returns the name of the temporary containers that prepare a volume.
func Helper(volume string) string { return volume + PrepareSuffix }

// VolumeOfHelper returns the volume that the temporary container with a name prepares.
func VolumeOfHelper(name string) string { return strings.TrimSuffix(name, PrepareSuffix) }

// Record returns the name of the record that a volume was prepared.
func Record(volume string) string { return volume + PreparedSuffix }

// Unfinished is the name of the record that a volume is being prepared again.
func Unfinished(volume string) string { return volume + PrepareSuffix }

// Limit is the name of the record that a limit of a container was set in place.
func Limit(container, field string) string {
	return container + "." + strings.TrimPrefix(field, "HostConfig.") + LimitSuffix
}

// claims returns the beginning of the names of all claims on a map.
func claims(mapName string) string { return mapName + LockSuffix + "." }

// Claim returns the name of the n-th claim that a lock makes on a map. No two claims
// share a name, so removing a dead one cannot hit a live one.
func Claim(mapName, lock string, n int) string {
	return claims(mapName) + lock + "." + strconv.Itoa(n)
}

// CutClaim returns the lock that made a claim; ok is false if the name is not that of a
// claim on the map.
func CutClaim(mapName, name string) (lock string, ok bool) {
	rest, ok := strings.CutPrefix(name, claims(mapName))
	if !ok {
		return "", false
	}
	lock, _, ok = strings.Cut(rest, ".")
	return lock, ok
}

// ClaimPattern matches the names of all claims on a map.
func ClaimPattern(mapName string) string { return "^" + regexp.QuoteMeta(claims(mapName)) }

// IsID reports whether text has the form in which engines give ids to containers: 64
// hexadecimal digits.
func IsID(text string) bool {
	return len(text) == 64 && strings.Trim(text, "0123456789abcdef") == ""
}

// IsAnonymous reports whether the engine chose the name of a volume: it looks like an
// id.
func IsAnonymous(volume string) bool { return IsID(volume) }
