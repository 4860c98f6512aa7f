// Front door: the test that holds the README to the files it names.

package engine_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var (
	namedFile  = regexp.MustCompile("`([a-z]+(?:/[a-z_]+)+\\.(?:go|star|sh))`")
	linkedFile = regexp.MustCompile(`\]\(([A-Za-z]+\.md)\)`)
)

// What the README names is there: a newcomer who follows it gets further.
func TestReadmeNamesFiles(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, pattern := range []*regexp.Regexp{namedFile, linkedFile} {
		for _, found := range pattern.FindAllStringSubmatch(string(text), -1) {
			names = append(names, found[1])
		}
	}
	if len(names) < 8 {
		t.Fatalf("found only %q", names)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil {
			t.Error(err)
		}
	}
}
