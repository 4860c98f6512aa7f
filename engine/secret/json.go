// Secrets: values in JSON.

package secret

import (
	"bytes"
	"encoding/json"
	"strings"
)

// JSON returns a JSON text with its secrets masked, and otherwise the same to the last
// byte: what has the name of a secret below a [Holder], settings such as
// "PASSWORD=value" wherever they stand, and the known values in all texts but names.
// property is what the whole is the value of, or "". What is no JSON is masked as text.
func (v *Values) JSON(property string, text []byte) []byte {
	w := jsonWalk{known: v, text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	w.dec.UseNumber()
	for w.dec.More() {
		if err := w.value(property, false); err != nil {
			return []byte(v.Text(string(text)))
		}
	}
	w.out.Write(text[w.copied:])
	return w.out.Bytes()
}

// jsonWalk copies a JSON text and replaces some of its tokens.
type jsonWalk struct {
	known  *Values
	text   []byte
	dec    *json.Decoder
	out    bytes.Buffer
	copied int // how much of text stands in out, or was replaced there
}

// value walks over one value. property is its name; hide masks it whatever it is.
func (w *jsonWalk) value(property string, hide bool) error {
	before := int(w.dec.InputOffset())
	token, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch t := token.(type) {
	case json.Delim:
		return w.nested(t, property, hide)
	case string:
		if masked := w.known.Text(Setting(t)); hide {
			w.replace(before, Mark)
		} else if masked != t {
			w.replace(before, masked)
		}
	case json.Number:
		if hide {
			w.replace(before, Mark)
		}
	}
	return nil
}

// nested walks over what an object or an array holds. An element of a list has the name
// of the list.
func (w *jsonWalk) nested(begin json.Delim, property string, hide bool) error {
	for w.dec.More() {
		name, hidden := property, hide
		if begin == '{' {
			token, err := w.dec.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
			hidden = hide || Holder(property) && Name(name)
		}
		if err := w.value(name, hidden); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}

// replace writes text in place of the token that was read last; before is where the one
// before it ends.
func (w *jsonWalk) replace(before int, text string) {
	end := int(w.dec.InputOffset())
	between := w.text[before:end]
	begin := before + len(between) - len(bytes.TrimLeft(between, " \t\r\n:,"))
	w.out.Write(w.text[w.copied:begin])
	w.out.WriteString(quoted(text))
	w.copied = end
}

// quoted is a text as JSON writes it, without the escapes for web pages.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a text always has a form, and a Builder takes it
	return strings.TrimSuffix(b.String(), "\n")
}
