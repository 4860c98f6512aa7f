// Run: what only its tests may see.

package run

import "context"

// Renew renews a claim now instead of at the next beat.
func (l *Lock) Renew(ctx context.Context) error { return l.renew(ctx) }

// Check is what a run asks before it begins a step.
func (l *Lock) Check() error { return l.check() }
