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
	return &lookUp[K, T]{list: list, key: key}
}

// find returns the place of the first entry of a key, or -1.
func (x *lookUp[K, T]) find(wanted K) int {
	x.look()
	i, ok := x.at[wanted]
	if ok && !x.is(i, wanted) {
		x.forget()
		x.look()
		i, ok = x.at[wanted]
	}
	if !ok {
		return -1
	}
	return i
}

func (x *lookUp[K, T]) is(i int, wanted K) bool {
	key, _ := x.key((*x.list)[i])
	return key == wanted
}

// look remembers what was added to the list, and all of a list that is another now. If
// there is nothing new it writes nothing, so that an index can be read by several
// goroutines. A list that grows moves now and then, half as often for each entry that it
// has more, so that looking at all of it again costs no more than growing did.
func (x *lookUp[K, T]) look() {
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
