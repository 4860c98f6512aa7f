// Files: modes, as chmod writes them and as tar headers hold them.

package files

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Mode returns the mode of a file in the standard library's form, which the stat header
// uses.
func Mode(f File) fs.FileMode {
	mode := fs.FileMode(f.Mode & 0o777)
	for _, bit := range []struct {
		unix uint32
		mode fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if f.Mode&bit.unix != 0 {
			mode |= bit.mode
		}
	}
	if f.Dir {
		mode |= fs.ModeDir
	}
	if f.Link != "" {
		mode |= fs.ModeSymlink
	}
	return mode
}

// ChangeMode applies an octal or symbolic mode to the mode of f.
func ChangeMode(text string, f File) (uint32, error) {
	if n, err := strconv.ParseUint(text, 8, 32); err == nil && n <= 0o7777 {
		return uint32(n), nil
	}
	mode := f.Mode
	for clause := range strings.SplitSeq(text, ",") {
		next, err := changeClause(clause, mode, f.Dir)
		if err != nil {
			return 0, fmt.Errorf("invalid mode '%s'", text)
		}
		mode = next
	}
	return mode, nil
}

var errMode = fmt.Errorf("invalid mode")

// changeClause applies one clause such as ug+rwX.
func changeClause(clause string, mode uint32, dir bool) (uint32, error) {
	at := strings.IndexAny(clause, "+-=")
	if at < 0 || strings.Trim(clause[:at], "ugoa") != "" {
		return 0, errMode
	}
	// A clause that names nobody is for all: no process here has a umask.
	who := clause[:at]
	if who == "" || strings.Contains(who, "a") {
		who = "ugo"
	}
	for rest := clause[at:]; rest != ""; {
		op := rest[0]
		end := strings.IndexAny(rest[1:], "+-=") + 1
		if end == 0 {
			end = len(rest)
		}
		bits, mask, err := clauseBits(who, rest[1:end], mode, dir)
		if err != nil {
			return 0, err
		}
		switch op {
		case '+':
			mode |= bits
		case '-':
			mode &^= bits
		case '=':
			mode = mode&^mask | bits
		}
		rest = rest[end:]
	}
	return mode, nil
}

// clauseBits returns the bits that the letters mean for who, and all the bits that
// belong to who.
func clauseBits(who, letters string, mode uint32, dir bool) (bits, mask uint32, err error) {
	for _, class := range []struct {
		name    string
		shift   uint
		special uint32
	}{{"u", 6, 0o4000}, {"g", 3, 0o2000}, {"o", 0, 0}} {
		if !strings.Contains(who, class.name) {
			continue
		}
		mask |= 7 << class.shift
		for _, letter := range letters {
			one, err := letterBits(letter, mode, dir)
			if err != nil {
				return 0, 0, err
			}
			bits |= one << class.shift
			if letter == 's' {
				bits |= class.special
			}
		}
	}
	if strings.Contains(letters, "t") {
		bits |= 0o1000
	}
	return bits, mask, nil
}

func letterBits(letter rune, mode uint32, dir bool) (uint32, error) {
	switch letter {
	case 'r':
		return 4, nil
	case 'w':
		return 2, nil
	case 'x':
		return 1, nil
	case 'X':
		if dir || mode&0o111 != 0 {
			return 1, nil
		}
		return 0, nil
	case 'u':
		return mode >> 6 & 7, nil
	case 'g':
		return mode >> 3 & 7, nil
	case 'o':
		return mode & 7, nil
	case 's', 't':
		return 0, nil
	}
	return 0, errMode
}
