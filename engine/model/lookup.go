// Model: an index of a growing list.

package model

// lookUp finds the entries of a list by key without searching it. The list stays the
// only home of the entries, and anybody may append to it or replace it, so the index
// notices by itself what changed: new entries at the end, a list that became shorter,
// and a list that now lives elsewhere in memory.
type lookUp[K comparable, T any] struct {
	list  *[]T
	key   func(T) (K, bool)
	at    map[K]int
	seen  int // the number of entries in at
	array *T  // where the list was in memory then
}

func newLookUp[K comparable, T any](list *[]T, key func(T) (K, bool)) *lookUp[K, T] {
	return &lookUp[K, T]{list: list, key: key}
}

// find returns the position of the first entry with the key, or -1. If the entry found
// there has another key by now, the list was rewritten in place, which neither its
// length nor its address shows: everything is then indexed again.
func (x *lookUp[K, T]) find(wanted K) int {
	x.refresh()
	i, ok := x.at[wanted]
	if ok && !x.hasKey(i, wanted) {
		x.forget()
		x.refresh()
		i, ok = x.at[wanted]
	}
	if !ok {
		return -1
	}
	return i
}

func (x *lookUp[K, T]) hasKey(i int, wanted K) bool {
	key, _ := x.key((*x.list)[i])
	return key == wanted
}

// refresh indexes what was added to the list, or all of a list that was replaced. If
// there is nothing new it writes nothing, so that several goroutines can read an index.
// A list that grows by append is moved now and then, which looks like a replacement;
// but the longer it is, the more rarely that happens, so that indexing all of it again
// costs no more than the moving did.
func (x *lookUp[K, T]) refresh() {
	list := *x.list
	if x.seen > len(list) || x.seen > 0 && &list[0] != x.array {
		x.forget()
	}
	if x.seen == len(list) {
		return
	}
	x.array = &list[0]
	if x.at == nil {
		x.at = make(map[K]int, len(list))
	}
	for ; x.seen < len(list); x.seen++ {
		if key, ok := x.key(list[x.seen]); ok {
			setOnce(x.at, key, x.seen)
		}
	}
}

func (x *lookUp[K, T]) forget() {
	clear(x.at)
	x.seen = 0
}
