// Part of the simulated engine: images, their names, and where they come from.

package sim

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// images are the images of the engine, and those that it could pull.
type images struct {
	st      *state
	journal *journal
}

// Image is an image as a test declares it. Only Names or ID is needed.
type Image struct {
	Names   []string    // such as "nginx" or "registry.example.com/web:2"; "latest" is added where no tag is given
	ID      string      // "sha256:" and 64 hex digits; empty: derived from the first name
	Config  spec.Config // Cmd empty means ["sim"], so that a container can be made from it
	Created time.Time   // zero: the engine's clock
	Size    int64
	// Process is what containers of the image do; nil: as Config.Labels[ScriptLabel] says, else run until stopped.
	Process *script.Process
	// Files are the files that matter, by absolute path: content that is copied into fresh volumes, /etc/passwd.
	Files map[string]files.File
	// Complete says that Files is all there is, so that a program or a user that is not in it does not exist.
	Complete bool
}

// AddImage puts an image on the engine. An error says what in it is wrong.
func (e *Engine) AddImage(im Image) error {
	e.world.Lock()
	defer e.world.Unlock()
	made, err := e.world.images.makeImage(im)
	if err != nil {
		return err
	}
	e.world.images.putImage(made)
	return nil
}

// AddRemoteImage makes an image available in its registry, so that it can be pulled by its names.
func (e *Engine) AddRemoteImage(im Image) error {
	e.world.Lock()
	defer e.world.Unlock()
	made, err := e.world.images.makeImage(im)
	if err != nil {
		return err
	}
	for _, tag := range made.Tags {
		e.world.st.Remote[tag] = made
	}
	return nil
}

