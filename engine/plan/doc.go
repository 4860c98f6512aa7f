// Plan: what to do, decided from what should be and what is.

// Package plan compares [resolve.Desired] with a [snapshot.Snapshot] and returns a
// [Plan]: steps in dependency order, each with its needs and the reasons a person
// wants to read. Every decision of dmap is made here.
//
// [Make] is a pure function: it makes no call and reads no clock, so the same input
// gives the same plan, byte for byte. What it lacks it names in [Missing], for its caller
// to find out. engine/run carries the plan out without deciding anything.
//
// What there is to know of an action is a row of a table, in a file that is called as the
// action and holds how it decides; of an operation, too, with a row of its own in
// engine/run for how it is carried out. A new action is a file and a line in table.go.
//
// A plan can say what decided it ([Basis]), be written ([Plan.WriteJSON]) and read
// back ([Read]) later, and be compared with what is there then ([Plan.Stale]).
package plan
