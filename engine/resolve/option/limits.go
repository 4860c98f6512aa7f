// Options, conversion: limits of processes and block devices, devices, GPUs.

package option

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

const ulimitForms = `{"Name": name, "Soft": n, "Hard": n}, "name=soft:hard" or "name=n"`

func ulimitNames() []string {
	return []string{"core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc",
		"rss", "rtprio", "rttime", "sigpending", "stack"}
}

// readUlimits reads limits of processes, also as a dictionary of limits by name.
func readUlimits(r *reader, it item) []element[docker.Ulimit] {
	var out []element[docker.Ulimit]
	if d, isDict := it.Value.(model.Dict); isDict && !hasName(d) {
		for _, e := range r.entries(it, d) {
			if soft, hard, ok := r.ulimitValue(e.value); ok {
				out = append(out, element[docker.Ulimit]{e.value, r.ulimit(e.value, e.name, soft, hard)})
			}
		}
		return out
	}
	for _, e := range r.elements(it) {
		switch v := e.Value.(type) {
		case model.Dict:
			if u, ok := r.ulimitRecord(e, v); ok {
				out = append(out, element[docker.Ulimit]{e, u})
			}
		case string:
			name, limits, _ := strings.Cut(v, "=")
			soft, hard, ok := parseUlimit(limits)
			if !ok {
				r.wrong(e, "want %s, got %s", ulimitForms, e.Input)
				continue
			}
			out = append(out, element[docker.Ulimit]{e, r.ulimit(e, name, soft, hard)})
		default:
			r.want(e, ulimitForms)
		}
	}
	return out
}

// hasName reports whether a dictionary is a single limit, and not limits by name.
func hasName(d model.Dict) bool {
	_, small := d.Get("name")
	_, api := d.Get("Name")
	return small || api
}

func (r *reader) ulimitRecord(it item, d model.Dict) (docker.Ulimit, bool) {
	before := len(r.problems)
	var name string
	var soft, hard *int64
	limit := func(at **int64) func(item) {
		return func(e item) {
			n := integer[int64](-1, math.MaxInt64)(r, e)
			*at = &n
		}
	}
	r.record(it, d, "a ulimit",
		field{"name", "Name", func(e item) { name = textWhere(notEmpty)(r, e) }},
		field{"soft", "Soft", limit(&soft)},
		field{"hard", "Hard", limit(&hard)})
	if len(r.problems) > before {
		return docker.Ulimit{}, false
	}
	if name == "" || soft == nil {
		r.want(it, ulimitForms)
		return docker.Ulimit{}, false
	}
	if hard == nil {
		hard = soft
	}
	return r.ulimit(it, name, *soft, *hard), true
}

// ulimitValue reads one limit of a dictionary: n, "soft:hard" or (soft, hard).
func (r *reader) ulimitValue(it item) (soft, hard int64, ok bool) {
	switch v := it.Value.(type) {
	case int64:
		return v, v, true
	case string:
		soft, hard, ok = parseUlimit(v)
	case model.List:
		if len(v) == 2 {
			var okHard bool
			soft, ok = v[0].Value.(int64)
			hard, okHard = v[1].Value.(int64)
			ok = ok && okHard
		}
	}
	if !ok {
		r.want(it, `a limit: n, "soft:hard" or (soft, hard)`)
	}
	return soft, hard, ok
}

// parseUlimit reads "soft:hard" or one number for both; -1 means no limit.
func parseUlimit(s string) (soft, hard int64, ok bool) {
	first, second, both := strings.Cut(s, ":")
	if !both {
		second = first
	}
	soft, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	hard, err = strconv.ParseInt(second, 10, 64)
	return soft, hard, err == nil
}

func (r *reader) ulimit(it item, name string, soft, hard int64) docker.Ulimit {
	switch {
	case !slices.Contains(ulimitNames(), name):
		p := r.wrong(it, "no ulimit %q", name)
		if p.Hint = problem.DidYouMean(name, ulimitNames()); p.Hint == "" {
			p.Hint = "ulimits: " + strings.Join(ulimitNames(), ", ")
		}
	case soft < -1 || hard < -1:
		r.wrong(it, "a ulimit is a number from 0 up, or -1 for no limit, got %d:%d", soft, hard)
	case hard != -1 && (soft == -1 || soft > hard):
		r.wrong(it, "the soft limit of %s is above the hard one: %d:%d", name, soft, hard)
	}
	return docker.Ulimit{Name: name, Soft: soft, Hard: hard}
}

