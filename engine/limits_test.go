// Front door: limits that an update sets in place are dmap's, and lifted when the map has them no more.

package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// limited are limits that can be set in place. lifted is how an update that the map has
// them no more for brings that there; other is what another program sets.
var limited = []struct {
	name, lifted string
	values       dict
	other        string
}{
	{"Memory", "create", dict{"mem_limit": "64m"}, `{"Memory": 33554432, "MemorySwap": 67108864}`},
	{"MemoryReservation", "create", dict{"mem_reservation": "32m"}, `{"MemoryReservation": 16777216}`},
	{"MemorySwap", "create", dict{"mem_limit": "64m", "memswap_limit": "96m"}, ""},
	{"CpuShares", "create", dict{"cpu_shares": 512}, `{"CpuShares": 256}`},
	{"NanoCpus", "create", dict{"nano_cpus": 500000000}, `{"NanoCpus": 250000000}`},
	{"CpuPeriod", "create", dict{"cpu_period": 50000}, `{"CpuPeriod": 60000}`},
	{"CpuQuota", "create", dict{"cpu_quota": 25000}, `{"CpuQuota": 26000}`},
	{"CpusetCpus", "create", dict{"cpuset_cpus": "0"}, `{"CpusetCpus": "0"}`},
	{"CpusetMems", "create", dict{"cpuset_mems": "0"}, `{"CpusetMems": "0"}`},
	{"BlkioWeight", "create", dict{"blkio_weight": 300}, `{"BlkioWeight": 400}`},
	{"PidsLimit", "update", dict{"pids_limit": 9}, `{"PidsLimit": 8}`},
	{"RestartPolicy", "update", dict{"restart_policy": "always"}, `{"RestartPolicy": {"Name": "always"}}`},
}

func TestEveryLimitIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, limit := range limited {
		for name := range limit.values {
			o, _ := option.Find(name)
			tried[o.Field] = true
		}
	}
	for _, f := range field.Table() {
		if f.Change == field.Update && !tried[f.Name] {
			t.Errorf("%s is not tried", f.Name)
		}
	}
}

// limitRecords are the volumes that say a limit was set in place.
func (b *bench) limitRecords() (names []string) {
	for _, v := range b.sim.World().Volumes {
		if strings.HasSuffix(v.Name, identity.LimitSuffix) {
			names = append(names, v.Name)
		}
	}
	return names
}

func TestLimitsSetInPlaceAreLifted(t *testing.T) {
	without := boxes(box("a"))
	fresh := newBench(t)
	fresh.must(t, without, plan.Start)
	for _, limit := range limited {
		with := boxes(box("a", options(limit.values)))
		// set has a container to which an update gave the limit.
		set := func(t *testing.T) *bench {
			b := newBench(t)
			b.must(t, without, plan.Start)
			if got := reasons(b.must(t, with, plan.Update)); !strings.HasPrefix(got, "container.update m.a: ") {
				t.Fatalf("set: %s", got)
			}
			b.updated(t, with)
			return b
		}
		// lifted takes it out of the map, and leaves what a start without it leaves.
		lifted := func(t *testing.T, b *bench) {
			t.Helper()
			got := reasons(b.must(t, without, plan.Update))
			if !strings.HasPrefix(got, "container."+limit.lifted+" m.a: ") || !strings.Contains(got, limit.name+" is gone") {
				t.Errorf("lifted: %s", got)
			}
			if diff := cmp.Diff(fresh.requests(t), b.requests(t)); diff != "" {
				t.Errorf("not as if started (-want +got):\n%s", diff)
			}
			b.updated(t, without)
			if left := b.limitRecords(); len(left) > 0 {
				t.Errorf("records are left: %q", left)
			}
		}
		t.Run(limit.name, func(t *testing.T) {
			lifted(t, set(t))
		})
		t.Run(limit.name+", record pruned and made again", func(t *testing.T) {
			b := set(t)
			records := b.limitRecords()
			if len(records) != len(limit.values) {
				t.Fatalf("records %q", records)
			}
			b.post(t, "/volumes/prune", "")
			if left := b.limitRecords(); len(left) > 0 {
				t.Fatalf("pruned, but %q are left", left)
			}
			if got := reasons(b.must(t, with, plan.Update)); !strings.HasPrefix(got, "container.update m.a: nothing records that dmap set ") {
				t.Errorf("made again: %s", got)
			}
			if diff := cmp.Diff(records, b.limitRecords()); diff != "" {
				t.Error(diff)
			}
			lifted(t, b)
		})
		if limit.other == "" {
			continue
		}
		t.Run(limit.name+", somebody's own", func(t *testing.T) {
			b := newBench(t)
			b.must(t, without, plan.Start)
			b.post(t, "/containers/m.a/update", limit.other)
			p := b.must(t, without, plan.Update)
			want := "m.a has a limit that is not in the map: " + limit.name
			if len(p.Steps) > 0 || !strings.HasPrefix(notes(p), want) {
				t.Errorf("steps %v, notes %q", ids(p), notes(p))
			}
		})
		t.Run(limit.name+", changed by somebody", func(t *testing.T) { // as if it had been made with it
			b := set(t)
			b.post(t, "/containers/m.a/update", limit.other)
			lifted(t, b)
		})
	}
}

