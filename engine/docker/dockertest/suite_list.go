// Test tools: the suite's cases about lists of containers.

package dockertest

import (
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
)

func sortedLines(text string) []string {
	out := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	slices.Sort(out)
	return out
}

var listCases = []suiteCase{
	{"a list has every state, is sorted, and tells what a container is", func(s *suite) {
		labelled := spec("run")
		labelled.Labels = map[string]string{"dmap-test": s.prefix}
		labelled.Volumes = map[string]struct{}{"/data": {}}
		s.create("c-created", labelled)
		s.running("b-running", spec("run"))
		s.run("a-exited", spec("exit=1"))
		img, err := s.Image(s.Context(), ProcImage)
		s.ok(err)
		list, err := s.Containers(s.Context(), "^"+s.prefix)
		s.ok(err)
		for i := range list {
			if list[i].Status == "" {
				s.Errorf("%s has no status", list[i].Name)
			}
			list[i].ID, list[i].Status = "", ""
			for name := range list[i].Networks {
				list[i].Networks[name] = "" // an id, once it was started
			}
			if len(list[i].Labels) == 0 {
				list[i].Labels = nil
			}
			for j := range list[i].Mounts {
				if list[i].Mounts[j].Name == "" {
					s.Errorf("%s mounts a volume without a name", list[i].Name)
				}
				list[i].Mounts[j].Name, list[i].Mounts[j].Source = "", ""
			}
		}
		none := map[string]string{"none": ""}
		s.same("list", list, []docker.ContainerSummary{
			{Name: s.name("a-exited"), Image: ProcImage, ImageID: img.ID, State: docker.StateExited, NetworkMode: "none", Networks: none},
			{Name: s.name("b-running"), Image: ProcImage, ImageID: img.ID, State: docker.StateRunning, NetworkMode: "none", Networks: none},
			{Name: s.name("c-created"), Image: ProcImage, ImageID: img.ID, State: docker.StateCreated, Labels: labelled.Labels, NetworkMode: "none", Networks: none,
				Mounts: []docker.MountInfo{{Type: "volume", Destination: "/data", RW: true}}},
		})
	}},
	{"a list tells who links, who joins whom, networks, and the ports of the host", func(s *suite) {
		target, linker, joiner := spec("run"), spec("run"), spec("run")
		target.HostConfig.NetworkMode, linker.HostConfig.NetworkMode = "bridge", ""
		target.ExposedPorts = map[string]struct{}{"80/tcp": {}, "81/tcp": {}}
		target.HostConfig.PortBindings = map[string][]docker.PortBinding{"80/tcp": {{HostIP: "127.0.0.1"}}}
		s.running("target", target)
		linker.HostConfig.Links = []string{s.name("target") + ":db"}
		s.create("linker", linker)
		joiner.HostConfig.NetworkMode = "container:" + s.name("target")
		s.create("joiner", joiner)
		list, err := s.Containers(s.Context(), "^"+s.prefix)
		s.ok(err)
		byName := map[string]docker.ContainerSummary{}
		for _, one := range list {
			byName[strings.TrimPrefix(one.Name, s.prefix)] = one
		}
		is := byName["target"]
		s.same("links", [][]string{is.LinkNames, byName["linker"].LinkNames}, [][]string{{s.name("linker") + "/db"}, nil})
		s.same("joins", byName["joiner"].NetworkMode, "container:"+is.ID)
		s.same("the networks of a joiner", byName["joiner"].Networks, map[string]string{})
		s.same("the network of one that was never started", byName["linker"].Networks, map[string]string{"bridge": ""})
		networks, err := s.Networks(s.Context())
		s.ok(err)
		if !slices.Contains(networks, docker.NetworkInfo{ID: is.Networks["bridge"], Name: "bridge"}) {
			s.Errorf("the network %q is not in the list %v", is.Networks["bridge"], networks)
		}
		if len(is.Ports) != 1 || is.Ports[0].IP != "127.0.0.1" || is.Ports[0].Port == 0 || is.Ports[0].Protocol != "tcp" {
			s.Errorf("the ports are %v", is.Ports)
		}
		s.ok(s.RemoveContainer(s.Context(), s.name("target"), true))
		s.create("target", target)
		list, err = s.Containers(s.Context(), "^"+s.prefix+"target$")
		s.ok(err)
		if len(list) != 1 || list[0].LinkNames != nil || list[0].Ports != nil {
			s.Errorf("a new one of the name has the links or ports of the old one: %+v", list)
		}
	}},
	{"the filter is a regular expression on the whole name", func(s *suite) {
		for _, short := range []string{"web", "web.1", "weba1"} {
			s.create(short, spec())
		}
		for _, row := range []struct {
			expr string
			want []string
		}{
			{"^" + s.prefix + "web$", []string{"web"}},
			{"^" + s.prefix + `web\.1$`, []string{"web.1"}},
			{"^" + s.prefix + "web.1$", []string{"web.1", "weba1"}},
			{s.prefix, []string{"web", "web.1", "weba1"}},
			{"^(" + s.prefix + "web|" + s.prefix + "weba1)$", []string{"web", "weba1"}},
			{"^/" + s.prefix + "web$", nil},
			{"^" + s.prefix + "$", nil},
		} {
			list, err := s.Containers(s.Context(), row.expr)
			s.ok(err)
			var got []string
			for _, one := range list {
				got = append(got, strings.TrimPrefix(one.Name, s.prefix))
			}
			s.same(row.expr, got, row.want)
		}
		all, err := s.Containers(s.Context(), "")
		s.ok(err)
		if len(all) < 3 {
			s.Errorf("a list without filter has %d containers", len(all))
		}
	}},
}
