// Import of docker-map files: YAML to values.

package dockermap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/dmap-dev/dmap/engine/problem"
)

const (
	// MostBytes is the largest size of a file, of the texts in it once its aliases are
	// followed, and of what is written.
	MostBytes = 4 << 20
	// mostNodes is the number of values once aliases are followed, and of those that
	// inheritance copies.
	mostNodes = 200_000
	// deepest is how deep values may be nested.
	deepest = 48
)

// reader turns YAML nodes into values and collects what is wrong with them.
type reader struct {
	file     string
	src      []byte
	lines    [][]byte
	problems problem.Problems
	// open holds the anchors being read, to notice one that contains itself.
	open map[*yaml.Node]bool
	// nodes and bytes are what is left of the limits; full is set once one is
	// exhausted.
	nodes, bytes int
	full         bool
}

// read returns the dictionary of the file, or nil. The problems may come with a
// dictionary that lacks the parts at fault.
func read(file string, src []byte) (*node, problem.Problems) {
	r := &reader{file: file, open: map[*yaml.Node]bool{}, nodes: mostNodes, bytes: MostBytes}
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	r.src, r.lines = src, splitLines(src)
	if !r.checkText() {
		return nil, r.problems
	}
	doc := r.document()
	if doc == nil {
		return nil, r.problems
	}
	root := r.value(doc.Content[0], 0)
	if root == nil {
		return nil, r.problems
	}
	if _, ok := root.value.([]pair); !ok {
		r.wrong(problem.CodeWrongType, root.at, "write name: and the containers as keys", "want the dictionary of a map, got %s", root.input())
		return nil, r.problems
	}
	root.before = append(comments(doc.HeadComment), root.before...)
	root.after = append(root.after, comments(doc.FootComment)...)
	return root, r.problems
}

func (r *reader) wrong(code problem.Code, at problem.Origin, hint, format string, args ...any) {
	r.problems = append(r.problems, &problem.Problem{Code: code, Origin: at, Msg: fmt.Sprintf(format, args...), Hint: hint})
}

// checkText refuses what no YAML file of a map contains, before the parser sees it.
func (r *reader) checkText() bool {
	if len(r.src) > MostBytes {
		r.wrong(problem.CodeSizeLimit, problem.Origin{File: r.file, Line: 1, Col: 1}, "", "the file has %d bytes, more than %d", len(r.src), MostBytes)
		return false
	}
	for i, line := range r.lines {
		for at := 0; at < len(line); {
			char, size := utf8.DecodeRune(line[at:])
			if char == utf8.RuneError && size == 1 || char == 0 {
				origin := problem.Origin{File: r.file, Line: i + 1, Col: utf8.RuneCount(line[:at]) + 1}
				r.wrong(CodeYAML, origin, "save the file as UTF-8", "not a text in UTF-8 (byte 0x%02x)", line[at])
				return false
			}
			at += size
		}
	}
	return true
}

// document returns the only document of the file, or nil.
func (r *reader) document() *yaml.Node {
	decoder := yaml.NewDecoder(bytes.NewReader(r.src))
	doc, err := decode(decoder)
	switch {
	case errors.Is(err, io.EOF):
		r.wrong(CodeYAML, problem.Origin{File: r.file, Line: 1, Col: 1}, "", "the file is empty")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	next, err := decode(decoder)
	switch {
	case errors.Is(err, io.EOF):
		return doc
	case err != nil:
		r.syntax(err)
		return nil
	}
	r.wrong(CodeYAML, r.origin(next), "put each map in a file of its own", "a second document begins; a map file holds one")
	return nil
}

// decode reads one document. For some inputs the parser panics; that becomes an error.
func decode(d *yaml.Decoder) (doc *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("the parser failed: %v", r)
		}
	}()
	doc = &yaml.Node{}
	err = d.Decode(doc)
	return doc, err
}

var (
	errorLine   = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)
	errorAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntax reports an error of the parser, which at best knows the approximate line.
