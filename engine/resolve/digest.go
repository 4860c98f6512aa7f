// Resolve: what is known of each field of a create request, for comparing it later.

package resolve

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/dmap-dev/dmap/engine/docker/field"
)

// digest fills what is needed to compare the fields later: the record of each that goes
// into a label, and a digest of it as written, which is what earlier versions put into
// theirs. The digests as written are of passwords too, and the key, the container's name,
// is known to everybody who reads labels: they must never be written anywhere.
func (n *Node) digest() error {
	fields, err := n.Spec.Fields()
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(n.Name))
	sum := func(value []byte) string {
		mac.Reset()
		mac.Write(value)
		return hex.EncodeToString(mac.Sum(nil)[:6])
	}
	if n.Record, err = field.Records(fields, sum); err != nil {
		return err
	}
	n.Digests = make(map[string]string, len(fields))
	for name, value := range fields {
		n.Digests[name] = sum(value)
	}
	return nil
}

// EncodeRecord returns the value of the label [identity.LabelFields].
func EncodeRecord(record map[string]string) string {
	fields := make(map[string]json.RawMessage, len(record))
	for name, text := range record {
		fields[name] = json.RawMessage(text)
	}
	text, _ := json.Marshal(fields) // of JSON, keys sorted
	return string(text)
}

// DecodeRecord reads such a label back; nil if dmap did not write it.
func DecodeRecord(label string) map[string]string {
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(label), &fields) != nil || fields == nil {
		return nil
	}
	record := make(map[string]string, len(fields))
	for name, text := range fields {
		record[name] = string(text)
	}
	return record
}

// DecodeDigests reads the label [identity.LabelSpec] of an earlier version; nil if dmap did
// not write it.
func DecodeDigests(label string) map[string]string {
	var d map[string]string
	if json.Unmarshal([]byte(label), &d) != nil {
		return nil
	}
	return d
}
