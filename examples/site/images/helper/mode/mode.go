// Example images, helper: changes of mode, and applying them.

// Package mode parses modes as accepted by chmod(1), numeric and symbolic, and applies
// them to permission bits. It follows GNU chmod: a numeric mode of fewer than five
// digits leaves setuid and setgid of a folder alone, and so does a symbolic one that
// does not name them. The package touches no files. It is called by the chmod of the
// helper image.
package mode

// Bits of a mode as the kernel numbers them.
const (
	All    = 0o7777
	SetUID = 0o4000
	SetGID = 0o2000
	Sticky = 0o1000

	readBits  = 0o444
	writeBits = 0o222
	execBits  = 0o111
)

// Change is a parsed mode: its steps apply one after the other. The zero value changes
// nothing.
type Change []Step

// Step is one operation, for instance the "g=rX" of "u=rwX,g=rX". [Parse] makes only
// consistent steps.
type Step struct {
	// Op is '=', '+' or '-'.
	Op byte
	// Who holds the bits that may change. Zero means nobody was named: then the bits of
	// the umask stay as they are.
	Who uint32
	// Perm holds the bits to set, add or take away, before Who is applied.
	Perm uint32
	// Named holds the bits that the text mentions. Setuid and setgid of a folder change
	// only if they are among them.
	Named uint32
	// Copy means: take only those bits of Perm that are set in the old mode, and give
	// them to everyone in Who.
	Copy bool
	// ExecIfAny adds the execute bits to Perm for folders and for files that somebody
	// may execute.
	ExecIfAny bool
}

// Apply returns the mode that results from old, of which only the bits in [All] are
// used.
func (c Change) Apply(old uint32, isDir bool, umask uint32) uint32 {
	current := old & All
	for _, step := range c {
		current = step.apply(current, isDir, umask)
	}
	return current
}

func (s Step) apply(current uint32, isDir bool, umask uint32) uint32 {
	var kept uint32
	if isDir {
		kept = (SetUID | SetGID) &^ s.Named
	}
	allowed := s.Who
	if s.Who == 0 {
		allowed = All &^ umask
	}
	bits := s.bits(current, isDir) & allowed &^ kept
	switch {
	case s.Op == '+':
		return current | bits
	case s.Op == '-':
		return current &^ bits
	case s.Who == 0:
		return current&kept | bits
	default:
		return current&(^s.Who|kept) | bits
	}
}

func (s Step) bits(current uint32, isDir bool) uint32 {
	bits := s.Perm
	if s.Copy {
		bits = spread(s.Perm & current)
	}
	if s.ExecIfAny && (isDir || current&execBits != 0) {
		bits |= execBits
	}
	return bits
}

// spread gives each of read, write and execute that one class has to all three classes.
func spread(bits uint32) uint32 {
	var all uint32
	for _, kind := range []uint32{readBits, writeBits, execBits} {
		if bits&kind != 0 {
			all |= kind
		}
	}
	return all
}
