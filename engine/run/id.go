// Run: names that no other run has.

package run

import (
	"crypto/rand"
	"encoding/hex"
)

// newID returns eight random hexadecimal digits.
func newID() string {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
