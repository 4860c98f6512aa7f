// Part of the simulated engine: what it tells about itself.

package sim

import "strings"

func ping(w *world, q *request) (reply, error) {
	return reply{raw: []byte("OK"), header: map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache",
	}}, nil
}

// host is the machine that the engine says it runs on.
type host struct{ opts Options }

// hostMemory is the memory of the host.
const hostMemory = int64(8 << 30)

func (h host) hostName() string { return first(h.opts.Name, "sim") }

func (h host) cpus() int {
	if h.opts.CPUs > 0 {
		return h.opts.CPUs
	}
	return 2
}

// engineID is the id of the engine: its own, or one that is the same in every simulation.
func (h host) engineID() string {
	if h.opts.ID != "" {
		return h.opts.ID
	}
	text := strings.ToUpper(idOf("engine", "id"))
	var parts []string
	for i := range 12 {
		parts = append(parts, text[4*i:4*i+4])
	}
	return strings.Join(parts, ":")
}

func versionInfo(w *world, q *request) (reply, error) {
	release, api := w.version.engineRelease(), w.version.String()
	const goVersion, kernel, built = "go1.19.8", "6.1.0", "2024-01-01T00:00:00.000000000+00:00"
	return ok(object{
		"Platform": object{"Name": "dmap sim"}, "Version": release, "ApiVersion": api, "MinAPIVersion": minVersion().String(),
		"GitCommit": "sim", "GoVersion": goVersion, "Os": "linux", "Arch": "amd64", "KernelVersion": kernel, "BuildTime": built,
		"Components": []object{{"Name": "Engine", "Version": release, "Details": object{
			"ApiVersion": api, "MinAPIVersion": minVersion().String(), "Arch": "amd64", "BuildTime": built, "Experimental": "false",
			"GitCommit": "sim", "GoVersion": goVersion, "KernelVersion": kernel, "Os": "linux",
		}}},
	})
}

func info(w *world, q *request) (reply, error) {
	var running, paused, stopped int
	for _, c := range w.st.Containers {
		switch {
		case c.Paused:
			paused++
		case c.Running:
			running++
		default:
			stopped++
		}
	}
	return ok(object{
		"ID": w.host.engineID(), "Containers": len(w.st.Containers), "ContainersRunning": running, "ContainersPaused": paused,
		"ContainersStopped": stopped, "Images": len(w.st.Images), "Driver": "overlay2", "DriverStatus": [][2]string{{"Backing Filesystem", "virtual"}},
		"Plugins": object{
			"Volume": []string{"local"}, "Network": []string{"bridge", "host", "ipvlan", "macvlan", "null", "overlay"}, "Authorization": nil,
			"Log": []string{"awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"},
		},
		"MemoryLimit": true, "SwapLimit": true, "KernelMemory": true, "KernelMemoryTCP": true, "CpuCfsPeriod": true, "CpuCfsQuota": true,
		"CPUShares": true, "CPUSet": true, "PidsLimit": true, "IPv4Forwarding": true, "BridgeNfIptables": true, "BridgeNfIp6tables": true,
		"Debug": false, "NFd": 0, "OomKillDisable": true, "NGoroutines": 0, "SystemTime": stamp(w.st.Now), "LoggingDriver": "json-file",
		"CgroupDriver": "cgroupfs", "CgroupVersion": "1", "NEventsListener": len(w.journal.watchers), "KernelVersion": "6.1.0",
		"OperatingSystem": "dmap sim", "OSVersion": "", "OSType": "linux", "Architecture": "x86_64",
		"IndexServerAddress": "https://index.docker.io/v1/", "RegistryConfig": object{
			"AllowNondistributableArtifactsCIDRs": []string{}, "AllowNondistributableArtifactsHostnames": []string{},
			"InsecureRegistryCIDRs": []string{"127.0.0.0/8"}, "Mirrors": []string{},
			"IndexConfigs": object{"docker.io": object{"Name": "docker.io", "Mirrors": []string{}, "Secure": true, "Official": true}},
		},
		"NCPU": w.host.cpus(), "MemTotal": hostMemory, "GenericResources": nil, "DockerRootDir": "/var/lib/docker", "HttpProxy": "", "HttpsProxy": "",
		"NoProxy": "", "Name": w.host.hostName(), "Labels": []string{}, "ExperimentalBuild": false, "ServerVersion": w.version.engineRelease(),
		"Runtimes": object{"runc": object{"path": "runc"}}, "DefaultRuntime": "runc",
		"Swarm":              object{"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": false, "Error": "", "RemoteManagers": nil},
		"LiveRestoreEnabled": false, "Isolation": "", "InitBinary": "docker-init",
		"ContainerdCommit": object{"ID": "", "Expected": ""}, "RuncCommit": object{"ID": "", "Expected": ""}, "InitCommit": object{"ID": "", "Expected": ""},
		"SecurityOptions": []string{"name=seccomp,profile=default"}, "Warnings": nil,
	})
}

func auth(w *world, q *request) (reply, error) {
	return reply{}, failure("cannot log in: the simulated engine has no network")
}

func diskUsage(w *world, q *request) (reply, error) {
	list := &request{query: map[string][]string{"all": {"1"}, "size": {"1"}}, version: q.version}
	images, err := imageList(w, list)
	if err != nil {
		return reply{}, err
	}
	var containers, volumes []object
	for _, c := range w.st.containers() {
		containers = append(containers, listDocument(w, c, list))
	}
	for _, name := range sortedKeys(w.st.Volumes) {
		v := w.st.Volumes[name]
		doc := v.document()
		doc["UsageData"] = object{"Size": 0, "RefCount": len(v.Refs)}
		volumes = append(volumes, doc)
	}
	return ok(object{
		"LayersSize": 0, "Images": images.json, "Containers": containers, "Volumes": volumes, "BuildCache": nil, "BuilderSize": 0,
	})
}

func pluginList(w *world, q *request) (reply, error) { return ok([]object{}) }

// buildPrune finds nothing to remove, since nothing is built here.
func buildPrune(w *world, q *request) (reply, error) {
	if _, err := readFilters(q, "until", "id", "label", "label!", "parent", "type", "description", "inuse", "shared", "private"); err != nil {
		return reply{}, prefixed("failed to prune build cache: ", err)
	}
	return ok(object{"CachesDeleted": nil, "SpaceReclaimed": 0})
}

// noSwarm answers what only the manager of a swarm can tell.
func noSwarm(w *world, q *request) (reply, error) {
	return reply{}, &apiError{status: 503, text: noManager}
}

const noManager = `This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.`
