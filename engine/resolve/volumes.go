// Resolve: attached volumes, and the containers that hold them.

package resolve

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/problem"
)

// Volume is one attached volume that must exist.
type Volume struct {
	Name  string // "<map>.<alias>"
	Alias string
	Path  string // inside containers
	Owner string // configuration that attaches it
	// Holder is the container that holds the volume; "" if volumes are mounted
	// directly.
	Holder string
	// Chown is the argument for chown ("2000:2000"), Chmod that for chmod; "" means to
	// leave it alone.
	Chown  string
	Chmod  string
	Origin problem.Origin
}

// Volume returns the attached volume of that name in Docker, or nil.
func (d *Desired) Volume(name string) *Volume { return d.volumes[name] }

// Prepared returns the text that records what was done to the volume, or "" if nothing
// has to be done.
func (v *Volume) Prepared() string {
	switch {
	case v.Chown == "":
		return v.Chmod
	case v.Chmod == "":
		return v.Chown
	}
	return v.Chown + " " + v.Chmod
}

// attachedVolumes adds the volumes that a configuration attaches, with their holders,
// and notes which ones it uses.
func (r *resolver) attachedVolumes(c *model.Container, d *draft) {
	for i, alias := range c.Attaches {
		v := r.volume(c, alias, fmt.Sprintf("attaches[%d]", i))
		d.owns = append(d.owns, v.Name)
		if v.Holder != "" {
			r.d.nodes[v.Holder] = r.holder(v, c)
			d.needs = append(d.needs, Need{v.Holder, Attaches, alias, v.Origin})
		}
	}
	for _, u := range c.Uses {
		if alias, _, _ := r.index.UseTargets(u); alias != "" {
			d.uses = append(d.uses, r.m.FullName(alias))
		}
	}
}

// volume adds an attached volume with the owner and mode that its owner gives it (row
// 90).
func (r *resolver) volume(c *model.Container, alias, at string) *Volume {
	path, _ := r.index.VolumePath(alias)
	v := &Volume{
		Name:   r.m.FullName(alias),
		Alias:  alias,
		Path:   path,
		Owner:  c.Name,
		Chown:  chown(c.User),
		Chmod:  c.Permissions,
		Origin: c.At(at),
	}
	if r.d.Mode == model.AttachedContainer {
		v.Holder = v.Name
	}
	r.d.volumes[v.Name] = v
	r.d.Volumes = append(r.d.Volumes, v)
	return v
}

// holder returns the container that holds an attached volume (rows 81, 130). It needs
// no network. It runs as the owner's user only if that is a number: the base image,
// often an empty one, does not know user names and would not start.
func (r *resolver) holder(v *Volume, c *model.Container) *Node {
	n := &Node{
		Name:     v.Holder,
		Config:   v.Alias,
		Attached: true,
		Image:    toolImage(cmp.Or(r.m.BaseImage, model.DefaultBaseImage)),
		Owns:     []string{v.Name},
		Origin:   v.Origin,
	}
	n.Spec = &docker.ContainerSpec{
		ContainerConfig: docker.ContainerConfig{
			Image:   n.Image,
			Volumes: map[string]struct{}{v.Path: {}},
		},
		HostConfig: docker.HostConfig{
			Binds:       []string{v.Name + ":" + v.Path},
			NetworkMode: "none",
		},
	}
	if user := processUser(c.User); isNumber(user) {
		n.Spec.User = user
	}
	return n
}

// chown returns the argument for chown: "u" means "u:u" (row 86).
func chown(user string) string {
	if user == "" || strings.Contains(user, ":") {
		return user
	}
	return user + ":" + user
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
