// Test tools, images: a Go package -> the static program that goes into an image.

package imagetar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// BuildGo compiles a main package to a static Linux program and returns its bytes. It
// runs the go command in dir (empty: the current directory), so pkg may be a path such
// as "./app" or an import path in the module there. An empty goarch means that of the
// running program. The caller's GOFLAGS are ignored, and neither paths nor the state of
// version control get into the program: the same source and the same Go version give
// the same bytes.
func BuildGo(ctx context.Context, dir, pkg, goarch string) ([]byte, error) {
	if pkg == "" || strings.HasPrefix(pkg, "-") {
		return nil, fmt.Errorf("cannot build Go package %q: this is not the name of a package", pkg)
	}
	if goarch == "" {
		goarch = runtime.GOARCH
	}
	out, err := os.MkdirTemp("", "dmap-build-")
	if err != nil {
		return nil, fmt.Errorf("cannot build Go package %q: %w", pkg, err)
	}
	program, err := compile(ctx, filepath.Join(out, "program"), dir, pkg, goarch)
	if err := errors.Join(err, os.RemoveAll(out)); err != nil {
		return nil, fmt.Errorf("cannot build Go package %q for linux/%s: %w", pkg, goarch, err)
	}
	return program, nil
}

func compile(ctx context.Context, file, dir, pkg, goarch string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", file, pkg)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+goarch, "GOFLAGS=")
	cmd.WaitDelay = 5 * time.Second
	if text, err := cmd.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("go build: %w\n%s", err, bytes.TrimSpace(text))
	}
	program, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(program, []byte("\x7fELF")) {
		return nil, errors.New("it is a library: only a package main becomes a program")
	}
	return program, nil
}
