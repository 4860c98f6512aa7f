// Part of the simulated engine: from an HTTP request to the operation it asks for, and back to an answer.

package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// apiVersion is a version of the Engine API.
type apiVersion struct{ major, minor int }

func parseVersion(text string) (apiVersion, bool) {
	major, minor, ok := strings.Cut(text, ".")
	a, errA := strconv.Atoi(major)
	b, errB := strconv.Atoi(minor)
	return apiVersion{a, b}, ok && errA == nil && errB == nil && a >= 0 && b >= 0
}

func (v apiVersion) less(w apiVersion) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}

// at reports whether v is 1.minor or newer.
func (v apiVersion) at(minor int) bool { return !v.less(apiVersion{1, minor}) }

func (v apiVersion) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

// minVersion is the oldest API version that is still answered.
func minVersion() apiVersion { return apiVersion{1, 12} }

// engineRelease gives the engine that first had an API version, as its version text.
func (v apiVersion) engineRelease() string {
	first := 41
	releases := [...]string{"20.10.24", "23.0.6", "24.0.9", "25.0.5", "26.1.4", "27.1.2", "27.5.1", "28.0.4", "28.1.1", "28.2.2", "28.5.2"}
	return releases[v.minor-first]
}

// request is one call of the API. The engine's lock is held while its operation runs.
type request struct {
	ctx     context.Context
	method  string
	op      string
	name    string // what the path names: a container, image, volume or network
	version apiVersion
	query   url.Values
	header  http.Header
	body    []byte
}

// flag reads a boolean parameter as the engine does: anything but nothing, 0, no, false and none is true.
func (q *request) flag(name string) bool {
	switch strings.ToLower(strings.TrimSpace(q.query.Get(name))) {
	case "", "0", "no", "false", "none":
		return false
	}
	return true
}

// at tells whether the call is made with at least API version 1.minor.
func (q *request) at(minor int) bool { return q.version.at(minor) }

// decode reads the JSON body into v; what follows the first value is passed over.
func (q *request) decode(v any) error {
	if err := q.checkJSONType(); err != nil {
		return err
	}
	if err := json.NewDecoder(bytes.NewReader(q.body)).Decode(v); err != nil {
		return q.decodeError(err)
	}
	return nil
}

// checkJSONType refuses bodies that are not declared as JSON.
func (q *request) checkJSONType() error {
	given := q.header.Get("Content-Type")
	if given == "" && len(q.body) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(given); err == nil && kind == "application/json" {
		return nil
	}
	return badRequest("Content-Type specified (%s) must be 'application/json'", given)
}

// decodeError is a body that cannot be read: an internal error where the configuration of a container is wanted.
func (q *request) decodeError(err error) error {
	if q.op == "container.create" || q.op == "container.update" {
		return failure("%v", err)
	}
	if err == io.EOF {
		return badRequest("got EOF while reading request body")
	}
	return badRequest("%v", err)
}

// apiError is an answer other than success. The engine sends it as {"message": text}.
type apiError struct {
	status int
	text   string
	plain  bool // sent as plain text instead
}

func (e *apiError) Error() string { return e.text }

func badRequest(format string, args ...any) error {
	return &apiError{status: 400, text: fmt.Sprintf(format, args...)}
}
func forbidden(format string, args ...any) error {
	return &apiError{status: 403, text: fmt.Sprintf(format, args...)}
}
func notFound(format string, args ...any) error {
	return &apiError{status: 404, text: fmt.Sprintf(format, args...)}
}
func conflict(format string, args ...any) error {
	return &apiError{status: 409, text: fmt.Sprintf(format, args...)}
}
func failure(format string, args ...any) error {
	return &apiError{status: 500, text: fmt.Sprintf(format, args...)}
}
func notModified() error { return &apiError{status: 304} }

// prefixed puts text before the message of err and keeps its status.
func prefixed(text string, err error) error {
	var api *apiError
	if errors.As(err, &api) && api.status != http.StatusNotModified {
		return &apiError{status: api.status, text: text + api.text}
	}
	return err
}

// reply is an answer: a status with a JSON body, raw bytes, or a stream.
type reply struct {
	status int // 0 is 200
	header map[string]string
	json   any
	raw    []byte
	// stream is called without the lock, after the headers; it writes until it returns.
	stream func(w io.Writer) error
	// hijack takes the connection over, without the lock.
	hijack bool
}

func ok(body any) (reply, error)     { return reply{json: body}, nil }
func status(code int) (reply, error) { return reply{status: code}, nil }

// object is a JSON object put together by hand.
type object = map[string]any

