// Command line: from an error to what is printed and the exit code.

package main

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/run"
)

// exit prints the error of a command, such as "dmap run", and returns the exit code
// for it.
func (a *app) exit(command string, err error) int {
	var shown reported
	var usage *usageError
	var target *plan.RequestError
	var problems problem.Problems
	var stale *plan.StaleError
	var elsewhere *plan.EngineError
	defer a.tell()
	switch {
	case err == nil:
	case errors.As(err, &shown):
	case a.interrupted(err):
		fmt.Fprintln(a.Err, "dmap: interrupted")
	case errors.Is(err, syscall.EPIPE): // "dmap help json | head": the reader has what it wanted
	case errors.As(err, &usage):
		fmt.Fprintf(a.Err, "dmap: %s\nsee: %s --help\n", usage.text, strings.TrimSuffix(command, " help"))
	case errors.As(err, &problems):
		problem.Write(a.Err, a.mask.problems(problems))
	default:
		fmt.Fprintf(a.Err, "dmap: %s\n", err)
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, run.ErrInterrupted), a.interrupted(err):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &target):
		return exitUsage
	case errors.As(err, &stale), errors.As(err, &elsewhere):
		return exitStale
	case errors.As(err, &problems) && !plan.AreOfState(problems):
		return exitMap
	case errors.As(err, &problems):
		return exitFailed
	case docker.IsAway(err), docker.KindOf(err) == docker.Unsupported:
		return exitEngine
	}
	return exitFailed
}
