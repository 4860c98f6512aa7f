// Part of the tests of the simulated engine: the same random operations on the
// simulated and the real engine, compared step by step.

package sim_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestDifferential runs generated sequences of operations on both engines and compares,
// after every step, the status, the message and the whole normalised world.
// DMAP_DIFF_SEQUENCES says how many sequences; 3 when it is not set.
func TestDifferential(t *testing.T) {
	actual := realTarget(t)
	sequences := os.Getenv("DMAP_DIFF_SEQUENCES")
	if sequences == "" {
		sequences = "3"
	}
	for name, value := range map[string]string{"rapid.checks": sequences, "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatalf("flag %s=%q (DMAP_DIFF_SEQUENCES=%q): %v", name, value, sequences, err)
		}
	}
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(stepGenerator(), 12, 12).Draw(r, "steps")
		run++
		d := newPair(t, actual, run)
		defer d.clean(t)
		for i, s := range steps {
			if diff := d.step(t, s); diff != "" {
				r.Fatalf("step %d, %s: engines differ (-real +sim):\n%s\nsteps so far: %v", i+1, s, diff, steps[:i+1])
			}
		}
	})
}

// TestRegressions repeats sequences that once differed, on both engines.
func TestRegressions(t *testing.T) {
	actual := realTarget(t)
	for i, row := range regressions() {
		t.Run(row.name, func(t *testing.T) {
			d := newPair(t, actual, 1_000_000+i)
			defer d.clean(t)
			for k, s := range row.steps {
				if diff := d.step(t, s); diff != "" {
					t.Fatalf("step %d, %s: engines differ (-real +sim):\n%s", k+1, s, diff)
				}
			}
		})
	}
}

// step is one operation on names that both engines know.
type step struct {
	op       string // row of calls
	a, b     string // containers
	v        string // volume
	variant  string // what kind of container is created
	readonly bool
}

func (s step) String() string {
	words := []string{s.op, s.a}
	for _, w := range []string{s.b, s.v, s.variant} {
		if w != "" {
			words = append(words, w)
		}
	}
	if s.readonly {
		words = append(words, "ro")
	}
	return strings.Join(words, " ")
}

// variants are the kinds of containers that are created.
func variants() []string {
	return []string{
		"plain", "exits", "deaf", "missing-program", "bad-user", "policy", "port", "unexposed-port", "bind-volume", "data-volume", "mount-volume", "anonymous",
		"bind-anonymous", "volumes-from", "link", "on-net", "default-net", "strict-bind", "entrypoint", "auto-remove", "bad-mode", "bad-policy", "join-net-of",
	}
}

func stepGenerator() *rapid.Generator[step] {
	ops := []string{
		"create", "create", "create", "create", "start", "start", "start", "stop", "kill", "hup", "restart", "pause", "unpause", "rename", "rm", "rm-v", "rm-f",
		"update", "update-memory", "exec", "volume-create", "volume-rm", "network-create", "network-rm", "connect", "disconnect", "wait-stopped", "put",
	}
	return rapid.Custom(func(r *rapid.T) step {
		name := rapid.SampledFrom([]string{"aa", "bb", "cc"})
		s := step{
			op: rapid.SampledFrom(ops).Draw(r, "op"), a: name.Draw(r, "a"), b: name.Draw(r, "b"),
			v: rapid.SampledFrom([]string{"v1", "v2"}).Draw(r, "v"),
		}
		if s.op == "create" {
			s.variant = rapid.SampledFrom(variants()).Draw(r, "variant")
			s.readonly = rapid.Bool().Draw(r, "ro")
		}
		return s
	})
}

// pair is a simulated and a real engine in step.
type pair struct {
	engines   [2]target // real, sim
	prefix    string
	anonymous [2]map[string]string // anonymous volumes by name, with the label they were given
	networks  [2][]string          // ids of networks made
}

func newPair(tb testing.TB, actual target, run int) *pair {
	actual.version = actual.newest(tb)
	simulated, _ := simTarget(tb, sim.Options{API: actual.version})
	simulated.version = actual.version
	return &pair{
		engines: [2]target{actual, simulated}, prefix: fmt.Sprintf("%s%d-", prefix, run),
		anonymous: [2]map[string]string{{}, {}},
	}
}

