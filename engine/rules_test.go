// Front door: the test that keeps RULES.md true, the numbered rules that code and tests cite.

package engine_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the last column of RULES.md")

// root is the folder of the module; rulesTest is this file, whose citations are
// examples.
const (
	root      = ".."
	rulesTest = "engine/rules_test.go"
)

// Every citation leads to a rule, every rule is cited by a test, and RULES.md says
// by which.
func TestRules(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "RULES.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := texts(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	got, faults := checkRules(string(text), files)
	for _, fault := range faults {
		t.Error(fault)
	}
	if *update {
		if err := os.WriteFile(filepath.Join(root, "RULES.md"), []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(text), got); diff != "" {
		t.Errorf("RULES.md does not say where rules are proved; go test ./engine -run TestRules -update writes it (-is +shall be):\n%s", diff)
	}
}

// texts returns the files that people write, by their names.
func texts(dir fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), ".") && name != ".ci":
			return fs.SkipDir // .git, and what tools leave
		case d.IsDir() || name == "RULES.md" || name == "LICENSE" || name == rulesTest:
			return nil
		}
		switch path.Ext(name) {
		case ".go", ".star", ".txtar", ".txt", ".md", ".yaml", ".sh", "":
		default:
			return nil
		}
		if info, err := d.Info(); err != nil || info.Size() > 1<<20 {
			return err // nobody writes that much: a program that was built here
		}
		text, err := fs.ReadFile(dir, name)
		files[name] = string(text)
		return err
	})
	return files, err
}

// A rule is a row of a table: number, rule, source, and where it is proved.
var (
	ruleRow  = regexp.MustCompile(`^\| (D?\d+) \| ([^|]+) \| ([^|]+) \|(?:[^|]*\|)?$`)
	likeRule = regexp.MustCompile(`^\|?\s*D?\d+\s*\|`)
)

// checkRules returns RULES.md with the places where each rule is proved, and what
// is wrong with rules and citations.
func checkRules(rules string, files map[string]string) (string, []string) {
	known := map[string]string{} // text by number
	var faults []string
	for line := range strings.Lines(rules) {
		m := ruleRow.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case m == nil && likeRule.MatchString(line):
			faults = append(faults, "RULES.md: no row of number, rule and source: "+line)
		case m != nil && known[m[1]] != "":
			faults = append(faults, fmt.Sprintf("RULES.md: rule %s is there twice", m[1]))
		case m != nil:
			known[m[1]] = m[2]
		}
	}
	proofs := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		cited, wrong := citations(files[name])
		for _, text := range wrong {
			faults = append(faults, fmt.Sprintf("%s: %q is no citation that leads to a rule: write row 57, rows 57 to 60, D5, or the rule itself", name, text))
		}
		for _, number := range cited {
			rule, part, _ := strings.Cut(number, ".")
			if text, ok := known[rule]; !ok || part != "" && !strings.Contains(text, "("+part+")") {
				faults = append(faults, fmt.Sprintf("%s: RULES.md has no rule %s", name, number))
			}
			if isTest(name) && !slices.Contains(proofs[rule], name) {
				proofs[rule] = append(proofs[rule], name)
			}
		}
	}
	var b strings.Builder
	for line := range strings.Lines(rules) {
		m := ruleRow.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			b.WriteString(line)
			continue
		}
		if len(proofs[m[1]]) == 0 {
			faults = append(faults, fmt.Sprintf("RULES.md: no test names rule %s", m[1]))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m[1], m[2], m[3], strings.Join(proofs[m[1]], ", "))
	}
	return b.String(), faults
}

// isTest reports whether a file is a test, or what a test reads.
func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_test.star") || strings.Contains("/"+name, "/testdata/")
}

var (
	// lineBreak is where a comment goes on in the next line.
	lineBreak = regexp.MustCompile(`[ \t]*\n[ \t]*(?://|#)[ \t]*`)
	// byNumber is row 57, rows 57-60, "rows 1, 2, 5 to 8 and 11", row 124.5.
	byNumber = regexp.MustCompile(`(?i)\b(?:row|rule)s?[ _-]\d+(?:\.\d+)?(?:(?:, | and | to |-)(?:row |rule )?\d+(?:\.\d+)?)*`)
	byLetter = regexp.MustCompile(`\bD[1-9]\d?\b`)
	number   = regexp.MustCompile(`(-| to )?(?:row |rule )?(\d+(?:\.\d+)?)`)
	// unlike is what looks as if it led somewhere and is none of these.
	unlike = regexp.MustCompile(`(?i)\b(?:rows?|rules?|statements?|defects?|sections?|decisions?)[ _#§-]*\d+` +
		`|§ ?\d+|\b[a-z]+[ -]facts?(?:\.md)?[ ,]+\d+|\bsemantics(?:\.md)?[ ,]+\d+|\b(?:design|semantics|style|ux|[a-z]+-facts)\.md\b|\bQ[1-9]\d?\b`)
)

