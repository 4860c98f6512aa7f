// Part of the tests of the simulated engine: what is refused when a container is made,
// started, updated, connected.

package sim_test

import (
	"fmt"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

type list = []any
type fields = map[string]any

func TestCreateRefusesMounts(t *testing.T) {
	both(t, func(l *lab) {
		v := l.volume("v")
		mount := func(kind string, more fields) fields {
			m := fields{"Type": kind, "Target": "/b"}
			for k, value := range more {
				m[k] = value
			}
			return fields{"Mounts": list{m}}
		}
		bind := func(text string) fields { return fields{"Binds": []string{text}} }
		l.refused([]refusal{
			{mount("bind", fields{"Source": "/tmp", "BindOptions": fields{"Propagation": "bogus"}}), `400 invalid mount config for type "bind": invalid propagation mode: bogus`},
			{mount("bind", fields{"Source": "x", "VolumeOptions": fields{}}), `400 invalid mount config for type "bind": field VolumeOptions must not be specified`},
			{mount("tmpfs", fields{"BindOptions": fields{}}), `400 invalid mount config for type "tmpfs": field BindOptions must not be specified`},
			{mount("tmpfs", fields{"Target": "/", "BindOptions": fields{}}), `400 invalid mount config for type "tmpfs": invalid specification: destination can't be '/'`},
			{mount("bogus", fields{"Target": "rel"}), `400 invalid mount config for type "bogus": invalid mount path: 'rel' mount path must be absolute`},
			{mount("bogus", nil), `400 invalid mount config for type "bogus": mount type unknown`},
			{fields{"Tmpfs": fields{"t": ""}}, `400 invalid mount path: 't' mount path must be absolute`},
			{fields{"Tmpfs": fields{"/": ""}}, `400 invalid specification: destination can't be '/'`},
			{fields{"Tmpfs": fields{"/t": ""}, "Binds": []string{v + ":/t"}}, `400 Duplicate mount point: /t`},
			{bind("/tmp:/x:nocopy"), `500 invalid volume specification: '/tmp:/x:nocopy': invalid mount config for type "bind": field VolumeOptions must not be specified`},
			{bind("v:/x:rshared"), `500 invalid volume specification: 'v:/x:rshared': invalid mount config for type "volume": field BindOptions must not be specified`},
			{bind("v::ro"), `500 invalid volume specification: 'v::ro': invalid mount config for type "volume": field Target must not be empty`},
			{bind("/tmp:/x:default"), `500 invalid mode: default`},
			{bind("/x:rw"), `500 invalid volume specification: '/x:rw'`},
			{bind("x:"), `500 invalid volume specification: 'x:'`},
			{bind("a:b:c:d"), `500 invalid volume specification: 'a:b:c:d'`},
			{fields{"VolumesFrom": []string{"x:shared"}}, `400 invalid mode: shared`},
			{fields{"Binds": []string{"nope-volume:/x"}, "VolumeDriver": "nope"}, `404 create nope-volume: error looking up volume plugin nope: plugin "nope" not found`},
		})
		l.create("tmpfs", container("run", fields{"Tmpfs": fields{"/t": ""}, "Mounts": list{fields{"Type": "volume", "Source": v, "Target": "/t"}}}))
		l.equal("tmpfs and volume", len(l.inspect("tmpfs").Mounts), 1)
		l.create("driver", container("run", fields{"Binds": []string{"/tmp:/x"}, "VolumeDriver": "nope"}))
		s := container("run", fields{"VolumeDriver": "nope"})
		s["Volumes"] = fields{"/x": fields{}}
		l.equal("anonymous", l.post("/containers/create", s), `404 create ID: error looking up volume plugin nope: plugin "nope" not found`)
		s = container("run", nil)
		s["WorkingDir"] = "/etc/passwd"
		l.equal("file as directory", l.post("/containers/create", s), "500 Cannot mkdir: /etc/passwd is not a directory")
	})
}

// refusal is a part of HostConfig and what create says to it.
type refusal struct {
	host fields
	want string
}

func (l *lab) refused(rows []refusal) {
	l.t.Helper()
	for _, row := range rows {
		l.equal(fmt.Sprint(row.host), l.post("/containers/create?name="+l.prefix+"refused", container("run", row.host)), row.want)
	}
}

// processors are those of a machine: how many, the list of them, and what is said to
// who asks for more.
type processors struct {
	count             int
	all, more, tooFew string
}

func (l *lab) processors() processors {
	l.t.Helper()
	var info struct{ NCPU int }
	l.get(l.t, "/info", &info)
	n := info.NCPU
	p := processors{count: n, all: "0", more: fmt.Sprintf("0-%d", n), tooFew: fmt.Sprintf("400 Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available", n, n)}
	if n > 1 {
		p.all = fmt.Sprintf("0-%d", n-1)
	}
	return p
}

// bothOnMachines tries a fact on both engines, and on simulated ones of other numbers
// of processors.
func bothOnMachines(t *testing.T, fact func(l *lab)) {
	t.Helper()
	both(t, fact)
	for _, n := range []int{1, 5} {
		t.Run(fmt.Sprintf("sim of %d", n), func(t *testing.T) {
			g, _ := simTarget(t, sim.Options{CPUs: n})
			l := &lab{target: g, t: t, prefix: prefix}
			l.equal("processors", l.processors().count, n)
			fact(l)
		})
	}
}

func TestCreateRefusesLimitsAndModes(t *testing.T) {
	bothOnMachines(t, func(l *lab) {
		logs := func(driver, option string) fields {
			return fields{"LogConfig": fields{"Type": driver, "Config": fields{option: "bar"}}}
		}
		cpus := l.processors()
		l.refused([]refusal{
			{fields{"NanoCpus": int64(cpus.count+1) * 1_000_000_000}, cpus.tooFew},
			{fields{"NanoCpus": -1}, cpus.tooFew},
			{fields{"NanoCpus": 1_000_000_000, "CpuPeriod": 5000}, "400 Conflicting options: Nano CPUs and CPU Period cannot both be set"},
			{fields{"NanoCpus": 1_000_000_000, "CpuQuota": 5000}, "400 Conflicting options: Nano CPUs and CPU Quota cannot both be set"},
			{fields{"MemorySwappiness": 500}, "400 Invalid value: 500, valid memory swappiness range is 0-100"},
			{fields{"KernelMemory": 5}, "400 Minimum kernel memory limit allowed is 6MB"},
			{fields{"CpuPeriod": 5}, "400 CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"},
			{fields{"CpuQuota": 5}, "400 CPU cfs quota can not be less than 1ms (i.e. 1000)"},
			{fields{"CpusetCpus": cpus.more}, "400 Requested CPUs are not available - requested " + cpus.more + ", available: " + cpus.all},
			{fields{"CpusetCpus": "x"}, "400 Invalid value x for cpuset cpus: invalid format: x"},
			{fields{"CpusetMems": "99"}, "400 Requested memory nodes are not available - requested 99, available: 0"},
			{fields{"CpuRealtimePeriod": 10, "CpuRealtimeRuntime": 20}, "500 cpu real-time runtime cannot be higher than cpu real-time period"},
			{fields{"ExtraHosts": []string{"a:notip"}}, `400 invalid IP address in add-host: "notip"`},
			{fields{"IpcMode": "container:nope"}, "400 No such container: nope"},
			{fields{"PidMode": "container:nope"}, "400 No such container: nope"},
			{fields{"CgroupnsMode": "bogus"}, "400 invalid cgroup namespace mode: bogus"},
			{fields{"Runtime": "bogus"}, "400 Unknown runtime specified bogus"},
			{fields{"Isolation": "hyperv", "NanoCpus": -1}, `500 Invalid isolation: "hyperv" - linux only supports 'default'`},
			{fields{"IOMaximumIOps": 1}, "500 Invalid QoS settings: linux does not support configuration of maximum IOPs"},
			{fields{"SecurityOpt": []string{"bogus"}}, `500 invalid --security-opt 1: "bogus"`},
			{fields{"SecurityOpt": []string{"bogus=1"}}, `500 invalid --security-opt 2: "bogus=1"`},
			{logs("", "foo"), "400 unknown log opt 'foo' for json-file log driver"},
			{logs("json-file", "foo"), "400 unknown log opt 'foo' for json-file log driver"},
			{logs("local", "labels"), "400 unknown log opt 'labels' for log driver local"},
			{fields{"PortBindings": fields{"80-81/tcp": list{}}}, `400 invalid port specification: "80-81"`},
		})
		for i, host := range []fields{
			{"MemorySwappiness": -1}, {"MemoryReservation": -1}, {"CpuQuota": -5}, {"Isolation": "default"}, {"ExtraHosts": []string{"a:host-gateway", "b:::1"}},
			logs("none", "foo"), logs("json-file", "tag"), {"PortBindings": fields{"80/foo": list{fields{"HostPort": "80/foo"}}}}, {"CpusetCpus": cpus.all}, {"CpusetCpus": "0,0"},
		} {
			l.create(fmt.Sprint("fine", i), container("run", host))
		}
	})
}

func TestCreateRefusesEndpointsNamesAndPlatforms(t *testing.T) {
	both(t, func(l *lab) {
		endpoint := func(ep any) spec {
			s := container("run", fields{"NetworkMode": "bridge"})
			s["NetworkingConfig"] = fields{"EndpointsConfig": fields{"bridge": ep}}
			return s
		}
		address := func(key, text string) spec { return endpoint(fields{"IPAMConfig": fields{key: text}}) }
		create := "/containers/create"
		l.equal("null", l.post(create, endpoint(nil)), "400 no EndpointSettings for bridge")
		l.equal("address", l.post(create, address("IPv4Address", "x")), "400 invalid IPv4 address: x")
		l.equal("address of 6", l.post(create, address("IPv4Address", "::1")), "400 invalid IPv4 address: ::1")
		l.equal("address of 4", l.post(create, address("IPv6Address", "1.2.3.4")), "400 invalid IPv6 address: 1.2.3.4")
		l.equal("slash", l.post(create+"?name=/", container("run", nil)), "400 Invalid container name (/), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
		l.equal("slashes", l.post(create+"?name=//xx", container("run", nil)), "400 Invalid container name (//xx), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
		l.equal("platform", l.post(create+"?platform=linux/arm64", container("run", nil)),
			"404 image with reference "+testImage+" was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64")
		l.equal("no platform", l.post(create+"?platform=bogus", container("run", nil)), `400 "bogus": unknown operating system or architecture: invalid argument`)
		l.equal("too long", l.post(create+"?platform=a/b/c/d", container("run", nil)), `400 "a/b/c/d": cannot parse platform specifier: invalid argument`)
		s := container("run", fields{"UTSMode": "host"})
		s["Hostname"] = "x"
		l.equal("host name", l.post(create, s), "400 conflicting options: hostname and the UTS mode")
		l.made = append(l.made, l.at("linux"))
		l.want(l.t, 201, "POST", create+"?platform=linux&name="+l.prefix+"linux", container("run", nil))
	})
}

func TestStartRefusesDevicesAndModes(t *testing.T) {
	both(t, func(l *lab) {
		id := map[string]string{}
		for name, mode := range map[string]string{"private": "private", "shareable": "shareable", "stopped": "shareable"} {
			id[name] = l.create(name, container("run", fields{"IpcMode": mode}))
		}
		l.start("private")
		l.start("shareable")
		device := func(path string) fields {
			return fields{"Devices": list{fields{"PathOnHost": path, "PathInContainer": "/dev/n", "CgroupPermissions": "rwm"}}}
		}
		for i, row := range []refusal{
			{device("/dev/nope"), `500 error gathering device information while adding custom device "/dev/nope": no such file or directory`},
			{device("/dev/null"), "204"},
			{fields{"DeviceRequests": list{fields{"Count": -1, "Capabilities": [][]string{{"gpu"}}}}}, `500 could not select device driver "" with capabilities: [[gpu]]`},
			{fields{"IpcMode": "bogus"}, "500 Invalid IPC mode: bogus"},
			{fields{"IpcMode": "container:" + l.prefix + "private"}, "500 can't join IPC of container ID: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"},
			{fields{"IpcMode": "container:" + l.prefix + "stopped"}, "500 can't join IPC of container ID: container ID is not running"},
			{fields{"IpcMode": "container:" + l.prefix + "shareable"}, "204"},
			{fields{"PidMode": "container:" + l.prefix + "stopped"}, "500 container ID is not running"},
			{fields{"PidMode": "bogus"}, "204"},
			{fields{"Tmpfs": fields{"/t": "foo,bogus=x,ro"}}, `500 invalid tmpfs option ["bogus" "x"]`},
			{fields{"Tmpfs": fields{"/t": "bogus"}}, `500 invalid tmpfs option ["bogus"]`},
			{fields{"Tmpfs": fields{"/t": "size=1m,mode=770,noexec"}}, "204"},
			{fields{"CpuShares": -1}, "500 shares: invalid argument"},
		} {
			name := fmt.Sprint("c", i)
			l.create(name, container("run", row.host))
			l.equal(fmt.Sprint(row.host), l.post(l.at(name)+"/start", nil), row.want)
			if row.want != "204" {
				l.equal(fmt.Sprint(row.host, " leaves"), l.inspect(name).State.ExitCode, 128)
			}
		}
	})
}

func TestUpdateRefuses(t *testing.T) {
	bothOnMachines(t, func(l *lab) {
		cpus := l.processors()
		const where, conflicting = " Cannot update container ID: ", "409 Cannot update container ID: Conflicting options: "
		l.create("nano", container("run", fields{"NanoCpus": 1_000_000_000}))
		l.create("quota", container("run", fields{"CpuQuota": 50_000, "Memory": 64 << 20, "MemorySwap": 128 << 20}))
		l.create("runs", container("run", fields{"Memory": 64 << 20, "MemorySwap": 128 << 20}))
		l.start("runs")
		for _, row := range []struct {
			name string
			body fields
			want string
		}{
			{"nano", fields{"CpuQuota": 50_000}, conflicting + "CPU Quota cannot be updated as NanoCPUs has already been set"},
			{"nano", fields{"CpuPeriod": 50_000}, conflicting + "CPU Period cannot be updated as NanoCPUs has already been set"},
			{"nano", fields{"NanoCpus": 500_000_000}, "200"},
			{"quota", fields{"NanoCpus": 500_000_000}, conflicting + "Nano CPUs cannot be updated as CPU Quota has already been set"},
			{"quota", fields{"MemorySwap": 32 << 20}, "200"},
			{"runs", fields{"NanoCpus": int64(cpus.count+1) * 1_000_000_000}, cpus.tooFew},
			{"runs", fields{"CpusetCpus": cpus.more}, "400 Requested CPUs are not available - requested " + cpus.more + ", available: " + cpus.all},
			{"runs", fields{"Memory": 64 << 20, "MemorySwap": 32 << 20}, "400 Minimum memoryswap limit should be larger than memory limit, see usage"},
			{"runs", fields{"PidsLimit": -1}, "200"},
		} {
			l.equal(fmt.Sprint(row.name, row.body), l.post(l.at(row.name)+"/update", row.body), row.want)
		}
		var doc struct{ HostConfig struct{ PidsLimit *int64 } }
		l.get(l.t, l.at("runs")+"/json", &doc)
		zero := int64(0)
		l.equal("no limit of processes", doc.HostConfig.PidsLimit, &zero)
		// How it goes on names a file of the kernel.
		got := l.post(l.at("runs")+"/update", fields{"MemorySwap": 32 << 20})
		const want = "500" + where + `runc did not terminate successfully: exit status 1: failed to write "33554432": write /sys/fs/cgroup/`
		l.equal("less swap than memory", got[:min(len(got), len(want))], want)
		l.equal("stays", l.inspect("runs").HostConfig.MemorySwap, int64(128<<20))
	})
}
