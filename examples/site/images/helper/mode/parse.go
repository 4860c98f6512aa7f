// Example images, helper: text -> change of mode.

package mode

import (
	"fmt"
	"strconv"
	"strings"
)

// Parse reads a mode: up to 07777 in octal, or symbolic clauses such as
// "u=rwX,g=rX,o=", "g=u", "+t" and "=640". The error says which part of the text is
// wrong.
func Parse(text string) (Change, error) {
	if text == "" {
		return nil, fmt.Errorf("invalid mode %q: it is empty", text)
	}
	if isDigit(text[0]) {
		step, err := numeric(text)
		if err != nil {
			return nil, fmt.Errorf("invalid mode %q: %w", text, err)
		}
		return Change{step}, nil
	}
	var change Change
	for clause := range strings.SplitSeq(text, ",") {
		steps, err := symbolic(clause)
		if err != nil {
			return nil, fmt.Errorf("invalid mode %q: %w", text, err)
		}
		change = append(change, steps...)
	}
	return change, nil
}

func numeric(text string) (Step, error) {
	value, err := octal(text)
	if err != nil {
		return Step{}, err
	}
	step := Step{Op: '=', Who: All, Perm: value, Named: All}
	if len(text) < 5 {
		step.Named = value&(SetUID|SetGID) | Sticky | 0o777
	}
	return step, nil
}

func octal(text string) (uint32, error) {
	value, err := strconv.ParseUint(text, 8, 64)
	if err != nil || value > All {
		return 0, fmt.Errorf("%q is not an octal number up to 7777", text)
	}
	return uint32(value), nil
}

// symbolic reads one clause: whom it is for, then one or more operations.
func symbolic(clause string) ([]Step, error) {
	operations := strings.TrimLeft(clause, "ugoa")
	who := classes(clause[:len(clause)-len(operations)])
	if operations == "" || !isOperator(operations[0]) {
		return nil, fmt.Errorf("%q needs =, + or - after any of u g o a", clause)
	}
	var steps []Step
	for operations != "" {
		end := 1
		for end < len(operations) && !isOperator(operations[end]) {
			end++
		}
		step, err := operation(operations[0], operations[1:end], who)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
		operations = operations[end:]
		if isOctalStep(step, who) && operations != "" {
			return nil, fmt.Errorf("%q follows a number, which must end the clause", operations)
		}
	}
	return steps, nil
}

// isOctalStep reports whether a step is one such as "=640", whose digits imply the
// classes.
func isOctalStep(step Step, who uint32) bool { return step.Who != who }

func classes(letters string) uint32 {
	var who uint32
	for _, letter := range letters {
		switch letter {
		case 'u':
			who |= SetUID | 0o700
		case 'g':
			who |= SetGID | 0o070
		case 'o':
			who |= Sticky | 0o007
		case 'a':
			who |= All
		}
	}
	return who
}

// operation reads what follows an operator: a number, one class to copy from, or
// permission letters.
func operation(op byte, text string, who uint32) (Step, error) {
	if text != "" && isDigit(text[0]) {
		return octalOperation(op, text, who)
	}
	step := Step{Op: op, Who: who}
	switch text {
	case "u":
		step.Copy, step.Perm = true, 0o700
	case "g":
		step.Copy, step.Perm = true, 0o070
	case "o":
		step.Copy, step.Perm = true, 0o007
	default:
		for _, letter := range text {
			if !step.add(letter) {
				return Step{}, fmt.Errorf("%q is not one of r w x X s t, and u g o stand alone", letter)
			}
		}
	}
	step.Named = step.Perm
	if who != 0 {
		step.Named &= who
	}
	return step, nil
}

func octalOperation(op byte, text string, who uint32) (Step, error) {
	if who != 0 {
		return Step{}, fmt.Errorf("the number %q cannot follow u g o a", text)
	}
	value, err := octal(text)
	return Step{Op: op, Who: All, Perm: value, Named: All}, err
}

// add adds one permission letter to the step, and reports whether the letter exists.
func (s *Step) add(letter rune) bool {
	switch letter {
	case 'r':
		s.Perm |= readBits
	case 'w':
		s.Perm |= writeBits
	case 'x':
		s.Perm |= execBits
	case 'X':
		s.ExecIfAny = true
	case 's':
		s.Perm |= SetUID | SetGID
	case 't':
		s.Perm |= Sticky
	default:
		return false
	}
	return true
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isOperator(c byte) bool { return c == '=' || c == '+' || c == '-' }
