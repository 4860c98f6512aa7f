// Docker adapter: the engine itself.

package dockerd

import (
	"context"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Engine implements [docker.Reader]. APIVersion is the version that both sides speak;
// Arch has Go's names ("amd64").
func (c *Client) Engine(ctx context.Context) (docker.EngineInfo, error) {
	infoCtx, k := c.read(ctx, opEngine, "")
	info, err := c.api.Info(infoCtx)
	if err != nil {
		return docker.EngineInfo{}, k.fail(infoCtx, err)
	}
	versionCtx, k := c.read(ctx, opEngine, "")
	version, err := c.api.ServerVersion(versionCtx)
	if err != nil {
		return docker.EngineInfo{}, k.fail(versionCtx, err)
	}
	now, _ := time.Parse(time.RFC3339Nano, info.SystemTime) // zero if the engine does not say
	return docker.EngineInfo{
		ID:         info.ID,
		Name:       info.Name,
		Version:    version.Version,
		APIVersion: c.APIVersion,
		OSType:     info.OSType,
		Arch:       version.Arch,
		CPUs:       info.NCPU,
		Time:       now,
	}, nil
}
