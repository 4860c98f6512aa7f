// Docker adapter: test of what happens when the connection, not the engine, says no.

package dockerd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/docker/dockerd"
)

func asError(t *testing.T, err error) *docker.Error {
	t.Helper()
	var e *docker.Error
	if !errors.As(err, &e) {
		t.Fatalf("want a *docker.Error, got %v", err)
	}
	return e
}

// hijack takes over the connection of a request.
func hijack(t *testing.T, w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
	}
	return conn
}

// EOF in the middle of a POST does not mean that it was not executed.
func TestLostAnswersHaveAnUnknownOutcome(t *testing.T) {
	for _, row := range []struct {
		name string
		cut  http.HandlerFunc
	}{
		{"at once", func(w http.ResponseWriter, _ *http.Request) { hijack(t, w).Close() }},
		{"in the head", func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(t, w)
			fmt.Fprint(conn, "HTTP/1.1 20")
			conn.Close()
		}},
		{"with a reset", func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(t, w)
			if tcp, ok := conn.(*net.TCPConn); ok {
				if err := tcp.SetLinger(0); err != nil {
					t.Error(err)
				}
			}
			conn.Close()
		}},
		{"in the body", func(w http.ResponseWriter, _ *http.Request) {
			conn := hijack(t, w)
			fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"Id\":\"1")
			conn.Close()
		}},
	} {
		c := stub(t, "1.41", row.cut)
		for _, one := range allCalls {
			if row.name == "in the body" && answersWithNothing(one.op) {
				continue
			}
			e := asError(t, one.do(t.Context(), c, "web"))
			if e.Kind != docker.OutcomeUnknown || e.Op != one.op || docker.MayHaveHappened(e) != one.write {
				t.Errorf("cut %s: %s: got kind %q, %v", row.name, one.op, e.Kind, e)
			}
		}
	}
}

// answersWithNothing: the status says it all, the body is not read.
func answersWithNothing(op string) bool {
	switch op {
	case "start container", "stop container", "signal container", "remove container", "rename container", "remove volume":
		return true
	}
	return false
}

func TestGoneEngineIsUnreachable(t *testing.T) {
	path := socketPath(t, "s")
	server := serve(t, path, ping("1.41", answer(500, "")))
	c, err := dockerd.Open(t.Context(), dockerd.Options{Host: "unix://" + path, Env: noEnv})
	if err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := c.Close(); err != nil { // a kept connection could be lost just after a request went out on it
		t.Fatal(err)
	}
	for _, one := range allCalls {
		e := asError(t, one.do(t.Context(), c, "web"))
		if e.Kind != docker.Unreachable || !e.NoEffect || !strings.Contains(e.Msg, path) || !strings.Contains(e.Msg, "; start Docker") {
			t.Errorf("%s: got kind %q, %v", one.op, e.Kind, e)
		}
	}
}

// hang waits until the client has left, which a server notices only once it has read the request.
func hang(r *http.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err == nil {
		<-r.Context().Done()
	}
}

func TestHangingEngineIsLeftWhenTheContextEnds(t *testing.T) {
	c := stub(t, "1.41", func(_ http.ResponseWriter, r *http.Request) { hang(r) })
	for _, one := range allCalls {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		e := asError(t, one.do(ctx, c, "web"))
		cancel()
		if e.Kind != docker.Cancelled || e.NoEffect == one.write || strings.Contains(e.Msg, "nothing was sent") {
			t.Errorf("%s: got kind %q, %v", one.op, e.Kind, e)
		}
		if done := strings.Contains(e.Msg, "the engine may have done it"); done != one.write {
			t.Errorf("%s: a write: %v, but the message is %q", one.op, one.write, e.Msg)
		}
	}
}

func TestHangingEngineIsLeftInTheMiddleOfItsAnswer(t *testing.T) {
	c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"status":"`)
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-r.Context().Done()
	})
	for _, op := range []string{"inspect container", "pull image", "load images", "wait for container", "create container"} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		for _, one := range allCalls {
			if one.op != op {
				continue
			}
			if e := asError(t, one.do(ctx, c, "web")); e.Kind != docker.Cancelled {
				t.Errorf("%s: got kind %q, %v", op, e.Kind, e)
			}
		}
		cancel()
	}
}

