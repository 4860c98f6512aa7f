// Plan: what to do, decided from what should be and what is.

// Package plan compares [resolve.Desired] with a [snapshot.Snapshot] and returns a
// [Plan]: steps in dependency order, each with its needs and the reasons a person wants
// to read. Every decision of dmap is made here.
//
// [Make] is a pure function: it makes no call and reads no clock, so the same input
// gives the same plan, byte for byte. It names what it lacks in [Missing], for its
// caller to find out. engine/run carries the plan out without deciding anything.
//
// Everything there is to know about an action is a row of a table. The row stands in a
// file that is named after the action and also holds how it decides. The same goes for
// operations, each of which has another row in engine/run for how it is carried out. A
// new action is a file and a line in table.go.
//
// A plan can say what decided it ([Basis]), be written ([Plan.WriteJSON]) and read back
// later ([Read]), and then be compared with what is there ([Plan.Stale]).
package plan
