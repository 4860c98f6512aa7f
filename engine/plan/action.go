// Plan: what there is to know of an action: a row of the table of actions.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// action is a row of the table of actions. What no row says is the same for all: the
// planner knows no action by its name.
type action struct {
	name Action
	help string // one line
	// compose is Docker Compose's word for it, where that is another one.
	compose string
	// resume says how to go on when the action was not carried out to its end; "" where
	// the same again does it.
	resume string
	// flags are the parts of a request that it uses; refuse says what else in a request
	// it cannot use, nil: nothing.
	flags  []flag
	refuse func(Request) error

	// along is what goes with the targets, and so the order of work.
	along along
	// creates: it creates what is absent, with its volumes, and makes anew what follows.
	creates bool
	// starts: it starts what it creates; before the first start, volumes are prepared.
	starts bool
	// compares: it brings what differs from the map there.
	compares bool
	// pulls: the images of whatever takes part are what it is for.
	pulls bool
	// tidies: it removes what interrupted runs left behind.
	tidies bool
	// orphans: for the whole map, it tells what the map has no longer, or removes it.
	orphans bool

	// exist is the action by which a container is decided that only has to exist, others
	// the one for containers that only follow, or are needed by those. Only with creates.
	exist, others Action

	// specs: it needs the create requests of what takes part.
	specs bool
	// inspects reports whether the decision about a container needs more than the list
	// tells; nil: never.
	inspects func(snapshot.Container, Request) bool
	// fact notes what else than its state decided about a container that was inspected;
	// nil: nothing. all: all containers of the map decide, those that it does not have
	// included.
	fact func(*ContainerFact, snapshot.Container)
	all  bool

	// decide says what happens to one container that takes part, where it is not being
	// removed and not somebody else's; exists is false if there is none. nil: nothing.
	decide func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo
	// steps adds steps that do not follow from todos; nil: none.
	steps func(*builder)
}

// along says what goes with the targets of an action.
type along int

const (
	alone     along = iota // in the order of the map
	withNeeds              // what they need, dependencies first
	withUsers              // what needs them, dependents first
)

// needsImages reports whether the action needs to know which images are there.
func (a *action) needsImages() bool { return a.specs || a.pulls }