func (r *reader) syntax(err error) {
	found := errorLine.FindStringSubmatch(err.Error())
	at := problem.Origin{File: r.file, Line: 1, Col: 1}
	msg := err.Error()
	if found != nil {
		msg = msg[len(found[0]):]
		if line, err := strconv.Atoi(found[1]); err == nil {
			at.Line = line
		}
	}
	if anchor := errorAnchor.FindStringSubmatch(msg); anchor != nil {
		r.wrong(CodeYAML, r.find("*"+anchor[1]), "", "the alias *%s stands for no anchor &%s before it", anchor[1], anchor[1])
		return
	}
	r.wrong(CodeYAML, at, "the fault is on this line or one of the next", "not YAML: %s", msg)
}

// find returns the place of the first line with the text outside of comments.
func (r *reader) find(wanted string) problem.Origin {
	for i, line := range r.lines {
		code, _, _ := strings.Cut(string(line), " #")
		if before, _, ok := strings.Cut(code, wanted); ok && !strings.HasPrefix(strings.TrimSpace(code), "#") {
			return problem.Origin{File: r.file, Line: i + 1, Col: utf8.RuneCountInString(before) + 1}
		}
	}
	return problem.Origin{File: r.file, Line: 1, Col: 1}
}

func (r *reader) origin(n *yaml.Node) problem.Origin {
	return problem.Origin{File: r.file, Line: n.Line, Col: n.Column}
}

// value reads a node, or reports it and returns nil.
func (r *reader) value(n *yaml.Node, depth int) *node {
	at := r.origin(n)
	if n.Kind == yaml.AliasNode {
		if out := r.alias(n, depth); out != nil {
			return &node{value: out.value, at: at, before: around(n.HeadComment, n.LineComment), after: comments(n.FootComment)}
		}
		return nil
	}
	if !r.spend(n, at, depth) {
		return nil
	}
	out := &node{at: at, before: around(n.HeadComment, n.LineComment), after: comments(n.FootComment)}
	ok := false
	switch n.Kind {
	case yaml.ScalarNode:
		out.value, ok = r.scalar(n, at)
	case yaml.SequenceNode:
		out.value, ok = r.sequence(n, at, depth)
	case yaml.MappingNode:
		out.value, ok = r.mapping(n, at, depth)
	default:
		r.wrong(CodeYAML, at, "", "not a value")
	}
	if !ok {
		return nil
	}
	return out
}

// spend counts a value against the limits. They stop a small file whose aliases expand
// to billions of values.
func (r *reader) spend(n *yaml.Node, at problem.Origin, depth int) bool {
	r.nodes--
	r.bytes -= len(n.Value) + len(n.HeadComment) + len(n.LineComment) + len(n.FootComment)
	switch {
	case r.full:
		return false
	case depth > deepest:
		r.wrong(problem.CodeSizeLimit, at, "", "nested deeper than %d", deepest)
		return false
	case r.nodes < 0 || r.bytes < 0:
		r.full = true
		r.wrong(problem.CodeSizeLimit, at, "write less, or fewer aliases of large parts",
			"the file holds more than %d values or %d bytes of them, aliases followed", mostNodes, MostBytes)
		return false
	}
	return true
}

func (r *reader) alias(n *yaml.Node, depth int) *node {
	if r.open[n.Alias] {
		r.wrong(CodeYAML, r.origin(n), "", "the anchor &%s contains itself", n.Value)
		return nil
	}
	return r.value(n.Alias, depth)
}

func (r *reader) sequence(n *yaml.Node, at problem.Origin, depth int) (any, bool) {
	r.open[n] = true
	defer delete(r.open, n)
	tag, ok := r.collectionTag(n, at, "!!seq")
	if !ok {
		return nil, false
	}
	out := []*node{}
	for _, child := range n.Content {
		e := r.value(child, depth+1)
		if e != nil && tag == pathTag {
			e = r.expandIn(e)
		}
		if e != nil {
			out = append(out, e)
		}
	}
	return out, true
}

