// Front door: what earlier versions of dmap left on an engine is known for good.

package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/sim"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// eachVersion runs a test for every recorded version.
func eachVersion(t *testing.T, test func(t *testing.T, folder string)) {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(compatFolder, "*", "requests.jsonl"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("nothing is recorded: %v", err)
	}
	for _, file := range folders {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) { test(t, folder) })
	}
}

// On an engine as an earlier version left it, every action plans just what that
// version planned: nothing is made anew, prepared again or called foreign.
func TestCompatPlans(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		for _, c := range compatPlans() {
			want := savedPlan(t, folder, c)
			got, err := engine.Plan(t.Context(), loaded(t, folder, c.State), compatSite(t, folder, c.Map, compatVars(c.Changed)), c.Request)
			if err != nil {
				t.Errorf("%s: %v", c.file(), err)
				continue
			}
			if diff := cmp.Diff(wordless(t, want), wordless(t, got)); diff != "" {
				t.Errorf("%s (-recorded +now):\n%s", c.file(), diff)
			}
		}
	})
}

func savedPlan(t *testing.T, folder string, c compatPlan) *plan.Plan {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, c.file()))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := plan.Read(c.file(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wordless is a plan as JSON without what it says to people only.
func wordless(t *testing.T, p *plan.Plan) any {
	t.Helper()
	var text bytes.Buffer
	if err := p.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(laterLabels.ReplaceAll(text.Bytes(), nil), &out); err != nil {
		t.Fatal(err)
	}
	steps, _ := out["steps"].([]any)
	for _, st := range steps {
		delete(st.(map[string]any), "why")
	}
	notes, _ := out["notes"].([]any)
	for _, n := range notes {
		delete(n.(map[string]any), "text")
	}
	return out
}

// A plan that an earlier version saved is carried out on the engine that it is for.
func TestCompatSavedPlansApply(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		for _, c := range compatPlans() {
			p := savedPlan(t, folder, c)
			s := loadedSim(t, folder, c.State)
			s.Advance(2 * time.Minute) // the lock of an interrupted run is given up
			b := open(t, s)
			report, err := b.engine.Apply(t.Context(), p, engine.Options{Options: run.Options{Times: quick}})
			if err != nil || report.Count(run.Done) != len(p.Steps) {
				t.Errorf("%s: %d of %d steps done: %v", c.file(), report.Count(run.Done), len(p.Steps), err)
			}
			if c.Request.Action != plan.Start && c.Request.Action != plan.Startup && c.Request.Action != plan.Update {
				continue
			}
			req := c.Request
			req.Recreate = false
			again, err := engine.Plan(t.Context(), b.client, compatSite(t, folder, c.Map, compatVars(c.Changed)), req)
			if err != nil {
				t.Errorf("%s, again: %v", c.file(), err)
				continue
			}
			if left := beyondJobs(again); len(left) > 0 {
				t.Errorf("%s, again: %q", c.file(), left)
			}
		}
	})
}

// beyondJobs are the steps of a plan but those that start what ends by itself.
func beyondJobs(p *plan.Plan) []string {
	var left []string
	for _, st := range p.Steps {
		if _, name, _ := strings.Cut(st.Target, "."); st.Op != plan.StartContainer || name != "job" && name != "broken" {
			left = append(left, st.ID)
		}
	}
	return left
}

// What is made has the names, labels and requests that it had: an earlier version
// knows what this one makes.
func TestCompatRequests(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		got := story(t, folder, func(string, *sim.Engine) {})
		if diff := cmp.Diff(neutral(recorded(t, folder)), neutral(got)); diff != "" {
			t.Errorf("(-recorded +now):\n%s", diff)
		}
	})
}

// recorded are the requests that an earlier version sent.
func recorded(t *testing.T, folder string) []sent {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "requests.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []sent
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one sent
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		list = append(list, one)
	}
	return list
}

// laterLabels are the records of what a container was made with, in which versions differ:
// an earlier one does not know the present one, and does not miss its own, which is empty
// now. Others come before them in the order of their names.
var laterLabels = regexp.MustCompile(`,?\s*"dev\.dmap\.(fields|spec)": ?"(\\.|[^"\\])*"`)

var claimName = regexp.MustCompile(`\.dmap-lock\.[0-9a-f]{16}\.`)

// neutral are requests in an order and with ids that do not depend on the run.
func neutral(requests []sent) []string {
	var ids []string
	for _, one := range requests {
		if one.ID != "" {
			name := one.Path[strings.LastIndex(one.Path, "name=")+5:]
			ids = append(ids, one.ID, "<"+name+">")
		}
	}
	names := strings.NewReplacer(ids...)
	var lines []string
	for _, one := range requests {
		var body any
		_ = json.Unmarshal(laterLabels.ReplaceAll(one.Body, nil), &body)
		text, _ := json.Marshal(body) // sorts the keys
		line := names.Replace(one.Method + " " + one.Path + " " + string(text))
		lines = append(lines, claimName.ReplaceAllString(line, ".dmap-lock.<lock>."))
	}
	slices.Sort(lines)
	return lines
}

