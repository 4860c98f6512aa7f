// Ids: what looks random and is not.

// Package ids makes ids that are the same in every simulation.
package ids

import (
	"crypto/sha256"
	"encoding/hex"
)

func Of(kind, text string) string {
	sum := sha256.Sum256([]byte("dmap sim " + kind + " " + text))
	return hex.EncodeToString(sum[:])
}
