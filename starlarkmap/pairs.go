// Program text to model: the values of host_share() and link().

package starlarkmap

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/dmap-dev/dmap/engine/model"
	"github.com/dmap-dev/dmap/starlarkmap/internal/sandbox"
)

// hostShare is the value of host_share() and of the elements of binds. It never
// changes.
type hostShare model.HostShare

func (h hostShare) String() string {
	if h.ReadOnly {
		return fmt.Sprintf("host_share(%s, readonly = True)", syntax.Quote(h.Volume, false))
	}
	return fmt.Sprintf("host_share(%s)", syntax.Quote(h.Volume, false))
}
func (h hostShare) Type() string          { return "host_share" }
func (h hostShare) Freeze()               {}
func (h hostShare) Truth() starlark.Bool  { return true }
func (h hostShare) AttrNames() []string   { return []string{"readonly", "volume"} }
func (h hostShare) Hash() (uint32, error) { return starlark.String(h.String()).Hash() }

func (h hostShare) Attr(name string) (starlark.Value, error) {
	switch name {
	case "volume":
		return starlark.String(h.Volume), nil
	case "readonly":
		return starlark.Bool(h.ReadOnly), nil
	}
	return nil, nil
}

func (h hostShare) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return sandbox.SameOrNot(op, h.Type(), h == y.(hostShare))
}

// link is the value of link() and of the elements of links. It never changes.
type link model.Link

func (l link) String() string {
	if l.Alias == "" {
		return fmt.Sprintf("link(%s)", syntax.Quote(l.Container, false))
	}
	return fmt.Sprintf("link(%s, %s)", syntax.Quote(l.Container, false), syntax.Quote(l.Alias, false))
}
func (l link) Type() string          { return "link" }
func (l link) Freeze()               {}
func (l link) Truth() starlark.Bool  { return true }
func (l link) AttrNames() []string   { return []string{"alias", "container"} }
func (l link) Hash() (uint32, error) { return starlark.String(l.String()).Hash() }

func (l link) Attr(name string) (starlark.Value, error) {
	switch name {
	case "container":
		return starlark.String(l.Container), nil
	case "alias":
		if l.Alias == "" {
			return starlark.None, nil
		}
		return starlark.String(l.Alias), nil
	}
	return nil, nil
}

func (l link) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return sandbox.SameOrNot(op, l.Type(), l == y.(link))
}

// useValue shows an element of uses: a name, or ("name", "ro").
func useValue(u model.Use) starlark.Value {
	if u.ReadOnly {
		return starlark.Tuple{starlark.String(u.Name), starlark.String("ro")}
	}
	return starlark.String(u.Name)
}