// An engine on which an earlier version did its work, whatever the simulated one
// keeps of it, has nothing left to do and nothing foreign in the way.
func TestCompatReplay(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		s := compatEngine(t)
		replay(t, s, recorded(t, folder))
		client := open(t, s).client
		for _, name := range compatMaps {
			for _, action := range []plan.Action{plan.Create, plan.Start, plan.Startup, plan.Update} {
				p, err := engine.Plan(t.Context(), client, compatSite(t, folder, name, map[string]string{"old": "yes"}), plan.Request{Action: action, Adopt: true})
				if err != nil {
					t.Errorf("%s of %s: %v", action, name, err)
					continue
				}
				if left := beyondJobs(p); len(left) > 0 {
					t.Errorf("%s of %s: %q", action, name, left)
				}
			}
		}
	})
}

// replay sends requests, with the ids that this engine gives to containers.
func replay(t *testing.T, s *sim.Engine, requests []sent) {
	t.Helper()
	ids := map[string]string{}
	for _, one := range requests {
		for old, id := range ids {
			one.Path = strings.ReplaceAll(one.Path, old, id)
			one.Body = bytes.ReplaceAll(one.Body, []byte(old), []byte(id))
		}
		id := post(t, s, one)
		if one.ID != "" {
			ids[one.ID] = id
		}
	}
}

// Only what has no labels of dmap is foreign, and it is so as it was.
func TestCompatForeign(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		for _, name := range compatMaps {
			_, err := engine.Plan(t.Context(), loaded(t, folder, "running"), compatSite(t, folder, name, nil), plan.Request{Action: plan.Start})
			var problems problem.Problems
			if !errors.As(err, &problems) {
				t.Fatalf("%s: %v", name, err)
			}
			for _, p := range problems {
				if p.Code != plan.CodeForeign || !strings.Contains(p.Msg, name+".adopted") && !strings.Contains(p.Msg, name+".old_data") {
					t.Errorf("%s: %v", name, p)
				}
			}
			if len(problems) != 2 {
				t.Errorf("%s: %d problems, want 2: %v", name, len(problems), err)
			}
		}
	})
}

// A run of an earlier version and one of this version exclude each other: either
// knows the claim of the other by its name and labels.
func TestCompatLock(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		claims := slices.DeleteFunc(recorded(t, folder), func(one sent) bool { return !claimName.MatchString(string(one.Body)) || one.Path != "/volumes/create" })
		if len(claims) != len(compatMaps) {
			t.Fatalf("%d recorded claims, want one for each map", len(claims))
		}
		for i, claim := range claims {
			s := compatEngine(t)
			client := open(t, s).client
			post(t, s, claim)
			var spec docker.VolumeSpec
			if err := json.Unmarshal(claim.Body, &spec); err != nil {
				t.Fatal(err)
			}
			_, err := run.Acquire(t.Context(), client, compatMaps[i], run.LockOptions{Times: quick})
			var locked *run.LockedError
			if !errors.As(err, &locked) || !slices.Equal(locked.Claims, []string{spec.Name}) || !strings.Contains(locked.Holder, compatProcess.Name) {
				t.Errorf("%s: %v", spec.Name, err)
			}
			s.Advance(2 * time.Minute) // a claim that nobody renews is of a run that is gone
			lock, err := run.Acquire(t.Context(), client, compatMaps[i], run.LockOptions{Times: quick, Process: compatProcess})
			if err != nil {
				t.Fatal(err)
			}
			now, err := client.Volumes(t.Context(), "^"+compatMaps[i]+".dmap-lock")
			if err != nil || len(now) != 1 {
				t.Fatalf("claims %v: %v", now, err)
			}
			neutralName := func(name string) string { return claimName.ReplaceAllString(name, ".dmap-lock.<lock>.") }
			if neutralName(now[0].Name) != neutralName(spec.Name) || !cmp.Equal(now[0].Labels, spec.Labels) {
				t.Errorf("the claim is %s %v, was %s %v", now[0].Name, now[0].Labels, spec.Name, spec.Labels)
			}
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
		}
	})
}

// An interrupted run of an earlier version keeps others out until it is surely gone;
// then its leftovers are known, and the work goes on.
func TestCompatInterrupted(t *testing.T) {
	eachVersion(t, func(t *testing.T, folder string) {
		s := loadedSim(t, folder, "interrupted")
		b := open(t, s)
		m := compatSite(t, folder, "kept_volumes", map[string]string{"old": "yes"})
		p, err := engine.Plan(t.Context(), b.client, m, plan.Request{Action: plan.Startup, Adopt: true})
		if err != nil {
			t.Fatal(err)
		}
		var locked *run.LockedError
		if _, err := b.engine.Run(context.Background(), p, run.Options{Times: quick}); !errors.As(err, &locked) {
			t.Errorf("the lock is not honoured: %v", err)
		}
		s.Advance(2 * time.Minute)
		if err := startup(t, b.client, m, "later"); err != nil {
			t.Fatal(err)
		}
		finished := loadedSim(t, folder, "running").World()
		if diff := cmp.Diff(volumeNames(finished), volumeNames(s.World())); diff != "" {
			t.Errorf("volumes (-uninterrupted +resumed):\n%s", diff)
		}
	})
}

// volumeNames are those of the volumes that have one of their own.
func volumeNames(w sim.World) []string {
	var names []string
	for _, v := range w.Volumes {
		if strings.Contains(v.Name, ".") {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return names
}
