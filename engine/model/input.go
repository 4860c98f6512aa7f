// Model: values as a program wrote them, before conversion.

package model

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// Input is one value as a program, a dictionary or a file wrote it. Value holds
// nil, bool, int64, float64, string, [List], [Dict], [HostShare], [Link], [Use],
// [OptionFunc] or *[Container]; any other type is refused by every conversion. The
// zero Input is "none".
type Input struct {
	Value  any
	Origin problem.Origin
	// Text is how a function is shown ("opts at site.star:4:1"); "" otherwise.
	Text string
}

// WholeNumberHint is for floats where only whole numbers make sense: ports are floats
// as soon as somebody divides.
const WholeNumberHint = "use a whole number: 80, a // b or int(x) instead of 80.0, a / b or x"

// List is a list or tuple, in order.
type List []Input

// Dict is a dictionary in the order it was written.
type Dict []Entry

// Entry is one key with its value.
type Entry struct {
	Key   Input
	Value Input
}

// Get returns the value of a string key, and whether it is there.
func (d Dict) Get(key string) (Input, bool) {
	for _, e := range d {
		if k, ok := e.Key.Value.(string); ok && k == key {
			return e.Value, true
		}
	}
	return Input{}, false
}

// From returns v as an Input without origins. It takes what encoding/json
// produces and plain Go values: nil, bool, all integers that fit an int64, floats,
// strings, json.Number, slices of any or string, maps of any or string with string
// keys (sorted), option functions, and the types an Input may hold. ok is false
// for any other type, and for values nested deeper than 1000.
func From(v any) (in Input, ok bool) { return from(v, 0) }

func from(v any, depth int) (in Input, ok bool) {
	const deepest = 1000
	if depth > deepest {
		return Input{}, false
	}
	switch v := v.(type) {
	case nil, bool, int64, float64, string, List, Dict, HostShare, Link, Use, OptionFunc, *Container:
		return Input{Value: v}, true
	case Input:
		return v, true
	case func(context.Context, OptionCall) (Dict, error):
		return Input{Value: OptionFunc(v)}, true
	case float32:
		return Input{Value: float64(v)}, true
	case json.Number:
		return fromNumber(string(v))
	case []string:
		list := make(List, len(v))
		for i, s := range v {
			list[i] = Input{Value: s}
		}
		return Input{Value: list}, true
	case []any:
		list := make(List, len(v))
		for i, e := range v {
			if list[i], ok = from(e, depth+1); !ok {
				return Input{}, false
			}
		}
		return Input{Value: list}, true
	case map[string]string:
		return fromMap(v, depth)
	case map[string]any:
		return fromMap(v, depth)
	}
	return fromInteger(v)
}

func fromMap[V any](m map[string]V, depth int) (in Input, ok bool) {
	d := make(Dict, 0, len(m))
	for _, k := range sortedKeys(m) {
		e, ok := from(m[k], depth+1)
		if !ok {
			return Input{}, false
		}
		d = append(d, Entry{Input{Value: k}, e})
	}
	return Input{Value: d}, true
}

// fromNumber never rounds a whole number: one that does not fit an int64 is refused.
// Without the test for a point or exponent, 9223372036854775808 would silently become a
// float.
func fromNumber(s string) (in Input, ok bool) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Input{Value: i}, true
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !strings.ContainsAny(s, ".eE") {
		return Input{}, false
	}
	return Input{Value: f}, true
}

func fromInteger(v any) (in Input, ok bool) {
	var i int64
	var u uint64
	switch v := v.(type) {
	case int:
		i = int64(v)
	case int8:
		i = int64(v)
	case int16:
		i = int64(v)
	case int32:
		i = int64(v)
	case uint:
		u = uint64(v)
	case uint8:
		u = uint64(v)
	case uint16:
		u = uint64(v)
	case uint32:
		u = uint64(v)
	case uint64:
		u = v
	default:
		return Input{}, false
	}
	if u > math.MaxInt64 {
		return Input{}, false
	}
	return Input{Value: i + int64(u)}, true
}

// String describes the value for an error message: its type and, where it is
// short, the value itself ("int 17", `string "ro"`, "list of 3").
func (in Input) String() string {
	switch v := in.Value.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "bool True"
		}
		return "bool False"
	case int64:
		return "int " + strconv.FormatInt(v, 10)
	case float64:
		return "float " + strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		return "string " + clip(v)
	case List:
		return fmt.Sprintf("list of %d", len(v))
	case Dict:
		return fmt.Sprintf("dict of %d", len(v))
	case HostShare:
		return "host_share " + clip(v.Volume)
	case Link:
		return "link " + clip(v.Container)
	case Use:
		return "use of " + clip(v.Name)
	case OptionFunc:
		return "function"
	case *Container:
		return "container"
	case fmt.Stringer: // a value of the program that no property accepts
		return v.String()
	}
	return fmt.Sprintf("unsupported value of type %T", in.Value)
}

// clip quotes s and cuts it to a length that fits a message.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return strconv.Quote(string(r[:most]) + "…")
	}
	return strconv.Quote(s)
}

// MarshalJSON writes the value as JSON, a Dict in its own order. Functions are
// written as {"function": text}, containers as their properties.
func (in Input) MarshalJSON() ([]byte, error) {
	switch v := in.Value.(type) {
	case HostShare:
		return marshal(v.Input())
	case Link:
		return marshal(v.Input())
	case Use:
		return marshal(v.Input())
	case OptionFunc:
		return marshal(map[string]string{"function": in.Text})
	case *Container:
		if v == nil {
			return []byte("null"), nil
		}
		return marshal(append(Dict{}, v.Dict()...))
	case List:
		return marshal([]Input(append(List{}, v...)))
	}
	return marshal(in.Value)
}

// marshal is json.Marshal without the escaping of <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// keyText returns a key as text: 80 as "80", and the pair (53, "udp") as "53/udp".
func keyText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case List:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = keyText(e.Value)
		}
		return strings.Join(parts, "/")
	}
	return ""
}

// MarshalJSON writes the dictionary in its own order; keys that are integers or
// pairs become text: "80", "53/udp".
func (d Dict) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(keyText(e.Key.Value))
		if err != nil {
			return nil, err
		}
		value, err := marshal(e.Value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
