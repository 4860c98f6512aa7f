// Part of the simulated engine: images that leave as tar files.

package sim

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/archive"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// packed is one image that is saved, with those of its tags that were asked for.
type packed struct {
	image *image
	tags  []string
}

// imageSave gives images as a tar.
func imageSave(w *world, q *wire.Request) (wire.Reply, error) {
	names := q.Query["names"]
	if q.Name != "" {
		names = []string{q.Name}
	}
	wanted, err := w.images.namedImages(names)
	if err != nil {
		return wire.Reply{}, err
	}
	var content []archive.Packed
	for _, p := range wanted {
		content = append(content, archive.Packed{Image: p.image.archived(), Tags: p.tags})
		w.journal.emitImage(p.image.ID, p.image.ID, "save")
	}
	text, err := archive.Pack(content, w.st.Start)
	if err != nil {
		return wire.Reply{}, wire.Failure("%v", err)
	}
	return wire.Reply{Raw: text, Header: map[string]string{"Content-Type": "application/x-tar"}}, nil
}

// namedImages finds the images that are to be saved, each once.
func (s *images) namedImages(names []string) ([]*packed, error) {
	var all []*packed
	for _, name := range names {
		found, err := s.namedBy(name)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			i := slices.IndexFunc(all, func(have *packed) bool { return have.image == p.image })
			if i < 0 {
				all = append(all, p)
				continue
			}
			for _, tag := range p.tags {
				if !slices.Contains(all[i].tags, tag) {
					all[i].tags = append(all[i].tags, tag)
				}
			}
		}
	}
	return all, nil
}

// namedBy finds the images that one name means. A name without a tag means all its tags, and may be the beginning of an id.
func (s *images) namedBy(name string) ([]*packed, error) {
	if id := strings.TrimPrefix(name, "sha256:"); refs.IsWholeHex(id) {
		if im := s.st.Images["sha256:"+id]; im != nil {
			return []*packed{{image: im}}, nil
		}
		return nil, wire.Failure("failed to get digest sha256:%s: open /var/lib/docker/image/overlay2/imagedb/content/sha256/%s: no such file or directory", id, id)
	}
	ref, err := refs.Parse(name)
	if err != nil {
		return nil, wire.Failure("%v", err)
	}
	switch {
	case ref.Name == "sha256", ref.Tag == "" && ref.Digest == "":
		return s.namedWithoutTag(name, ref.Name)
	case ref.Digest != "":
		if im := s.st.imageWithDigest(ref.Name + "@" + ref.Digest); im != nil {
			return []*packed{{image: im}}, nil
		}
	default:
		if im := s.st.imageTagged(ref.Tagged()); im != nil {
			return []*packed{{image: im, tags: []string{ref.Tagged()}}}, nil
		}
	}
	return nil, wire.NotFound("reference does not exist")
}

func (s *images) namedWithoutTag(text, name string) ([]*packed, error) {
	var found []*packed
	for _, id := range slices.Sorted(maps.Keys(s.st.Images)) {
		if tags, known := called(s.st.Images[id], name); known {
			found = append(found, &packed{image: s.st.Images[id], tags: tags})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if im := s.st.imageByID(text); im != nil {
		return []*packed{{image: im}}, nil
	}
	return nil, wire.NotFound("No such image: %s", text)
}

// called gives the tags of an image that are of one name, and whether it has that name at all.
func called(im *image, name string) (tags []string, known bool) {
	for _, tag := range im.Tags {
		if strings.HasPrefix(tag, name+":") {
			tags = append(tags, tag)
		}
	}
	return tags, len(tags) > 0 || slices.ContainsFunc(im.Digests, func(d string) bool { return strings.HasPrefix(d, name+"@") })
}

// imageWithDigest gives the image that has a digest, or nil.
func (s *state) imageWithDigest(digest string) *image {
	for _, im := range s.Images {
		if slices.Contains(im.Digests, digest) {
			return im
		}
	}
	return nil
}

// archived is the image as an archive holds it.
func (im *image) archived() archive.Image {
	return archive.Image{
		ID: im.ID, Config: im.Config, Created: im.Created, Arch: im.Arch, OS: im.OS, Author: im.Author, Comment: im.Comment,
		Layers: im.Layers, Size: im.Size, Process: im.Process, Files: im.Files, Complete: im.Complete,
	}
}
