// Calls: the table of the API.

package api

import (
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// Routes is the table of the API. The names in its third column are what faults and the
// call log go by, so they are part of what tests may rely on. Where two routes fit, the
// first wins: literal paths stand before those with "*".
func Routes() []wire.Route[*world.World] {
	return []wire.Route[*world.World]{
		wire.On("GET", "_ping", "ping", ping),
		wire.On("HEAD", "_ping", "ping", ping),
		wire.On("GET", "version", "version", versionInfo),
		wire.On("GET", "info", "info", info),
		wire.On("GET", "events", "events", events),
		wire.On("GET", "system/df", "system.df", diskUsage),
		wire.On("POST", "auth", "auth", auth),
		wire.On("POST", "build/prune", "build.prune", buildPrune),
		wire.On("GET", "plugins", "plugin.list", pluginList),
		wire.On("GET", "swarm", "swarm.inspect", noSwarm),
		wire.On("GET", "nodes", "node.list", noSwarm),
		wire.On("GET", "nodes/*", "node.inspect", noSwarm),
		wire.On("GET", "services", "service.list", noSwarm),
		wire.On("GET", "services/*", "service.inspect", noSwarm),
		wire.On("GET", "tasks", "task.list", noSwarm),
		wire.On("GET", "tasks/*", "task.inspect", noSwarm),
		wire.On("GET", "secrets", "secret.list", noSwarm),
		wire.On("GET", "secrets/*", "secret.inspect", noSwarm),
		wire.On("GET", "configs", "config.list", noSwarm),
		wire.On("GET", "configs/*", "config.inspect", noSwarm),

		wire.On("GET", "containers/json", "container.list", containerList),
		wire.On("POST", "containers/create", "container.create", containerCreate),
		wire.On("POST", "containers/prune", "container.prune", containerPrune),
		wire.On("GET", "containers/*/json", "container.inspect", containerInspect),
		wire.On("GET", "containers/*/logs", "container.logs", containerLogs),
		wire.On("GET", "containers/*/top", "container.top", containerTop),
		wire.On("GET", "containers/*/stats", "container.stats", containerStats),
		wire.On("GET", "containers/*/changes", "container.changes", containerChanges),
		wire.On("GET", "containers/*/export", "container.export", containerExport),
		wire.On("GET", "containers/*/archive", "container.archive.get", archiveGet),
		wire.On("HEAD", "containers/*/archive", "container.archive.stat", archiveStat),
		wire.On("PUT", "containers/*/archive", "container.archive.put", archivePut),
		wire.On("POST", "containers/*/start", "container.start", containerStart),
		wire.On("POST", "containers/*/stop", "container.stop", containerStop),
		wire.On("POST", "containers/*/restart", "container.restart", containerRestart),
		wire.On("POST", "containers/*/kill", "container.kill", containerKill),
		wire.On("POST", "containers/*/pause", "container.pause", containerPause),
		wire.On("POST", "containers/*/unpause", "container.unpause", containerUnpause),
		wire.On("POST", "containers/*/rename", "container.rename", containerRename),
		wire.On("POST", "containers/*/update", "container.update", containerUpdate),
		wire.On("POST", "containers/*/wait", "container.wait", containerWait),
		wire.On("POST", "containers/*/resize", "container.resize", containerResize),
		wire.On("POST", "containers/*/attach", "container.attach", containerAttach),
		wire.On("POST", "containers/*/exec", "exec.create", execCreate),
		wire.On("DELETE", "containers/*", "container.remove", containerRemove),

		wire.On("POST", "exec/*/start", "exec.start", execStart),
		wire.On("POST", "exec/*/resize", "exec.resize", execResize),
		wire.On("GET", "exec/*/json", "exec.inspect", execInspect),

		wire.On("POST", "commit", "container.commit", commit),
		wire.On("GET", "images/json", "image.list", imageList),
		wire.On("POST", "images/create", "image.create", imageCreate),
		wire.On("POST", "images/load", "image.load", imageLoad),
		wire.On("POST", "images/prune", "image.prune", imagePrune),
		wire.On("GET", "images/get", "image.save", imageSave),
		wire.On("GET", "images/*/get", "image.save", imageSave),
		wire.On("GET", "images/*/json", "image.inspect", imageInspect),
		wire.On("GET", "images/*/history", "image.history", imageHistory),
		wire.On("POST", "images/*/tag", "image.tag", imageTag),
		wire.On("GET", "distribution/*/json", "distribution.inspect", distributionInspect),
		wire.On("DELETE", "images/*", "image.remove", imageRemove),

		wire.On("GET", "volumes", "volume.list", volumeList),
		wire.On("POST", "volumes/create", "volume.create", volumeCreate),
		wire.On("POST", "volumes/prune", "volume.prune", volumePrune),
		wire.On("GET", "volumes/*", "volume.inspect", volumeInspect),
		wire.On("DELETE", "volumes/*", "volume.remove", volumeRemove),

		wire.On("GET", "networks", "network.list", networkList),
		wire.On("GET", "networks/", "network.list", networkList),
		wire.On("POST", "networks/create", "network.create", networkCreate),
		wire.On("POST", "networks/prune", "network.prune", networkPrune),
		wire.On("POST", "networks/*/connect", "network.connect", networkConnect),
		wire.On("POST", "networks/*/disconnect", "network.disconnect", networkDisconnect),
		wire.On("GET", "networks/*", "network.inspect", networkInspect),
		wire.On("DELETE", "networks/*", "network.remove", networkRemove),
	}
}
