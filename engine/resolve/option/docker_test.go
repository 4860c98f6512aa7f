// Options, tests: every option in a container of a real engine.

package option_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
	"github.com/dmap-dev/dmap/engine/docker/field"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// TestDockerCreatesAContainerWithEveryOption creates one container for each example and
// finds the option in its inspection. Containers are never started.
func TestDockerCreatesAContainerWithEveryOption(t *testing.T) {
	e := newEngine(t)
	e.createOther()
	for i, x := range examples() {
		t.Run(fmt.Sprintf("%s_%d", x.option, i), func(t *testing.T) {
			var s docker.ContainerSpec
			if problems := option.Apply(&s, options(t, dict{x.option: x.value}), "create_options"); problems != nil {
				t.Fatal(problems)
			}
			if e.lacks(s) {
				t.Skipf("API %s does not have it, so it is never asked for", e.version)
			}
			status, body := e.create(fmt.Sprint(i), s)
			switch {
			case x.cannot != "" && strings.Contains(body, x.cannot):
				return // what this machine cannot do, see x.why
			case status != http.StatusCreated:
				t.Fatalf("status %d: %s", status, body)
			case x.inspect == "-":
				return
			}
			o, _ := option.Find(x.option)
			want, got := e.expected(t, i, x, o, s), e.inspected(t, i, o)
			// Docker lists links in any order.
			byText := cmpopts.SortSlices(func(a, b any) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
			if diff := cmp.Diff(want, trim(got, want), cmp.FilterValues(func(_, _ any) bool { return o.Name == "links" }, byText)); diff != "" {
				t.Errorf("%s in the inspection (-want +got), engine said %s:\n%s", o.Field, body, diff)
			}
		})
	}
}

// TestDockerContainersAreAsAskedFor compares each example with the container made from
// it, and with those made from other examples of its option.
func TestDockerContainersAreAsAskedFor(t *testing.T) {
	e := newEngine(t)
	e.createOther()
	type made struct {
		example
		option.Option
		asked docker.ContainerSpec
		info  docker.ContainerInfo
	}
	id := func(name string) string {
		if name == e.prefix+"one" {
			return e.one
		}
		return ""
	}
	unlike := func(s docker.ContainerSpec, c docker.ContainerInfo) []string {
		fields, err := s.DifferingFields(c, id)
		if err != nil {
			t.Fatal(err)
		}
		return fields
	}
	var all []made
	for i, x := range examples() {
		var m made
		if problems := option.Apply(&m.asked, options(t, dict{x.option: x.value}), "create_options"); problems != nil {
			t.Fatal(problems)
		}
		if e.lacks(m.asked) {
			continue
		}
		if status, body := e.create(fmt.Sprint(i), m.asked); status != http.StatusCreated {
			if x.cannot == "" || !strings.Contains(body, x.cannot) {
				t.Fatalf("%s: status %d: %s", x.want, status, body)
			}
			continue
		}
		m.example = x
		m.Option, _ = option.Find(x.option)
		m.asked = e.ownSpec(m.asked)
		m.info = e.info(fmt.Sprint(i))
		all = append(all, m)
		if got := unlike(m.asked, m.info); len(got) > 0 && x.why == "" {
			t.Errorf("%s: unlike in %v", x.want, got)
		}
	}
	pairs := 0
	for _, a := range all {
		for _, b := range all {
			if a.Field == "" || a.Field != b.Field || a.why+b.why != "" {
				continue
			}
			was, _ := a.asked.Fields()
			is, _ := b.asked.Fields()
			if was[a.Field] == nil || is[a.Field] == nil {
				continue
			}
			f, _ := field.Find(a.Field)
			wants, has := f.Form(decodeField(t, was[a.Field])), f.Form(decodeField(t, is[a.Field]))
			if holds(has, wants) {
				continue // it has what was asked for, and maybe more
			}
			pairs++
			if got := unlike(a.asked, b.info); !slices.Contains(got, a.Field) {
				t.Errorf("a container made for %s is taken for one made for %s; unlike in %v", b.want, a.want, got)
			}
		}
	}
	if pairs < 100 {
		t.Errorf("only %d pairs were compared", pairs)
	}
}

func decodeField(t *testing.T, text []byte) any {
	t.Helper()
	v, err := field.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// holds tells whether all keys of b, at every level, are in a with the same values.
func holds(a, b any) bool {
	in, ok := a.(map[string]any)
	part, too := b.(map[string]any)
	if !ok || !too {
		return cmp.Equal(a, b)
	}
	for key, value := range part {
		if got, ok := in[key]; !ok || !holds(got, value) {
			return false
		}
	}
	return true
}

// expected is what the inspection should say: what the row says, else what was sent.
func (e *engine) expected(t *testing.T, i int, x example, o option.Option, s docker.ContainerSpec) any {
	if x.inspect != "" {
		return decode(t, strings.ReplaceAll(e.own(x.inspect), "{number}", fmt.Sprint(i)))
	}
	all, err := s.Fields()
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, e.own(string(all[o.Field])))
}

func (e *engine) inspected(t *testing.T, i int, o option.Option) any {
	_, text := e.call("GET", "/containers/"+e.prefix+fmt.Sprint(i)+"/json", "", nil)
	info := decode(t, strings.ReplaceAll(text, e.one, "id-of-one")).(map[string]any)
	if o.Field == "NetworkingConfig" {
		return map[string]any{"EndpointsConfig": info["NetworkSettings"].(map[string]any)["Networks"]}
	}
	part, field, onHost := strings.Cut(o.Field, ".")
	if !onHost {
		part, field = "Config", o.Field
	}
	return info[part].(map[string]any)[field]
}

// trim drops from an inspection the keys that are zero and were not asked for: engines
// write all fields of a part of which one was sent.
func trim(got, want any) any {
	switch got := got.(type) {
	case map[string]any:
		asked, _ := want.(map[string]any)
		for k, v := range got {
			w, isAsked := asked[k]
			if !isAsked && isZero(v) {
				delete(got, k)
				continue
			}
			got[k] = trim(v, w)
		}
	case []any:
		asked, _ := want.([]any)
		for i := range min(len(got), len(asked)) {
			got[i] = trim(got[i], asked[i])
		}
	}
	return got
}

func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case float64:
		return v == 0
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// engine is a Docker Engine. All that is made on it has names of
// this process, so that two test runs do not meet.
type engine struct {
	t       *testing.T
	http    *http.Client
	version string // of the API that dmap speaks with it
	prefix  string
	one     string // the id of the container "one"
}

// newEngine loads the image and removes everything after the test.
func newEngine(t *testing.T) *engine {
	client, version := dockertest.Raw(t)
	e := &engine{t: t, http: client, version: version, prefix: fmt.Sprintf("dmap-opttest-%d-", os.Getpid())}
	var tar bytes.Buffer
	image := imagetar.Image{
		Tags:   []string{e.image()},
		Files:  []imagetar.File{{Path: "/opttest", Data: []byte("an image of one file that is never run\n")}},
		Config: imagetar.Config{Cmd: []string{"/opttest"}},
	}
	if err := imagetar.Write(&tar, image); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.clean)
	if status, body := e.call("POST", "/images/load?quiet=1", "application/x-tar", &tar); status != http.StatusOK {
		t.Fatalf("cannot load the image: %d %s", status, body)
	}
	return e
}

