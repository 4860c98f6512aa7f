// Program text to model: what print() writes.

package starlarkmap

import (
	"sync"

	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// printer passes texts on until the limit is reached, then says so once and drops the
// rest.
type printer struct {
	to   func(at problem.Origin, msg string)
	mu   sync.Mutex
	left int
}

func (p *printer) print(at problem.Origin, msg string) {
	if p.to == nil {
		return
	}
	p.mu.Lock()
	before := p.left
	p.left -= len(msg) + 1
	after := p.left
	if after < 0 {
		p.left = -1
	}
	p.mu.Unlock()
	switch {
	case after >= 0:
		p.to(at, msg)
	case before >= 0:
		p.to(at, "further output is left out; "+sandbox.Raise("PrintBytes"))
	}
}
