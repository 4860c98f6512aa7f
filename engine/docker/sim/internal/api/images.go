// Calls: calls about images.

package api

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

func imageInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	im, err := w.State.FindImage(q.Name)
	if err != nil {
		return wire.Reply{}, wire.Prefixed("no such image: "+q.Name+": ", err)
	}
	doc := wire.Object{
		"Id": im.ID, "RepoTags": wire.List(im.Tags), "RepoDigests": wire.List(im.Digests), "Parent": im.Parent, "Comment": im.Comment,
		"Created": wire.Stamp(im.Created), "DockerVersion": "", "Author": im.Author, "Config": im.Config,
		"Architecture": im.Arch, "Os": im.OS, "Size": im.Size,
		"GraphDriver": wire.Object{"Name": "overlay2", "Data": wire.Object{"UpperDir": "/var/lib/docker/overlay2/" + im.ID[7:] + "/diff"}},
		"RootFS":      wire.Object{"Type": "layers", "Layers": wire.List(im.Layers)},
		"Metadata":    wire.Object{"LastTagTime": wire.Stamp(im.LastTagTime)},
	}
	if !q.At(44) {
		doc["VirtualSize"] = im.Size
	}
	if !q.At(45) {
		doc["Container"], doc["ContainerConfig"] = im.Container, spec.Config{}
		if im.ContainerConfig != nil {
			doc["ContainerConfig"] = im.ContainerConfig
		}
	}
	return wire.OK(doc)
}

func imageHistory(w *world.World, q *wire.Request) (wire.Reply, error) {
	im, err := w.State.FindImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	var steps []wire.Object
	for im != nil {
		parent, by, size := w.State.Images[im.Parent], "", im.Size
		if im.ContainerConfig != nil {
			by = strings.Join(im.ContainerConfig.Cmd, " ")
		}
		if parent != nil {
			size -= parent.Size
		}
		steps = append(steps, wire.Object{
			"Id": im.ID, "Created": im.Created.Unix(), "CreatedBy": by, "Tags": wire.OrNil(im.Tags), "Size": size, "Comment": im.Comment,
		})
		im = parent
	}
	return wire.OK(steps)
}

func imageList(w *world.World, q *wire.Request) (wire.Reply, error) {
	known := []string{"dangling", "label", "before", "since", "reference"}
	if q.At(42) {
		known = append(known, "until")
	}
	f, err := filter.Read(q, known...)
	if err != nil {
		return wire.Reply{}, err
	}
	between, err := imageAge(w, q, f)
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return wire.Reply{}, err
	}
	docs := []wire.Object{}
	for _, im := range w.State.ImagesByAge() {
		if !between(im.Created) || !f.Labels(im.Config.Labels) || dangling != nil && *dangling != (len(im.Tags) == 0) {
			continue
		}
		tags, digests, err := f.References(im.Tags, im.Digests)
		if err != nil {
			return wire.Reply{}, err
		}
		// An image without names shows as <none>, unless names were asked for: then it
		// is not in the list.
		if len(tags)+len(digests) == 0 {
			if len(f["reference"]) > 0 {
				continue
			}
			tags, digests = []string{"<none>:<none>"}, []string{"<none>@<none>"}
		}
		docs = append(docs, imageRow(q, im, tags, digests))
	}
	return wire.OK(docs)
}

// imageRow returns an image as a row of the list, with those of its names that are
// wanted.
func imageRow(q *wire.Request, im *state.Image, tags, digests []string) wire.Object {
	doc := wire.Object{
		"Id": im.ID, "ParentId": im.Parent, "RepoTags": wire.OrNil(tags), "RepoDigests": wire.OrNil(digests), "Created": im.Created.Unix(),
		"Size": im.Size, "SharedSize": -1, "Labels": im.Config.Labels, "Containers": -1,
	}
	if !q.At(44) {
		doc["VirtualSize"] = im.Size
	}
	return doc
}

// imageAge returns a test for those filters of the image list that ask when an image
// was made.
func imageAge(w *world.World, q *wire.Request, f filter.Set) (func(created time.Time) bool, error) {
	bounds := map[string]time.Time{}
	for _, name := range []string{"before", "since"} {
		for _, value := range f[name] {
			im, err := w.State.FindImage(value)
			if err != nil {
				return nil, err
			}
			bounds[name] = im.Created
		}
	}
	until, err := f.Until(q, w.State.Now)
	if err != nil {
		return nil, err
	}
	before, hasBefore := bounds["before"]
	since, hasSince := bounds["since"]
	return func(created time.Time) bool {
		return (!hasBefore || created.Before(before)) && (!hasSince || created.After(since)) && !filter.Spares(until, created)
	}, nil
}

func imageTag(w *world.World, q *wire.Request) (wire.Reply, error) {
	im, err := w.State.FindImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if _, err := tagImage(w, q, im, q.Query.Get("repo"), q.Query.Get("tag")); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(201)
}

