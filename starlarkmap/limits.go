// Program text to model: limits by name, for command lines and hints.

package starlarkmap

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/problem"
)

// byName returns pointers to the limits, by the names of [Limits.Set].
func (l *Limits) byName() map[string]any {
	return map[string]any{
		"steps": &l.Steps, "time": &l.Time, "heap": &l.Heap, "grace": &l.Grace,
		"source-bytes": &l.SourceBytes, "total-bytes": &l.TotalBytes,
		"files": &l.Files, "load-depth": &l.LoadDepth,
		"nesting": &l.Nesting, "clauses": &l.Clauses, "elements": &l.Elements,
		"text-bytes": &l.TextBytes, "print-bytes": &l.PrintBytes,
		"call-steps": &l.CallSteps, "call-time": &l.CallTime,
	}
}

// LimitNames returns the names of the limits, sorted: "source-bytes" for
// Limits.SourceBytes.
func LimitNames() []string { return sortedNames(new(Limits).byName()) }

// Set sets a limit by its name. Times are durations such as "1m30s"; numbers can end
// with k, m or g for powers of 1024. All must be above 0.
func (l *Limits) Set(name, value string) error {
	field, ok := l.byName()[name]
	if !ok {
		if hint := problem.DidYouMean(name, LimitNames()); hint != "" {
			return fmt.Errorf("unknown limit %q; %s", name, hint)
		}
		return fmt.Errorf("unknown limit %q; one of %s", name, strings.Join(LimitNames(), ", "))
	}
	if d, ok := field.(*time.Duration); ok {
		v, err := time.ParseDuration(value)
		if err != nil || v <= 0 {
			return fmt.Errorf("%s: want a duration such as 90s, got %q", name, value)
		}
		*d = v
		return nil
	}
	n, ok := number(value)
	if !ok {
		return fmt.Errorf("%s: want a number such as 20000000 or 64m, got %q", name, value)
	}
	switch f := field.(type) {
	case *int64:
		*f = n
	case *int:
		*f = int(n)
	}
	return nil
}

// number reads a number above 0, with or without a unit. Absurdly large ones are
// capped, so that adding to them and multiplying them cannot overflow.
func number(text string) (int64, bool) {
	unit := int64(1)
	for i, suffix := range []string{"k", "m", "g"} {
		if digits, found := strings.CutSuffix(strings.ToLower(text), suffix); found {
			text, unit = digits, 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 {
		return 0, false
	}
	const most = math.MaxInt64 >> 8
	return min(n, most/unit) * unit, true
}
