// Docker adapter: test of what is made of the answers of an engine.

package dockerd_test

import (
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
)

func TestContainerIsRead(t *testing.T) {
	const body = `{"Id":"1f2e","Name":"/web","Image":"sha256:aa","RestartCount":2,
		"State":{"Status":"exited","Running":false,"ExitCode":3,"Error":"why","StartedAt":"2026-01-02T03:04:05.000000006+02:00","FinishedAt":"0001-01-01T00:00:00Z",
			"Health":{"Status":"unhealthy","FailingStreak":4,"Log":[]}},
		"Config":{"Hostname":"h","Env":["A=1"],"Image":"img","Labels":{"l":"1"},"Unknown":{"x":1}},
		"HostConfig":{"Binds":null,"NetworkMode":"default","Memory":7,"RestartPolicy":{"Name":"always","MaximumRetryCount":0},"ConsoleSize":[0,0]},
		"Mounts":[{"Type":"volume","Name":"v","Source":"/s","Destination":"/b","Driver":"local","Mode":"z","RW":true},{"Type":"bind","Source":"/t","Destination":"/a"}],
		"NetworkSettings":{"IPAddress":"10.0.0.9","Networks":{"bridge":{"NetworkID":"n1","IPAddress":"10.0.0.9","Aliases":["x"],"Links":null}}}}`
	got, err := stub(t, "1.41", answer(200, body)).Container(t.Context(), "web")
	if err != nil {
		t.Fatal(err)
	}
	want := docker.ContainerInfo{
		ID: "1f2e", Name: "web", ImageID: "sha256:aa", RestartCount: 2,
		State: docker.ContainerState{Status: "exited", ExitCode: 3, Error: "why",
			StartedAt: time.Date(2026, 1, 2, 1, 4, 5, 6, time.UTC), Health: &docker.Health{Status: "unhealthy", FailingStreak: 4}},
		Config: docker.ContainerConfig{Hostname: "h", Env: []string{"A=1"}, Image: "img", Labels: map[string]string{"l": "1"}},
		HostConfig: docker.HostConfig{NetworkMode: "default", ConsoleSize: []int{0, 0}, RestartPolicy: &docker.RestartPolicy{Name: "always"},
			Resources: docker.Resources{Memory: 7}},
		Mounts: []docker.MountInfo{
			{Type: "bind", Source: "/t", Destination: "/a"},
			{Type: "volume", Name: "v", Source: "/s", Destination: "/b", RW: true}},
		Networks: map[string]docker.NetworkEndpoint{"bridge": {NetworkID: "n1", IPAddress: "10.0.0.9", EndpointSpec: docker.EndpointSpec{Aliases: []string{"x"}}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.State.FinishedAt != (time.Time{}) {
		t.Errorf("never is %#v", got.State.FinishedAt)
	}
}

func TestListOfContainersIsRead(t *testing.T) {
	const body = `[
		{"Id":"2","Names":["/web/db","/db"],"Image":"img","ImageID":"sha256:aa","State":"running","Status":"Up 2 seconds","Labels":{"l":"1"},
			"HostConfig":{"NetworkMode":"back"},"NetworkSettings":{"Networks":{"back":{"NetworkID":"n1"},"late":{}}},
			"Ports":[{"PrivatePort":81,"Type":"tcp"},{"IP":"::","PrivatePort":80,"PublicPort":8080,"Type":"tcp"},{"IP":"0.0.0.0","PrivatePort":80,"PublicPort":8080,"Type":"tcp"}]},
		{"Id":"3","Names":["/db-old"],"State":"exited"},
		{"Id":"1","Names":["/a-db"],"State":"created"}]`
	asked := ""
	c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.RawQuery
		answer(200, body)(w, r)
	})
	got, err := c.Containers(t.Context(), "db$")
	if err != nil {
		t.Fatal(err)
	}
	want := []docker.ContainerSummary{
		{ID: "1", Name: "a-db", State: "created"},
		{ID: "2", Name: "db", Image: "img", ImageID: "sha256:aa", State: "running", Status: "Up 2 seconds", Labels: map[string]string{"l": "1"},
			LinkNames: []string{"web/db"}, NetworkMode: "back", Networks: map[string]string{"back": "n1", "late": ""},
			Ports: []docker.HostPort{{IP: "0.0.0.0", Port: 8080, Protocol: "tcp"}, {IP: "::", Port: 8080, Protocol: "tcp"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "all=1&filters=%7B%22name%22%3A%7B%22db%24%22%3Atrue%7D%7D"; asked != want {
		t.Errorf("the query is %s, want %s", asked, want)
	}
}

func TestStopTimeoutAndForceAreSent(t *testing.T) {
	var asked []string
	c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.RequestURI())
		w.WriteHeader(http.StatusNoContent)
	})
	zero, five := 0, 5
	for _, err := range []error{
		c.StopContainer(t.Context(), "web", nil), c.StopContainer(t.Context(), "web", &zero), c.StopContainer(t.Context(), "web", &five),
		c.RemoveContainer(t.Context(), "web", false), c.RemoveContainer(t.Context(), "web", true),
		c.StartContainer(t.Context(), "web"), c.RenameContainer(t.Context(), "web", "new name&x=y"), c.RemoveVolume(t.Context(), "v"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"POST /v1.41/containers/web/stop", "POST /v1.41/containers/web/stop?t=0", "POST /v1.41/containers/web/stop?t=5",
		"DELETE /v1.41/containers/web", "DELETE /v1.41/containers/web?force=1",
		"POST /v1.41/containers/web/start", "POST /v1.41/containers/web/rename?name=new+name%26x%3Dy", "DELETE /v1.41/volumes/v",
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func frame(stream byte, text string) string {
	head := []byte{stream, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(head[4:], uint32(len(text)))
	return string(head) + text
}

func TestLogsAreRead(t *testing.T) {
	line := strings.Repeat("x", 999) + "\n"
	for _, row := range []struct {
		name, stream string
		tty          bool
		want         string
		kind         docker.Kind
	}{
		{name: "both outputs", stream: frame(1, "one\n") + frame(2, "two\n") + frame(1, "thr") + frame(1, "ee\n"), want: "one\ntwo\nthree\n"},
		{name: "nothing", stream: "", want: ""},
		{name: "empty frames", stream: frame(1, "") + frame(1, "x") + frame(2, ""), want: "x"},
		{name: "input is output too", stream: frame(0, "x"), want: "x"},
		{name: "terminal", stream: "one\r\n\x01\x00\x00\x00\x00\x00\x00\x03two", tty: true, want: "one\r\n\x01\x00\x00\x00\x00\x00\x00\x03two"},
		{name: "much, with a terminal", stream: strings.Repeat(line, 300), tty: true, want: strings.Repeat(line, 65)},
		{name: "much", stream: strings.Repeat(frame(1, line), 300), want: strings.Repeat(line, 65)},
		{name: "much in one frame", stream: frame(1, strings.Repeat(line, 300)), want: strings.Repeat(line, 65)},
		{name: "a line without end", stream: frame(1, strings.Repeat("x", 1<<20)), want: strings.Repeat("x", 64<<10)},
		{name: "no frame", stream: "plain text that is no frame", kind: docker.Internal},
		{name: "error of the engine", stream: frame(3, "broken"), kind: docker.Internal},
		{name: "false length", stream: "\x01\x00\x00\x00\xff\xff\xff\xffshort", kind: docker.OutcomeUnknown},
		{name: "half a head", stream: "\x01\x00\x00", kind: docker.OutcomeUnknown},
	} {
		asked := ""
		c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/json") {
				answer(200, fmt.Sprintf(`{"Id":"1f2e","Name":"/web","Config":{"Tty":%v}}`, row.tty))(w, r)
				return
			}
			asked = r.URL.RequestURI()
			fmt.Fprint(w, row.stream)
		})
		got, err := c.Logs(t.Context(), "web", 20)
		if got != row.want || docker.KindOf(err) != row.kind {
			t.Errorf("%s: got %d bytes %.60q, want %d bytes; kind %q, want %q: %v", row.name, len(got), got, len(row.want), docker.KindOf(err), row.kind, err)
		}
		if want := "/v1.41/containers/web/logs?stderr=1&stdout=1&tail=20"; asked != want {
			t.Errorf("%s: asked for %s, want %s", row.name, asked, want)
		}
	}
}

func FuzzLogs(f *testing.F) {
	f.Add([]byte(frame(1, "one\n")+frame(2, "two\n")), false)
	f.Add([]byte("\x01\x00\x00\x00\xff\xff\xff\xff"), false)
	f.Add([]byte("text"), true)
	f.Fuzz(func(t *testing.T, stream []byte, tty bool) {
		c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/json") {
				answer(200, fmt.Sprintf(`{"Id":"1f2e","Name":"/web","Config":{"Tty":%v}}`, tty))(w, r)
				return
			}
			if _, err := w.Write(stream); err != nil {
				t.Error(err)
			}
		})
		got, err := c.Logs(t.Context(), "web", 20)
		if len(got) > 64<<10 || len(got) > len(stream) {
			t.Errorf("%d bytes of %d", len(got), len(stream))
		}
		if err != nil && got != "" {
			t.Errorf("text %q and error %v", got, err)
		}
		if tty && err != nil {
			t.Errorf("a terminal has no frames: %v", err)
		}
	})
}
