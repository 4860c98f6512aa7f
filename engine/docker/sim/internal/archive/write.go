// Archive: images that leave as tar files.

package archive

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/ids"
)

// Packed is one image to save, with those of its tags that were asked for.
type Packed struct {
	Image
	Tags []string
}

// Pack makes a tar of images; made is the time of its files. The simulation keeps no
// layers: each image has a single one, with the files that are known.
func Pack(images []Packed, made time.Time) ([]byte, error) {
	tree := files.Tree{}
	var manifest []Item
	repositories := map[string]map[string]string{}
	for _, p := range images {
		item, oldID, err := p.addTo(tree, made)
		if err != nil {
			return nil, err
		}
		manifest = append(manifest, item)
		for _, tag := range p.Tags {
			i := strings.LastIndex(tag, ":")
			if repositories[tag[:i]] == nil {
				repositories[tag[:i]] = map[string]string{}
			}
			repositories[tag[:i]][tag[i+1:]] = oldID
		}
	}
	if err := tree.AddJSON("manifest.json", manifest); err != nil {
		return nil, err
	}
	if len(repositories) > 0 {
		if err := tree.AddJSON("repositories", repositories); err != nil {
			return nil, err
		}
	}
	return files.Tar(tree, made)
}

// addTo adds one image to the tree that becomes the tar: its configuration, and a
// directory with its layer in the form that engines before 1.10 read.
func (p Packed) addTo(tree files.Tree, made time.Time) (item Item, oldID string, err error) {
	layer, err := files.Tar(p.Files, made)
	if err != nil {
		return item, "", err
	}
	text, err := json.Marshal(document{
		Architecture: p.Arch, Author: p.Author, Comment: p.Comment, Config: p.Config, Created: p.Created, OS: p.OS,
		History:   []step{{Created: p.Created, Author: p.Author, Comment: p.Comment}},
		RootFS:    &rootFS{Type: "layers", DiffIDs: []string{digest(layer)}},
		Simulated: &simulated{ID: p.ID, Layers: p.Layers, Size: p.Size, Process: p.Process, Complete: p.Complete},
	})
	if err != nil {
		return item, "", err
	}
	name := strings.TrimPrefix(digest(text), "sha256:")
	oldID = ids.Of("old", name)
	item = Item{Config: name + ".json", RepoTags: p.Tags, Layers: []string{oldID + "/layer.tar"}}
	tree.Add(item.Config, text)
	tree[oldID] = files.Dir()
	tree.Add(oldID+"/VERSION", []byte("1.0"))
	tree.Add(item.Layers[0], layer)
	return item, oldID, tree.AddJSON(oldID+"/json", map[string]any{
		"id": oldID, "comment": p.Comment, "created": p.Created, "author": p.Author, "config": p.Config, "architecture": p.Arch, "os": p.OS,
	})
}