// A run that sets or lifts limits may end at any call: what dmap set is lifted all the
// same, whether the next run still has it in the map or not, and what somebody sets later
// stays.
func TestCrashWhileLimitsAreSetAndLifted(t *testing.T) {
	without := boxes(box("a"))
	with := boxes(box("a", options(dict{"cpu_shares": 512, "pids_limit": 9, "restart_policy": "always"})))
	fresh := newBench(t)
	fresh.must(t, without, plan.Start)
	check := func(t *testing.T, b *bench) {
		t.Helper()
		b.must(t, without, plan.Update)
		b.updated(t, without)
		if diff := cmp.Diff(fresh.requests(t), b.requests(t)); diff != "" {
			t.Errorf("not as if started (-want +got):\n%s", diff)
		}
		b.post(t, "/containers/m.a/update", `{"RestartPolicy": {"Name": "always"}}`)
		if p := b.must(t, without, plan.Update); len(p.Steps) > 0 {
			t.Errorf("what somebody set is lifted: %s", reasons(p))
		}
	}
	for _, again := range []bool{false, true} {
		crashEverywhere(t, func(b *bench) { b.must(t, without, plan.Start) }, with, plan.Update, func(t *testing.T, b *bench) {
			if again {
				b.must(t, with, plan.Update)
				b.updated(t, with)
			}
			check(t, b)
		})
	}
	crashEverywhere(t, func(b *bench) {
		b.must(t, without, plan.Start)
		b.must(t, with, plan.Update)
	}, without, plan.Update, check)
}

// Without its record, after a prune, and no more in the map, a limit could be anybody's: it
// stays, and is noted.
func TestLimitWithoutRecordIsNoted(t *testing.T) {
	b := newBench(t)
	without := boxes(box("a"))
	b.must(t, without, plan.Start)
	b.must(t, boxes(box("a", options(dict{"cpu_shares": 512}))), plan.Update)
	b.post(t, "/volumes/prune", "")
	p := b.must(t, without, plan.Update)
	if want := "m.a has a limit that is not in the map: CpuShares; --force-recreate lifts it"; len(p.Steps) > 0 || notes(p) != want {
		t.Errorf("steps %v, notes %q", ids(p), notes(p))
	}
}

// Records go with their container, whatever removes it; one that somebody removed leaves
// records that say nothing of the next.
func TestRecordsOfLimitsGoWithTheContainer(t *testing.T) {
	with := boxes(box("a", options(dict{"cpu_shares": 512})))
	for _, action := range []plan.Action{plan.Shutdown, plan.Remove} {
		b := newBench(t)
		b.must(t, boxes(box("a")), plan.Start)
		b.must(t, with, plan.Update)
		if action == plan.Remove {
			b.halt(t, "m.a")
		}
		if noted := planFor(t, b.client, boxes(box("a")), plan.Start).Notes; len(noted) != 1 || noted[0].Text != "differs from the map: CpuShares is gone" {
			t.Errorf("start notes %v", noted)
		}
		b.must(t, with, action)
		if left := b.limitRecords(); len(left) > 0 {
			t.Errorf("%s leaves %q", action, left)
		}
	}
	b := newBench(t)
	b.must(t, boxes(box("a")), plan.Start)
	b.must(t, with, plan.Update)
	if err := b.client.RemoveContainer(context.Background(), "m.a", true); err != nil {
		t.Fatal(err)
	}
	b.must(t, boxes(box("a")), plan.Start)
	b.post(t, "/containers/m.a/update", `{"CpuShares": 512}`)
	if p := b.must(t, boxes(box("a")), plan.Update); len(p.Steps) > 0 {
		t.Errorf("what somebody set is lifted: %s", reasons(p))
	}
	b.must(t, with, plan.Update) // replaces the record
	if got := reasons(b.must(t, boxes(box("a")), plan.Update)); got != "container.create m.a: CpuShares is gone" {
		t.Errorf("got %q", got)
	}
}

// On a real engine, too, limits are set in place, recorded, and lifted.
func TestLimitsSetInPlaceAreLiftedOnDocker(t *testing.T) {
	name, client := onDocker(t)
	site := func(values dict) *model.ContainerMap {
		return &model.ContainerMap{Name: name, Containers: []*model.Container{proc("a", options(values))}}
	}
	update := func(m *model.ContainerMap) string {
		p, err := do(t, client, m, plan.Update)
		if err != nil {
			t.Fatal(err)
		}
		return reasons(p)
	}
	update(site(nil))
	for _, limit := range limited {
		switch limit.name {
		case "Memory", "CpuShares", "PidsLimit": // every engine has them
		default:
			continue
		}
		target := identity.Name(name, "a")
		if got := update(site(limit.values)); !strings.HasPrefix(got, "container.update "+target) {
			t.Errorf("%s, set: %s", limit.name, got)
		}
		record := identity.Limit(target, limit.name)
		if _, err := client.Volume(t.Context(), record); err != nil {
			t.Errorf("%s: no record: %v", limit.name, err)
		}
		if got := update(site(nil)); !strings.HasPrefix(got, "container."+limit.lifted+" "+target) {
			t.Errorf("%s, lifted: %s", limit.name, got)
		}
		if _, err := client.Volume(t.Context(), record); docker.KindOf(err) != docker.NotFound {
			t.Errorf("%s: the record is left: %v", limit.name, err)
		}
		if got := update(site(nil)); got != "" {
			t.Errorf("%s, again: %s", limit.name, got)
		}
	}
}
