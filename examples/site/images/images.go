// Example images: the contents of each image of the site example.

package main

import (
	"context"
	"fmt"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

// source is the folder of the programs, as an import path: the command works from any
// folder of the module.
const source = "github.com/dmap-dev/dmap/examples/site/images/"

// recipe describes one image. The program of the folder becomes /bin/<folder>.
type recipe struct {
	image  string // "<group>/" comes before it, and ":latest" after it
	folder string
	title  string
	script string // how the simulated engine simulates its process
	users  string // lines of /etc/passwd
	groups string // lines of /etc/group
	links  []string
	config imagetar.Config
}

const (
	rootUser  = "root:x:0:0:root:/:\n"
	rootGroup = "root:x:0:\n"
)

// recipes returns the images by name. The user 2000 has a line in the app image because
// Docker looks there for the group of a container that is started as plain "2000";
// without it, the group would be 0.
func recipes() []recipe {
	return []recipe{
		{
			image: "app", folder: "app", title: "dmap example: app server on a unix socket", script: "run",
			users:  rootUser + "app:x:2000:2000:app:/:\n",
			groups: rootGroup + "app:x:2000:\n",
			config: imagetar.Config{Cmd: []string{"/bin/app"}, User: "2000:2000", StopSignal: "SIGTERM"},
		},
		{
			image: "base", folder: "true", title: "dmap example: holds a volume and ends at once", script: "exit=0",
			users:  rootUser,
			groups: rootGroup,
			config: imagetar.Config{Cmd: []string{"/bin/true"}},
		},
		{
			image: "helper", folder: "helper", title: "dmap example: chown, chmod, true, sleep", script: "run",
			users:  rootUser,
			groups: rootGroup,
			links:  []string{"chmod", "chown", "sleep", "true"},
			config: imagetar.Config{Cmd: []string{"/bin/sleep", "infinity"}},
		},
		{
			image: "web", folder: "web", title: "dmap example: web server in front of the apps", script: "run",
			users:  rootUser + "web:x:1000:2000:web:/:\n",
			groups: rootGroup + "app:x:2000:\n",
			config: imagetar.Config{Cmd: []string{"/bin/web"}, User: "1000:2000", ExposedPorts: []string{"443/tcp", "80/tcp"}, StopSignal: "SIGTERM"},
		},
	}
}

// build compiles the programs for an architecture and puts each into its image. group
// is the first part of the images' names.
func build(ctx context.Context, arch, group string) ([]imagetar.Image, error) {
	var images []imagetar.Image
	for _, r := range recipes() {
		program, err := imagetar.BuildGo(ctx, "", source+r.folder, arch)
		if err != nil {
			return nil, fmt.Errorf("cannot make image %s/%s: %w", group, r.image, err)
		}
		images = append(images, r.fill(program, arch, group))
	}
	return images, nil
}

func (r recipe) fill(program []byte, arch, group string) imagetar.Image {
	files := []imagetar.File{
		{Path: "/bin/" + r.folder, Mode: 0o755, Data: program},
		{Path: "/etc/passwd", Data: []byte(r.users)},
		{Path: "/etc/group", Data: []byte(r.groups)},
	}
	for _, name := range r.links {
		files = append(files, imagetar.File{Path: "/bin/" + name, Link: r.folder})
	}
	config := r.config
	config.Labels = map[string]string{
		"dev.dmap.sim":                     r.script,
		"org.opencontainers.image.title":   r.title,
		"org.opencontainers.image.vendor":  "dmap",
		"org.opencontainers.image.version": "latest",
	}
	return imagetar.Image{Tags: []string{group + "/" + r.image + ":latest"}, Arch: arch, Files: files, Config: config}
}
