// Test tools: the suite's cases about volumes.

package dockertest

import (
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
)

var volumeCases = []suiteCase{
	{"a volume is made once, and keeps its first labels", func(s *suite) {
		asked := docker.VolumeSpec{Name: s.name("v"), Labels: map[string]string{"a": "1"}}
		made, err := s.CreateVolume(s.Context(), asked)
		s.ok(err)
		if made.Mountpoint == "" {
			s.Error("it has no mount point")
		}
		engine, err := s.Engine(s.Context())
		s.ok(err)
		if age := engine.Time.Sub(made.CreatedAt); age < 0 || age > time.Minute { // a run's lock is judged by that
			s.Errorf("made at %s, and then it is %s", made.CreatedAt, engine.Time)
		}
		s.same("volume", made, docker.VolumeInfo{Name: asked.Name, Driver: "local", Labels: asked.Labels, Mountpoint: made.Mountpoint, CreatedAt: made.CreatedAt})
		asked.Labels = map[string]string{"a": "2", "b": "3"}
		again, err := s.CreateVolume(s.Context(), asked)
		s.ok(err)
		s.same("made again", again, made)
		seen, err := s.Volume(s.Context(), asked.Name)
		s.ok(err)
		s.same("inspected", seen, made)
		list, err := s.Volumes(s.Context(), "^"+s.prefix)
		s.ok(err)
		s.same("list", list, []docker.VolumeInfo{made})
		s.ok(s.RemoveVolume(s.Context(), asked.Name))
		s.want("removed again", s.RemoveVolume(s.Context(), asked.Name), docker.NotFound)
		_, err = s.Volume(s.Context(), asked.Name)
		s.want("inspected after", err, docker.NotFound)
	}},
	{"a list of volumes is sorted and filtered", func(s *suite) {
		for _, short := range []string{"b", "a", "a.x"} {
			_, err := s.CreateVolume(s.Context(), docker.VolumeSpec{Name: s.name(short)})
			s.ok(err)
		}
		list, err := s.Volumes(s.Context(), "^"+s.prefix+"(a|b)$")
		s.ok(err)
		var got []string
		for _, v := range list {
			got = append(got, v.Name)
		}
		s.same("names", got, []string{s.name("a"), s.name("b")})
	}},
	{"a volume that cannot be is refused", func(s *suite) {
		for name, asked := range map[string]docker.VolumeSpec{
			"name":    {Name: "-x"},
			"nothing": {},
		} {
			_, err := s.CreateVolume(s.Context(), asked)
			s.want(name, err, docker.InvalidSpec)
		}
	}},
	{"a volume that a container mounts cannot be removed", func(s *suite) {
		asked := spec()
		asked.HostConfig.Binds = []string{s.name("v") + ":/data:ro"}
		s.create("x", asked)
		mounts := s.inspect("x").Mounts
		if len(mounts) != 1 || mounts[0].Name != s.name("v") || mounts[0].Destination != "/data" || mounts[0].RW || mounts[0].Type != "volume" {
			s.Errorf("mounts: %+v", mounts)
		}
		s.want("in use", s.RemoveVolume(s.Context(), s.name("v")), docker.InUse)
		s.ok(s.RemoveContainer(s.Context(), s.name("x"), true))
		s.ok(s.RemoveVolume(s.Context(), s.name("v")))
	}},
	{"removing a container keeps its volumes", func(s *suite) {
		asked := spec()
		asked.Volumes = map[string]struct{}{"/anonymous": {}}
		asked.HostConfig.Binds = []string{s.name("v") + ":/named"}
		s.create("x", asked)
		mounts := s.inspect("x").Mounts
		if len(mounts) != 2 || mounts[0].Destination != "/anonymous" || mounts[1].Destination != "/named" {
			s.Fatalf("mounts, sorted by destination: %+v", mounts)
		}
		s.ok(s.RemoveContainer(s.Context(), s.name("x"), true))
		for _, m := range mounts {
			_, err := s.Volume(s.Context(), m.Name)
			s.ok(err)
		}
		s.ok(s.RemoveVolume(s.Context(), mounts[0].Name))
	}},
	{"volumes from a container come with their mode, and the container need not run", func(s *suite) {
		holder, user, reader := spec(), spec(), spec()
		holder.HostConfig.Binds = []string{s.name("b") + ":/b", s.name("a") + ":/a"}
		user.HostConfig.VolumesFrom = []string{s.name("holder")}
		reader.HostConfig.VolumesFrom = []string{s.name("holder") + ":ro"}
		s.create("holder", holder)
		s.create("user", user)
		s.create("reader", reader)
		type mount struct {
			Name, Destination string
			RW                bool
		}
		of := func(short string) (out []mount) {
			for _, m := range s.inspect(short).Mounts {
				out = append(out, mount{m.Name, m.Destination, m.RW})
			}
			return out
		}
		s.same("user", of("user"), []mount{{s.name("a"), "/a", true}, {s.name("b"), "/b", true}})
		s.same("reader", of("reader"), []mount{{s.name("a"), "/a", false}, {s.name("b"), "/b", false}})
	}},
	{"of volumes from two containers at one path, the last one counts", func(s *suite) {
		for _, short := range []string{"a", "b"} {
			lender := spec()
			lender.HostConfig.Binds = []string{s.name(short) + ":/data"}
			s.create("lends-"+short, lender)
		}
		for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
			user := spec()
			for _, short := range order {
				user.HostConfig.VolumesFrom = append(user.HostConfig.VolumesFrom, s.name("lends-"+short))
			}
			s.create("user", user)
			mounts := s.inspect("user").Mounts
			if len(mounts) != 1 || mounts[0].Name != s.name(order[1]) {
				s.Errorf("volumes from %v: %+v", order, mounts)
			}
			s.ok(s.RemoveContainer(s.Context(), s.name("user"), true))
		}
	}},
}
