// Plan: what happens to each container.

package plan

import (
	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// decide fills todo, dependencies before dependents. A container that follows makes
// others take part, which may in turn make further ones follow, so everything is
// decided again until nobody joins any more.
func (b *builder) decide() {
	for joined := true; joined; {
		joined = false
		b.todo, b.problems, b.plan.Notes = todos{}, nil, nil
		for _, n := range b.d.Nodes {
			var t todo
			if row := b.part[n.Name]; row != nil && row.decide != nil && !b.foreign(n) {
				t = b.decideOne(n, row)
			}
			if b.act.creates {
				t = b.follow(n, t)
				if b.act.starts {
					t = rejoin(b, n, t)
				}
				joined = b.bring(n, t) || joined
			}
			if t != (todo{}) {
				b.todo[n.Name] = t
			}
		}
	}
}

// decideOne lets an action decide about one container. A container that is being
// removed is neither there nor absent, so it is a problem for every action.
func (b *builder) decideOne(n *resolve.Node, row *action) todo {
	c, exists := b.container(n)
	if exists && c.State == docker.StateRemoving {
		b.problem(CodeState, n, "wait until it is gone, then run again", "container %q is being removed", n.Name)
		return todo{}
	}
	return revived(b, n, c, row, row.decide(b, n, c, exists))
}

// mustExist reports a container that an action cannot do without. One that is somebody
// else's was already reported.
func (b *builder) mustExist(n *resolve.Node) todo {
	if _, foreign := b.s.Containers[n.Name]; !foreign {
		b.problem(CodeState, n, "start creates it", "container %q does not exist", n.Name)
	}
	return todo{}
}
