// Model: the table of resources: what a map holds by name.

package model

// resources lists the kinds of named things in a map, in the order in which they are
// shown. A new kind takes a row here, a list in [ContainerMap], and a file with its
// [table], which does everything that is the same for all kinds.
func resources() []resource {
	return []resource{volumeTable(), hostTable(), containerTable()}
}

// Resources lists the properties of a map that hold named entries; see [Editor].
func Resources() []Field {
	var out []Field
	for _, r := range resources() {
		out = append(out, r.field())
	}
	return out
}
