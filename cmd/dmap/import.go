// Command line: dmap import.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/dmap-dev/dmap/engine"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve/option"
	"github.com/dmap-dev/dmap/starlarkmap/dockermap"
)

// importer returns dmap import, with one verb for each source format.
func (a *app) importer() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "write map files of other programs as Starlark maps",
		Args:  known("source"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.importDockerMap())
	return cmd
}

func (a *app) importDockerMap() *cobra.Command {
	var o dockermap.Options
	var output string
	cmd := &cobra.Command{
		Use:   "dockermap FILE.yaml",
		Short: "write a YAML file of docker-map as a Starlark map",
		Long: `Write a YAML map file of docker-map as a Starlark map.

What dmap has no word for is refused, all of it at once. With --partial it is left
out, and listed in the map and on standard error. Texts tagged !path read
environment variables; the head of the map says which to pass with --env.`,
		Example: "  dmap import dockermap site.yaml -o site.star\n  dmap import dockermap --partial site.yaml",
		Args:    exactly("FILE.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("name") && o.Name == "" {
				return &usageError{text: "--name needs a name; leave it out to take that of the file"}
			}
			file, src, err := a.readImport(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			o.Check, o.CheckOption = engine.Check, knownOption
			result, err := dockermap.Convert(cmd.Context(), file, src, &o)
			if err != nil {
				return err
			}
			for _, w := range result.Warnings {
				fmt.Fprintf(a.Err, "left out: %s\n", w)
			}
			if output == "" {
				_, err := io.WriteString(a.Out, result.Text)
				return err
			}
			return writeNew(output, result.Text)
		},
	}
	a.mask.add(cmd.Flags())
	cmd.Flags().StringVar(&o.Name, "name", "", "`NAME` of the map, if the file does not say it")
	cmd.Flags().StringVarP(&output, "output", "o", "", "write to this `FILE`, which must not exist yet")
	cmd.Flags().BoolVar(&o.Partial, "partial", false, "leave out what has no equivalent in dmap")
	return cmd
}

// readImport reads a file; "-" is standard input. A file that cannot be read gives the
// same exit code as one with wrong contents.
func (a *app) readImport(ctx context.Context, file string) (name string, src []byte, err error) {
	if file == "-" {
		src, err = a.readInput(ctx, dockermap.MostBytes+1)
		return "stdin.yaml", src, err
	}
	f, err := openRegular(file)
	if err == nil {
		defer f.Close()
		src, err = io.ReadAll(io.LimitReader(f, dockermap.MostBytes+1))
	}
	if err != nil {
		return "", nil, problem.Problems{{Code: dockermap.CodeYAML, Msg: fmt.Sprintf("cannot read the file: %v", err), Cause: err}}
	}
	return file, src, nil
}

// knownOption returns an error if a map cannot set an option.
func knownOption(key string) error {
	o, ok := option.Find(key)
	switch {
	case !ok && problem.DidYouMean(key, option.Names()) != "":
		return fmt.Errorf("unknown option %q; %s", key, problem.DidYouMean(key, option.Names()))
	case !ok:
		return fmt.Errorf("unknown option %q", key)
	case o.Refused != "":
		return fmt.Errorf("option %q cannot be set: %s", key, o.Refused)
	}
	return nil
}

// writeNew writes a file that must not exist yet. It needs no temporary file: a map is
// a single call, so the part that a crash leaves is not a valid program.
func writeNew(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot write %s: it exists; move it away or choose another name", file)
	}
	if err != nil {
		return fmt.Errorf("cannot write the map: %w", err)
	}
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("cannot write %s: %w", file, err), os.Remove(file))
	}
	return nil
}
