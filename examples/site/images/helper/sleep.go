// Example images, helper: the program sleep.

//go:build unix

package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

// terminated is the exit code of a program that SIGTERM ended.
const terminated = 128 + int(syscall.SIGTERM)

// sleep waits for the sum of its arguments, each a number of seconds, a number with one
// of the suffixes s m h d, or "infinity". Ended by SIGTERM, it returns 143.
func sleep(args []string, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprintln(stderr, "sleep: too few arguments\nusage: sleep DURATION...")
		return 1
	}
	var total float64
	for _, arg := range args {
		seconds, err := parseSeconds(arg)
		if err != nil {
			fmt.Fprintf(stderr, "sleep: %v\n", err)
			return 1
		}
		total += seconds
	}
	// The first process of a container gets only the signals it has handlers for:
	// without this one it could not be stopped, only killed.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if total >= math.MaxInt64/float64(time.Second) {
		<-ctx.Done()
		return terminated
	}
	select {
	case <-ctx.Done():
		return terminated
	case <-time.After(time.Duration(total * float64(time.Second))):
		return 0
	}
}

func parseSeconds(text string) (float64, error) {
	digits, unit := text, 1.0
	if text != "" {
		if factor, ok := map[byte]float64{'s': 1, 'm': 60, 'h': 3600, 'd': 86400}[text[len(text)-1]]; ok {
			digits, unit = text[:len(text)-1], factor
		}
	}
	seconds, err := strconv.ParseFloat(digits, 64)
	if err != nil || seconds < 0 || math.IsNaN(seconds) {
		return 0, fmt.Errorf("invalid time %q: use a number with an optional s, m, h or d", text)
	}
	return seconds * unit, nil
}
