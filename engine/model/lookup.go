// Model: an index of a list that grows.

package model

// lookUp finds the entries of a list by key, without going through it: it remembers
// what it has seen, and looks at what was added since.
type lookUp[K comparable, T any] struct {
	list  *[]T
	key   func(T) (K, bool)
	at    map[K]int
	seen  int // how many entries are in at
	array *T  // where the list was then
}

func newLookUp[K comparable, T any](list *[]T, key func(T) (K, bool)) *lookUp[K, T] {
	return &lookUp[K, T]{list: list, key: key, at: make(map[K]int, len(*list))}
}

// find returns the place of the first entry of a key, or -1.
func (x *lookUp[K, T]) find(wanted K) int {
	if x.stale(wanted) {
		clear(x.at)
		x.seen = 0
	}
	x.look()
	if i, ok := x.at[wanted]; ok {
		return i
	}
	return -1
}

// look remembers what was added to the list. If nothing was, it writes nothing, so that
// an index can be read by several goroutines.
func (x *lookUp[K, T]) look() {
	list := *x.list
	if x.seen == len(list) {
		return
	}
	x.array = &list[0]
	for ; x.seen < len(list); x.seen++ {
		if key, ok := x.key(list[x.seen]); ok {
			setOnce(x.at, key, x.seen)
		}
	}
}

// stale reports whether the list may be another than the one that was seen. A list
// that grows moves now and then, half as often for each entry that it has more, so
// that looking at all of it again costs no more than growing did.
func (x *lookUp[K, T]) stale(wanted K) bool {
	list := *x.list
	if x.seen == 0 {
		return false
	}
	if len(list) < x.seen || &list[0] != x.array {
		return true
	}
	i, ok := x.at[wanted]
	if !ok {
		return false
	}
	key, _ := x.key(list[i])
	return key != wanted
}
