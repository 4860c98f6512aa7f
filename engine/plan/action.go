// Plan: what there is to know of an action: a row of the table of actions.

package plan

import (
	"github.com/dmap-dev/dmap/engine/resolve"
	"github.com/dmap-dev/dmap/engine/snapshot"
)

// action is a row of the table of actions. What no row says is the same for all
// actions: the planner knows none of them by name.
type action struct {
	name Action
	help string // a single line
	// compose is Docker Compose's word for it, if that is a different one.
	compose string
	// resume says how to go on if the action was not carried out to its end; "" means:
	// by running the same again.
	resume string
	// flags are the parts of a request that the action uses. refuse returns an error
	// for anything else in a request that it cannot use; nil refuses nothing.
	flags  []flag
	refuse func(Request) error

	// along says what is included with the targets, and with it the order of work.
	along along
	// creates: it creates what is absent, with its volumes, and recreates what follows.
	creates bool
	// starts: it starts what it creates. Volumes are prepared before their owner first
	// starts.
	starts bool
	// compares: it makes existing containers match the map.
	compares bool
	// renews: it recreates what can run no more.
	renews bool
	// pulls: it is about the images of everything that takes part, whether they are
	// missing or not.
	pulls bool
	// tidies: it removes what interrupted runs left behind.
	tidies bool
	// orphans: if the request is about the whole map, it notes or removes what the map
	// no longer has.
	orphans bool

	// exist is the action that decides about a container which only has to exist;
	// others is the one for containers that only follow, or that those need. Both are
	// only set with creates.
	exist, others Action

	// specs: it needs the create requests of what takes part.
	specs bool
	// inspects reports whether the decision about a container needs more than the list
	// of containers says; nil: never.
	inspects func(snapshot.Container, Request) bool
	// fact adds to the fact about an inspected container whatever decided about it
	// beside its state; nil adds nothing. With all, every container of the map decides,
	// even those that the map no longer has.
	fact func(*ContainerFact, snapshot.Container)
	all  bool

	// decide says what happens to one container that takes part, provided that it is
	// not being removed and is not somebody else's. exists is false if there is no such
	// container. nil: nothing happens.
	decide func(b *builder, n *resolve.Node, c snapshot.Container, exists bool) todo
	// steps adds steps that do not follow from todos; nil: there are none.
	steps func(*builder)
}

// along says what is included with the targets of an action.
type along int

const (
	alone     along = iota // in the order of the map
	withNeeds              // what they need, dependencies first
	withUsers              // what needs them, dependents first
)

// needsImages reports whether the action needs to know which images are on the engine.
func (a *action) needsImages() bool { return a.specs || a.pulls }
