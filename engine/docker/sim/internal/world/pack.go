// World: images that leave as tar files.

package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// packed is one image to save, with those of its tags that were asked for.
type packed struct {
	Image *state.Image
	Tags  []string
}

// NamedImages finds the images to save, each once.
func (s *Images) NamedImages(names []string) ([]*packed, error) {
	var all []*packed
	for _, name := range names {
		found, err := s.namedBy(name)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			i := slices.IndexFunc(all, func(have *packed) bool { return have.Image == p.Image })
			if i < 0 {
				all = append(all, p)
				continue
			}
			for _, tag := range p.Tags {
				if !slices.Contains(all[i].Tags, tag) {
					all[i].Tags = append(all[i].Tags, tag)
				}
			}
		}
	}
	return all, nil
}

// namedBy finds the images that one name stands for. A name without a tag stands for
// all its tags, and may be a prefix of an id.
func (s *Images) namedBy(name string) ([]*packed, error) {
	if id := strings.TrimPrefix(name, "sha256:"); refs.IsWholeHex(id) {
		if im := s.st.Images["sha256:"+id]; im != nil {
			return []*packed{{Image: im}}, nil
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
		if im := s.st.ImageWithDigest(ref.Name + "@" + ref.Digest); im != nil {
			return []*packed{{Image: im}}, nil
		}
	default:
		if im := s.st.ImageTagged(ref.Tagged()); im != nil {
			return []*packed{{Image: im, Tags: []string{ref.Tagged()}}}, nil
		}
	}
	return nil, wire.NotFound("reference does not exist")
}

func (s *Images) namedWithoutTag(text, name string) ([]*packed, error) {
	var found []*packed
	for _, id := range slices.Sorted(maps.Keys(s.st.Images)) {
		if tags, known := tagsNamed(s.st.Images[id], name); known {
			found = append(found, &packed{Image: s.st.Images[id], Tags: tags})
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if im := s.st.ImageByID(text); im != nil {
		return []*packed{{Image: im}}, nil
	}
	return nil, wire.NotFound("No such image: %s", text)
}

// tagsNamed returns those tags of an image that belong to one name, and whether it has
// that name at all.
func tagsNamed(im *state.Image, name string) (tags []string, known bool) {
	for _, tag := range im.Tags {
		if strings.HasPrefix(tag, name+":") {
			tags = append(tags, tag)
		}
	}
	return tags, len(tags) > 0 || slices.ContainsFunc(im.Digests, func(d string) bool { return strings.HasPrefix(d, name+"@") })
}