func (e *engine) image() string { return e.prefix + "image:latest" }

// own gives names in the examples the prefix of this process.
func (e *engine) own(text string) string { return strings.ReplaceAll(text, "dmap-opttest-", e.prefix) }

// createOther makes the containers that examples name: "one" and "two".
func (e *engine) createOther() {
	for _, name := range []string{"two", "one"} {
		status, body := e.create(name, docker.ContainerSpec{})
		if status != http.StatusCreated {
			e.t.Fatalf("cannot create container %q: %d %s", name, status, body)
		}
		e.one, _ = decode(e.t, body).(map[string]any)["Id"].(string)
	}
}

// create makes a container of the test's image and returns the engine's answer.
func (e *engine) create(name string, s docker.ContainerSpec) (status int, body string) {
	s.Image = "dmap-opttest-image:latest"
	if len(s.Cmd) == 0 {
		s.Cmd = []string{"/opttest"} // an entrypoint drops the command of the image
	}
	text, err := json.Marshal(s)
	if err != nil {
		e.t.Fatal(err)
	}
	return e.call("POST", "/containers/create?name="+e.prefix+name, "application/json", strings.NewReader(e.own(string(text))))
}

// lacks reports whether the spec asks for something that the API version does not have: dmap refuses that.
func (e *engine) lacks(s docker.ContainerSpec) bool {
	values, err := s.Values()
	if err != nil {
		e.t.Fatal(err)
	}
	lacking, err := field.Lacking(e.version, func(name string) any { return values[name] })
	if err != nil {
		e.t.Fatal(err)
	}
	return len(lacking) > 0
}

// ownSpec is the spec that was sent.
func (e *engine) ownSpec(s docker.ContainerSpec) docker.ContainerSpec {
	text, err := json.Marshal(s)
	if err != nil {
		e.t.Fatal(err)
	}
	var own docker.ContainerSpec
	if err := json.Unmarshal([]byte(e.own(string(text))), &own); err != nil {
		e.t.Fatal(err)
	}
	return own
}

// info is what the engine tells of a container.
func (e *engine) info(name string) docker.ContainerInfo {
	_, text := e.call("GET", "/containers/"+e.prefix+name+"/json", "", nil)
	var info docker.ContainerInfo
	var rest struct {
		NetworkSettings struct {
			Networks map[string]docker.NetworkEndpoint
		}
	}
	if err := errors.Join(json.Unmarshal([]byte(text), &info), json.Unmarshal([]byte(text), &rest)); err != nil {
		e.t.Fatal(err)
	}
	info.Networks = rest.NetworkSettings.Networks
	return info
}

// call returns status and body; an engine that does not answer ends the test.
func (e *engine) call(method, path, contentType string, body io.Reader) (int, string) {
	// Cleaning up runs after the test's own context has ended.
	ctx := context.WithoutCancel(e.t.Context())
	req, err := http.NewRequestWithContext(ctx, method, "http://docker/v"+e.version+path, body)
	if err != nil {
		e.t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := e.http.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := res.Body.Close(); err != nil {
		e.t.Error(err)
	}
	if err != nil {
		e.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// clean removes what this process made: containers, then the volume and the image.
func (e *engine) clean() {
	filter := url.QueryEscape(`{"name": ["^/` + e.prefix + `"]}`)
	_, text := e.call("GET", "/containers/json?all=1&filters="+filter, "", nil)
	var all []struct {
		ID string `json:"Id"`
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		e.t.Errorf("cannot list containers: %s: %s", err, text)
	}
	for _, c := range all {
		e.remove("/containers/" + c.ID + "?v=1&force=1")
	}
	e.remove("/volumes/" + e.prefix + "vol")
	e.remove("/images/" + e.image())
}

func (e *engine) remove(path string) {
	if status, body := e.call("DELETE", path, "", nil); status >= 300 && status != http.StatusNotFound {
		e.t.Errorf("cannot remove %s: %d %s", path, status, body)
	}
}