// port is the one host port that containers want; each run of the tests has its own.
var port = fmt.Sprint(28000 + os.Getpid()%3000)

// spec is the configuration of a variant.
func (d *pair) spec(s step) spec {
	host := map[string]any{}
	script, mode := "run print=ready", ""
	if s.readonly {
		mode = ":ro"
	}
	c := spec{}
	switch s.variant {
	case "exits":
		script = "exit=3 print=ready"
	case "deaf":
		script = "run ignore-term print=ready"
	case "missing-program":
		c["Cmd"] = []string{"/nope"}
	case "bad-user":
		c["User"] = "nobody-here"
	case "policy":
		script = "exit=4 print=ready"
		host["RestartPolicy"] = map[string]any{"Name": "on-failure", "MaximumRetryCount": 1}
	case "port":
		host["NetworkMode"] = "default"
		host["PortBindings"] = map[string]any{"80/tcp": []any{map[string]any{"HostPort": port}}}
	case "unexposed-port":
		host["NetworkMode"] = "default"
		host["PortBindings"] = map[string]any{"81/tcp": []any{map[string]any{"HostPort": port}}}
	case "bind-volume":
		host["Binds"] = []string{d.prefix + s.v + ":/v" + mode}
	case "data-volume":
		host["Binds"] = []string{d.prefix + s.v + ":/data" + mode}
	case "mount-volume":
		host["Mounts"] = []any{map[string]any{"Type": "volume", "Source": d.prefix + s.v, "Target": "/m", "ReadOnly": s.readonly}}
	case "anonymous":
		c["Volumes"] = map[string]any{"/data": map[string]any{}}
	case "bind-anonymous":
		host["Binds"] = []string{"/w"}
	case "volumes-from":
		host["VolumesFrom"] = []string{d.prefix + s.b + mode}
	case "link":
		host["NetworkMode"] = "default"
		host["Links"] = []string{d.prefix + s.b + ":target"}
	case "on-net":
		host["NetworkMode"] = d.prefix + "net"
		c["NetworkingConfig"] = map[string]any{"EndpointsConfig": map[string]any{d.prefix + "net": map[string]any{"Aliases": []string{"alias"}, "Links": []string{d.prefix + s.b + ":target"}}}}
	case "default-net":
		host["NetworkMode"] = "default"
	case "strict-bind":
		source := "/tmp"
		if s.readonly {
			source = "/dmap-simtest-nowhere"
		}
		host["Mounts"] = []any{map[string]any{"Type": "bind", "Source": source, "Target": "/b"}}
	case "entrypoint":
		c["Entrypoint"], c["Cmd"] = []string{"/bin/simproc"}, []string{"run", "print=ready"}
		c["Env"], c["Labels"] = []string{"FROM=container", "EMPTY"}, map[string]string{"both": "container"}
	case "auto-remove":
		host["AutoRemove"] = true
	case "bad-mode":
		host["Binds"] = []string{d.prefix + s.v + ":/v:zz"}
	case "bad-policy":
		host["RestartPolicy"] = map[string]any{"Name": "always", "MaximumRetryCount": 2}
	case "join-net-of":
		host["NetworkMode"] = "container:" + d.prefix + s.b
	}
	made := container(script, host)
	for k, v := range c {
		made[k] = v
	}
	return made
}

