// Test tools, images: tests of building programs.

package imagetar_test

import (
	"bytes"
	"context"
	"debug/elf"
	"strings"
	"testing"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

func TestBuildGoGivesAStaticProgramForTheArchitecture(t *testing.T) {
	for arch, want := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		data, err := imagetar.BuildGo(t.Context(), "", "./testdata/probe", arch)
		if err != nil {
			t.Fatal(err)
		}
		file, err := elf.NewFile(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if file.Machine != want {
			t.Errorf("%s: machine %s, want %s", arch, file.Machine, want)
		}
		for _, part := range file.Progs {
			if part.Type == elf.PT_INTERP {
				t.Errorf("%s: the program needs a loader, so it is not static", arch)
			}
		}
	}
}

func TestBuildGoGivesTheSameBytesFromAnyFolderAndFlags(t *testing.T) {
	first, err := imagetar.BuildGo(t.Context(), "", "./testdata/probe", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOFLAGS", "-tags=other")
	t.Setenv("CGO_ENABLED", "1")
	second, err := imagetar.BuildGo(t.Context(), "testdata", "./probe", "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Errorf("two builds of one source differ: %d and %d bytes", len(first), len(second))
	}
}

func TestBuildGoRefuses(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name      string
		ctx       context.Context
		pkg, arch string
		want      string
	}{
		{"empty", t.Context(), "", "", `package "": this is not the name of a package`},
		{"flag", t.Context(), "-toolexec=x", "", "this is not the name of a package"},
		{"library", t.Context(), "./testdata/library", "", "only a package main becomes a program"},
		{"missing", t.Context(), "./testdata/none", "", "testdata/none: directory not found"},
		{"unknown architecture", t.Context(), "./testdata/probe", "abacus", "for linux/abacus: go build: "},
		{"cancelled", cancelled, "./testdata/probe", "", "context canceled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := imagetar.BuildGo(test.ctx, "", test.pkg, test.arch)
			if err == nil || !strings.Contains(err.Error(), test.want) || data != nil {
				t.Errorf("%d bytes, error %v; want an error with %q", len(data), err, test.want)
			}
		})
	}
}
