// Resolve: a digest for each field of a create request.

package resolve

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// digest fills the digests of the node: a short one of every field as written, and one
// of what it means. They go into labels, which everybody can read, so they must not
// reveal values: keyed with the container's name, equal values of different containers
// look different.
func (n *Node) digest() error {
	fields, err := n.Spec.Fields()
	if err != nil {
		return err
	}
	forms, err := field.Forms(fields)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(n.Name))
	sum := func(value []byte) string {
		mac.Reset()
		mac.Write(value)
		return hex.EncodeToString(mac.Sum(nil)[:6])
	}
	n.Digests, n.Meanings = make(map[string]string, len(fields)), make(map[string]string, len(forms))
	for name, value := range fields {
		n.Digests[name] = sum(value)
		switch form, ok := forms[name]; {
		case ok && bytes.Equal(form, value):
			n.Meanings[name] = n.Digests[name]
		case ok:
			n.Meanings[name] = sum(form)
		}
	}
	return nil
}

// EncodeDigests returns the value of the labels [identity.LabelSpec] and
// [identity.LabelFields].
func EncodeDigests(d map[string]string) string {
	text, _ := json.Marshal(d) // encoding a map of strings never fails, and sorts the keys
	return string(text)
}

// DecodeDigests reads such a label back; nil if dmap did not write it.
func DecodeDigests(label string) map[string]string {
	var d map[string]string
	if json.Unmarshal([]byte(label), &d) != nil {
		return nil
	}
	return d
}