func TestHangingEngineIsNotOpened(t *testing.T) {
	path := socketPath(t, "s")
	serve(t, path, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := dockerd.Open(ctx, dockerd.Options{Host: "unix://" + path, Env: noEnv})
	if e := asError(t, err); e.Kind != docker.Cancelled || !strings.Contains(e.Msg, "no answer in time from unix://"+path) {
		t.Errorf("got kind %q, %v", e.Kind, e)
	}
}

func TestAnswersOfALyingEngine(t *testing.T) {
	for _, row := range []struct {
		op, body string
		kind     docker.Kind
	}{
		{"inspect container", `{}`, docker.Internal},
		{"inspect container", `[]`, docker.Internal},
		{"inspect container", `null`, docker.Internal},
		{"inspect container", `{"Id":"1","State":{"StartedAt":"yesterday"}}`, docker.Internal},
		{"inspect image", `{}`, docker.Internal},
		{"inspect image", `{"Id":7}`, docker.Internal},
		{"inspect volume", `{}`, docker.Internal},
		{"inspect volume", `{"Name":"website"}`, docker.NotFound},
		{"list containers", `[{"Id":"1"}]`, docker.Internal},
		{"list containers", `[{"Id":"","Names":["/x"]}]`, docker.Internal},
		{"list containers", `{"a":1}`, docker.Internal},
		{"list volumes", `{"Volumes":[null]}`, docker.Internal},
		{"ask the registry for image", `{}`, docker.Internal},
		{"ask the engine", `7`, docker.Internal},
		{"create container", `{}`, docker.OutcomeUnknown},
		{"create container", `no JSON`, docker.OutcomeUnknown},
		{"create volume", `{"Name":"another"}`, docker.OutcomeUnknown},
		{"wait for container", `no JSON`, docker.Internal},
	} {
		err := call(t, stub(t, "1.41", answer(200, row.body)), row.op, "web")
		if e := asError(t, err); e.Kind != row.kind {
			t.Errorf("%s answered %s: got kind %q, want %q; %v", row.op, row.body, e.Kind, row.kind, e)
		}
	}
}

func TestAnswerWithoutEndIsLeft(t *testing.T) {
	c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		text := []byte(`{"status":"` + strings.Repeat("x", 1<<20))
		for {
			if _, err := w.Write(text); err != nil {
				return
			}
			text = text[len(text)-1<<20:]
		}
	})
	for op, kind := range map[string]docker.Kind{"pull image": docker.OutcomeUnknown, "load images": docker.OutcomeUnknown, "inspect volume": docker.Internal} {
		if e := asError(t, call(t, c, op, "web")); e.Kind != kind || !strings.Contains(e.Msg, "it does not end") {
			t.Errorf("%s: got kind %q, %v", op, e.Kind, e)
		}
	}
}

func TestReportMayBeLong(t *testing.T) {
	c := stub(t, "1.41", func(w http.ResponseWriter, _ *http.Request) {
		line := []byte(`{"status":"` + strings.Repeat("x", 500<<10) + `"}` + "\n")
		for range 160 { // more than any other answer may have
			if _, err := w.Write(line); err != nil {
				t.Error(err)
				return
			}
		}
	})
	if err := call(t, c, "pull image", "web"); err != nil {
		t.Error(err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	c := stub(t, "1.41", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/elsewhere", http.StatusMovedPermanently)
	})
	for _, op := range []string{"start container", "inspect container", "create container", "list volumes"} {
		if e := asError(t, call(t, c, op, "web")); e.Kind != docker.Internal || !strings.Contains(e.Msg, "redirects elsewhere") {
			t.Errorf("%s: got kind %q, %v", op, e.Kind, e)
		}
	}
}

func TestMessagesAreFitForATerminal(t *testing.T) {
	c := stub(t, "1.41", answer(500, "evil \x1b[31mred\x1b[0m\r\n\xff\u202etext\t"+strings.Repeat("long ", 10000)))
	e := asError(t, call(t, c, "start container", "web"))
	if !strings.HasPrefix(e.Msg, "evil \ufffd[31mred\ufffd[0m  \ufffd\ufffdtext long") || len(e.Msg) > 5000 {
		t.Errorf("got %d bytes: %.80q", len(e.Msg), e.Msg)
	}
}

// Only a container that runs, or does not, already is as it was asked for.
func TestNothingToChangeIsNoSuccessElsewhere(t *testing.T) {
	c := stub(t, "1.41", answer(304, ""))
	for op, good := range map[string]bool{
		"start container": true, "stop container": true, "signal container": false, "remove container": false, "rename container": false, "remove volume": false,
	} {
		err := call(t, c, op, "web")
		if good && err != nil || !good && docker.KindOf(err) != docker.OutcomeUnknown {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// Every line of a report is progress, also of one that fails in the end.
func TestProgressOfAPull(t *testing.T) {
	for _, end := range []string{`{"status":"Pull complete"}`, `{"error":"no luck"}`} {
		c := stub(t, "1.41", answer(200, `{"status":"Pulling"}{"status":"Downloading"}`+end))
		lines := 0
		err := c.PullImage(t.Context(), "web", func() { lines++ })
		if failed := strings.Contains(end, "error"); failed && (err == nil || lines != 2) || !failed && (err != nil || lines != 3) {
			t.Errorf("report that ends with %s: %d lines, %v", end, lines, err)
		}
	}
}
