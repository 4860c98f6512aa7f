// Resolve: one digest for each field of a create request.

package resolve

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// digest fills the digests of the node: of each field as it is written, and of what it
// means.
func (n *Node) digest() error {
	fields, err := n.Spec.Fields()
	if err != nil {
		return err
	}
	forms, err := field.Forms(fields)
	if err != nil {
		return err
	}
	n.Digests, n.Meanings = digests(n.Name, fields), digests(n.Name, forms)
	return nil
}

// digests returns a short digest of every field. Labels are readable by everybody, so
// values never go there; the container's name as key makes equal values of different
// containers look different.
func digests(name string, fields map[string]json.RawMessage) map[string]string {
	out := make(map[string]string, len(fields))
	for field, value := range fields {
		mac := hmac.New(sha256.New, []byte(name))
		mac.Write(value)
		out[field] = hex.EncodeToString(mac.Sum(nil)[:6])
	}
	return out
}

// EncodeDigests is how digests stand in the labels [identity.LabelSpec] and
// [identity.LabelFields].
func EncodeDigests(d map[string]string) string {
	text, _ := json.Marshal(d) // a map of strings always encodes, keys sorted
	return string(text)
}

// DecodeDigests reads such a label back; nil if it is none of ours.
func DecodeDigests(label string) map[string]string {
	var d map[string]string
	if json.Unmarshal([]byte(label), &d) != nil {
		return nil
	}
	return d
}
