// Calls: what a container uses. Nothing is measured: every process has one thread, a
// megabyte, and no traffic.

package api

import (
	"fmt"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// containerStats answers with one sample, even to a client that asked for a stream:
// nothing changes that a second one could show.
func containerStats(w *world.World, q *wire.Request) (wire.Reply, error) {
	c, err := w.State.FindContainer(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	doc := wire.Object{
		"read": wire.Stamp(time.Time{}), "preread": wire.Stamp(time.Time{}), "id": c.ID, "name": "/" + c.Name, "num_procs": 0, "storage_stats": wire.Object{},
		"pids_stats": wire.Object{}, "blkio_stats": blkioStats(nil), "cpu_stats": cpuStats(w, time.Time{}), "precpu_stats": cpuStats(w, time.Time{}),
		"memory_stats": wire.Object{},
	}
	if !c.Running || c.Restarting {
		return wire.OK(doc)
	}
	const usage = 1 << 20
	limit := c.HostConfig.Memory
	if limit == 0 {
		limit = hostMemory
	}
	doc["read"], doc["cpu_stats"] = wire.Stamp(w.State.Now), cpuStats(w, w.State.Now)
	if !q.Flag("one-shot") {
		before := w.State.Now.Add(-time.Second)
		doc["preread"], doc["precpu_stats"] = wire.Stamp(before), cpuStats(w, before)
	}
	doc["pids_stats"], doc["blkio_stats"] = wire.Object{"current": 1}, blkioStats([]wire.Object{})
	doc["memory_stats"] = wire.Object{
		"usage": usage, "max_usage": usage, "limit": limit,
		"stats": wire.Object{"cache": 0, "rss": usage, "inactive_file": 0, "total_cache": 0, "total_rss": usage, "total_inactive_file": 0},
	}
	if networks := trafficOf(c); len(networks) > 0 {
		doc["networks"] = networks
	}
	return wire.OK(doc)
}

// cpuStats returns how long the processors have run until an instant; all of it was for
// others. At the zero instant there is no sample.
func cpuStats(w *world.World, at time.Time) wire.Object {
	usage := wire.Object{"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0}
	doc := wire.Object{"cpu_usage": usage, "throttling_data": wire.Object{"periods": 0, "throttled_periods": 0, "throttled_time": 0}}
	if !at.IsZero() {
		usage["percpu_usage"] = make([]int, w.Host.Processors())
		// The host had been up for an hour when the engine was made.
		doc["system_cpu_usage"] = int64(at.Sub(w.State.Start)+time.Hour) * int64(w.Host.Processors())
		doc["online_cpus"] = w.Host.Processors()
	}
	return doc
}

func blkioStats(none []wire.Object) wire.Object {
	doc := wire.Object{}
	for _, name := range []string{
		"io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive", "io_wait_time_recursive",
		"io_merged_recursive", "io_time_recursive", "sectors_recursive",
	} {
		doc[name] = none
	}
	return doc
}

// trafficOf returns the network interfaces of a container.
func trafficOf(c *state.Container) wire.Object {
	doc := wire.Object{}
	for _, name := range world.EndpointOrder(c) {
		if c.Endpoints[name].IPAddress == "" {
			continue
		}
		doc[fmt.Sprint("eth", len(doc))] = wire.Object{
			"rx_bytes": 0, "rx_packets": 0, "rx_errors": 0, "rx_dropped": 0, "tx_bytes": 0, "tx_packets": 0, "tx_errors": 0, "tx_dropped": 0,
		}
	}
	return doc
}
