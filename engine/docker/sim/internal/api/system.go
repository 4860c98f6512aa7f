// Calls: what the engine says about itself.

package api

import (
	"maps"
	"slices"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func ping(w *world.World, q *wire.Request) (wire.Reply, error) {
	return wire.Reply{Raw: []byte("OK"), Header: map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache",
	}}, nil
}

// hostMemory is the host's memory in bytes.
const hostMemory = int64(8 << 30)

func versionInfo(w *world.World, q *wire.Request) (wire.Reply, error) {
	release, api := w.Version.Release(), w.Version.String()
	const goVersion, kernel, built = "go1.19.8", "6.1.0", "2024-01-01T00:00:00.000000000+00:00"
	return wire.OK(wire.Object{
		"Platform": wire.Object{"Name": "dmap sim"}, "Version": release, "ApiVersion": api, "MinAPIVersion": wire.MinVersion().String(),
		"GitCommit": "sim", "GoVersion": goVersion, "Os": "linux", "Arch": "amd64", "KernelVersion": kernel, "BuildTime": built,
		"Components": []wire.Object{{"Name": "Engine", "Version": release, "Details": wire.Object{
			"ApiVersion": api, "MinAPIVersion": wire.MinVersion().String(), "Arch": "amd64", "BuildTime": built, "Experimental": "false",
			"GitCommit": "sim", "GoVersion": goVersion, "KernelVersion": kernel, "Os": "linux",
		}}},
	})
}

func info(w *world.World, q *wire.Request) (wire.Reply, error) {
	var running, paused, stopped int
	for _, c := range w.State.Containers {
		switch {
		case c.Paused:
			paused++
		case c.Running:
			running++
		default:
			stopped++
		}
	}
	return wire.OK(wire.Object{
		"ID": w.Host.EngineID(), "Containers": len(w.State.Containers), "ContainersRunning": running, "ContainersPaused": paused,
		"ContainersStopped": stopped, "Images": len(w.State.Images), "Driver": "overlay2", "DriverStatus": [][2]string{{"Backing Filesystem", "virtual"}},
		"Plugins": wire.Object{
			"Volume": []string{"local"}, "Network": []string{"bridge", "host", "ipvlan", "macvlan", "null", "overlay"}, "Authorization": nil,
			"Log": []string{"awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"},
		},
		"MemoryLimit": true, "SwapLimit": true, "KernelMemory": true, "KernelMemoryTCP": true, "CpuCfsPeriod": true, "CpuCfsQuota": true,
		"CPUShares": true, "CPUSet": true, "PidsLimit": true, "IPv4Forwarding": true, "BridgeNfIptables": true, "BridgeNfIp6tables": true,
		"Debug": false, "NFd": 0, "OomKillDisable": true, "NGoroutines": 0, "SystemTime": wire.Stamp(w.State.Now), "LoggingDriver": "json-file",
		"CgroupDriver": "cgroupfs", "CgroupVersion": "1", "NEventsListener": w.Journal.Readers(), "KernelVersion": "6.1.0",
		"OperatingSystem": "dmap sim", "OSVersion": "", "OSType": "linux", "Architecture": "x86_64",
		"IndexServerAddress": "https://index.docker.io/v1/", "RegistryConfig": wire.Object{
			"AllowNondistributableArtifactsCIDRs": []string{}, "AllowNondistributableArtifactsHostnames": []string{},
			"InsecureRegistryCIDRs": []string{"127.0.0.0/8"}, "Mirrors": []string{},
			"IndexConfigs": wire.Object{"docker.io": wire.Object{"Name": "docker.io", "Mirrors": []string{}, "Secure": true, "Official": true}},
		},
		"NCPU": w.Host.Processors(), "MemTotal": hostMemory, "GenericResources": nil, "DockerRootDir": "/var/lib/docker", "HttpProxy": "", "HttpsProxy": "",
		"NoProxy": "", "Name": w.Host.HostName(), "Labels": []string{}, "ExperimentalBuild": false, "ServerVersion": w.Version.Release(),
		"Runtimes": wire.Object{"runc": wire.Object{"path": "runc"}}, "DefaultRuntime": "runc",
		"Swarm":              wire.Object{"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": false, "Error": "", "RemoteManagers": nil},
		"LiveRestoreEnabled": false, "Isolation": "", "InitBinary": "docker-init",
		"ContainerdCommit": wire.Object{"ID": "", "Expected": ""}, "RuncCommit": wire.Object{"ID": "", "Expected": ""}, "InitCommit": wire.Object{"ID": "", "Expected": ""},
		"SecurityOptions": []string{"name=seccomp,profile=default"}, "Warnings": nil,
	})
}

func auth(w *world.World, q *wire.Request) (wire.Reply, error) {
	return wire.Reply{}, wire.Failure("cannot log in: the simulated engine has no network")
}

func diskUsage(w *world.World, q *wire.Request) (wire.Reply, error) {
	list := &wire.Request{Query: map[string][]string{"all": {"1"}, "size": {"1"}}, Version: q.Version}
	images, err := imageList(w, list)
	if err != nil {
		return wire.Reply{}, err
	}
	var containers, volumes []wire.Object
	for _, c := range w.State.ContainersByAge() {
		containers = append(containers, listDocument(w, c, list))
	}
	for _, name := range slices.Sorted(maps.Keys(w.State.Volumes)) {
		v := w.State.Volumes[name]
		doc := volumeDocument(v)
		doc["UsageData"] = wire.Object{"Size": 0, "RefCount": len(v.Refs)}
		volumes = append(volumes, doc)
	}
	return wire.OK(wire.Object{
		"LayersSize": 0, "Images": images.JSON, "Containers": containers, "Volumes": volumes, "BuildCache": nil, "BuilderSize": 0,
	})
}

func pluginList(w *world.World, q *wire.Request) (wire.Reply, error) { return wire.OK([]wire.Object{}) }

// buildPrune finds nothing to remove, since nothing is ever built here.
func buildPrune(w *world.World, q *wire.Request) (wire.Reply, error) {
	if _, err := filter.Read(q, "until", "id", "label", "label!", "parent", "type", "description", "inuse", "shared", "private"); err != nil {
		return wire.Reply{}, wire.Prefixed("failed to prune build cache: ", err)
	}
	return wire.OK(wire.Object{"CachesDeleted": nil, "SpaceReclaimed": 0})
}

// noSwarm answers calls that only the manager of a swarm can serve.
func noSwarm(w *world.World, q *wire.Request) (wire.Reply, error) {
	return wire.Reply{}, &wire.Error{Status: 503, Text: world.NoManager}
}