// route ties a method and a path to an operation on what an engine holds, W. In a path "*" stands for one segment or more.
type route[W any] struct {
	method, path, op string
	do               func(w W, q *request) (reply, error)
}

// on makes a route.
func on[W any](method, path, op string, do func(W, *request) (reply, error)) route[W] {
	return route[W]{method, path, op, do}
}

// routes is the table of the API.
func routes() []route[*world] {
	return []route[*world]{
		on("GET", "_ping", "ping", ping),
		on("HEAD", "_ping", "ping", ping),
		on("GET", "version", "version", versionInfo),
		on("GET", "info", "info", info),
		on("GET", "events", "events", events),
		on("GET", "system/df", "system.df", diskUsage),
		on("POST", "auth", "auth", auth),
		on("POST", "build/prune", "build.prune", buildPrune),
		on("GET", "plugins", "plugin.list", pluginList),
		on("GET", "swarm", "swarm.inspect", noSwarm),
		on("GET", "nodes", "node.list", noSwarm),
		on("GET", "nodes/*", "node.inspect", noSwarm),
		on("GET", "services", "service.list", noSwarm),
		on("GET", "services/*", "service.inspect", noSwarm),
		on("GET", "tasks", "task.list", noSwarm),
		on("GET", "tasks/*", "task.inspect", noSwarm),
		on("GET", "secrets", "secret.list", noSwarm),
		on("GET", "secrets/*", "secret.inspect", noSwarm),
		on("GET", "configs", "config.list", noSwarm),
		on("GET", "configs/*", "config.inspect", noSwarm),

		on("GET", "containers/json", "container.list", containerList),
		on("POST", "containers/create", "container.create", containerCreate),
		on("POST", "containers/prune", "container.prune", containerPrune),
		on("GET", "containers/*/json", "container.inspect", containerInspect),
		on("GET", "containers/*/logs", "container.logs", containerLogs),
		on("GET", "containers/*/top", "container.top", containerTop),
		on("GET", "containers/*/stats", "container.stats", containerStats),
		on("GET", "containers/*/changes", "container.changes", containerChanges),
		on("GET", "containers/*/export", "container.export", containerExport),
		on("GET", "containers/*/archive", "container.archive.get", archiveGet),
		on("HEAD", "containers/*/archive", "container.archive.stat", archiveStat),
		on("PUT", "containers/*/archive", "container.archive.put", archivePut),
		on("POST", "containers/*/start", "container.start", containerStart),
		on("POST", "containers/*/stop", "container.stop", containerStop),
		on("POST", "containers/*/restart", "container.restart", containerRestart),
		on("POST", "containers/*/kill", "container.kill", containerKill),
		on("POST", "containers/*/pause", "container.pause", containerPause),
		on("POST", "containers/*/unpause", "container.unpause", containerUnpause),
		on("POST", "containers/*/rename", "container.rename", containerRename),
		on("POST", "containers/*/update", "container.update", containerUpdate),
		on("POST", "containers/*/wait", "container.wait", containerWait),
		on("POST", "containers/*/resize", "container.resize", containerResize),
		on("POST", "containers/*/attach", "container.attach", containerAttach),
		on("POST", "containers/*/exec", "exec.create", execCreate),
		on("DELETE", "containers/*", "container.remove", containerRemove),

		on("POST", "exec/*/start", "exec.start", execStart),
		on("POST", "exec/*/resize", "exec.resize", execResize),
		on("GET", "exec/*/json", "exec.inspect", execInspect),

		on("POST", "commit", "container.commit", commit),
		on("GET", "images/json", "image.list", imageList),
		on("POST", "images/create", "image.create", imageCreate),
		on("POST", "images/load", "image.load", imageLoad),
		on("POST", "images/prune", "image.prune", imagePrune),
		on("GET", "images/get", "image.save", imageSave),
		on("GET", "images/*/get", "image.save", imageSave),
		on("GET", "images/*/json", "image.inspect", imageInspect),
		on("GET", "images/*/history", "image.history", imageHistory),
		on("POST", "images/*/tag", "image.tag", imageTag),
		on("GET", "distribution/*/json", "distribution.inspect", distributionInspect),
		on("DELETE", "images/*", "image.remove", imageRemove),

		on("GET", "volumes", "volume.list", volumeList),
		on("POST", "volumes/create", "volume.create", volumeCreate),
		on("POST", "volumes/prune", "volume.prune", volumePrune),
		on("GET", "volumes/*", "volume.inspect", volumeInspect),
		on("DELETE", "volumes/*", "volume.remove", volumeRemove),

		on("GET", "networks", "network.list", networkList),
		on("GET", "networks/", "network.list", networkList),
		on("POST", "networks/create", "network.create", networkCreate),
		on("POST", "networks/prune", "network.prune", networkPrune),
		on("POST", "networks/*/connect", "network.connect", networkConnect),
		on("POST", "networks/*/disconnect", "network.disconnect", networkDisconnect),
		on("GET", "networks/*", "network.inspect", networkInspect),
		on("DELETE", "networks/*", "network.remove", networkRemove),
	}
}

