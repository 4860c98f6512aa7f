// Part of the tests of the simulated engine: the image that both engines run, and raw calls to either of them.

package sim_test

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/dockertest"
	"github.com/dmap-dev/dmap/engine/docker/sim"
)

// prefix begins the name of everything that these tests make on a real engine.
var prefix = fmt.Sprintf("dmap-simtest-%d-", os.Getpid())

// testImage is the name of the image under test; it belongs to this run of the tests alone.
var testImage = fmt.Sprintf("dmap-simtest-%d:1", os.Getpid())

// target is one engine under test.
type target struct {
	name   string
	client *http.Client
	real   bool
	// version is that of the API in calls; "" is 1.41. root is where a real engine keeps its data.
	version, root string
}

// answer is what an engine says.
type answer struct {
	code int
	text string
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.code, strings.TrimSpace(a.text)) }

// call makes one call with the API version of the target. body is sent as JSON, or as a tar if it is bytes.
func (g target) call(tb testing.TB, method, path string, body any) answer {
	tb.Helper()
	return g.callVersion(tb, cmp.Or(g.version, "1.41"), method, path, body)
}

func (g target) callVersion(tb testing.TB, version, method, path string, body any) answer {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	a, err := g.try(ctx, version, method, path, body)
	if err != nil {
		tb.Fatalf("%s: %s %s: %v", g.name, method, path, err)
	}
	return a
}

func (g target) try(ctx context.Context, version, method, path string, body any) (answer, error) {
	resp, err := g.begin(ctx, version, method, path, body)
	if err != nil {
		return answer{}, err
	}
	return g.finish(resp)
}

// begin makes a call, and returns when the answer has begun: by then the engine has taken note of who waits for
// something. finish reads what comes.
func (g target) begin(ctx context.Context, version, method, path string, body any) (*http.Response, error) {
	var content io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case []byte:
		content, kind = bytes.NewReader(b), "application/x-tar"
	default:
		text, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		content, kind = strings.NewReader(g.own(string(text))), "application/json"
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://docker/v"+version+path, content)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	return g.client.Do(r)
}

func (g target) finish(resp *http.Response) (answer, error) {
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, g.common(string(text))}, err
}

// addresses are how the tests write addresses, and how this process has them on the real
// engine: two runs at once do not get into each other's way, nor does one into what a
// killed run has left behind.
func addresses() []string {
	own := 16 + os.Getpid()%128
	return []string{
		"10.199.", fmt.Sprintf("10.%d.", own), // also as the hardware address has it
		":0a:c7:", fmt.Sprintf(":0a:%02x:", own),
		"fd00:7", fmt.Sprintf("fd%02x:7", own),
	}
}

func (g target) own(text string) string {
	if !g.real {
		return text
	}
	return strings.NewReplacer(addresses()...).Replace(text)
}

