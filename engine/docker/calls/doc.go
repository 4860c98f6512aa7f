// Calls: how a call to an engine is made.

// Package calls makes calls to an engine, each as the table of its kind says: how long it
// may take, after which errors it is made again and how often, and whether it is looked
// at first what became of a call whose answer was lost. The table is in table.go.
//
// All calls of dockerd, state and run that could take long go through it. It knows
// nothing of what they do.
package calls