// tagImage gives an image one more name, and emits the event.
func tagImage(w *world.World, q *wire.Request, im *state.Image, repo, tag string) (refs.Reference, error) {
	ref, err := refs.Parse(repo)
	if err != nil {
		return ref, wire.Invalid(q, "%v", err)
	}
	ref.Tag = cmp.Or(tag, ref.Tag)
	if ref.Tag != "" && !refs.IsTag(ref.Tag) {
		return ref, wire.Invalid(q, "invalid tag format")
	}
	if ref.Digest != "" {
		return ref, wire.BadRequest("refusing to create a tag with a digest reference")
	}
	w.Images.Tag(im, ref.Tagged())
	w.Journal.EmitImage(im.ID, ref.Given(), "tag")
	return ref, nil
}

func imageRemove(w *world.World, q *wire.Request) (wire.Reply, error) {
	im, err := w.State.FindImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	force := q.Flag("force")
	ref, refErr := refs.Parse(q.Name)
	// A text can be both a name and the beginning of an id. As a name it removes only
	// that name, as an id the image.
	byName := refErr == nil && slices.Contains(im.Tags, ref.Tagged())
	if byName {
		done, err := w.Images.Untag(im, ref, force)
		if err != nil {
			return wire.Reply{}, err
		}
		return wire.OK(done)
	}
	if len(im.Tags) > 1 && !force && distinctNames(im.Tags) > 1 {
		return wire.Reply{}, wire.Conflict("conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories", im.ID[7:19])
	}
	if err := w.Images.InUse(im, im.ID[7:19], force); err != nil {
		return wire.Reply{}, err
	}
	return wire.OK(w.Images.Delete(im))
}

func distinctNames(tags []string) int {
	names := map[string]bool{}
	for _, tag := range tags {
		names[tag[:strings.LastIndex(tag, ":")]] = true
	}
	return len(names)
}

func imagePrune(w *world.World, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "dangling", "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.State.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var done []wire.Object
	var freed int64
	for _, im := range w.State.ImagesByAge() {
		// Deleting an image can delete its parents as well, so an image of this list
		// may be gone by now.
		onlyDangling := dangling == nil || *dangling
		if w.State.Images[im.ID] == nil || onlyDangling && len(im.Tags) > 0 || filter.Spares(until, im.Created) || !f.Labels(im.Config.Labels) || w.Images.InUse(im, "", false) != nil {
			continue
		}
		freed += im.Size
		done = append(done, w.Images.Delete(im)...)
	}
	w.Journal.Emit("image", "prune", "", map[string]string{"reclaimed": fmt.Sprint(freed)})
	return wire.OK(wire.Object{"ImagesDeleted": done, "SpaceReclaimed": freed})
}

// imageCreate pulls an image, or imports a file tree.
func imageCreate(w *world.World, q *wire.Request) (wire.Reply, error) {
	if q.Query.Get("fromSrc") != "" {
		return imageImport(w, q)
	}
	name := q.Query.Get("fromImage")
	if tag := q.Query.Get("tag"); tag != "" {
		// A digest arrives in the parameter "tag" too.
		if strings.Contains(tag, ":") {
			name += "@" + tag
		} else {
			name += ":" + tag
		}
	}
	ref, err := refs.Parse(name)
	if err != nil {
		return wire.Reply{}, err
	}
	im, fresh, err := w.Images.Pull(ref)
	if err != nil {
		return wire.Reply{}, err
	}
	state := "Image is up to date for "
	if fresh {
		state = "Downloaded newer image for "
	}
	layer := strings.TrimPrefix(im.Layers[0], "sha256:")[:12]
	return wire.Messages(
		wire.Object{"status": "Pulling from " + strings.TrimPrefix(ref.Name, "docker.io/"), "id": cmp.Or(ref.Tag, "latest")},
		wire.Object{"status": "Pulling fs layer", "progressDetail": wire.Object{}, "id": layer},
		wire.Object{"status": "Pull complete", "progressDetail": wire.Object{}, "id": layer},
		wire.Object{"status": "Digest: " + world.RemoteDigest(im)},
		wire.Object{"status": "Status: " + state + ref.Tagged()},
	)
}

// distributionInspect asks the registry about an image without fetching it.
func distributionInspect(w *world.World, q *wire.Request) (wire.Reply, error) {
	ref, err := refs.Parse(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	im := w.Images.Remote(ref)
	if im == nil {
		return wire.Reply{}, w.Images.PullError(ref)
	}
	return wire.OK(wire.Object{
		"Descriptor": wire.Object{
			"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
			"digest":    world.RemoteDigest(im), "size": 1024,
		},
		"Platforms": []wire.Object{{"architecture": "amd64", "os": "linux"}},
	})
}
