// Options, help: the table as text.

package option

import (
	"fmt"
	"io"
	"strings"
)

// Help writes the table for people: a block for each option that can be set, then the
// refused ones with the reasons. It returns the first error of w.
func Help(w io.Writer) error {
	var b strings.Builder
	b.WriteString("Options of create_options and start_options. Names are those of docker-py; names of the Engine API\n" +
		"(Memory, CapAdd) are accepted too. None means not set.\n\n")
	for _, o := range Table() {
		if o.Refused == "" {
			b.WriteString(helpBlock(o))
		}
	}
	b.WriteString("Known, but not for a map:\n\n")
	for _, o := range Table() {
		if o.Refused != "" {
			fmt.Fprintf(&b, "%-20s %s\n", o.Name, o.Refused)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func helpBlock(o Option) string {
	field := o.Field
	if o.Since != "" {
		field += ", since API " + o.Since
	}
	if o.Until != "" {
		field += ", until API " + o.Until
	}
	return fmt.Sprintf("%-20s %s\n%-20s forms: %s\n%-20s field: %s\n\n", o.Name, o.Doc, "", o.Forms, "", field)
}
