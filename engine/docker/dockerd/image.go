// Docker adapter: images.

package dockerd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/client"

	"github.com/dmap-dev/dmap/engine/docker"
)

// Image implements [docker.Reader]. RepoTags are sorted.
func (c *Client) Image(ctx context.Context, ref string) (docker.ImageInfo, error) {
	ctx, k := c.read(ctx, opImage, ref)
	if err := checkImage(ref); err != nil {
		return docker.ImageInfo{}, k.refuse(docker.InvalidSpec, "%v", err)
	}
	var raw bytes.Buffer
	if _, err := c.api.ImageInspect(ctx, ref, client.ImageInspectWithRawResponse(&raw)); err != nil {
		return docker.ImageInfo{}, k.fail(ctx, err)
	}
	var found struct {
		ID       string `json:"Id"`
		RepoTags []string
		Config   docker.ContainerConfig
	}
	if err := json.Unmarshal(raw.Bytes(), &found); err != nil {
		return docker.ImageInfo{}, k.absurd(err.Error())
	}
	if found.ID == "" {
		return docker.ImageInfo{}, k.absurd("it has no image id")
	}
	slices.Sort(found.RepoTags)
	return docker.ImageInfo{ID: found.ID, RepoTags: found.RepoTags, Config: found.Config}, nil
}

// RemoteImage implements [docker.Reader].
func (c *Client) RemoteImage(ctx context.Context, ref string) error {
	ctx, k := c.read(ctx, opRemoteImage, ref)
	named, auth, err := c.remote(ctx, k)
	if err != nil {
		return err
	}
	found, err := c.api.DistributionInspect(ctx, reference.TagNameOnly(named).String(), auth)
	if err != nil {
		return k.fail(ctx, err)
	}
	if found.Descriptor.Digest == "" {
		return k.absurd("it has no image digest")
	}
	return nil
}

// PullImage implements [docker.Writer]. A reference with neither tag nor digest means
// latest. The credentials are read from the configuration of the docker command on
// every call, so a login made meanwhile counts.
func (c *Client) PullImage(ctx context.Context, ref string, progress func()) error {
	ctx, k := c.write(ctx, opPull, ref)
	named, auth, err := c.remote(ctx, k)
	if err != nil {
		return err
	}
	k.stream = true
	report, err := c.api.ImagePull(ctx, named.String(), image.PullOptions{RegistryAuth: auth})
	if err != nil {
		return k.fail(ctx, err)
	}
	defer report.Close()
	return k.finish(ctx, report, progress)
}

// remote reads the target of a call as an image in a registry, and looks up the
// credentials for it.
func (c *Client) remote(ctx context.Context, k *call) (reference.Named, string, error) {
	named, err := reference.ParseNormalizedNamed(k.target)
	if err != nil {
		return nil, "", k.refuse(docker.InvalidSpec, "%v", err)
	}
	auth, err := c.credentials(ctx, named)
	switch {
	case ctx.Err() != nil:
		return nil, "", k.refuse(docker.Cancelled, "%s", k.ended(ctx.Err()))
	case err != nil:
		return nil, "", k.refuse(docker.Denied, "cannot get the credentials for %s: %v", reference.Domain(named), err)
	}
	return named, auth, nil
}

// LoadImages implements [docker.Writer]. The archive is read to its end, but not
// closed.
func (c *Client) LoadImages(ctx context.Context, archive io.Reader) error {
	ctx, k := c.write(ctx, opLoad, "")
	if archive == nil {
		return k.refuse(docker.InvalidSpec, "no archive is given")
	}
	k.stream = true
	source := &source{in: archive}
	answer, err := c.api.ImageLoad(ctx, source)
	if source.failed() != nil {
		return k.refuse(docker.InvalidSpec, "cannot read the archive: %v", source.failed())
	}
	if err != nil {
		return k.fail(ctx, err)
	}
	defer answer.Body.Close()
	return k.finish(ctx, answer.Body, nil)
}

// finish reads the report of a long call to its end. The status was sent before the
// work began, so a failure is reported in the body. It calls progress, unless that is
// nil, at each line.
func (k *call) finish(ctx context.Context, report io.ReadCloser, progress func()) error {
	lines := &limited{ReadCloser: report, call: k}
	in := json.NewDecoder(lines)
	for {
		lines.left = maxLine
		var line struct {
			Error       string `json:"error"`
			ErrorDetail struct {
				Message string `json:"message"`
			} `json:"errorDetail"`
		}
		err := in.Decode(&line)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return k.fail(ctx, err)
		case line.ErrorDetail.Message != "":
			return k.told(line.ErrorDetail.Message)
		case line.Error != "":
			return k.told(line.Error)
		case progress != nil:
			progress()
		}
	}
}