// match tells whether path fits the route, and what "*" stood for.
func (r route[W]) match(path string) (string, bool) {
	before, after, star := strings.Cut(r.path, "*")
	if !star {
		return "", r.path == path
	}
	name, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, after)
	return name, ok && name != ""
}

// findRoute gives the route of a request, and the name in its path.
func findRoute[W any](table []route[W], method, path string) (route[W], string, bool) {
	if method == http.MethodOptions {
		return on(method, path, "options", func(W, *request) (reply, error) { return status(200) }), "", true
	}
	for _, r := range table {
		if r.method != method {
			continue
		}
		if name, ok := r.match(path); ok {
			return r, name, true
		}
	}
	return route[W]{}, "", false
}

// splitVersion takes the version off a path. A path without one, or with a malformed one, is left alone.
func splitVersion(path string) (version, rest string) {
	path = strings.TrimPrefix(path, "/")
	first, rest, _ := strings.Cut(path, "/")
	if number, ok := strings.CutPrefix(first, "v"); ok && number != "" && strings.Trim(number, "0123456789.") == "" {
		return number, rest
	}
	return "", path
}

// ServeHTTP answers one call of the Engine API.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.commonHeaders(w.Header())
	number, path := splitVersion(r.URL.Path)
	rt, name, found := findRoute(e.routes, r.Method, path)
	if !found {
		writeError(w, notFound("page not found"))
		return
	}
	version, err := e.version.checkVersion(number)
	if err != nil {
		writeError(w, err)
		return
	}
	body, err := readBody(rt.op, r)
	if err != nil {
		writeError(w, err)
		return
	}
	q := &request{
		ctx: r.Context(), method: r.Method, op: rt.op, name: name, version: version,
		query: r.URL.Query(), header: r.Header, body: body,
	}
	e.serve(w, q, rt)
}

// commonHeaders are on each answer. Date is the virtual time, by which clients judge leases.
func (e *Engine) commonHeaders(h http.Header) {
	h.Set("Api-Version", e.version.String())
	h.Set("Docker-Experimental", "false")
	h.Set("Ostype", "linux")
	h.Set("Server", "Docker/"+e.version.engineRelease()+" (linux)")
	h.Set("Date", e.Now().UTC().Format(http.TimeFormat))
}

// checkVersion applies the version gate of an engine: number is the version that a client asks for, if it asks for one.
func (own apiVersion) checkVersion(number string) (apiVersion, error) {
	if number == "" {
		return own, nil
	}
	major, rest, _ := strings.Cut(number, ".")
	minor, more, _ := strings.Cut(rest, ".")
	version := apiVersion{versionPart(major), versionPart(minor)}
	if version.less(minVersion()) {
		text := fmt.Sprintf("client version %s is too old. Minimum supported API version is %s, please upgrade your client to a newer version", number, minVersion())
		return version, &apiError{status: 400, text: text, plain: !own.at(42)}
	}
	if own.less(version) || version == own && strings.Trim(more, ".0") != "" {
		return version, badRequest("client version %s is too new. Maximum supported API version is %s", number, own)
	}
	return version, nil
}

// versionPart is a number in a version: 0 if there is none, and as much as can be if there is a longer one.
func versionPart(text string) int {
	number, _ := strconv.Atoi(text)
	return number
}

// Bodies are read before the engine is locked, and are bounded.
const (
	maxJSONBody = 16 << 20
	maxTarBody  = 2 << 30
)

func readBody(op string, r *http.Request) ([]byte, error) {
	limit := int64(maxJSONBody)
	switch op {
	case "image.load", "image.create", "container.archive.put":
		limit = maxTarBody
	case "container.attach", "exec.start":
		// What follows is the stream of the terminal, except a JSON body of known length.
		if r.ContentLength <= 0 {
			return nil, nil
		}
	}
	if r.Body == nil {
		return nil, nil
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, 64<<10)) + bytes.MinRead)
	}
	if _, err := body.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		return nil, badRequest("cannot read request body: %v", err)
	}
	if int64(body.Len()) > limit {
		return nil, &apiError{status: http.StatusRequestEntityTooLarge, text: "request body too large"}
	}
	return body.Bytes(), nil
}

