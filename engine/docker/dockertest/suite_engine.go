// Test tools: the suite's cases about the engine and its images.

package dockertest

import (
	"bytes"
	"errors"
	"strings"
	"testing/iotest"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

var engineCases = []suiteCase{
	{"the engine says who it is, and stays it", func(s *suite) {
		first, err := s.Engine(s.Context())
		s.ok(err)
		second, err := s.Engine(s.Context())
		s.ok(err)
		if passed := second.Time.Sub(first.Time); first.Time.IsZero() || passed < 0 || passed > time.Minute {
			s.Errorf("the time went from %s to %s", first.Time, second.Time)
		}
		second.Time = first.Time
		s.same("second answer", second, first)
		if first.ID == "" || first.Version == "" || first.APIVersion == "" || first.Arch == "" || first.CPUs < 1 {
			s.Errorf("incomplete: %+v", first)
		}
		s.same("OSType", first.OSType, "linux")
	}},
}

var imageCases = []suiteCase{
	{"an image tells its configuration, by name as by id", func(s *suite) {
		byName, err := s.Image(s.Context(), FullImage)
		s.ok(err)
		s.same("configuration", byName.Config, docker.ContainerConfig{
			Entrypoint:   []string{Program},
			Cmd:          []string{"run"},
			Env:          []string{"FROM=image", "KEEP=yes"},
			User:         "1000:1000",
			WorkingDir:   "/data",
			ExposedPorts: map[string]struct{}{"80/tcp": {}},
			Volumes:      map[string]struct{}{"/data": {}},
			Labels:       map[string]string{"from": "image"},
			StopSignal:   "SIGINT",
		})
		s.same("tags", byName.RepoTags, []string{FullImage})
		byID, err := s.Image(s.Context(), byName.ID)
		s.ok(err)
		s.same("by id", byID, byName)
	}},
	{"an image that is not there is missing", func(s *suite) {
		for _, ref := range []string{"dmap-test/nowhere", "dmap-test/proc:other", "sha256:" + strings.Repeat("a", 64), "dmap-test/proc@sha256:" + strings.Repeat("a", 64)} {
			_, err := s.Image(s.Context(), ref)
			s.want(ref, err, docker.ImageMissing)
		}
	}},
	{"a load with an unusable archive fails", func(s *suite) {
		for name, data := range map[string]string{"garbage": strings.Repeat("no tar ", 1000), "nothing": ""} {
			s.want(name, s.LoadImages(s.Context(), strings.NewReader(data)), docker.InvalidSpec)
		}
	}},
	{"a load tells that its archive cannot be read", func(s *suite) {
		broken := errors.New("the disk is broken")
		err := s.LoadImages(s.Context(), iotest.ErrReader(broken))
		s.want("load", err, docker.InvalidSpec)
		if err == nil || !strings.Contains(err.Error(), broken.Error()) {
			s.Errorf("the error does not tell why: %v", err)
		}
	}},
	{"a second load of an image changes nothing", func(s *suite) {
		before, err := s.Image(s.Context(), ProcImage)
		s.ok(err)
		var archive bytes.Buffer
		s.ok(imagetar.Write(&archive, testImages(s.T)...))
		s.ok(s.LoadImages(s.Context(), &archive))
		after, err := s.Image(s.Context(), ProcImage)
		s.ok(err)
		s.same("image", after, before)
	}},
}
