// Example images: the command that builds them.

// The command images builds the container images of the site example from the programs
// in the folders below and writes them as one tar for "docker load":
//
//	go run ./examples/site/images | docker load
//
// It needs the go command and no registry, and never talks to Docker itself. The same
// source gives the same images, so that loading them again changes nothing.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"

	"golang.org/x/term"

	"github.com/dmap-dev/dmap/engine/docker/dockertest/imagetar"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code: 0 if the tar was written, 1 if it could not be, 64 if it
// was called wrongly.
func run(ctx context.Context, args []string, stdout *os.File, stderr io.Writer) int {
	flags := flag.NewFlagSet("images", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("o", "", "write the tar to this `FILE` instead of standard output")
	arch := flags.String("arch", runtime.GOARCH, "make images for this processor `architecture`")
	group := flags.String("name", "dmap-example", "put this `word` before the names of the images, as in word/app:latest")
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 64
	case flags.NArg() > 0:
		fmt.Fprintf(stderr, "images: unexpected argument %q: only the flags -o, -arch and -name are known\n", flags.Arg(0))
		return 64
	case *file == "" && term.IsTerminal(int(stdout.Fd())):
		fmt.Fprintln(stderr, `images: cannot write a tar to a terminal: add "| docker load" or -o FILE`)
		return 64
	}
	if err := writeImages(ctx, *arch, *group, *file, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "images:", err)
		return 1
	}
	return 0
}

func writeImages(ctx context.Context, arch, group, file string, stdout, stderr io.Writer) error {
	fmt.Fprintf(stderr, "images: compiling %d programs for linux/%s\n", len(recipes()), arch)
	images, err := build(ctx, arch, group)
	if err != nil {
		return err
	}
	var tar bytes.Buffer
	if err := imagetar.Write(&tar, images...); err != nil {
		return err
	}
	if file != "" {
		return writeFile(file, tar.Bytes())
	}
	if _, err := stdout.Write(tar.Bytes()); err != nil {
		return fmt.Errorf("cannot write the images: %w", err)
	}
	return nil
}

// writeFile replaces a regular file in one step: whoever reads it finds the old tar or
// the new one. Anything else, such as a pipe or /dev/null, is not replaced but written
// to.
func writeFile(file string, data []byte) error {
	info, err := os.Stat(file)
	if err == nil && !info.Mode().IsRegular() {
		err = writeInto(file, data)
	} else {
		err = replaceFile(file, data)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	return nil
}

func writeInto(file string, data []byte) error {
	out, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return errors.Join(err, out.Close())
}

func replaceFile(file string, data []byte) error {
	next, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = next.Write(data)
	err = errors.Join(err, next.Chmod(0o644), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}
