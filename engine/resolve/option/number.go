// Options, conversion: whole numbers, sizes and durations.

package option

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// integer returns a reader of whole numbers from low to high, or one of those in also.
func integer[T int | int64 | uint16](low, high int64, also ...int64) func(*reader, item) T {
	return func(r *reader, it item) T {
		v, ok := it.Value.(int64)
		if !ok {
			r.want(it, "a whole number")
			return 0
		}
		for _, special := range also {
			if v == special {
				return T(v)
			}
		}
		if v < low || v > high {
			r.wrong(it, "want %s, got %s", rangeText(low, high, also), it.Input)
			return 0
		}
		return T(v)
	}
}

// rangeText returns "a number from 10 to 1000, or 0".
func rangeText(low, high int64, also []int64) string {
	s := "a number from " + strconv.FormatInt(low, 10)
	if high == math.MaxInt64 {
		s += " up"
	} else {
		s += " to " + strconv.FormatInt(high, 10)
	}
	for _, special := range also {
		s += ", or " + strconv.FormatInt(special, 10)
	}
	return s
}

const sizeForms = `bytes, or a number with b, k, m or g ("512m", "1.5g")`

// leastMemory is the smallest memory limit that Docker accepts.
const leastMemory = 6 << 20

// size returns a reader of sizes in bytes of at least low, or one of those in also.
func size(low int64, also ...int64) func(*reader, item) int64 {
	return func(r *reader, it item) int64 {
		v, ok := readSize(r, it)
		if !ok {
			return 0
		}
		for _, special := range also {
			if v == special {
				return v
			}
		}
		if v < low {
			r.wrong(it, "want %s, got %s", sizeRange(low, also), it.Input)
			return 0
		}
		return v
	}
}

// sizeRange returns "at least 6m, or 0".
func sizeRange(low int64, also []int64) string {
	s := "at least " + sizeText(low)
	for _, special := range also {
		s += ", or " + strconv.FormatInt(special, 10)
	}
	return s
}

// sizeText writes a limit of this package as a number of bytes or MiB.
func sizeText(n int64) string {
	const mega = 1 << 20
	if n >= mega && n%mega == 0 {
		return strconv.FormatInt(n/mega, 10) + "m"
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

func readSize(r *reader, it item) (int64, bool) {
	switch v := it.Value.(type) {
	case int64:
		return v, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), true
		}
		r.wrong(it, "want a whole number of bytes, got %s", it.Input)
		return 0, false
	case string:
		n, wrong := parseSize(v)
		if wrong != "" {
			r.wrong(it, "want %s, got %s: %s", sizeForms, it.Input, wrong)
		}
		return n, wrong == ""
	}
	r.want(it, sizeForms)
	return 0, false
}

// parseSize reads "3g", "1.5GB", "100". wrong is what is wrong with the text, or "".
// Fractions of a byte are dropped, as by docker-py.
func parseSize(s string) (n int64, wrong string) {
	if s == "-1" {
		return -1, ""
	}
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := strings.ToLower(s[len(digits):])
	factors := map[string]int64{"": 1, "b": 1, "k": 1 << 10, "kb": 1 << 10, "m": 1 << 20, "mb": 1 << 20, "g": 1 << 30, "gb": 1 << 30}
	factor, known := factors[unit]
	value, ok := parseDecimal(digits)
	switch {
	case !ok:
		return 0, "no such number"
	case !known:
		return 0, "no unit " + strconv.Quote(unit)
	}
	value.Mul(value, new(big.Rat).SetInt64(factor))
	if factor == 1 && !value.IsInt() {
		return 0, "a size cannot be a fraction of a byte"
	}
	whole := new(big.Int).Quo(value.Num(), value.Denom())
	if !whole.IsInt64() {
		return 0, "too large"
	}
	return whole.Int64(), ""
}

// parseDecimal reads digits with at most one point, without rounding.
func parseDecimal(s string) (value *big.Rat, ok bool) {
	const longest = 40
	if len(s) > longest || !isDecimal(s) {
		return nil, false
	}
	return new(big.Rat).SetString(strings.TrimSuffix(s, "."))
}

// isDecimal accepts digits with at most one point.
func isDecimal(s string) bool {
	whole, part, _ := strings.Cut(s, ".")
	return whole+part != "" && strings.Trim(whole+part, "0123456789") == ""
}

const durationForms = `a duration such as "1m30s" or "500ms", or nanoseconds`

// readDuration reads nanoseconds, or a text with units. Docker accepts 0, or 1 ms and
// more.
func readDuration(r *reader, it item) int64 {
	var d time.Duration
	switch v := it.Value.(type) {
	case int64:
		d = time.Duration(v)
	case string:
		parsed, err := time.ParseDuration(v)
		if err != nil {
			p := r.wrong(it, "want %s, got %s", durationForms, it.Input)
			if isDecimal(v) {
				p.Hint = `say the unit: "` + v + `s"`
			}
			return 0
		}
		d = parsed
	default:
		r.want(it, durationForms)
		return 0
	}
	if d < 0 || d > 0 && d < time.Millisecond {
		p := r.wrong(it, "want 0 or at least 1ms, got %s", it.Input)
		if _, isNumber := it.Value.(int64); isNumber && d > 0 && d < time.Microsecond {
			p.Hint = `a number is nanoseconds; for seconds write "` + strconv.FormatInt(int64(d), 10) + `s"`
		}
		return 0
	}
	return int64(d)
}

// readSeconds reads whole seconds, or a text with units; -1 means to wait forever.
func readSeconds(r *reader, it item) int {
	const forms = `seconds, or a duration such as "1m30s"`
	switch v := it.Value.(type) {
	case int64:
		return integer[int](-1, math.MaxInt32)(r, it)
	case string:
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 || d%time.Second != 0 || d/time.Second > math.MaxInt32 {
			p := r.wrong(it, "want whole %s, got %s", forms, it.Input)
			if isDecimal(v) {
				p.Hint = `write a number without quotes, or say the unit: "` + v + `s"`
			}
			return 0
		}
		return int(d / time.Second)
	}
	r.want(it, forms)
	return 0
}

// readCPUs reads a number of CPUs as billionths.
func readCPUs(r *reader, it item) int64 {
	const forms = `a number of CPUs such as 2, 1.5 or "0.5"`
	var text string
	switch v := it.Value.(type) {
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case string:
		text = v
	default:
		r.want(it, forms)
		return 0
	}
	const most = 1 << 20
	value, ok := parseDecimal(text)
	if !ok {
		r.wrong(it, "want %s, got %s", forms, it.Input)
		return 0
	}
	if value.Sign() > 0 && value.Cmp(big.NewRat(1, 100)) < 0 || value.Cmp(big.NewRat(most, 1)) > 0 {
		r.wrong(it, "want from 0.01 to %d CPUs, or 0 for no limit, got %s", most, it.Input)
		return 0
	}
	value.Mul(value, big.NewRat(int64(time.Second), 1))
	return new(big.Int).Quo(value.Num(), value.Denom()).Int64()
}
