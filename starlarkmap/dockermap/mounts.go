// Import of docker-map files: binds, uses and attaches.

package dockermap

import (
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/problem"
)

// binds reads host paths given by alias, and those given in place, which get an alias.
func (b *builder) binds(n *node, where string) *node {
	return rewritten(n, func(e *node) *node {
		if f, ok := fields(e, "name", "readonly"); ok && f["name"] != nil {
			return withAccess(f["name"], f["readonly"], e)
		}
		if f, ok := fields(e, "path", "host_path", "readonly"); ok && f["path"] != nil && f["host_path"] != nil {
			return b.bindInPlace(e, f["path"], f["host_path"], f["readonly"], where)
		}
		first, rest := tuple(e)
		switch {
		case first == nil || len(rest) == 0 || len(rest) > 2:
			return e
		case len(rest) == 1 && isAccess(rest[0]):
			if _, isNested := nested(e); isNested {
				return withAccess(first, rest[0], e)
			}
			return e
		case len(rest) == 2:
			return b.bindInPlace(e, first, rest[0], rest[1], where)
		case isContainerPath(first):
			return b.bindInPlace(e, first, rest[0], nil, where)
		}
		return e
	})
}

// nested returns the list in {a: [b]} and [a, [b]].
func nested(e *node) (*node, bool) {
	var inner *node
	switch v := e.value.(type) {
	case []*node:
		if len(v) == 2 {
			inner = v[1]
		}
	case []pair:
		if len(v) == 1 {
			inner = v[0].value
		}
	}
	return inner, inner != nil && hasType[[]*node](inner.value)
}

func isContainerPath(n *node) bool {
	switch v := n.value.(type) {
	case string:
		return strings.HasPrefix(v, "/") || strings.HasPrefix(v, "./")
	case expanded:
		return true
	}
	return false
}

// bindInPlace gives an alias to a host path that is mounted without one.
func (b *builder) bindInPlace(e, inside, outside, access *node, where string) *node {
	if !isContainerPath(inside) {
		b.c.wrong(problem.CodeWrongValue, inside.at, where, "", "want a path in the container, got %s", inside.input())
		return nil
	}
	switch outside.value.(type) {
	case string, expanded, []pair:
	default:
		b.c.wrong(problem.CodeWrongType, outside.at, where, "", "want a path on the host, got %s", outside.input())
		return nil
	}
	return withAccess(b.c.aliasFor(inside, outside), access, e)
}

// aliasFor returns the alias of a pair of paths, a new one if there is none yet.
func (c *converter) aliasFor(inside, outside *node) *node {
	wanted := [2]string{identity(inside), identity(outside)}
	if alias, ok := c.inPlace[wanted]; ok {
		return text(alias, inside.at)
	}
	base := aliasOf(inside)
	alias := base
	for c.aliases[alias] {
		c.next[base]++
		alias = base + "_" + strconv.Itoa(c.next[base]+1)
	}
	c.inPlace[wanted] = alias
	c.addVolume(text(alias, inside.at), inside)
	c.host = append(c.host, pair{text(alias, outside.at), outside})
	return text(alias, inside.at)
}

// collectAliases notes the aliases that the map itself defines.
func (c *converter) collectAliases() {
	c.inPlace, c.next = map[[2]string]string{}, map[string]int{}
	c.aliases, c.paths = map[string]bool{}, map[string]*node{}
	for _, p := range c.host {
		c.aliases[p.key.name()] = true
	}
	for _, p := range c.volumes {
		c.aliases[p.key.name()], c.paths[p.key.name()] = true, p.value
	}
}

func (c *converter) addVolume(alias, path *node) {
	c.aliases[alias.name()], c.paths[alias.name()] = true, path
	c.volumes = append(c.volumes, pair{alias, path})
}

// aliasOf makes an alias from a path: /etc/nginx/conf.d becomes etc_nginx_conf_d.
func aliasOf(n *node) string {
	s, _ := n.input().Value.(string)
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	alias := strings.Join(words, "_")
	switch {
	case alias == "" || alias == "root":
		return "path"
	case len(alias) > 60: // names in Docker are limited, and people read them
		return alias[:60]
	}
	return alias
}

// uses reads names of other containers and of attached volumes. dmap mounts their
// volumes where the owner has them, so another path is refused.
func (b *builder) uses(n *node, where string) *node {
	return rewritten(n, func(e *node) *node {
		if f, ok := fields(e, "name", "path", "readonly"); ok && f["name"] != nil {
			return b.use(e, f["name"], f["path"], f["readonly"], where)
		}
		first, rest := tuple(e)
		switch {
		case first == nil || len(rest) == 0 || len(rest) > 2:
			return e
		case len(rest) == 2:
			return b.use(e, first, rest[0], rest[1], where)
		case isAccess(rest[0]):
			if _, isNested := nested(e); isNested {
				return withAccess(first, rest[0], e)
			}
			return e
		}
		return b.use(e, first, rest[0], nil, where)
	})
}

func (b *builder) use(e, name, path, access *node, where string) *node {
	own := b.c.paths[name.name()]
	if path.isSet() && (own == nil || identity(own) != identity(path)) {
		b.c.unsupported(e.at, where, "leave the path out, and use the volume at its own path",
			"dmap mounts a volume of another container at the path it has there, not at %s", path.input())
		return nil
	}
	return withAccess(name, access, e)
}

// attaches reads aliases, whose path may be given in place.
func (b *builder) attaches(n *node, where string) *node {
	return rewritten(n, func(e *node) *node {
		if f, ok := fields(e, "name", "path", "readonly"); ok && f["name"] != nil {
			if readOnly := f["readonly"]; !readOnly.isEmpty() {
				b.c.wrong(problem.CodeWrongValue, readOnly.at, where, "", "an attached volume cannot be read-only for its owner")
				return nil
			}
			return b.attach(e, f["name"], f["path"], where)
		}
		first, rest := tuple(e)
		switch {
		case first == nil || len(rest) > 1:
			return e
		case len(rest) == 0 && first == e:
			return e
		case len(rest) == 0:
			return b.attach(e, first, nil, where)
		}
		return b.attach(e, first, rest[0], where)
	})
}

// attach moves the path of an attached volume to the volumes of the map.
func (b *builder) attach(e, alias, path *node, where string) *node {
	if path.isEmpty() {
		return e.with(alias.value)
	}
	switch path.value.(type) {
	case string, expanded:
	default:
		b.c.wrong(problem.CodeWrongType, path.at, where, "", "want the path of the volume in the container, got %s", path.input())
		return nil
	}
	own := b.c.paths[alias.name()]
	switch {
	case own == nil:
		b.c.addVolume(alias, path)
	case identity(own) != identity(path):
		b.c.unsupported(path.at, where, "use an alias of its own", "the volume has another path already: %s; dmap mounts a volume at one path everywhere", own.input())
		return nil
	}
	return e.with(alias.value)
}
