// Command line: dmap version.

package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (a *app) version() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "print the version",
		Args:  exactly(),
		RunE: func(*cobra.Command, []string) error {
			return a.printVersion(format)
		},
	}
	formatFlag(cmd.Flags(), &format)
	return cmd
}

func (a *app) printVersion(format string) error {
	v := programVersion()
	if format == "json" {
		return json.NewEncoder(a.Out).Encode(v)
	}
	_, err := fmt.Fprintf(a.Out, "dmap %s (%s, %s)\n", v.Version, v.Go, v.Platform)
	return err
}

// versionInfo identifies the program.
type versionInfo struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func programVersion() versionInfo {
	v := versionInfo{Version: "development", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	return v
}
