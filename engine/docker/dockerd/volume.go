// Docker adapter: volumes.

package dockerd

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Volumes implements [docker.Reader]. The list is sorted by name. It lacks the volumes
// of a driver that does not answer; creating such a volume finds it again.
func (c *Client) Volumes(ctx context.Context, nameRegexp string) ([]docker.VolumeInfo, error) {
	ctx, k := c.read(ctx, opListVolumes, "")
	filter, err := nameFilter(nameRegexp)
	if err != nil {
		return nil, k.refuse(docker.InvalidSpec, "the filter %q is not a regular expression: %v", nameRegexp, err)
	}
	var opts volume.ListOptions
	if nameRegexp != "" {
		opts.Filters = filters.NewArgs(filters.Arg("name", nameRegexp))
	}
	list, err := c.api.VolumeList(ctx, opts)
	if err != nil {
		return nil, k.fail(ctx, err)
	}
	var out []docker.VolumeInfo
	for _, one := range list.Volumes {
		if one == nil || one.Name == "" {
			return nil, k.absurd("a volume in the list has no name")
		}
		if filter.MatchString(one.Name) {
			out = append(out, volumeInfo(*one))
		}
	}
	slices.SortFunc(out, func(a, b docker.VolumeInfo) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// Volume implements [docker.Reader].
func (c *Client) Volume(ctx context.Context, name string) (docker.VolumeInfo, error) {
	ctx, k := c.read(ctx, opVolume, name)
	if err := checkName(name); err != nil {
		return docker.VolumeInfo{}, k.refuse(docker.InvalidSpec, "%v", err)
	}
	found, err := c.api.VolumeInspect(ctx, name)
	if err != nil {
		return docker.VolumeInfo{}, k.fail(ctx, err)
	}
	if found.Name == "" {
		return docker.VolumeInfo{}, k.absurd("it has no name")
	}
	if found.Name != name { // podman accepts the beginning of a name
		return docker.VolumeInfo{}, k.refuse(docker.NotFound, "no such volume, only %q", found.Name)
	}
	return volumeInfo(found), nil
}

// CreateVolume implements [docker.Writer].
func (c *Client) CreateVolume(ctx context.Context, spec docker.VolumeSpec) (docker.VolumeInfo, error) {
	ctx, k := c.write(ctx, opCreateVolume, spec.Name)
	if err := checkName(spec.Name); err != nil {
		return docker.VolumeInfo{}, k.refuse(docker.InvalidSpec, "%v", err)
	}
	made, err := c.api.VolumeCreate(ctx, volume.CreateOptions{
		Name:       spec.Name,
		Driver:     spec.Driver,
		DriverOpts: spec.DriverOpts,
		Labels:     spec.Labels,
	})
	if err != nil {
		return docker.VolumeInfo{}, k.fail(ctx, err)
	}
	if made.Name != spec.Name {
		return docker.VolumeInfo{}, k.absurd("it is about another volume")
	}
	return volumeInfo(made), nil
}

// RemoveVolume implements [docker.Writer].
func (c *Client) RemoveVolume(ctx context.Context, name string) error {
	return c.change(ctx, opRemoveVolume, name, func(ctx context.Context) error {
		return c.api.VolumeRemove(ctx, name, false)
	})
}

func volumeInfo(v volume.Volume) docker.VolumeInfo {
	created, _ := time.Parse(time.RFC3339, v.CreatedAt) // zero if the driver does not say
	return docker.VolumeInfo{Name: v.Name, Driver: v.Driver, Mountpoint: v.Mountpoint, Labels: v.Labels, Options: v.Options, CreatedAt: created}
}
