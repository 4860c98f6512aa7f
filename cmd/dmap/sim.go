// Command line: dmap sim.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine/docker/sim"
)

func (a *app) sim() *cobra.Command {
	var listen, load, file, api, registry string
	cmd := &cobra.Command{
		Use:   "sim",
		Short: "serve a simulated Docker Engine",
		Long: `Serve a simulated Docker Engine: it speaks the Engine API but runs no program, so
maps can be tried where there is no Docker. The docker command can talk to it. Any
image can be pulled, but for what --registry says; its containers run until they are
stopped, those of images called "true" and "hello-world" end at once.

Without --listen, images are loaded into the state file and the program ends.`,
		Example: `  dmap sim --listen unix:///tmp/sim.sock
  docker -H unix:///tmp/sim.sock ps -a
  dmap run --host sim: site.star start`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if listen == "" && (load == "" || file == "") {
				return &usageError{text: "nothing to do: give --listen, or --load with --state"}
			}
			if api != "" && !slices.Contains(simVersions(), api) {
				return &usageError{text: fmt.Sprintf("--api %s: want 1.41 to 1.56", api)}
			}
			var state *simState
			if file != "" {
				var err error
				if state, err = openSimState(cmd.Context(), file, 0); err != nil {
					return err
				}
				defer state.close()
			}
			images, err := readRegistry(registry)
			if err != nil {
				return err
			}
			e, err := openSim(file, sim.Options{API: api, Registry: images})
			if err != nil {
				return err
			}
			defer e.Close()
			if load != "" {
				if err := loadImages(e, load); err != nil {
					return err
				}
			}
			if listen != "" {
				err = a.serve(cmd.Context(), e, listen)
			}
			return errors.Join(err, state.save(e))
		},
	}
	cmd.Flags().StringVar(&listen, "listen", "", "`URL` to serve at: unix:///path or tcp://127.0.0.1:port")
	cmd.Flags().StringVar(&load, "load", "", "load this image archive `FILE` first, as docker load does")
	cmd.Flags().StringVar(&file, "state", "", "`FILE` that keeps the state")
	cmd.Flags().StringVar(&registry, "registry", "any", "images that can be pulled: any, none, or those that a `FILE` names, one a line")
	cmd.Flags().StringVar(&api, "api", "", "highest `VERSION` of the API, 1.41 to 1.56 (default 1.41)")
	return cmd
}

// simVersions returns the API versions that a simulated engine can have.
func simVersions() []string {
	var list []string
	for minor := 41; minor <= 56; minor++ {
		list = append(list, fmt.Sprintf("1.%d", minor))
	}
	return list
}

// openSim opens an engine to be served. It uses the real clock, so that events and
// waits take as long as people expect.
func openSim(file string, o sim.Options) (*sim.Engine, error) {
	o.Clock = sim.ClockReal
	if file != "" {
		return loadSim(file, o)
	}
	return sim.New(o), nil
}

// loadImages sends an archive to the engine as docker load does.
func loadImages(e *sim.Engine, archive string) error {
	f, err := openRegular(archive)
	if err != nil {
		return fmt.Errorf("cannot load images: %w", err)
	}
	defer f.Close()
	answer, err := e.Client().Post("http://sim.invalid/images/load", "application/x-tar", f)
	if err != nil {
		return fmt.Errorf("cannot load images: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	if err != nil {
		return fmt.Errorf("cannot load images from %s: %w", archive, err)
	}
	return nil
}

// serve serves until the first interrupt.
func (a *app) serve(ctx context.Context, e *sim.Engine, listen string) error {
	network, address, ok := strings.Cut(listen, "://")
	if !ok || network != "unix" && network != "tcp" {
		return &usageError{text: fmt.Sprintf("--listen %s: want unix:///path or tcp://127.0.0.1:port", listen)}
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return fmt.Errorf("cannot serve: %w", err)
	}
	fmt.Fprintf(a.Out, "serving a simulated engine: docker -H %s://%s\n", network, l.Addr())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		<-a.drain
		stop()
	}()
	if err := e.Serve(ctx, l); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// readRegistry returns the images of a registry: any, none, or those that a file names.
func readRegistry(what string) (func(name string) *sim.Image, error) {
	switch what {
	case "any":
		return imageCalled, nil
	case "none":
		return nil, nil
	}
	f, err := openRegular(what)
	if err != nil {
		return nil, fmt.Errorf("cannot read the names of images (--registry any, none or a file): %w", err)
	}
	defer f.Close()
	const most = 1 << 20
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("cannot read the names of images: %w", err)
	}
	return registryOf(strings.Fields(string(text))), nil
}