func (g target) common(text string) string {
	if !g.real {
		return text
	}
	pairs := addresses()
	slices.Reverse(pairs)
	if g.root != "" {
		pairs = append(pairs, g.root, "/var/lib/docker")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// newest is the newest version of the API that the engine has.
func (g target) newest(tb testing.TB) string {
	var engine struct{ APIVersion string }
	g.get(tb, "/version", &engine)
	return engine.APIVersion
}

// get reads a JSON document.
func (g target) get(tb testing.TB, path string, into any) {
	tb.Helper()
	a := g.call(tb, "GET", path, nil)
	if a.code != 200 {
		tb.Fatalf("%s: GET %s: %s", g.name, path, a)
	}
	if err := json.Unmarshal([]byte(a.text), into); err != nil {
		tb.Fatalf("%s: GET %s: %v", g.name, path, err)
	}
}

// want makes a call and checks its status.
func (g target) want(tb testing.TB, code int, method, path string, body any) answer {
	tb.Helper()
	a := g.call(tb, method, path, body)
	if a.code != code {
		tb.Fatalf("%s: %s %s: got %s, want status %d", g.name, method, path, a, code)
	}
	return a
}

// simTarget gives a simulated engine that holds the test image.
func simTarget(tb testing.TB, opts sim.Options) (target, *sim.Engine) {
	tb.Helper()
	e := sim.New(opts)
	tb.Cleanup(func() { _ = e.Close() })
	g := target{name: "sim", client: e.Client()}
	g.want(tb, 200, "POST", "/images/load?quiet=1", imageTar(tb))
	return g, e
}

// realTarget gives the real engine with the test image on it, or skips the test.
func realTarget(tb testing.TB) target {
	tb.Helper()
	if testing.Short() {
		tb.Skip("-short leaves the real Docker Engine alone")
	}
	client, _ := dockertest.Raw(tb)
	g := target{name: "real", client: client, real: true}
	var info struct{ DockerRootDir string }
	g.get(tb, "/info", &info)
	g.root = info.DockerRootDir
	g.want(tb, 200, "POST", "/images/load?quiet=1", imageTar(tb))
	tb.Cleanup(func() { g.call(tb, "DELETE", "/images/"+testImage, nil) })
	return g
}

// imageTar gives the test image as a tar: simproc under its names, a directory with content and an owner, accounts.
func imageTar(tb testing.TB) []byte {
	tb.Helper()
	text, err := buildImage()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

var buildImage = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "dmap-simtest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "simproc")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./internal/simproc")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cannot build simproc: %v\n%s", err, out)
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	layer, err := tarOf(append([]entry{
		{name: "bin/", mode: 0o755}, {name: "bin/simproc", data: binary, mode: 0o755},
		{name: "data/", mode: 0o2750, uid: 1000, gid: 1001}, {name: "data/seed", data: []byte("seed\n"), mode: 0o640, uid: 1000, gid: 1001},
		{name: "empty/", mode: 0o711, uid: 7, gid: 8}, {name: "etc/", mode: 0o755},
		{name: "etc/passwd", data: []byte("root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/data:/bin/sh\n"), mode: 0o644},
		{name: "etc/group", data: []byte("root:x:0:\napp:x:1001:\n"), mode: 0o644},
	}, links("true", "false", "sleep", "chown", "chmod")...)...)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(layer)
	config, err := json.Marshal(map[string]any{
		"architecture": "amd64", "os": "linux", "created": "2024-01-01T00:00:00Z",
		"config": map[string]any{
			"Env": []string{"PATH=/bin", "FROM=image", "TEST=" + testImage}, "Cmd": []string{"/bin/simproc", "run"},
			"Labels": map[string]string{"of": "image", "both": "image"}, "ExposedPorts": map[string]any{"80/tcp": map[string]any{}},
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		return nil, err
	}
	manifest, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{testImage}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return nil, err
	}
	return tarOf(entry{name: "config.json", data: config, mode: 0o644}, entry{name: "layer.tar", data: layer, mode: 0o644},
		entry{name: "manifest.json", data: manifest, mode: 0o644})
})

// entry is one file of a tar; a name that ends in a slash is a directory.
type entry struct {
	name, link string
	data       []byte
	mode       int64
	uid, gid   int
}

func links(names ...string) []entry {
	var entries []entry
	for _, name := range names {
		entries = append(entries, entry{name: "bin/" + name, link: "simproc", mode: 0o777})
	}
	return entries
}

func tarOf(entries ...entry) ([]byte, error) {
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Uid: e.uid, Gid: e.gid, Size: int64(len(e.data)), Typeflag: tar.TypeReg}
		if strings.HasSuffix(e.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if e.link != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	return buffer.Bytes(), w.Close()
}

var (
	longID  = regexp.MustCompile(`[0-9a-f]{64}`)
	shortID = regexp.MustCompile(`\b[0-9a-f]{12}\b`)
)

// anonymous replaces ids in a text, so that the texts of two engines can be compared.
func anonymous(text string) string {
	return shortID.ReplaceAllString(longID.ReplaceAllString(strings.TrimSpace(text), "ID"), "SHORT")
}

// spec is a container configuration for create.
type spec map[string]any

// container gives the configuration of a container without network that runs a script.
func container(script string, host map[string]any) spec {
	h := map[string]any{"NetworkMode": "none"}
	for k, v := range host {
		h[k] = v
	}
	return spec{"Image": testImage, "Cmd": append([]string{"/bin/simproc"}, strings.Fields(script)...), "HostConfig": h}
}
