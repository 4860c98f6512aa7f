// Run: carrying a plan out.

// Package run carries a [plan.Plan] out: every step begins the moment its own
// needs are done, as far as the limit for its kind of call allows. A failed step's
// dependents are skipped, calls in flight finish, and independent branches go on.
//
// It decides nothing: what is done, and to what, stands in the plan. It knows only
// how to do it safely: every call has a deadline, a call whose answer was lost is
// looked after and adopted or repeated, and a second run of the same plan does
// what is left.
package run
