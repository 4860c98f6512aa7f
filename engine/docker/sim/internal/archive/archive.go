// Archive: the documents in a tar of images.

// Package archive reads and writes tars of images, in the form of docker save. It knows
// no engine: what it loads is an [Image], which the engine then makes its own.
package archive

import (
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/files"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/script"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

// Image is an image as an archive holds it.
type Image struct {
	ID              string
	Config          spec.Config
	Created         time.Time
	Arch, OS        string
	Author, Comment string
	Layers          []string
	Size            int64
	Process         *script.Process
	Files           files.Tree
	Complete        bool // Files is everything it holds
}

// Item is one entry of manifest.json: an image, with those of its tags that were asked
// for.
type Item = manifestItem

// The decoder's errors contain the name of this type, so it is named as in the engine.
type manifestItem struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// document is the configuration document of an image.
type document struct {
	Architecture string      `json:"architecture"`
	Author       string      `json:"author,omitempty"`
	Comment      string      `json:"comment,omitempty"`
	Config       spec.Config `json:"config"`
	Created      time.Time   `json:"created"`
	History      []step      `json:"history,omitempty"`
	OS           string      `json:"os"`
	RootFS       *rootFS     `json:"rootfs,omitempty"`
	Simulated    *simulated  `json:"dmap_sim,omitempty"`
}

// step is one step in the making of an image.
type step struct {
	Created time.Time `json:"created"`
	Author  string    `json:"author,omitempty"`
	Comment string    `json:"comment,omitempty"`
}

// rootFS names the layers of an image.
type rootFS struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// simulated is what the simulation knows of an image and its layer does not show. Other
// engines keep it and pass it on.
type simulated struct {
	ID       string          `json:"id"`
	Layers   []string        `json:"layers"`
	Size     int64           `json:"size"`
	Process  *script.Process `json:"process,omitempty"`
	Complete bool            `json:"complete"`
}
