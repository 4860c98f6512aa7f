// State: what the package is.

// Package state is everything that an engine remembers, as plain data, with the
// questions that the data alone can answer: who has a name, and who belongs together.
// It changes nothing except the counters for ids.
package state
