// Calls: how a call to an engine is made.

// Package calls makes calls to an engine, each as the table says for its kind: how long
// it may take, after which errors it is repeated and how often, and whether a call
// whose answer was lost is looked up before it is repeated. The table is in table.go.
//
// All calls of dockerd, state and run that could take long go through it. It knows
// nothing about what they do.
package calls
