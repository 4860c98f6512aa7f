// State: finding containers, images, networks, volumes and execs by the names that
// clients use.

package state

import (
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// FindContainer finds a container by id, by name, by the path of a legacy link, or by
// an unambiguous prefix of its id.
func (s *State) FindContainer(ref string) (*Container, error) {
	if ref == "" {
		return nil, wire.BadRequest("invalid name or ID supplied: \"\"")
	}
	if c := s.Containers[ref]; c != nil {
		return c, nil
	}
	name := strings.TrimPrefix(ref, "/")
	var found []*Container
	for _, c := range s.Containers {
		if c.Name == name {
			return c, nil
		}
		// The name CONTAINER/ALIAS means the container that is linked.
		for _, l := range c.Links {
			if target := s.Containers[l.Target]; target != nil && name == c.Name+"/"+l.Alias {
				return target, nil
			}
		}
		if strings.HasPrefix(c.ID, ref) {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, wire.NotFound("No such container: %s", ref)
	}
	return nil, wire.BadRequest("Multiple IDs found with provided prefix: %s", ref)
}

// FindExec finds an exec by its id, and the container it belongs to.
func (s *State) FindExec(id string) (*Execution, *Container, error) {
	x := s.Execs[id]
	if x == nil {
		return nil, nil, wire.NotFound("No such exec instance: %s", id)
	}
	c := s.Containers[x.Container]
	if c == nil {
		return nil, nil, wire.NotFound("No such exec instance: %s", id)
	}
	return x, c, nil
}

// FindImage finds an image by id, by a prefix of its id, or by name.
func (s *State) FindImage(text string) (*Image, error) {
	// Only a whole id, or one with its algorithm, wins over a name: a short name such
	// as "cafe" can be the beginning of an id too.
	if im := s.ImageByID(text); im != nil && (strings.HasPrefix(text, "sha256:") || refs.IsWholeHex(text)) {
		return im, nil
	}
	if refs.IsWholeHex(text) || refs.IsImageID(text) {
		return nil, wire.NotFound("No such image: %s", text)
	}
	ref, err := refs.Parse(text)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(s.Images)) {
		im := s.Images[id]
		if ref.Digest != "" {
			if slices.Contains(im.Digests, ref.Name+"@"+ref.Digest) {
				return im, nil
			}
			continue
		}
		if slices.Contains(im.Tags, ref.Tagged()) {
			return im, nil
		}
	}
	if im := s.ImageByID(text); im != nil {
		return im, nil
	}
	if ref.Digest != "" {
		return nil, wire.NotFound("No such image: %s", text)
	}
	shown := text
	if ref.Tag == "" {
		shown = ref.Name + ":latest"
	}
	return nil, wire.NotFound("No such image: %s", shown)
}

// ImageByID finds an image by its id or an unambiguous prefix of it.
func (s *State) ImageByID(text string) *Image {
	short := strings.TrimPrefix(text, "sha256:")
	if !refs.IsHex(short) {
		return nil
	}
	var found *Image
	for id, im := range s.Images {
		if strings.HasPrefix(id, "sha256:"+short) {
			if found != nil {
				return nil
			}
			found = im
		}
	}
	return found
}

// ImageTagged returns the image that has a tag, or nil.
func (s *State) ImageTagged(tag string) *Image {
	for _, im := range s.Images {
		if slices.Contains(im.Tags, tag) {
			return im
		}
	}
	return nil
}

// FindNetwork finds a network by id, by name, or by a prefix of its id.
func (s *State) FindNetwork(ref string) (*Network, error) {
	if n := s.Networks[ref]; n != nil {
		return n, nil
	}
	var named, prefixed []*Network
	for _, n := range s.NetworksByAge() {
		if n.Name == ref {
			named = append(named, n)
		}
		if ref != "" && strings.HasPrefix(n.ID, ref) {
			prefixed = append(prefixed, n)
		}
	}
	switch {
	// Names of networks need not be unique, and win over ids.
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		return nil, wire.BadRequest("network %s is ambiguous (%d matches found based on name)", ref, len(named))
	case len(prefixed) == 1:
		return prefixed[0], nil
	case len(prefixed) > 1:
		return nil, wire.BadRequest("network %s is ambiguous (%d matches found based on ID prefix)", ref, len(prefixed))
	}
	return nil, wire.NotFound("network %s not found", ref)
}

// ImageWithDigest returns the image that has a digest, or nil.
func (s *State) ImageWithDigest(digest string) *Image {
	for _, im := range s.Images {
		if slices.Contains(im.Digests, digest) {
			return im
		}
	}
	return nil
}

// FindVolume finds a volume by its name.
func (s *State) FindVolume(name string) (*Volume, error) {
	if v := s.Volumes[name]; v != nil {
		return v, nil
	}
	return nil, wire.NotFound("get %s: no such volume", name)
}
