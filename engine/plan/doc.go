// Plan: what to do, decided from what should be and what is.

// Package plan compares [resolve.Desired] with a [state.Snapshot] and returns a
// [Plan]: steps in dependency order, each with its needs and the reasons a person
// wants to read. Every decision of dmap is made here.
//
// It is a pure function: it makes no call, asks no question, and reads no clock,
// so the same input gives the same plan, byte for byte. engine/run carries it out
// without deciding anything.
//
// A plan can say what decided it ([Basis]), be written ([Plan.WriteJSON]) and read
// back ([Read]) later, and be compared with what is there then ([Plan.Stale]).
package plan