// serve runs one operation with the faults and hooks that are set for it.
func (e *Engine) serve(w http.ResponseWriter, q *request, rt route[*world]) {
	call := e.beginCall(q)
	if err := e.hook(call); err != nil {
		cutConnection(w)
		return
	}
	fault := e.takeFault(q)
	if done := e.faultBefore(w, q, fault, &call); done {
		return
	}
	rep, err := e.run(q, rt, fault)
	call.Phase, call.Status = After, replyStatus(rep, err)
	e.endCall(call)
	if hookErr := e.hook(call); hookErr != nil {
		cutConnection(w)
		return
	}
	if done := e.faultAfter(w, q, fault, rep, err); done {
		return
	}
	switch {
	case errors.Is(err, errStreamCut):
		cutConnection(w)
	case err != nil:
		writeError(w, err)
	default:
		write(w, q, rep)
	}
}

// run carries out the operation under the lock.
func (e *Engine) run(q *request, rt route[*world], fault *Fault) (reply, error) {
	e.world.mu.Lock()
	defer e.world.mu.Unlock()
	e.world.clock.tick()
	if fault != nil && fault.DiskFull {
		return reply{}, failure("%s", diskFullText(q))
	}
	rep, err := rt.do(e.world, q)
	if err == nil {
		rep, err = encoded(rep)
	}
	if q.method != http.MethodGet && q.method != http.MethodHead {
		e.world.clock.touch()
	}
	return rep, err
}

// encoded turns the JSON of a reply into bytes, while nothing can change what it shows.
func encoded(rep reply) (reply, error) {
	if rep.json == nil {
		return rep, nil
	}
	text, err := json.Marshal(rep.json)
	if err != nil {
		return reply{}, failure("cannot encode the answer: %v", err)
	}
	rep.raw, rep.json = append(text, '\n'), nil
	rep.header = map[string]string{"Content-Type": "application/json"}
	return rep, nil
}

func replyStatus(rep reply, err error) int {
	var api *apiError
	switch {
	case errors.As(err, &api):
		return api.status
	case err != nil:
		return http.StatusInternalServerError
	case rep.hijack:
		return http.StatusSwitchingProtocols
	case rep.status == 0:
		return http.StatusOK
	}
	return rep.status
}

func writeError(w http.ResponseWriter, err error) {
	code := replyStatus(reply{}, err)
	if code == http.StatusNotModified {
		w.WriteHeader(code)
		return
	}
	var api *apiError
	if errors.As(err, &api) && api.plain {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, api.text+"\n")
		return
	}
	text, _ := json.Marshal(object{"message": err.Error()})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(append(text, '\n'))
}

// write sends a reply.
func write(w http.ResponseWriter, q *request, rep reply) {
	if rep.hijack {
		hijack(w, q, rep)
		return
	}
	for name, value := range rep.header {
		w.Header().Set(name, value)
	}
	if rep.stream == nil {
		w.WriteHeader(replyStatus(rep, nil))
		if q.method != http.MethodHead {
			_, _ = w.Write(rep.raw)
		}
		return
	}
	w.WriteHeader(replyStatus(rep, nil))
	flush(w)
	if err := rep.stream(flushWriter{w}); errors.Is(err, errStreamCut) {
		cutConnection(w)
	}
}

// flushWriter sends each write at once.
type flushWriter struct{ w http.ResponseWriter }

func (f flushWriter) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	flush(f.w)
	return n, err
}

func flush(w http.ResponseWriter) {
	if f, ok := w.(http.Flusher); ok {
		f.Flush()
	}
}

// hijack hands the connection to the reply's stream, as attach and exec do.
func hijack(w http.ResponseWriter, q *request, rep reply) {
	h, ok := w.(http.Hijacker)
	if !ok {
		writeError(w, failure("cannot take over this connection"))
		return
	}
	conn, buffered, err := h.Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Time{})
	// The end of what the client types ends the context of the request, but the client still listens.
	q.ctx = context.WithoutCancel(q.ctx)
	head := "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
	if q.header.Get("Upgrade") != "" {
		head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: " + rep.header["Content-Type"] + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
	}
	if _, err := io.WriteString(conn, head); err != nil {
		return
	}
	// What the client types is read and dropped, so that it never blocks; its end does not end the stream.
	go func() { _, _ = io.Copy(io.Discard, buffered) }()
	_ = rep.stream(conn)
}

// cutConnection ends the connection without a (further) answer. A writer that has no connection gets an error.
func cutConnection(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	writeError(w, failure("connection cut"))
}