// request returns method, path and body of a step.
func (d *pair) request(s step) (method, path string, body any) {
	at := "/containers/" + d.prefix + s.a
	net := "/networks/" + d.prefix + "net"
	switch s.op {
	case "create":
		return "POST", "/containers/create?name=" + d.prefix + s.a, d.spec(s)
	case "start", "pause", "unpause":
		return "POST", at + "/" + s.op, nil
	case "stop", "restart":
		return "POST", at + "/" + s.op + "?t=1", nil
	case "kill":
		return "POST", at + "/kill", nil
	case "hup":
		return "POST", at + "/kill?signal=HUP", nil
	case "rename":
		return "POST", at + "/rename?name=" + d.prefix + s.b, nil
	case "rm":
		return "DELETE", at, nil
	case "rm-v":
		return "DELETE", at + "?v=1", nil
	case "rm-f":
		return "DELETE", at + "?force=1&v=1", nil
	case "update":
		return "POST", at + "/update", map[string]any{"RestartPolicy": map[string]any{"Name": "on-failure", "MaximumRetryCount": 2}, "Memory": 64 << 20, "MemorySwap": 128 << 20, "Unknown": 1}
	case "update-memory":
		return "POST", at + "/update", map[string]any{"Memory": 32 << 20}
	case "exec":
		return "POST", at + "/exec", map[string]any{"Cmd": []string{"/bin/true"}}
	case "volume-create":
		return "POST", "/volumes/create", map[string]any{"Name": d.prefix + s.v, "Labels": map[string]string{"by": s.a}}
	case "volume-rm":
		return "DELETE", "/volumes/" + d.prefix + s.v, nil
	case "network-create":
		return "POST", "/networks/create", map[string]any{"Name": d.prefix + "net", "CheckDuplicate": true}
	case "network-rm":
		return "DELETE", net, nil
	case "connect":
		return "POST", net + "/connect", map[string]any{"Container": d.prefix + s.a, "EndpointConfig": map[string]any{"Aliases": []string{"also"}}}
	case "disconnect":
		return "POST", net + "/disconnect", map[string]any{"Container": d.prefix + s.a}
	case "put":
		tree, err := tarOf(entry{name: "data/", mode: 0o2770, uid: 33, gid: 44})
		if err != nil {
			panic(err)
		}
		return "PUT", at + "/archive?path=/", tree
	}
	return "GET", at + "/json", nil
}

// step runs one step on both engines and reports how they differ.
func (d *pair) step(tb testing.TB, s step) string {
	tb.Helper()
	if s.op == "wait-stopped" && d.runs(tb, s.a) || s.variant == "link" && d.sharesInCircle(tb, s.b) {
		return ""
	}
	method, path, body := d.request(s)
	if s.op == "wait-stopped" {
		method, path = "POST", "/containers/"+d.prefix+s.a+"/wait"
	}
	var got [2]string
	for i, g := range d.engines {
		a, err := g.try(tb.Context(), g.version, method, path, body)
		if err != nil {
			a.text = `{"message":"connection cut"}`
		}
		got[i] = fmt.Sprintf("%d %s", a.code, d.plain(message(a.text)))
		if s.op == "network-create" && a.code == 201 {
			var made struct{ ID string }
			if err := json.Unmarshal([]byte(a.text), &made); err != nil {
				tb.Fatal(err)
			}
			d.networks[i] = append(d.networks[i], made.ID)
		}
	}
	if got[0] != got[1] && !excused(s, got[0], got[1]) {
		return cmp.Diff(got[0], got[1])
	}
	d.settle(tb, 1)
	want := d.world(tb, 1)
	diff := ""
	for range 60 {
		if diff = cmp.Diff(d.world(tb, 0), want); diff == "" {
			d.awaitHandlers(tb)
			return ""
		}
		time.Sleep(100 * time.Millisecond)
	}
	return diff
}

// plain takes everything out of a message that depends on the run.
func (d *pair) plain(text string) string { return strings.ReplaceAll(anonymous(text), d.prefix, "") }

// runs reports whether a container runs on the simulation.
func (d *pair) runs(tb testing.TB, name string) bool {
	a := d.engines[1].call(tb, "GET", "/containers/"+d.prefix+name+"/json", nil)
	return a.code == 200 && strings.Contains(a.text, `"Running":true`)
}

// sharesInCircle reports whether a container shares the network of itself, perhaps
// through others. The real engine of this version would follow such a circle for ever
// when something links to it, so that is not tried.
func (d *pair) sharesInCircle(tb testing.TB, name string) bool {
	at := d.prefix + name
	for range 4 {
		a := d.engines[1].call(tb, "GET", "/containers/"+at+"/json", nil)
		var c inspected
		if a.code != 200 {
			return false
		}
		if err := json.Unmarshal([]byte(a.text), &c); err != nil {
			tb.Fatal(err)
		}
		next, shares := strings.CutPrefix(c.HostConfig.NetworkMode, "container:")
		if !shares {
			return false
		}
		at = next
	}
	return true
}

