// World: images and their names.

package world

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// Images holds the images on the engine, and those that it could pull.
type Images struct {
	// Registry returns the image of a full name that nobody has put into the registry, or
	// nil; a nil Registry has none.
	Registry func(name string) *Image

	st      *state.State
	journal *Journal
}

// Image is an image as a test declares it. Only Names or ID is required.
type Image struct {
	Names   []string    // such as "nginx" or "registry.example.com/web:2"; without a tag, "latest" is added
	ID      string      // "sha256:" and 64 hex digits; if empty, derived from the first name
	Config  spec.Config // an empty Cmd means ["sim"], so that a container can be made from it
	Created time.Time   // zero means now, by the engine's clock
	Size    int64
	// Process is what containers of the image do; nil means as
	// Config.Labels[ScriptLabel] says, or else run until stopped.
	Process *script.Process
	// Files are the files that matter, by absolute path: content that is copied into
	// fresh volumes, /etc/passwd.
	Files map[string]files.File
	// Complete says that Files is everything: a program or a user that is not in it
	// does not exist.
	Complete bool
}

// Make makes the image that a test declares. The error says what is wrong with it.
func (s *Images) Make(im Image) (*state.Image, error) {
	if len(im.Names) == 0 && im.ID == "" {
		return nil, fmt.Errorf("cannot add image: it has neither a name nor an id")
	}
	made := &state.Image{
		ID: im.ID, Config: im.Config, Created: im.Created, Size: im.Size, Process: im.Process, Complete: im.Complete,
		Arch: "amd64", OS: "linux", Files: files.Tree{},
	}
	var err error
	if made.Tags, err = tagsOf(im.Names); err != nil {
		return nil, err
	}
	if made.ID == "" {
		made.ID = "sha256:" + ids.Of("image", made.Tags[0])
	}
	if !refs.IsImageID(made.ID) {
		return nil, fmt.Errorf("cannot add image: %q is not sha256: and 64 hex digits", im.ID)
	}
	if text, ok := im.Config.Labels[script.Label]; ok {
		if _, err := script.Parse(text); err != nil {
			return nil, fmt.Errorf("cannot add image %q: %w", strings.Join(im.Names, " "), err)
		}
	}
	if made.Created.IsZero() {
		made.Created = s.st.Now
	}
	if len(made.Config.Cmd) == 0 && len(made.Config.Entrypoint) == 0 {
		made.Config.Cmd = spec.StringList{"sim"}
	}
	for name, f := range im.Files {
		p := path.Clean("/" + name)
		made.Files.MkdirAll(path.Dir(p))
		f.Size = max(f.Size, int64(len(f.Data)))
		made.Files[p] = f
	}
	made.Layers = []string{"sha256:" + ids.Of("layer", made.ID)}
	return made, nil
}

// tagsOf returns names with their tags.
func tagsOf(names []string) ([]string, error) {
	var tags []string
	for _, name := range names {
		ref, err := refs.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("cannot add image %q: %w", name, err)
		}
		if ref.Digest != "" {
			return nil, fmt.Errorf("cannot add image %q: give a name and a tag, not a digest", name)
		}
		tags = append(tags, ref.Tagged())
	}
	return tags, nil
}

// Put adds an image; images that had its tags lose them.
func (s *Images) Put(im *state.Image) {
	if old := s.st.Images[im.ID]; old != nil {
		for _, tag := range im.Tags {
			s.Tag(old, tag)
		}
		return
	}
	s.st.Serial++
	// A copy: the image may belong to a registry, and must not get the names that this
	// engine gives it.
	made := *im
	made.Serial = s.st.Serial
	made.Tags = nil
	s.st.Images[im.ID] = &made
	for _, tag := range im.Tags {
		s.Tag(&made, tag)
	}
}

// Tag gives im a tag, and takes it away from the image that had it.
func (s *Images) Tag(im *state.Image, tag string) {
	for _, other := range s.st.Images {
		if i := slices.Index(other.Tags, tag); i >= 0 {
			other.Tags = slices.Delete(other.Tags, i, i+1)
		}
	}
	im.Tags = append(im.Tags, tag)
	sort.Strings(im.Tags)
	im.LastTagTime = s.st.Now
}

// Untag removes one name of an image and, with its last name, the image.
func (s *Images) Untag(im *state.Image, ref refs.Reference, force bool) ([]wire.Object, error) {
	if len(im.Tags) > 1 {
		im.Tags = slices.DeleteFunc(slices.Clone(im.Tags), func(tag string) bool { return tag == ref.Tagged() })
		s.journal.EmitImage(im.ID, im.ID, "untag")
		return []wire.Object{{"Untagged": ref.Tagged()}}, nil
	}
	if !force {
		for _, c := range s.st.ContainersByAge() {
			if c.ImageID == im.ID {
				return nil, wire.Conflict("conflict: unable to remove repository reference %q (must force) - container %s is using its referenced image %s", ref.Given(), c.ShortID(), im.ID[7:19])
			}
		}
	}
	// If the image is still needed, its last name goes alone, and the image stays
	// without one. With force the image itself is meant, which its children forbid.
	err := s.InUse(im, im.ID[7:19], force)
	if err != nil || len(s.st.Children(im)) > 0 {
		if err != nil && force && !s.runs(im) {
			return nil, err
		}
		im.Tags = nil
		s.journal.EmitImage(im.ID, im.ID, "untag")
		return []wire.Object{{"Untagged": ref.Tagged()}}, nil
	}
	return s.Delete(im), nil
}