// readDevices reads host devices to give to the container.
func readDevices(r *reader, it item) []element[docker.DeviceMapping] {
	const forms = `"/dev/host[:/dev/container][:rwm]", or a dict with PathOnHost, PathInContainer, CgroupPermissions`
	var out []element[docker.DeviceMapping]
	for _, e := range r.elements(it) {
		var d docker.DeviceMapping
		switch v := e.Value.(type) {
		case string:
			parts := strings.Split(v, ":")
			if len(parts) == 2 && devicePermissions(parts[1]) == "" {
				parts = []string{parts[0], "", parts[1]}
			}
			parts = append(parts, "", "")
			if len(parts) > 5 {
				r.wrong(e, "want %s, got %s", forms, e.Input)
				continue
			}
			d = docker.DeviceMapping{PathOnHost: parts[0], PathInContainer: parts[1], CgroupPermissions: parts[2]}
		case model.Dict:
			r.record(e, v, "a device",
				field{"path_on_host", "PathOnHost", func(f item) { d.PathOnHost = textWhere(notEmpty)(r, f) }},
				field{"path_in_container", "PathInContainer", func(f item) { d.PathInContainer = textWhere(notEmpty)(r, f) }},
				field{"cgroup_permissions", "CgroupPermissions", func(f item) { d.CgroupPermissions = textWhere(notEmpty)(r, f) }})
		default:
			r.want(e, forms)
			continue
		}
		out = append(out, element[docker.DeviceMapping]{e, r.device(e, d)})
	}
	return out
}

// device fills in the parts that were left out and checks the others.
func (r *reader) device(it item, d docker.DeviceMapping) docker.DeviceMapping {
	if d.PathInContainer == "" {
		d.PathInContainer = d.PathOnHost
	}
	if d.CgroupPermissions == "" {
		d.CgroupPermissions = "rwm"
	}
	for _, p := range []string{d.PathOnHost, d.PathInContainer} {
		if wanted := absolutePath(p); wanted != "" {
			r.wrong(it, "want %s for a device, got %q", wanted, p)
			return d
		}
	}
	if wanted := devicePermissions(d.CgroupPermissions); wanted != "" {
		r.wrong(it, "want %s, got %q", wanted, d.CgroupPermissions)
	}
	return d
}

func devicePermissions(s string) string {
	for i, c := range s {
		if !strings.ContainsRune("rwm", c) || strings.ContainsRune(s[i+1:], c) {
			return `permissions made of "r", "w" and "m"`
		}
	}
	return notEmpty(s)
}

// cgroupRule accepts "c 1:3 rwm".
func cgroupRule(s string) string {
	if ok, err := regexp.MatchString(`^[acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3}$`, s); !ok || err != nil {
		return `a rule such as "c 1:3 rwm"`
	}
	return ""
}

// readDeviceRequests reads requests to device drivers, such as that for GPUs.
func readDeviceRequests(r *reader, it item) []element[docker.DeviceRequest] {
	const forms = "a list of dicts with driver, count or device_ids, capabilities, options"
	var out []element[docker.DeviceRequest]
	for _, e := range r.elements(it) {
		d, ok := e.Value.(model.Dict)
		if !ok {
			r.want(e, forms)
			continue
		}
		out = append(out, element[docker.DeviceRequest]{e, r.deviceRequest(e, d)})
	}
	return out
}

