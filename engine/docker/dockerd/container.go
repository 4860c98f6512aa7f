// Docker adapter: containers.

package dockerd

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Containers implements [docker.Reader]. The list is sorted by name.
func (c *Client) Containers(ctx context.Context, nameRegexp string) ([]docker.ContainerSummary, error) {
	ctx, k := c.read(ctx, opListContainers, "")
	filter, err := nameFilter(nameRegexp)
	if err != nil {
		return nil, k.refuse(docker.InvalidSpec, "the filter %q is not a regular expression: %v", nameRegexp, err)
	}
	opts := container.ListOptions{All: true}
	if nameRegexp != "" {
		opts.Filters = filters.NewArgs(filters.Arg("name", nameRegexp))
	}
	list, err := c.api.ContainerList(ctx, opts)
	if err != nil {
		return nil, k.fail(ctx, err)
	}
	var out []docker.ContainerSummary
	for _, one := range list {
		s := summary(one)
		if s.ID == "" || s.Name == "" {
			return nil, k.absurd("a container in the list has no id or name")
		}
		// The engine's filter also matches the names that links give to a container.
		if filter.MatchString(s.Name) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b docker.ContainerSummary) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

func summary(one container.Summary) docker.ContainerSummary {
	s := docker.ContainerSummary{
		ID: one.ID, Image: one.Image, ImageID: one.ImageID, State: string(one.State), Status: one.Status, Labels: one.Labels,
		NetworkMode: one.HostConfig.NetworkMode,
	}
	s.Name, s.LinkNames = names(one.Names)
	for _, m := range one.Mounts {
		s.Mounts = append(s.Mounts, docker.MountInfo{Type: string(m.Type), Name: m.Name, Source: m.Source, Destination: m.Destination, RW: m.RW})
	}
	sortMounts(s.Mounts)
	if one.NetworkSettings != nil && one.NetworkSettings.Networks != nil {
		s.Networks = map[string]string{}
		for name, e := range one.NetworkSettings.Networks {
			s.Networks[name] = ""
			if e != nil {
				s.Networks[name] = e.NetworkID
			}
		}
	}
	for _, p := range one.Ports {
		if p.PublicPort != 0 { // others are only exposed
			s.Ports = append(s.Ports, docker.HostPort{IP: p.IP, Port: p.PublicPort, Protocol: p.Type})
		}
	}
	slices.SortFunc(s.Ports, func(a, b docker.HostPort) int { return cmp.Compare(a.String(), b.String()) })
	return s
}

// names tells the container's own among its names from those that links give, which have
// two slashes.
func names(all []string) (own string, links []string) {
	for _, name := range all {
		name = strings.TrimPrefix(name, "/")
		switch {
		case strings.Contains(name, "/"):
			links = append(links, name)
		case own == "":
			own = name
		}
	}
	slices.Sort(links)
	return own, links
}

// Container implements [docker.Reader].
func (c *Client) Container(ctx context.Context, nameOrID string) (docker.ContainerInfo, error) {
	ctx, k := c.read(ctx, opContainer, nameOrID)
	if err := checkName(nameOrID); err != nil {
		return docker.ContainerInfo{}, k.refuse(docker.InvalidSpec, "%v", err)
	}
	_, raw, err := c.api.ContainerInspectWithRaw(ctx, nameOrID, false)
	if err != nil {
		return docker.ContainerInfo{}, k.fail(ctx, err)
	}
	info, err := readContainer(raw)
	if err != nil {
		return info, k.absurd(err.Error())
	}
	if info.ID == "" {
		return info, k.absurd("it has no container id")
	}
	return info, nil
}

func readContainer(raw []byte) (docker.ContainerInfo, error) {
	var info docker.ContainerInfo
	var rest struct {
		NetworkSettings struct {
			Networks map[string]docker.NetworkEndpoint
		}
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return docker.ContainerInfo{}, err
	}
	if err := json.Unmarshal(raw, &rest); err != nil {
		return docker.ContainerInfo{}, err
	}
	info.Name = strings.TrimPrefix(info.Name, "/")
	info.Networks = rest.NetworkSettings.Networks
	info.State.StartedAt = realTime(info.State.StartedAt)
	info.State.FinishedAt = realTime(info.State.FinishedAt)
	sortMounts(info.Mounts)
	return info, nil
}

func sortMounts(list []docker.MountInfo) {
	slices.SortFunc(list, func(a, b docker.MountInfo) int { return cmp.Compare(a.Destination, b.Destination) })
}

// realTime returns t in UTC, and the zero time if the engine means "never".
func realTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// WaitContainer implements [docker.Reader]. A container that never ran counts as ended,
// with code 0.
func (c *Client) WaitContainer(ctx context.Context, nameOrID string) (int, error) {
	ctx, k := c.read(ctx, opWait, nameOrID)
	if err := checkName(nameOrID); err != nil {
		return 0, k.refuse(docker.InvalidSpec, "%v", err)
	}
	// Both channels are read until one of them delivers: the library itself gives up
	// when ctx ends.
	results, errs := c.api.ContainerWait(ctx, nameOrID, container.WaitConditionNotRunning)
	select {
	case err := <-errs:
		return 0, k.fail(ctx, err)
	case result := <-results:
		if result.Error != nil && result.Error.Message != "" {
			return 0, k.told(result.Error.Message)
		}
		return int(result.StatusCode), nil
	}
}

// StartContainer implements [docker.Writer].
func (c *Client) StartContainer(ctx context.Context, nameOrID string) error {
	return c.change(ctx, opStart, nameOrID, func(ctx context.Context) error {
		return c.api.ContainerStart(ctx, nameOrID, container.StartOptions{})
	})
}

// StopContainer implements [docker.Writer].
func (c *Client) StopContainer(ctx context.Context, nameOrID string, timeoutSeconds *int) error {
	return c.change(ctx, opStop, nameOrID, func(ctx context.Context) error {
		return c.api.ContainerStop(ctx, nameOrID, container.StopOptions{Timeout: timeoutSeconds})
	})
}

// SignalContainer implements [docker.Writer].
func (c *Client) SignalContainer(ctx context.Context, nameOrID, signal string) error {
	return c.change(ctx, opSignal, nameOrID, func(ctx context.Context) error {
		return c.api.ContainerKill(ctx, nameOrID, signal)
	})
}

// RemoveContainer implements [docker.Writer].
func (c *Client) RemoveContainer(ctx context.Context, nameOrID string, force bool) error {
	return c.change(ctx, opRemove, nameOrID, func(ctx context.Context) error {
		return c.api.ContainerRemove(ctx, nameOrID, container.RemoveOptions{Force: force})
	})
}

// RenameContainer implements [docker.Writer].
func (c *Client) RenameContainer(ctx context.Context, nameOrID, newName string) error {
	return c.change(ctx, opRename, nameOrID, func(ctx context.Context) error {
		return c.api.ContainerRename(ctx, nameOrID, newName)
	})
}

// UpdateContainer implements [docker.Writer].
func (c *Client) UpdateContainer(ctx context.Context, nameOrID string, change docker.ContainerUpdate) ([]string, error) {
	ctx, k := c.write(ctx, opUpdate, nameOrID)
	if err := checkName(nameOrID); err != nil {
		return nil, k.refuse(docker.InvalidSpec, "%v", err)
	}
	var request container.UpdateConfig
	if err := carryOver(change, &request); err != nil {
		return nil, k.refuse(docker.InvalidSpec, "%v", err)
	}
	answer, err := c.api.ContainerUpdate(ctx, nameOrID, request)
	if err != nil {
		return nil, k.fail(ctx, err)
	}
	return answer.Warnings, nil
}

// change makes a call that changes the named object and has no result.
func (c *Client) change(ctx context.Context, op, name string, send func(context.Context) error) error {
	ctx, k := c.write(ctx, op, name)
	if err := checkName(name); err != nil {
		return k.refuse(docker.InvalidSpec, "%v", err)
	}
	err := send(ctx)
	if err == nil && k.status == http.StatusNotModified && op != opStart && op != opStop {
		return k.absurd("it says that there was nothing to change")
	}
	return k.fail(ctx, err)
}