func (r *reader) mapping(n *yaml.Node, at problem.Origin, depth int) (any, bool) {
	r.open[n] = true
	defer delete(r.open, n)
	tag, ok := r.collectionTag(n, at, "!!map")
	if !ok {
		return nil, false
	}
	m := &mapping{at: map[any]int{}, own: map[any]problem.Origin{}, pairs: []pair{}}
	// Merge keys first, wherever they are: the dictionary's own keys override them.
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			r.merge(m, n.Content[i+1], depth)
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if isMerge(key) {
			continue
		}
		k, v := r.key(key, depth), r.value(value, depth+1)
		if v != nil && tag == pathTag {
			v = r.expandIn(v)
		}
		if k == nil || v == nil {
			continue
		}
		// The parser hangs comments on the key or on the value; the writer wants them in one
		// place.
		k.before = append(k.before, v.before...)
		k.after = append(k.after, v.after...)
		v.before, v.after = nil, nil
		r.addOwn(m, k, v)
	}
	return m.pairs, true
}

// mapping is a dictionary being read.
type mapping struct {
	pairs []pair
	at    map[any]int
	own   map[any]problem.Origin
}

func (m *mapping) put(key, value *node) {
	i, ok := m.at[key.value]
	if !ok {
		m.at[key.value] = len(m.pairs)
		m.pairs = append(m.pairs, pair{key, value})
		return
	}
	m.pairs[i] = pair{key, value}
}

// addOwn adds a pair written in the dictionary itself. It overrides a merged one, but
// the same key twice is an error: the original silently took the last.
func (r *reader) addOwn(m *mapping, key, value *node) {
	if first, twice := m.own[key.value]; twice {
		r.wrong(problem.CodeDuplicate, key.at, "", "the key %s is given twice", key.name())
		r.problems[len(r.problems)-1].Related = []problem.Related{{Origin: first, Msg: "first given"}}
		return
	}
	m.own[key.value] = key.at
	m.put(key, value)
}

func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Tag == "!!merge"
}

// merge adds what a merge key (<<) names: a dictionary, or a list of dictionaries, of
// which the first wins.
func (r *reader) merge(m *mapping, value *yaml.Node, depth int) {
	v := r.value(value, depth+1)
	if v == nil {
		return
	}
	from, isList := v.value.([]*node)
	if !isList {
		from = []*node{v}
	}
	for i := len(from) - 1; i >= 0; i-- { // backwards, as put lets the last one win
		pairs, ok := from[i].value.([]pair)
		if !ok {
			r.wrong(CodeYAML, from[i].at, "", "want a dictionary to merge, got %s", from[i].input())
			continue
		}
		for _, p := range pairs {
			m.put(p.key, p.value)
		}
	}
}

// key reads a key: a text or a whole number.
func (r *reader) key(n *yaml.Node, depth int) *node {
	k := r.value(n, depth+1)
	if k == nil {
		return nil
	}
	switch k.value.(type) {
	case string, int64:
		return k
	case []*node, []pair, expanded:
		r.wrong(problem.CodeWrongType, k.at, "", "want a text as key, got %s", k.input())
		return nil
	}
	r.wrong(problem.CodeWrongType, k.at, "put it in quotes if the text is meant", "want a text as key, got %s", k.input())
	return nil
}

// collectionTag returns the tag of a list or dictionary, if it is a known one.
func (r *reader) collectionTag(n *yaml.Node, at problem.Origin, plain string) (string, bool) {
	if n.Style&yaml.TaggedStyle == 0 || n.Tag == plain {
		return "", true
	}
	if isPath(n.Tag) {
		return pathTag, true
	}
	r.unknownTag(n.Tag, at)
	return "", false
}

func (r *reader) unknownTag(tag string, at problem.Origin) {
	hint := "write the value without the tag"
	if near := problem.DidYouMean(tag, []string{pathTag, pathTag + "_lazy"}); near != "" {
		hint = near
	}
	r.wrong(CodeYAML, at, hint, "unknown tag %s", tag)
}

// around returns the comments above and beside a value.
func around(head, line string) []string { return append(comments(head), comments(line)...) }

// comments splits a comment into lines. Whatever ends a line in YAML or in Starlark
// ends one here, so that no part of a comment can become a part of the program.
func comments(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("\n\r\v\f\u0085\u2028\u2029", r) }) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' {
			line = "# " + line
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// splitLines splits at the line ends of YAML 1.1.
func splitLines(src []byte) [][]byte {
	s := strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n").Replace(string(src))
	return bytes.Split([]byte(s), []byte("\n"))
}