// settle lets passing states of the simulation pass.
func (d *pair) settle(tb testing.TB, i int) {
	for range 20 {
		moving := false
		for _, c := range d.containers(tb, i) {
			moving = moving || c.State.Restarting
		}
		if !moving {
			return
		}
	}
}

// awaitHandlers waits until processes on the real engine handle signals, so that stops
// are not a race.
func (d *pair) awaitHandlers(tb testing.TB) {
	for _, c := range d.containers(tb, 0) {
		if c.State.Running && !c.State.Paused {
			awaitReady(tb, d.engines[0], c.ID)
		}
	}
}

// inspected is the part of an inspect document that is compared.
type inspected struct {
	ID, Name, Path string
	Args           []string
	RestartCount   int
	State          struct {
		Status                      string
		Running, Paused, Restarting bool
		ExitCode                    int
		Error                       string
	}
	Config struct {
		Env, Cmd, Entrypoint []string
		User                 string
		Labels               map[string]string
		Volumes              map[string]any
	}
	HostConfig struct {
		Links, VolumesFrom, Binds []string
		NetworkMode               string
		Memory, MemorySwap        int64
		RestartPolicy             struct {
			Name              string
			MaximumRetryCount int
		}
	}
	Mounts []struct {
		Type, Name, Source, Destination, Mode, Propagation string
		RW                                                 bool
	}
	NetworkSettings struct {
		Ports    map[string][]struct{ HostIP, HostPort string }
		Networks map[string]struct {
			Aliases, Links        []string
			NetworkID, EndpointID string
		}
	}
}

func (d *pair) containers(tb testing.TB, i int) []inspected {
	tb.Helper()
	var found []inspected
	for _, name := range []string{"aa", "bb", "cc"} {
		a := d.engines[i].call(tb, "GET", "/containers/"+d.prefix+name+"/json", nil)
		if a.code != 200 {
			continue
		}
		var c inspected
		if err := json.Unmarshal([]byte(a.text), &c); err != nil {
			tb.Fatal(err)
		}
		found = append(found, c)
	}
	return found
}

// world describes everything that an engine holds for this run, in words that are the
// same for both.
func (d *pair) world(tb testing.TB, i int) []string {
	tb.Helper()
	var lines []string
	for _, c := range d.containers(tb, i) {
		lines = append(lines, d.describe(i, c)...)
	}
	for _, v := range []string{"v1", "v2"} {
		if a := d.engines[i].call(tb, "GET", "/volumes/"+d.prefix+v, nil); a.code == 200 {
			var doc struct{ Labels map[string]string }
			if err := json.Unmarshal([]byte(a.text), &doc); err != nil {
				tb.Fatal(err)
			}
			lines = append(lines, fmt.Sprintf("volume %s labels %v, %s", v, doc.Labels, d.use(tb, i, d.prefix+v)))
		}
	}
	var anonymous []string
	for name, label := range d.anonymous[i] {
		if a := d.engines[i].call(tb, "GET", "/volumes/"+name, nil); a.code == 200 {
			anonymous = append(anonymous, fmt.Sprintf("volume %s, %s", label, d.use(tb, i, name)))
		}
	}
	sort.Strings(anonymous)
	lines = append(lines, anonymous...)
	var net struct {
		Containers map[string]struct{ Name string }
	}
	if a := d.engines[i].call(tb, "GET", "/networks/"+d.prefix+"net", nil); a.code == 200 {
		if err := json.Unmarshal([]byte(a.text), &net); err != nil {
			tb.Fatal(err)
		}
		var on []string
		for _, c := range net.Containers {
			on = append(on, d.plain(c.Name))
		}
		sort.Strings(on)
		lines = append(lines, fmt.Sprintf("network with %v", on))
	}
	return lines
}

