// Front door: what each container is made of, and which line of the map says so.

package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/identity"
	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
	"github.com/dmap-dev/dmap/engine/resolve"
)

// Explanation describes one container as the map wants it.
type Explanation struct {
	Name   string         `json:"name"` // in Docker
	Origin problem.Origin `json:"origin"`
	Needs  []Cause        `json:"needs,omitempty"`
	Fields []Cause        `json:"fields"`
}

// Cause is one thing that a map says about a container.
type Cause struct {
	// Name is the API field ("HostConfig.Binds"), or the name of another container.
	Name string `json:"name"`
	// Value is the field's value; nil for another container.
	Value json.RawMessage `json:"value,omitempty"`
	// Why says how the other container is needed: "links db".
	Why string `json:"why,omitempty"`
	// Origin is where the map says so. For what follows from several of its lines, it
	// is where the container is defined.
	Origin problem.Origin `json:"origin"`
}

// Explain says, for the containers that targets mean (as in [plan.Request]; none means
// all), what they are made of. It calls the option functions of the map. The error is a
// [problem.Problems] or a [plan.RequestError].
func Explain(ctx context.Context, m *model.ContainerMap, targets []string) ([]Explanation, error) {
	w, err := newWorld(nil, m)
	if err != nil {
		return nil, err
	}
	names, err := plan.Targets(w.desired, targets)
	if err != nil {
		return nil, err
	}
	if err := w.specify(ctx, names); err != nil {
		return nil, err
	}
	var out []Explanation
	for _, name := range names {
		e, err := explain(w.desired.Node(name))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func explain(n *resolve.Node) (Explanation, error) {
	e := Explanation{Name: n.Name, Origin: n.Origin, Fields: []Cause{}}
	for _, need := range n.Needs {
		e.Needs = append(e.Needs, Cause{Name: need.Name, Why: string(need.Why) + " " + need.Ref, Origin: need.Origin})
	}
	spec := *n.Spec
	spec.Labels = identity.Foreign(spec.Labels)
	fields, err := spec.Fields()
	if err != nil {
		return e, err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		e.Fields = append(e.Fields, Cause{Name: name, Value: json.RawMessage(plainly.Replace(string(fields[name]))), Origin: n.At(name)})
	}
	return e, nil
}

// plainly leaves <, > and & as they are in JSON, which encoders escape for the sake of
// web pages. The first pair keeps an escaped backslash intact, so that what follows it
// is not mistaken for an escape.
var plainly = strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
