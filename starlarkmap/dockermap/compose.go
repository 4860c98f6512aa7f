// Import of docker-map files: a Compose file is recognised, and refused as what it is.

package dockermap

import "slices"

// isCompose reports whether the file is one of Compose, and says so in one problem: read
// as a map, every line of it would be wrong. Its services are dictionaries with an image
// or what builds one, which the properties of a container called "services" are not.
func (c *converter) isCompose(root *node) bool {
	pairs, _ := root.value.([]pair)
	i := slices.IndexFunc(pairs, func(p pair) bool { return p.key.value == "services" })
	if i < 0 || !slices.ContainsFunc(entries(pairs[i]), isService) || slices.ContainsFunc(entries(pairs[i]), isValue) {
		return false
	}
	c.problems = nil
	c.wrong(CodeUnsupported, pairs[i].key.at, "", `write each service as a container of a map, container_map("name", {"web": {"image": "nginx"}}); dmap help properties lists what it can have`,
		"this is a Compose file, not a map file of docker-map; dmap does not read it")
	return true
}

func isService(p pair) bool {
	fields := entries(p)
	return get(fields, "image") != nil || get(fields, "build") != nil || get(fields, "extends") != nil
}

// isValue reports whether a key has a value that is no dictionary, as an image has.
func isValue(p pair) bool {
	_, isDict := p.value.value.([]pair)
	return p.value.isSet() && !isDict
}
