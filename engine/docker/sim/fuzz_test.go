// Part of the tests of the simulated engine: no request, however odd, makes it panic,
// hang or give an invalid answer.

package sim_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// FuzzHandler sends an arbitrary request to an engine that holds a little of
// everything.
func FuzzHandler(f *testing.F) {
	for _, seed := range []struct{ method, target, body string }{
		{"GET", "/_ping", ""},
		{"POST", "/v1.41/containers/create?name=zz", `{"Image":"web","HostConfig":{"Binds":["v:/a","/x"],"VolumesFrom":["aa:ro"],"Links":["aa:b"],"PortBindings":{"80/tcp":[{"HostPort":"1-5"}]}}}`},
		{"POST", "/v1.41/containers/create", `{"Image":"web","Healthcheck":{"Test":["CMD","x"],"Interval":1000000},"Volumes":{"/":{},"":{}},"ExposedPorts":{"":{},"/":{}}}`},
		{"POST", "/v1.41/containers/aa/start", ""},
		{"POST", "/v1.41/containers/aa/stop?t=-1", ""},
		{"POST", "/v1.41/containers/aa/wait?condition=removed", ""},
		{"POST", "/v1.41/containers/aa/restart", ""},
		{"POST", "/v1.41/containers/aa/kill?signal=RTMIN+3", ""},
		{"GET", "/v1.41/containers/json?all=1&filters=%7B%22name%22%3A%5B%22(%22%5D%7D", ""},
		{"GET", "/v1.41/events?since=0&filters=%7B%22type%22%3A%7B%22container%22%3Atrue%7D%7D", ""},
		{"GET", "/v1.41/containers/aa/archive?path=/../..//a", ""},
		{"PUT", "/v1.41/containers/aa/archive?path=/", "not a tar"},
		{"POST", "/v1.41/images/load", "\x1f\x8bnot a tar"},
		{"POST", "/v1.41/images/create?fromSrc=-&repo=x&changes=CMD%20x", ""},
		{"POST", "/v1.41/images/create?fromSrc=-&repo=x&changes=ENV%20a%3D%22%24%7Bb%3A-%27c&changes=EXPOSE%201-9:2/x", ""},
		{"POST", "/v1.41/containers/create", `{"Image":"web","WorkingDir":"/a/..","HostConfig":{"Tmpfs":{"/data":"size=1x"},"Sysctls":{"/":""},"Ulimits":[{"Name":"cpu"}]}}`},
		{"POST", "/v1.41/networks/create", `{"Name":"n","IPAM":{"Config":[{"Subnet":"10.0.0.0/31","Gateway":"10.0.0.9"}]}}`},
		{"POST", "/v1.41/networks/bridge/connect", `{"Container":"aa","EndpointConfig":{"IPAMConfig":{"IPv4Address":"::"}}}`},
		{"POST", "/v1.41/containers/aa/exec", `{"Cmd":["chown","-R","x","/"]}`},
		{"POST", "/v1.41/containers/aa/update", `{"Memory":-5,"RestartPolicy":{"Name":"always"}}`},
		{"DELETE", "/v1.41/images/sha256:?force=1", ""},
		{"DELETE", "/v1.41/containers/aa/b?link=1", ""},
		{"POST", "/v1.99999999999999999999/containers/prune", "{}"},
	} {
		f.Add(seed.method, seed.target, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		e := sim.New(sim.Options{})
		defer e.Close()
		if err := e.AddImage(sim.Image{Names: []string{"web"}, Config: sim.Config{Volumes: map[string]struct{}{"/data": {}}}}); err != nil {
			t.Fatal(err)
		}
		ask(t, e, "POST", "/containers/create?name=aa", `{"Image":"web","ExposedPorts":{"80/tcp":{}},"HostConfig":{"PublishAllPorts":true}}`)
		ask(t, e, "POST", "/containers/aa/start", "")
		ask(t, e, method, target, body)
		ask(t, e, method, target, body)
		if got := ask(t, e, "GET", "/containers/json?all=1", ""); got.Code != 200 || !json.Valid(got.Body.Bytes()) {
			t.Errorf("list afterwards: %d %s", got.Code, got.Body)
		}
		var kept strings.Builder
		if err := e.Save(&kept); err != nil {
			t.Error(err)
		} else if _, err := sim.Load(strings.NewReader(kept.String()), sim.Options{}); err != nil {
			t.Errorf("cannot load what was saved: %v", err)
		}
	})
}

// ask makes a request that is given up after a moment, and fails if the engine does not
// come back by then.
func ask(t *testing.T, e *sim.Engine, method, target, body string) *httptest.ResponseRecorder {
	t.Helper()
	path, query, _ := strings.Cut(target, "?")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := (&http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Content-Type": {"application/json"}},
		Body: http.NoBody, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if body != "" {
		r.Body, r.ContentLength = http.NoBody, int64(len(body))
		r.Body = readCloser{strings.NewReader(body)}
	}
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		e.ServeHTTP(w, r)
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatalf("%s %s hangs", method, target)
	}
	return w
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