// use reports whether the engine counts a volume as used.
func (d *pair) use(tb testing.TB, i int, name string) string {
	var list struct{ Volumes []struct{ Name string } }
	d.engines[i].get(tb, "/volumes?filters=%7B%22dangling%22%3A%5B%22true%22%5D%2C%22name%22%3A%5B%22"+name+"%22%5D%7D", &list)
	for _, v := range list.Volumes {
		if v.Name == name {
			return "unused"
		}
	}
	return "used"
}

// describe puts a container into words.
func (d *pair) describe(i int, c inspected) []string {
	name := d.plain(c.Name)
	host, settings := c.HostConfig, c.NetworkSettings
	sort.Strings(c.Config.Env)
	lines := []string{
		fmt.Sprintf("%s %s exit %d error %q restarts %d", name, c.State.Status, c.State.ExitCode, d.plain(c.State.Error), c.RestartCount),
		fmt.Sprintf("%s runs %q %q env %v user %q labels %v", name, c.Path, c.Args, c.Config.Env, c.Config.User, c.Config.Labels),
		fmt.Sprintf("%s links %v from %v binds %v mode %s policy %v memory %d/%d", name, d.plain(fmt.Sprint(host.Links)), d.plain(fmt.Sprint(host.VolumesFrom)),
			d.plain(fmt.Sprint(host.Binds)), d.plain(host.NetworkMode), host.RestartPolicy, host.Memory, host.MemorySwap),
	}
	var mounts []string
	for _, m := range c.Mounts {
		source := d.plain(m.Source)
		if len(m.Name) == 64 {
			if d.anonymous[i][m.Name] == "" {
				d.anonymous[i][m.Name] = fmt.Sprintf("anonymous %d of %s at %s", len(d.anonymous[i])+1, name, m.Destination)
			}
			source = d.anonymous[i][m.Name]
		}
		mounts = append(mounts, fmt.Sprintf("%s mounts %s %s at %s mode %q rw %v %s", name, m.Type, source, m.Destination, m.Mode, m.RW, m.Propagation))
	}
	sort.Strings(mounts)
	lines = append(lines, mounts...)
	var networks []string
	for network, ep := range settings.Networks {
		aliases := slices.Clone(ep.Aliases)
		for k, alias := range aliases {
			aliases[k] = d.plain(alias)
		}
		sort.Strings(aliases)
		networks = append(networks, fmt.Sprintf("%s on %s aliases %s links %s live %v", name, d.plain(network), aliases, d.plain(fmt.Sprint(ep.Links)), ep.EndpointID != "" && c.State.Running))
	}
	sort.Strings(networks)
	lines = append(lines, networks...)
	var ports []string
	for p, bindings := range settings.Ports {
		ports = append(ports, fmt.Sprintf("%s port %s %v", name, p, bindings))
	}
	sort.Strings(ports)
	return append(lines, ports...)
}

// clean removes from the real engine what this run made, by the names and ids it knows.
func (d *pair) clean(tb testing.TB) {
	g := d.engines[0]
	for _, name := range []string{"aa", "bb", "cc"} {
		g.call(tb, "DELETE", "/containers/"+d.prefix+name+"?force=1&v=1", nil)
	}
	for _, v := range []string{"v1", "v2"} {
		g.call(tb, "DELETE", "/volumes/"+d.prefix+v, nil)
	}
	for name := range d.anonymous[0] {
		g.call(tb, "DELETE", "/volumes/"+name, nil)
	}
	for _, id := range d.networks[0] {
		g.call(tb, "DELETE", "/networks/"+id, nil)
	}
}

// excused holds the known exceptions: steps whose answers differ for a reason that the
// simulation leaves out on purpose.
func excused(s step, actual, simulated string) bool {
	for _, e := range exceptions() {
		if e.op == s.op && strings.HasPrefix(actual, e.actual) && strings.HasPrefix(simulated, e.simulated) {
			return true
		}
	}
	return false
}

// exceptions is the list of known differences, each with its reason.
func exceptions() []struct{ op, actual, simulated, reason string } {
	return nil
}

