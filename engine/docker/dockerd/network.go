// Docker adapter: networks.

package dockerd

import (
	"cmp"
	"context"
	"slices"

	"github.com/docker/docker/api/types/network"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Networks implements [docker.Reader]. The list is sorted by name.
func (c *Client) Networks(ctx context.Context) ([]docker.NetworkInfo, error) {
	ctx, k := c.read(ctx, opListNetworks, "")
	list, err := c.api.NetworkList(ctx, network.ListOptions{})
	if err != nil {
		return nil, k.fail(ctx, err)
	}
	var out []docker.NetworkInfo
	for _, one := range list {
		if one.ID == "" || one.Name == "" {
			return nil, k.absurd("a network in the list has no id or name")
		}
		out = append(out, docker.NetworkInfo{ID: one.ID, Name: one.Name})
	}
	slices.SortFunc(out, func(a, b docker.NetworkInfo) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}
