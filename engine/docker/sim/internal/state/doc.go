// State: what the package is.

// Package state is all that an engine remembers, as plain data, with the questions that it can answer by itself: who is called so, who
// belongs together. It changes nothing but ids that are counted.
package state
