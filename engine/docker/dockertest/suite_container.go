// Test tools: the suite's cases about the life of containers.

package dockertest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker"
)

var containerCases = []suiteCase{
	{"an exit code arrives", func(s *suite) {
		s.same("code", s.run("x", spec("exit=3")), 3)
		s.same("state", s.state("x"), "exited 3")
		got := s.inspect("x").State
		if got.StartedAt.IsZero() || got.FinishedAt.IsZero() { // a program that ends at once may end before its start is recorded
			s.Errorf("a time is missing: %+v", got)
		}
		s.same("code, asked again", s.wait("x"), 3)
	}},
	{"wait returns when the container ends", func(s *suite) {
		s.same("code", s.run("x", spec("exit=0", "after=300ms")), 0)
	}},
	{"a container can be started again", func(s *suite) {
		s.run("x", spec("exit=4"))
		first := s.inspect("x").State.StartedAt
		s.start("x")
		s.same("code", s.wait("x"), 4)
		if second := s.inspect("x").State.StartedAt; !second.After(first) {
			s.Errorf("second start at %v is not after the first at %v", second, first)
		}
	}},
	{"stop sends the signal and waits", func(s *suite) {
		one, none := 1, 0
		for _, row := range []struct {
			name    string
			words   []string
			timeout *int
			own     *int
			after   string
		}{
			{"obedient", []string{"run", "term-exit=5"}, nil, nil, "exited 5"},
			{"deaf", []string{"run", "ignore-term"}, &one, nil, "exited 137"},
			{"deaf, no time", []string{"run", "ignore-term"}, &none, nil, "exited 137"},
			{"deaf, own time", []string{"run", "ignore-term"}, nil, &one, "exited 137"},
		} {
			asked := spec(row.words...)
			asked.StopTimeout = row.own
			s.running("x", asked)
			s.ok(s.StopContainer(s.Context(), s.name("x"), row.timeout))
			s.same(row.name, s.state("x"), row.after)
			s.ok(s.RemoveContainer(s.Context(), s.name("x"), false))
		}
	}},
	{"a signal reaches the program", func(s *suite) {
		s.running("x", spec("run", "term-exit=5"))
		s.ok(s.SignalContainer(s.Context(), s.name("x"), "SIGWINCH"))
		s.same("after one that does nothing", s.state("x"), docker.StateRunning)
		s.ok(s.SignalContainer(s.Context(), s.inspect("x").ID, "SIGTERM"))
		s.same("code after TERM", s.wait("x"), 5)
		s.start("x")
		s.ok(s.SignalContainer(s.Context(), s.name("x"), docker.SIGKILL))
		s.same("at once after KILL", s.state("x"), "exited 137")
	}},
	{"only signals of Linux are taken, under every name that package docker has", func(s *suite) {
		s.create("x", spec("run"))
		for n := range 70 {
			name := docker.Signal(strconv.Itoa(n))
			want := docker.Conflict // the container does not run
			if name == "" {
				name, want = "SIG"+strconv.Itoa(n), docker.InvalidSpec
			}
			s.want(name, s.SignalContainer(s.Context(), s.name("x"), name), want)
		}
		for _, name := range []string{"SIGRTMIN+16", "SIGRTMAX-15", "SIGNONSENSE", "0"} {
			s.want(name, s.SignalContainer(s.Context(), s.name("x"), name), docker.InvalidSpec)
		}
	}},
	{"a container is known by its id too", func(s *suite) {
		id := s.create("x", spec("exit=6"))
		s.ok(s.StartContainer(s.Context(), id))
		code, err := s.WaitContainer(s.Context(), id[:20])
		s.ok(err)
		s.same("code", code, 6)
		info, err := s.Container(s.Context(), id)
		s.ok(err)
		s.same("name", info.Name, s.name("x"))
		s.ok(s.RemoveContainer(s.Context(), id, false))
		s.want("again", s.RemoveContainer(s.Context(), id, false), docker.NotFound)
	}},
	{"limits and policy are changed in place", func(s *suite) {
		asked := spec("run")
		asked.HostConfig.Memory = 64 << 20
		asked.HostConfig.RestartPolicy = &docker.RestartPolicy{Name: "always"}
		limit := int64(50)
		changes := []struct {
			fields []string
			change func(*docker.ContainerSpec)
		}{
			{[]string{"HostConfig.Memory"}, func(c *docker.ContainerSpec) { c.HostConfig.Memory = 128 << 20 }},
			{[]string{"HostConfig.Memory"}, func(c *docker.ContainerSpec) { c.HostConfig.Memory = 32 << 20 }},
			{[]string{"HostConfig.MemorySwap"}, func(c *docker.ContainerSpec) { c.HostConfig.MemorySwap = 32 << 20 }},
			{[]string{"HostConfig.MemorySwap"}, func(c *docker.ContainerSpec) { c.HostConfig.MemorySwap = 0 }},
			{[]string{"HostConfig.CpuShares", "HostConfig.CpusetCpus"}, func(c *docker.ContainerSpec) { c.HostConfig.CPUShares, c.HostConfig.CpusetCpus = 512, "0" }},
			{[]string{"HostConfig.PidsLimit"}, func(c *docker.ContainerSpec) { c.HostConfig.PidsLimit = &limit }},
			{[]string{"HostConfig.PidsLimit"}, func(c *docker.ContainerSpec) { c.HostConfig.PidsLimit = nil }},
			{[]string{"HostConfig.RestartPolicy"}, func(c *docker.ContainerSpec) {
				c.HostConfig.RestartPolicy = &docker.RestartPolicy{Name: "on-failure", MaximumRetryCount: 3}
			}},
			{[]string{"HostConfig.RestartPolicy"}, func(c *docker.ContainerSpec) { c.HostConfig.RestartPolicy = nil }},
			{[]string{"HostConfig.MemoryReservation", "HostConfig.CpuPeriod", "HostConfig.CpuQuota"}, func(c *docker.ContainerSpec) {
				c.HostConfig.MemoryReservation, c.HostConfig.CPUPeriod, c.HostConfig.CPUQuota = 16<<20, 50000, 25000
			}},
		}
		for _, running := range []bool{false, true} {
			now := asked
			s.create("x", now)
			if running {
				s.start("x")
			}
			id := s.inspect("x").ID
			for _, row := range changes {
				row.change(&now)
				change, ok := now.Update(s.inspect("x"), row.fields)
				if !ok {
					s.Fatalf("%v: no change in place", row.fields)
				}
				_, err := s.UpdateContainer(s.Context(), s.name("x"), change)
				s.ok(err)
				info := s.inspect("x")
				unlike, err := now.DifferingFields(info, func(string) string { return "" })
				s.ok(err)
				s.same(fmt.Sprint(row.fields, running, ": unlike"), unlike, []string(nil))
				s.same("id", info.ID, id)
			}
			limits, err := s.inspect("x").Limits()
			s.ok(err)
			s.same("limits", limits, []string{"HostConfig.CpuPeriod", "HostConfig.CpuQuota", "HostConfig.CpuShares", "HostConfig.CpusetCpus", "HostConfig.Memory", "HostConfig.MemoryReservation"})
			_, err = s.UpdateContainer(s.Context(), s.name("x"), docker.ContainerUpdate{Resources: docker.Resources{NanoCPUs: 500_000_000}})
			s.want("both kinds of processor limit", err, docker.Conflict)
			s.ok(s.RemoveContainer(s.Context(), s.name("x"), true))
		}
		_, err := s.UpdateContainer(s.Context(), s.name("x"), docker.ContainerUpdate{Resources: docker.Resources{CPUShares: 2}})
		s.want("absent", err, docker.NotFound)
	}},
	{"a name is given to one container at a time", func(s *suite) {
		id := s.create("x", spec("run"))
		s.create("y", spec("run"))
		s.want("taken", s.RenameContainer(s.Context(), s.name("x"), s.name("y")), docker.NameTaken)
		s.want("its own", s.RenameContainer(s.Context(), s.name("x"), s.name("x")), docker.InvalidSpec)
		s.want("empty", s.RenameContainer(s.Context(), s.name("x"), ""), docker.InvalidSpec)
		s.ok(s.RenameContainer(s.Context(), s.name("x"), s.name("z")))
		s.same("id under the new name", s.inspect("z").ID, id)
		s.same("old name", s.state("x"), "absent")
	}},
	{"logs have both outputs, and only the last lines", func(s *suite) {
		s.run("x", spec("print=one", "warn=two", "print=three", "exit=0"))
		s.same("all", s.lines("x", 10), []string{"one", "three", "two"})
		if got := s.lines("x", 2); len(got) != 2 {
			s.Errorf("want two lines, got %q", got)
		}
		_, err := s.Logs(s.Context(), s.name("x"), 0)
		s.want("no lines", err, docker.InvalidSpec)
	}},
	{"logs of a terminal", func(s *suite) {
		asked := spec("print=one", "warn=two", "exit=0")
		asked.Tty = true
		s.run("x", asked)
		s.same("all", s.lines("x", 10), []string{"one", "two"})
	}},
	{"logs that the engine does not keep", func(s *suite) {
		asked := spec("exit=0")
		asked.HostConfig.LogConfig = &docker.LogConfig{Type: "none"}
		s.run("x", asked)
		_, err := s.Logs(s.Context(), s.name("x"), 10)
		s.want("logs", err, docker.Unsupported)
	}},
}

// lines returns the last lines of a log, sorted, because the two outputs come in any
// order.
func (s *suite) lines(short string, count int) []string {
	s.Helper()
	text, err := s.Logs(s.Context(), s.name(short), count)
	s.ok(err)
	return sortedLines(strings.ReplaceAll(text, "\r\n", "\n"))
}
