// Run: carrying a plan out.

// Package run carries a [plan.Plan] out: every step begins as soon as its own needs are
// done, as far as the limit for its kind of call allows. The dependents of a failed
// step are skipped, calls in flight finish, and independent branches go on.
//
// It decides nothing: what is done, and to what, stands in the plan. It only knows how
// to do that safely: every call has a deadline, a call whose answer was lost is looked
// up and then adopted or repeated, and a second run of the same plan does whatever is
// left.
package run
