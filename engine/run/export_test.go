// Run: what only its tests may see.

package run

import (
	"context"

	"github.com/dmap-dev/dmap/engine/plan"
)

// Operations are the kinds of steps that can be carried out.
func Operations() []plan.Op {
	var ops []plan.Op
	for _, row := range operations() {
		ops = append(ops, row.op)
	}
	return ops
}

// Renew renews a claim now instead of at the next beat.
func (l *Lock) Renew(ctx context.Context) error {
	l.busy.Lock()
	defer l.busy.Unlock()
	return l.renew(ctx)
}

// Check is what a run asks before it begins a step.
func (l *Lock) Check() error { return l.check() }
