// Model: values as a program wrote them, before conversion.

package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Input is one value as a program, a dictionary or a file wrote it. Value holds
// nil, bool, int64, float64, string, [List], [Dict], [HostShare], [Link], [Use],
// [OptionFunc] or *[Container]; any other type is refused by every conversion. The zero Input
// is "none".
type Input struct {
	Value  any
	Origin Origin
	// Text is how a function is shown ("opts at site.star:4:1"); "" otherwise.
	Text string
}

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
// produces and plain Go values: nil, bool, all integers, floats, strings,
// json.Number, slices of any or string, maps with string keys (sorted), and the
// types an Input may hold. ok is false for any other type.
func From(v any) (in Input, ok bool) {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, List, Dict, HostShare, Link, Use, OptionFunc, *Container:
		return Input{Value: v}, true
	case Input:
		return v, true
	case int:
		return Input{Value: int64(v)}, true
	case json.Number:
		if i, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return Input{Value: i}, true
		}
		f, err := v.Float64()
		return Input{Value: f}, err == nil
	case []string:
		list := make(List, len(v))
		for i, s := range v {
			list[i] = Input{Value: s}
		}
		return Input{Value: list}, true
	case []any:
		list := make(List, len(v))
		for i, e := range v {
			if list[i], ok = From(e); !ok {
				return Input{}, false
			}
		}
		return Input{Value: list}, true
	case map[string]string:
		d := make(Dict, 0, len(v))
		for _, k := range sortedKeys(v) {
			d = append(d, Entry{Input{Value: k}, Input{Value: v[k]}})
		}
		return Input{Value: d}, true
	case map[string]any:
		d := make(Dict, 0, len(v))
		for _, k := range sortedKeys(v) {
			e, ok := From(v[k])
			if !ok {
				return Input{}, false
			}
			d = append(d, Entry{Input{Value: k}, e})
		}
		return Input{Value: d}, true
	}
	return Input{}, false
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
// written as {"function": text}.
func (in Input) MarshalJSON() ([]byte, error) {
	switch v := in.Value.(type) {
	case HostShare:
		return json.Marshal(v.Input())
	case Link:
		return json.Marshal(v.Input())
	case Use:
		return json.Marshal(v.Input())
	case OptionFunc:
		return json.Marshal(map[string]string{"function": in.Text})
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

// MarshalJSON writes the dictionary in its own order; integer keys become text.
func (d Dict) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range d {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(fmt.Sprint(e.Key.Value))
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
