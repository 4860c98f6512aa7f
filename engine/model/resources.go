// Model: what a map has by name: containers, volumes, host paths.

package model

// resources are the tables of a map, in the order in which they are shown. A new
// kind of named things is a row here, a list in [ContainerMap], and a file with its
// table: everything that holds for all kinds is done by [table].
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