// runs reports whether a running container uses the image.
func (s *Images) runs(im *state.Image) bool {
	for _, c := range s.st.ContainersByAge() {
		if c.ImageID == im.ID && c.Running {
			return true
		}
	}
	return false
}

// InUse returns the error for an image that containers use, or nil.
func (s *Images) InUse(im *state.Image, shown string, force bool) error {
	if len(s.st.Children(im)) > 0 {
		return wire.Conflict("conflict: unable to delete %s (cannot be forced) - image has dependent child images", shown)
	}
	for _, c := range s.st.ContainersByAge() {
		if c.ImageID != im.ID {
			continue
		}
		if c.Running {
			return wire.Conflict("conflict: unable to delete %s (cannot be forced) - image is being used by running container %s", shown, c.ShortID())
		}
		if !force {
			return wire.Conflict("conflict: unable to delete %s (must be forced) - image is being used by stopped container %s", shown, c.ShortID())
		}
	}
	return nil
}

// Delete removes an image with all its names, and those of its parents that have no
// name and no other use. It returns the report of what was removed.
func (s *Images) Delete(im *state.Image) []wire.Object {
	var done []wire.Object
	for _, tag := range im.Tags {
		done = append(done, wire.Object{"Untagged": tag})
		s.journal.EmitImage(im.ID, im.ID, "untag")
	}
	delete(s.st.Images, im.ID)
	s.journal.EmitImage(im.ID, im.ID, "delete")
	done = append(done, wire.Object{"Deleted": im.ID})
	for i := len(im.Layers) - 1; i >= 0; i-- {
		// A layer is gone once no image begins with the same layers up to it: the same
		// content on top of other layers is another layer.
		if im.Layers[i] != emptyLayer() && !s.hasLayers(im.Layers[:i+1]) {
			done = append(done, wire.Object{"Deleted": im.Layers[i]})
		}
	}
	// A parent without a name only existed for its children; it goes with the last of
	// them.
	parent := s.st.Images[im.Parent]
	if parent != nil && len(parent.Tags)+len(parent.Digests) == 0 && s.InUse(parent, "", false) == nil {
		done = append(done, s.Delete(parent)...)
	}
	return done
}

// hasLayers reports whether an image begins with these layers.
func (s *Images) hasLayers(layers []string) bool {
	for _, im := range s.st.Images {
		if len(im.Layers) >= len(layers) && slices.Equal(im.Layers[:len(layers)], layers) {
			return true
		}
	}
	return false
}

// Pull fetches an image from its registry, and reports whether the name stood for
// another image, or for none, until now.
func (s *Images) Pull(ref refs.Reference) (im *state.Image, fresh bool, err error) {
	if im = s.Remote(ref); im == nil {
		return nil, false, s.PullError(ref)
	}
	have := s.st.Images[im.ID]
	fresh = have == nil || !slices.Contains(have.Tags, ref.Tagged())
	pulled := *im
	pulled.Tags = []string{ref.Tagged()}
	pulled.Digests = []string{ref.Name + "@" + RemoteDigest(im)}
	s.Put(&pulled)
	s.journal.EmitImage(ref.Tagged(), ref.Name, "pull")
	return im, fresh, nil
}

// Remote returns an image of the registry, or nil.
func (s *Images) Remote(ref refs.Reference) *state.Image {
	if im := s.st.Remote[ref.Tagged()]; im != nil || s.Registry == nil || ref.Digest != "" {
		return im
	}
	declared := s.Registry(ref.Tagged())
	if declared == nil {
		return nil
	}
	made, err := s.Make(*declared)
	if err != nil {
		return nil // an image that cannot be is in no registry
	}
	return made
}

// RemoteDigest returns the digest by which a registry knows an image.
func RemoteDigest(im *state.Image) string { return "sha256:" + ids.Of("digest", im.ID) }

// PullError returns what the engine says about an image that cannot be pulled. A
// registry that holds any image counts as reachable; others do not.
func (s *Images) PullError(ref refs.Reference) error {
	domain, remote := refs.SplitDomain(ref.Name)
	for tag := range s.st.Remote {
		if d, _ := refs.SplitDomain(tag); d == domain {
			if domain == "" {
				return wire.NotFound("pull access denied for %s, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", remote)
			}
			return wire.NotFound("manifest for %s not found: manifest unknown: manifest unknown", ref.Tagged())
		}
	}
	host := domain
	if host == "" {
		host = "registry.invalid"
	}
	bare, port, _ := strings.Cut(host, ":")
	if bare == "localhost" || strings.HasPrefix(bare, "127.") {
		return wire.Failure("Get \"http://%s/v2/\": dial tcp 127.0.0.1:%s: connect: connection refused", host, cmp.Or(port, "80"))
	}
	return wire.Failure("Get \"https://%s/v2/\": dial tcp: lookup %s: no such host", host, bare)
}
