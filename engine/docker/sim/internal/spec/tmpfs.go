// Spec: options of a tmpfs.

package spec

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// CheckTmpfs refuses options that no tmpfs has.
func CheckTmpfs(h *HostConfig) error {
	const flags = " defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime " +
		"bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime "
	const keys = " size mode uid gid nr_inodes nr_blocks mpol "
	for _, dest := range slices.Sorted(maps.Keys(h.Tmpfs)) {
		// Of two options about the same thing the last one counts. The engine therefore
		// reads them from the end, and reports the last wrong one.
		options := strings.Split(h.Tmpfs[dest], ",")
		slices.Reverse(options)
		for _, option := range options {
			pair := strings.SplitN(option, "=", 2)
			if h.Tmpfs[dest] == "" || len(pair) == 1 && strings.Contains(flags, " "+option+" ") || len(pair) == 2 && strings.Contains(keys, " "+pair[0]+" ") {
				continue
			}
			return wire.Failure("invalid tmpfs option %q", pair)
		}
	}
	return nil
}

// TmpfsData splits the options of a tmpfs into mount flags and what the file system
// itself reads. Of two options about the same thing the last one counts.
func TmpfsData(options string) (flags int, data []string) {
	bits := map[string]int{"nosuid": 0x2, "nodev": 0x4, "noexec": 0x8, "sync": 0x10, "dirsync": 0x80, "noatime": 0x400, "nodiratime": 0x800, "relatime": 0x200000, "strictatime": 0x1000000}
	flags = 0xe // no devices, programs or set-uid programs
	seen := map[string]bool{}
	words := strings.Split(options, ",")
	for _, word := range words {
		if bit, ok := bits[word]; ok {
			flags |= bit
		} else if bit, ok := bits["no"+word]; ok {
			flags &^= bit
		}
	}
	for _, word := range slices.Backward(words) {
		key, _, ok := strings.Cut(word, "=")
		if ok && !seen[key] {
			seen[key] = true
			data = append([]string{word}, data...)
		}
	}
	return flags, data
}

var kernelSize = regexp.MustCompile(`^[0-9]+[kKmMgGtTpPeE]?$`)

// ValidTmpfs reports whether the file system accepts an option.
func ValidTmpfs(option string) bool {
	key, value, _ := strings.Cut(option, "=")
	switch key {
	case "size":
		return kernelSize.MatchString(strings.TrimSuffix(value, "%"))
	case "nr_inodes", "nr_blocks":
		return kernelSize.MatchString(value)
	case "mode":
		_, err := strconv.ParseUint(value, 8, 32)
		return err == nil
	case "uid", "gid":
		n, err := strconv.ParseUint(value, 10, 32)
		return err == nil && n < math.MaxUint32
	case "mpol":
		name, _, _ := strings.Cut(strings.ReplaceAll(value, "=", ":"), ":")
		return slices.Contains([]string{"default", "prefer", "bind", "interleave", "local"}, name)
	}
	return true
}
