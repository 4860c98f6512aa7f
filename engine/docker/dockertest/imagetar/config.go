// Test tools, images: description -> the image configuration, whose digest is the image
// id.

package imagetar

import (
	"encoding/json"
	"fmt"
	"runtime"
)

// epoch is the creation time of every image. The real time would give a new id on every
// build.
const epoch = "1970-01-01T00:00:00Z"

type imageJSON struct {
	Architecture string        `json:"architecture"`
	OS           string        `json:"os"`
	Created      string        `json:"created"`
	Config       configJSON    `json:"config"`
	History      []historyJSON `json:"history"`
	RootFS       rootFSJSON    `json:"rootfs"`
}

type configJSON struct {
	User         string              `json:",omitempty"`
	ExposedPorts map[string]struct{} `json:",omitempty"`
	Env          []string            `json:",omitempty"`
	Entrypoint   []string            `json:",omitempty"`
	Cmd          []string            `json:",omitempty"`
	Volumes      map[string]struct{} `json:",omitempty"`
	WorkingDir   string              `json:",omitempty"`
	Labels       map[string]string   `json:",omitempty"`
	StopSignal   string              `json:",omitempty"`
}

type historyJSON struct {
	Created   string `json:"created"`
	CreatedBy string `json:"created_by"`
}

type rootFSJSON struct {
	Type    string   `json:"type"`
	DiffIDs []string `json:"diff_ids"`
}

// configText returns the configuration of an image whose one layer has the given digest
// in hexadecimal.
func configText(img Image, layer string) ([]byte, error) {
	c := img.Config
	arch := img.Arch
	if arch == "" {
		arch = runtime.GOARCH
	}
	text, err := json.Marshal(imageJSON{
		Architecture: arch,
		OS:           "linux",
		Created:      epoch,
		Config: configJSON{
			User:         c.User,
			ExposedPorts: set(c.ExposedPorts),
			Env:          c.Env,
			Entrypoint:   c.Entrypoint,
			Cmd:          c.Cmd,
			Volumes:      set(c.Volumes),
			WorkingDir:   c.WorkingDir,
			Labels:       c.Labels,
			StopSignal:   c.StopSignal,
		},
		History: []historyJSON{{Created: epoch, CreatedBy: "dmap imagetar"}},
		RootFS:  rootFSJSON{Type: "layers", DiffIDs: []string{"sha256:" + layer}},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot write the image configuration: %w", err)
	}
	return text, nil
}

func set(names []string) map[string]struct{} {
	m := map[string]struct{}{}
	for _, name := range names {
		m[name] = struct{}{}
	}
	return m
}
