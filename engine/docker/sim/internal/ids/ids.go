// Ids: what looks random and is not.

// Package ids makes ids that are the same in every simulation.
package ids

import (
	"crypto/sha256"
	"encoding/hex"
)

// Of returns 64 hex digits that look like any other id but depend only on a kind and a
// text.
func Of(kind, text string) string {
	sum := sha256.Sum256([]byte("dmap sim " + kind + " " + text))
	return hex.EncodeToString(sum[:])
}
