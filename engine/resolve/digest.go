// Resolve: one digest for each field of a create request.

package resolve

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/dmap-dev/dmap/engine/docker"
)

// digests returns a short digest of every field that spec sets. Labels are
// readable by everybody, so values never go there; the container's name as key
// makes equal values of different containers look different.
func digests(name string, spec *docker.ContainerSpec) (map[string]string, error) {
	fields, err := spec.Fields()
	if err != nil {
		return nil, err
	}
	out := make(map[string]string, len(fields))
	for field, value := range fields {
		mac := hmac.New(sha256.New, []byte(name))
		mac.Write(value)
		out[field] = hex.EncodeToString(mac.Sum(nil)[:6])
	}
	return out, nil
}

// EncodeDigests is how digests stand in the label [docker.LabelSpec].
func EncodeDigests(d map[string]string) string {
	text, _ := json.Marshal(d) // a map of strings always encodes, keys sorted
	return string(text)
}

// DecodeDigests reads the label back; nil if it is none of ours.
func DecodeDigests(label string) map[string]string {
	var d map[string]string
	if json.Unmarshal([]byte(label), &d) != nil {
		return nil
	}
	return d
}