func (r *reader) deviceRequest(it item, d model.Dict) docker.DeviceRequest {
	var q docker.DeviceRequest
	r.record(it, d, "a device request",
		field{"driver", "Driver", func(e item) { q.Driver = textWhere(anyText)(r, e) }},
		field{"count", "Count", func(e item) { q.Count = integer[int](-1, math.MaxInt32)(r, e) }},
		field{"device_ids", "DeviceIDs", func(e item) { q.DeviceIDs = r.words(e, "a list of strings") }},
		field{"capabilities", "Capabilities", func(e item) { q.Capabilities = r.capabilitySets(e) }},
		field{"options", "Options", func(e item) {
			elements := textMap(false, notEmpty)(r, e)
			q.Options = withEntries(nil, elements)
		}})
	if q.Count != 0 && len(q.DeviceIDs) > 0 {
		r.wrong(it, "want count or device_ids in a device request, not both")
	}
	return q
}

// capabilitySets reads a list of lists: a device must have all capabilities of one of
// them.
func (r *reader) capabilitySets(it item) [][]string {
	const forms = `a list of lists of strings such as [["gpu"]]`
	list, ok := it.Value.(model.List)
	if !ok {
		r.want(it, forms)
		return nil
	}
	var out [][]string
	for i, e := range list {
		out = append(out, r.words(it.index(i, e), forms))
	}
	return out
}

// readWeights reads shares of block devices.
func readWeights(r *reader, it item) []element[docker.WeightDevice] {
	const forms = `a list of {"Path": device, "Weight": n} or "device:n"`
	var out []element[docker.WeightDevice]
	for _, e := range r.elements(it) {
		path, value, ok := r.deviceValue(e, "weight", "Weight", forms)
		if ok {
			w := docker.WeightDevice{Path: path, Weight: integer[uint16](10, 1000, 0)(r, value)}
			out = append(out, element[docker.WeightDevice]{e, w})
		}
	}
	return out
}

// rates returns a reader of limits per second of block devices.
func rates(read func(*reader, item) int64) func(*reader, item) []element[docker.ThrottleDevice] {
	const forms = `a list of {"Path": device, "Rate": n} or "device:n"`
	return func(r *reader, it item) []element[docker.ThrottleDevice] {
		var out []element[docker.ThrottleDevice]
		for _, e := range r.elements(it) {
			path, value, ok := r.deviceValue(e, "rate", "Rate", forms)
			if ok {
				d := docker.ThrottleDevice{Path: path, Rate: uint64(read(r, value))}
				out = append(out, element[docker.ThrottleDevice]{e, d})
			}
		}
		return out
	}
}

// deviceValue splits {"Path": device, api: n} or "device:n".
func (r *reader) deviceValue(it item, name, api, forms string) (path string, value item, ok bool) {
	before := len(r.problems)
	switch v := it.Value.(type) {
	case string:
		device, text, cut := strings.Cut(v, ":")
		if !cut {
			r.wrong(it, "want %s, got %s", forms, it.Input)
			return "", item{}, false
		}
		path, value = device, it
		value.Value = numberOrText(text)
	case model.Dict:
		r.record(it, v, "a block device",
			field{"path", "Path", func(e item) { path = textWhere(notEmpty)(r, e) }},
			field{name, api, func(e item) { value = e }})
	default:
		r.want(it, forms)
	}
	if len(r.problems) > before {
		return "", item{}, false
	}
	if absolutePath(path) != "" || value.Value == nil {
		r.wrong(it, "want %s with the path of a device, got %s", forms, it.Input)
		return "", item{}, false
	}
	return path, value, true
}

// numberOrText reads digits as a number and returns other text unchanged.
func numberOrText(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	return s
}

// cpuSet accepts "0-3,5".
func cpuSet(s string) string {
	const wanted, most = `numbers and ranges such as "0-3,5"`, 1 << 16
	for _, part := range strings.Split(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.ParseUint(from, 10, 32)
		last, errLast := strconv.ParseUint(to, 10, 32)
		if err != nil || errLast != nil || last < first || last >= most {
			return wanted
		}
	}
	return ""
}

// readCPUSet reads numbers of CPUs or memory nodes, as text or as a single int.
func readCPUSet(r *reader, it item) string {
	if n, ok := it.Value.(int64); ok {
		it.Value = strconv.FormatInt(n, 10)
	}
	return textWhere(emptyOr(cpuSet))(r, it)
}

// requestKey returns the key by which device requests count as the same: all their
// parts.
func requestKey(q docker.DeviceRequest) string { return fmt.Sprint(q) }
