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

// Explanation is one container as the map wants it.
type Explanation struct {
	Name   string         `json:"name"` // in Docker
	Origin problem.Origin `json:"origin"`
	Needs  []Cause        `json:"needs,omitempty"`
	Fields []Cause        `json:"fields"`
}

// Cause is one thing that a map says of a container.
type Cause struct {
	// Name is the API field ("HostConfig.Binds"), or the other container.
	Name string `json:"name"`
	// Value is that of the field; nil for other containers.
	Value json.RawMessage `json:"value,omitempty"`
	// Why says how the other container is needed: "links db".
	Why string `json:"why,omitempty"`
	// Origin is where the map says so; for what follows from several of its lines,
	// where the container is made.
	Origin problem.Origin `json:"origin"`
}

// Explain says of the containers that targets mean (as for [plan.Request]; none: all)
// what they are made of. It calls the option functions of the map. The error is a
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

// plainly writes <, > and & in JSON as they are; encoders escape them for web pages. An
// escaped backslash stays what it is.
var plainly = strings.NewReplacer(`\\`, `\\`, `\u003c`, "<", `\u003e`, ">", `\u0026`, "&")
