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
		s.same("list", list, []docker.ContainerSummary{
			{Name: s.name("a-exited"), Image: ProcImage, ImageID: img.ID, State: docker.StateExited},
			{Name: s.name("b-running"), Image: ProcImage, ImageID: img.ID, State: docker.StateRunning},
			{Name: s.name("c-created"), Image: ProcImage, ImageID: img.ID, State: docker.StateCreated, Labels: labelled.Labels,
				Mounts: []docker.MountInfo{{Type: "volume", Destination: "/data", RW: true}}},
		})
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