// citations returns the numbers of the rules that a text cites, and what is written
// like a citation but leads nowhere.
func citations(text string) (cited, wrong []string) {
	text = lineBreak.ReplaceAllString(text, " ")
	var taken [][]int
	for _, at := range byNumber.FindAllStringIndex(text, -1) {
		taken = append(taken, at)
		last := 0
		for _, m := range number.FindAllStringSubmatch(text[at[0]:at[1]], -1) {
			n, err := strconv.Atoi(m[2])
			if m[1] != "" && err == nil && last > 0 {
				for between := last + 1; between < n; between++ {
					cited = append(cited, strconv.Itoa(between))
				}
			}
			cited, last = append(cited, m[2]), n
		}
	}
	for _, at := range unlike.FindAllStringIndex(text, -1) {
		if !slices.ContainsFunc(taken, func(t []int) bool { return t[0] <= at[0] && at[0] < t[1] }) {
			wrong = append(wrong, text[at[0]:at[1]])
		}
	}
	return append(cited, byLetter.FindAllString(text, -1)...), wrong
}

// The forms of a citation, and what is none.
func TestCitations(t *testing.T) {
	for _, tt := range []struct{ text, cited, wrong string }{
		{"// row 57", "57", ""},
		{"rule 7, row 8: x", "7 8", ""},
		{"(rows 1, 2, 5 to 8 and 11, D4)", "1 2 5 6 7 8 11 D4", ""},
		{"Rows 57-59; row 61", "57 58 59 61", ""},
		{"row 135 to row 137", "135 136 137", ""},
		{"row 124.5, 125", "124.5 125", ""},
		{"// as said (row\n\t// 94).", "94", ""},
		{"func TestD7D13VolumesStay() { row(5); rows[2] }", "", ""},
		{"// semantics 4.4", "", "semantics 4"},
		{"# Docker-facts\n# 2.4, and section 3", "", "Docker-facts 2|section 3"},
		{"(see design.md and Q1)", "", "design.md|Q1"},
		{"row57, row #58, rows § 59", "", "row57|row #58|rows § 59"},
	} {
		cited, wrong := citations(tt.text)
		if got := strings.Join(cited, " "); got != tt.cited {
			t.Errorf("%q cites %q, want %q", tt.text, got, tt.cited)
		}
		if got := strings.Join(wrong, "|"); got != tt.wrong {
			t.Errorf("%q: %q is wrong, want %q", tt.text, got, tt.wrong)
		}
	}
}

// A citation without a rule, a rule without a test, and a column that is not true.
func TestRulesFindFaults(t *testing.T) {
	got, faults := checkRules("# R\n\n| 1 | One: (1) a. | guide | old_test.go |\n| 2 | Two. | dmap |\n| D3 | Three. | dmap | |\n| 2 | Again. | dmap |\n| 5 | a | b | c | d |\n", map[string]string{
		"a/b_test.go":     "// row 1, row 124, row 1.2",
		"a/b.go":          "// rows 1 to 2, semantics 5",
		"testdata/x.star": "# D3 and row 1.1",
	})
	want := "# R\n\n| 1 | One: (1) a. | guide | a/b_test.go, testdata/x.star |\n| 2 | Two. | dmap |  |\n| D3 | Three. | dmap | testdata/x.star |\n" +
		"| 2 | Again. | dmap |  |\n| 5 | a | b | c | d |\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"RULES.md: rule 2 is there twice",
		"RULES.md: no row of number, rule and source: | 5 | a | b | c | d |\n",
		`a/b.go: "semantics 5" is no citation that leads to a rule: write row 57, rows 57 to 60, D5, or the rule itself`,
		"a/b_test.go: RULES.md has no rule 124",
		"a/b_test.go: RULES.md has no rule 1.2",
		"RULES.md: no test names rule 2",
		"RULES.md: no test names rule 2",
	}, faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}