func (s *images) makeImage(im Image) (*image, error) {
	if len(im.Names) == 0 && im.ID == "" {
		return nil, fmt.Errorf("cannot add image: it has neither a name nor an id")
	}
	made := &image{
		ID: im.ID, Config: im.Config, Created: im.Created, Size: im.Size, Process: im.Process, Complete: im.Complete,
		Arch: "amd64", OS: "linux", Files: files.Tree{},
	}
	for _, name := range im.Names {
		ref, err := refs.Parse(name)
		if err != nil {
			return nil, fmt.Errorf("cannot add image %q: %w", name, err)
		}
		if ref.Digest != "" {
			return nil, fmt.Errorf("cannot add image %q: give a name and a tag, not a digest", name)
		}
		made.Tags = append(made.Tags, ref.Tagged())
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

// putImage adds an image; its tags leave the images that had them.
func (s *images) putImage(im *image) {
	if old := s.st.Images[im.ID]; old != nil {
		for _, tag := range im.Tags {
			s.setTag(old, tag)
		}
		return
	}
	s.st.Serial++
	made := *im
	made.Serial = s.st.Serial
	made.Tags = nil
	s.st.Images[im.ID] = &made
	for _, tag := range im.Tags {
		s.setTag(&made, tag)
	}
}

// setTag gives im a tag that no other image keeps.
func (s *images) setTag(im *image, tag string) {
	for _, other := range s.st.Images {
		if i := slices.Index(other.Tags, tag); i >= 0 {
			other.Tags = slices.Delete(other.Tags, i, i+1)
		}
	}
	im.Tags = append(im.Tags, tag)
	sort.Strings(im.Tags)
	im.LastTagTime = s.st.Now
}

// findImage finds an image by id, beginning of its id, or name.
func (s *state) findImage(text string) (*image, error) {
	if im := s.imageByID(text); im != nil && (strings.HasPrefix(text, "sha256:") || refs.IsWholeHex(text)) {
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
	if im := s.imageByID(text); im != nil {
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

// imageByID finds an image by its id or an unambiguous beginning of it.
func (s *state) imageByID(text string) *image {
	short := strings.TrimPrefix(text, "sha256:")
	if !refs.IsHex(short) {
		return nil
	}
	var found *image
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

func imageInspect(w *world, q *wire.Request) (wire.Reply, error) {
	im, err := w.st.findImage(q.Name)
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

func imageHistory(w *world, q *wire.Request) (wire.Reply, error) {
	im, err := w.st.findImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	var steps []wire.Object
	for im != nil {
		parent, by, size := w.st.Images[im.Parent], "", im.Size
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

func imageList(w *world, q *wire.Request) (wire.Reply, error) {
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
	for _, im := range w.st.imagesByAge() {
		if !between(im.Created) || !f.Labels(im.Config.Labels) || dangling != nil && *dangling != (len(im.Tags) == 0) {
			continue
		}
		tags, digests, err := f.References(im.Tags, im.Digests)
		if err != nil {
			return wire.Reply{}, err
		}
		if len(tags)+len(digests) == 0 {
			if len(f["reference"]) > 0 {
				continue
			}
			tags, digests = []string{"<none>:<none>"}, []string{"<none>@<none>"}
		}
		doc := wire.Object{
			"Id": im.ID, "ParentId": im.Parent, "RepoTags": wire.OrNil(tags), "RepoDigests": wire.OrNil(digests), "Created": im.Created.Unix(),
			"Size": im.Size, "SharedSize": -1, "Labels": im.Config.Labels, "Containers": -1,
		}
		if !q.At(44) {
			doc["VirtualSize"] = im.Size
		}
		docs = append(docs, doc)
	}
	return wire.OK(docs)
}

// imageAge makes a test out of the filters of a list of images that say when an image was made.
func imageAge(w *world, q *wire.Request, f filter.Set) (func(created time.Time) bool, error) {
	bounds := map[string]time.Time{}
	for _, name := range []string{"before", "since"} {
		for _, value := range f[name] {
			im, err := w.st.findImage(value)
			if err != nil {
				return nil, err
			}
			bounds[name] = im.Created
		}
	}
	until, err := f.Until(q, w.st.Now)
	if err != nil {
		return nil, err
	}
	before, hasBefore := bounds["before"]
	since, hasSince := bounds["since"]
	return func(created time.Time) bool {
		return (!hasBefore || created.Before(before)) && (!hasSince || created.After(since)) && !filter.Spares(until, created)
	}, nil
}

// imagesByAge gives the images, newest first.
func (s *state) imagesByAge() []*image {
	all := make([]*image, 0, len(s.Images))
	for _, im := range s.Images {
		all = append(all, im)
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Created.Equal(all[j].Created) {
			return all[i].Created.After(all[j].Created)
		}
		return all[i].Serial > all[j].Serial
	})
	return all
}

func imageTag(w *world, q *wire.Request) (wire.Reply, error) {
	im, err := w.st.findImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	if _, err := tagImage(w, q, im, q.Query.Get("repo"), q.Query.Get("tag")); err != nil {
		return wire.Reply{}, err
	}
	return wire.Status(201)
}

// tagImage gives an image one more name, and says so.
func tagImage(w *world, q *wire.Request, im *image, repo, tag string) (refs.Reference, error) {
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
	w.images.setTag(im, ref.Tagged())
	w.journal.emitImage(im.ID, ref.Given(), "tag")
	return ref, nil
}

func imageRemove(w *world, q *wire.Request) (wire.Reply, error) {
	im, err := w.st.findImage(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	force := q.Flag("force")
	ref, refErr := refs.Parse(q.Name)
	byName := refErr == nil && slices.Contains(im.Tags, ref.Tagged())
	if byName {
		done, err := w.images.untag(im, ref, force)
		if err != nil {
			return wire.Reply{}, err
		}
		return wire.OK(done)
	}
	if len(im.Tags) > 1 && !force && distinctNames(im.Tags) > 1 {
		return wire.Reply{}, wire.Conflict("conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories", im.ID[7:19])
	}
	if err := w.images.imageInUse(im, im.ID[7:19], force); err != nil {
		return wire.Reply{}, err
	}
	return wire.OK(w.images.deleteImage(im))
}

func distinctNames(tags []string) int {
	names := map[string]bool{}
	for _, tag := range tags {
		names[tag[:strings.LastIndex(tag, ":")]] = true
	}
	return len(names)
}

// untag removes one name of an image, and with the last name the image.
func (s *images) untag(im *image, ref refs.Reference, force bool) ([]wire.Object, error) {
	if len(im.Tags) > 1 {
		im.Tags = slices.DeleteFunc(slices.Clone(im.Tags), func(tag string) bool { return tag == ref.Tagged() })
		s.journal.emitImage(im.ID, im.ID, "untag")
		return []wire.Object{{"Untagged": ref.Tagged()}}, nil
	}
	if !force {
		for _, c := range s.st.containers() {
			if c.ImageID == im.ID {
				return nil, wire.Conflict("conflict: unable to remove repository reference %q (must force) - container %s is using its referenced image %s", ref.Given(), c.shortID(), im.ID[7:19])
			}
		}
	}
	err := s.imageInUse(im, im.ID[7:19], force)
	if err != nil || len(s.st.children(im)) > 0 {
		if err != nil && force && !s.imageRuns(im) {
			return nil, err
		}
		im.Tags = nil
		s.journal.emitImage(im.ID, im.ID, "untag")
		return []wire.Object{{"Untagged": ref.Tagged()}}, nil
	}
	return s.deleteImage(im), nil
}

// imageRuns tells whether a running container uses the image.
func (s *images) imageRuns(im *image) bool {
	for _, c := range s.st.containers() {
		if c.ImageID == im.ID && c.Running {
			return true
		}
	}
	return false
}

// imageInUse gives the error for an image that containers use, or nil.
func (s *images) imageInUse(im *image, shown string, force bool) error {
	if len(s.st.children(im)) > 0 {
		return wire.Conflict("conflict: unable to delete %s (cannot be forced) - image has dependent child images", shown)
	}
	for _, c := range s.st.containers() {
		if c.ImageID != im.ID {
			continue
		}
		if c.Running {
			return wire.Conflict("conflict: unable to delete %s (cannot be forced) - image is being used by running container %s", shown, c.shortID())
		}
		if !force {
			return wire.Conflict("conflict: unable to delete %s (must be forced) - image is being used by stopped container %s", shown, c.shortID())
		}
	}
	return nil
}

// deleteImage removes an image and all its names, with its parents that have no name and no other use, and says so.
func (s *images) deleteImage(im *image) []wire.Object {
	var done []wire.Object
	for _, tag := range im.Tags {
		done = append(done, wire.Object{"Untagged": tag})
		s.journal.emitImage(im.ID, im.ID, "untag")
	}
	delete(s.st.Images, im.ID)
	s.journal.emitImage(im.ID, im.ID, "delete")
	done = append(done, wire.Object{"Deleted": im.ID})
	for i := len(im.Layers) - 1; i >= 0; i-- {
		if im.Layers[i] != emptyLayer() && !s.hasLayers(im.Layers[:i+1]) {
			done = append(done, wire.Object{"Deleted": im.Layers[i]})
		}
	}
	parent := s.st.Images[im.Parent]
	if parent != nil && len(parent.Tags)+len(parent.Digests) == 0 && s.imageInUse(parent, "", false) == nil {
		done = append(done, s.deleteImage(parent)...)
	}
	return done
}

// hasLayers tells whether an image begins with these layers.
func (s *images) hasLayers(layers []string) bool {
	for _, im := range s.st.Images {
		if len(im.Layers) >= len(layers) && slices.Equal(im.Layers[:len(layers)], layers) {
			return true
		}
	}
	return false
}

func imagePrune(w *world, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q, "dangling", "label", "label!", "until")
	if err != nil {
		return wire.Reply{}, err
	}
	dangling, err := f.Boolean("dangling")
	if err != nil {
		return wire.Reply{}, err
	}
	until, err := f.Until(q, w.st.Now)
	if err != nil {
		return wire.Reply{}, err
	}
	var done []wire.Object
	var freed int64
	for _, im := range w.st.imagesByAge() {
		onlyDangling := dangling == nil || *dangling
		if w.st.Images[im.ID] == nil || onlyDangling && len(im.Tags) > 0 || filter.Spares(until, im.Created) || !f.Labels(im.Config.Labels) || w.images.imageInUse(im, "", false) != nil {
			continue
		}
		freed += im.Size
		done = append(done, w.images.deleteImage(im)...)
	}
	w.journal.emit("image", "prune", "", map[string]string{"reclaimed": fmt.Sprint(freed)})
	return wire.OK(wire.Object{"ImagesDeleted": done, "SpaceReclaimed": freed})
}

// imageCreate pulls an image, or imports a file tree.
func imageCreate(w *world, q *wire.Request) (wire.Reply, error) {
	if q.Query.Get("fromSrc") != "" {
		return imageImport(w, q)
	}
	name := q.Query.Get("fromImage")
	if tag := q.Query.Get("tag"); tag != "" {
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
	im := w.st.Remote[ref.Tagged()]
	if im == nil {
		return wire.Reply{}, w.images.pullError(ref)
	}
	state := "Downloaded newer image for "
	if have := w.st.Images[im.ID]; have != nil && slices.Contains(have.Tags, ref.Tagged()) {
		state = "Image is up to date for "
	}
	pulled := *im
	digest := "sha256:" + ids.Of("digest", im.ID)
	pulled.Tags = []string{ref.Tagged()}
	pulled.Digests = []string{ref.Name + "@" + digest}
	w.images.putImage(&pulled)
	w.journal.emitImage(ref.Tagged(), ref.Name, "pull")
	layer := strings.TrimPrefix(im.Layers[0], "sha256:")[:12]
	return wire.Messages(
		wire.Object{"status": "Pulling from " + strings.TrimPrefix(ref.Name, "docker.io/"), "id": cmp.Or(ref.Tag, "latest")},
		wire.Object{"status": "Pulling fs layer", "progressDetail": wire.Object{}, "id": layer},
		wire.Object{"status": "Pull complete", "progressDetail": wire.Object{}, "id": layer},
		wire.Object{"status": "Digest: " + digest},
		wire.Object{"status": "Status: " + state + ref.Tagged()},
	)
}

// distributionInspect asks the registry about an image without fetching it.
func distributionInspect(w *world, q *wire.Request) (wire.Reply, error) {
	ref, err := refs.Parse(q.Name)
	if err != nil {
		return wire.Reply{}, err
	}
	im := w.st.Remote[ref.Tagged()]
	if im == nil {
		return wire.Reply{}, w.images.pullError(ref)
	}
	return wire.OK(wire.Object{
		"Descriptor": wire.Object{
			"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
			"digest":    "sha256:" + ids.Of("digest", im.ID), "size": 1024,
		},
		"Platforms": []wire.Object{{"architecture": "amd64", "os": "linux"}},
	})
}

// pullError is what the engine says of an image that cannot be had. A registry that holds anything is there; others are not.
func (s *images) pullError(ref refs.Reference) error {
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