// regressions are sequences on which the engines once differed.
func regressions() []struct {
	name  string
	steps []step
} {
	return []struct {
		name  string
		steps []step
	}{
		{"memory cannot be updated where no swap limit is set", []step{{op: "create", a: "aa", variant: "plain"}, {op: "update-memory", a: "aa"}}},
		{"strict binds are checked before the name", []step{{op: "create", a: "aa", variant: "plain"}, {op: "create", a: "aa", variant: "strict-bind", readonly: true}}},
		{"disconnect a stopped container from no network", []step{{op: "create", a: "aa", variant: "plain"}, {op: "disconnect", a: "aa"}}},
		{"join the network of nobody, who turns out to be oneself", []step{
			{op: "create", a: "aa", b: "aa", variant: "join-net-of"}, {op: "start", a: "aa"}}},
		{"join the network of who came later", []step{
			{op: "create", a: "aa", b: "bb", variant: "join-net-of"}, {op: "create", a: "bb", variant: "plain"}, {op: "start", a: "aa"}}},
		{"link to oneself", []step{{op: "create", a: "aa", b: "aa", variant: "link"}}},
		{"volumes from oneself", []step{{op: "create", a: "aa", b: "aa", variant: "volumes-from"}}},
		{"connect a stopped container to no network", []step{{op: "create", a: "aa", variant: "default-net"}, {op: "connect", a: "aa"}, {op: "start", a: "aa"}}},
		{"connect a stopped container twice", []step{
			{op: "network-create"}, {op: "create", a: "aa", b: "bb", variant: "on-net"}, {op: "connect", a: "aa"}, {op: "start", a: "aa"}}},
		{"connect a stopped container adds its short id", []step{
			{op: "network-create"}, {op: "create", a: "aa", variant: "default-net"}, {op: "connect", a: "aa"}}},
		{"connect a stopped container that shares a network", []step{
			{op: "network-create"}, {op: "create", a: "aa", b: "bb", variant: "join-net-of"}, {op: "connect", a: "aa"},
			{op: "create", a: "bb", variant: "plain"}, {op: "start", a: "bb"}, {op: "start", a: "aa"}, {op: "connect", a: "aa"}}},
		{"connect a stopped container that shares networks to no network", []step{
			{op: "create", a: "bb", variant: "plain"}, {op: "create", a: "aa", b: "bb", variant: "join-net-of"}, {op: "connect", a: "aa"},
			{op: "start", a: "bb"}, {op: "start", a: "aa"}, {op: "connect", a: "aa"}, {op: "kill", a: "aa"}, {op: "connect", a: "aa"},
			{op: "network-create"}, {op: "connect", a: "aa"}, {op: "disconnect", a: "aa"}, {op: "network-rm"}, {op: "connect", a: "aa"}}},
		{"files from a tar that fall into a read-only mount", []step{{op: "create", a: "aa", v: "v1", variant: "data-volume", readonly: true}, {op: "put", a: "aa"}}},
		{"link to a container that is gone and was apart", []step{
			{op: "create", a: "aa", variant: "plain"}, {op: "create", a: "bb", b: "aa", variant: "link"}, {op: "rm", a: "aa"}, {op: "start", a: "bb"}}},
		{"volume with two users", []step{
			{op: "create", a: "aa", v: "v1", variant: "mount-volume"}, {op: "create", a: "bb", v: "v1", variant: "bind-volume"}, {op: "volume-rm", v: "v1"}}},
		{"link to a container that shares the network of nobody", []step{
			{op: "create", a: "aa", b: "cc", variant: "join-net-of"}, {op: "create", a: "bb", b: "aa", variant: "link"}}},
		{"link to a container that shares a network", []step{
			{op: "create", a: "cc", variant: "default-net"}, {op: "create", a: "aa", b: "cc", variant: "join-net-of"}, {op: "create", a: "bb", b: "aa", variant: "link"},
			{op: "start", a: "cc"}, {op: "start", a: "bb"}}},
		{"link to a container that is not on the default network", []step{
			{op: "create", a: "aa", variant: "plain"}, {op: "create", a: "bb", b: "aa", variant: "link"}, {op: "start", a: "bb"}, {op: "start", a: "aa"}, {op: "start", a: "bb"}}},
		{"restart that cannot start is always an internal error", []step{{op: "create", a: "aa", variant: "missing-program"}, {op: "restart", a: "aa"}}},
	}
}
