// Example images, helper: the modes are tested against the chmod of this machine.

package mode_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/examples/site/images/helper/mode"
)

func TestApply(t *testing.T) {
	tests := []struct {
		text      string
		old       uint32
		dir       bool
		umask     uint32
		want      uint32
		statement string
	}{
		{"u=rwX,g=rX,o=", 0o755, true, 0o022, 0o750, "row 137: a folder of a prepared volume"},
		{"u=rwX,g=rX,o=", 0o666, false, 0o022, 0o640, "row 137: a plain file in it"},
		{"u=rwX,g=rX,o=", 0o711, false, 0o022, 0o750, "row 137: a program in it"},
		{"0700", 0o777, true, 0, 0o700, "row 87: a numeric mode"},
		{"755", 0o2700, true, 0, 0o2755, "a short number keeps setgid of a folder"},
		{"755", 0o2700, false, 0, 0o755, "but not of a file"},
		{"00755", 0o2700, true, 0, 0o755, "five digits take it away"},
		{"2770", 0o700, true, 0, 0o2770, "a number that names setgid sets it"},
		{"g=u", 0o640, false, 0, 0o660, "copies of a class"},
		{"u=g,g=o,o=", 0o741, false, 0, 0o410, "each clause sees what the one before made"},
		{"+w", 0o444, false, 0o022, 0o644, "nobody named: the umask holds back"},
		{"a+w", 0o444, false, 0o022, 0o666, "everybody named: it does not"},
		{"-x+X", 0o755, false, 0o022, 0o644, "X looks at the bits of that moment"},
		{"+t,u+s", 0o755, true, 0, 0o5755, "sticky and setuid"},
		{"=", 0o6777, true, 0, 0o6000, "nothing named on a folder keeps setuid and setgid"},
		{"=640", 0o6777, true, 0, 0o640, "an operator with a number names them all"},
		{"u=,g+", 0o777, false, 0, 0o077, "operations without letters"},
	}
	for _, test := range tests {
		t.Run(test.text+" "+test.statement, func(t *testing.T) {
			change, err := mode.Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := change.Apply(test.old, test.dir, test.umask); got != test.want {
				t.Errorf("%04o becomes %04o, want %04o", test.old, got, test.want)
			}
		})
	}
}

func TestParseTellsWhatIsWrong(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `invalid mode "": it is empty`},
		{"8", `invalid mode "8": "8" is not an octal number up to 7777`},
		{"10000", `invalid mode "10000": "10000" is not an octal number up to 7777`},
		{"0o755", `invalid mode "0o755": "0o755" is not an octal number up to 7777`},
		{"99999999999999999999999", `invalid mode "99999999999999999999999": "99999999999999999999999" is not an octal number up to 7777`},
		{"u", `invalid mode "u": "u" needs =, + or - after any of u g o a`},
		{"u=rw,", `invalid mode "u=rw,": "" needs =, + or - after any of u g o a`},
		{"rwx", `invalid mode "rwx": "rwx" needs =, + or - after any of u g o a`},
		{"u=rwz", `invalid mode "u=rwz": 'z' is not one of r w x X s t, and u g o stand alone`},
		{"g=ur", `invalid mode "g=ur": 'u' is not one of r w x X s t, and u g o stand alone`},
		{"u=7", `invalid mode "u=7": the number "7" cannot follow u g o a`},
		{"=640+x", `invalid mode "=640+x": "+x" follows a number, which must end the clause`},
	}
	for _, test := range tests {
		change, err := mode.Parse(test.text)
		if err == nil || err.Error() != test.want || change != nil {
			t.Errorf("Parse(%q) = %v, %v\nwant the error %s", test.text, change, err, test.want)
		}
	}
}

// randomMode makes mostly valid modes; one in eight gets a fault.
func randomMode(r *rand.Rand) string {
	var text string
	if r.IntN(4) == 0 {
		text = fmt.Sprintf("%0*o", r.IntN(7), r.IntN(0o12000))
	} else {
		clauses := make([]string, 1+r.IntN(3))
		for i := range clauses {
			clauses[i] = randomClause(r)
		}
		text = strings.Join(clauses, ",")
	}
	if r.IntN(8) == 0 {
		at := r.IntN(len(text) + 1)
		text = text[:at] + string("ugoa=+-rwxXst,0789 z"[r.IntN(20)]) + text[at:]
	}
	return text
}

func randomClause(r *rand.Rand) string {
	clause := letters(r, "ugoa", 3)
	for range 1 + r.IntN(2) {
		clause += string("=+-"[r.IntN(3)])
		switch r.IntN(6) {
		case 0:
			clause += string("ugo"[r.IntN(3)])
		case 1:
			clause += fmt.Sprintf("%o", r.IntN(0o10000))
		default:
			clause += letters(r, "rwxXst", 4)
		}
	}
	return clause
}

func letters(r *rand.Rand, from string, most int) string {
	var text string
	for range r.IntN(most) {
		text += string(from[r.IntN(len(from))])
	}
	return text
}

// TestAgreesWithChmod gives the same random modes to GNU chmod, on files and folders with random modes of their own.
func TestAgreesWithChmod(t *testing.T) {
	version, err := exec.Command("chmod", "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(version), "GNU coreutils") {
		t.Skipf("this test compares with GNU chmod, which this machine does not have: %v", err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	paths := targets(t)
	refused := 0
	for range 500 {
		text, umask := randomMode(r), []uint32{0, 0o022, 0o027, 0o777}[r.IntN(4)]
		old := map[string]uint32{}
		for _, path := range paths {
			old[path] = r.Uint32N(0o10000)
			setMode(t, path, old[path])
		}
		args := append([]string{"-c", `umask "$1" && shift && exec chmod "$@"`, "sh", fmt.Sprintf("%o", umask), "--", text}, paths...)
		out, err := exec.Command("sh", args...).CombinedOutput()
		change, parseErr := mode.Parse(text)
		if (err != nil) != (parseErr != nil) {
			t.Fatalf("mode %q: chmod says %v %s\nParse says %v", text, err, out, parseErr)
		}
		if err != nil {
			refused++
			continue
		}
		for _, path := range paths {
			isDir := strings.HasSuffix(path, "dir")
			if got, want := change.Apply(old[path], isDir, umask), getMode(t, path); got != want {
				t.Fatalf("mode %q, umask %04o, from %04o, folder %t: %04o, but chmod makes it %04o", text, umask, old[path], isDir, got, want)
			}
		}
	}
	if refused < 10 || refused > 350 {
		t.Errorf("%d of 500 modes were refused: the test no longer tries both good and bad ones", refused)
	}
}

func targets(t *testing.T) []string {
	dir := t.TempDir()
	var paths []string
	for i := range 6 {
		file := filepath.Join(dir, fmt.Sprintf("%d.file", i))
		folder := filepath.Join(dir, fmt.Sprintf("%d.dir", i))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, file, folder)
	}
	return paths
}

var special = map[uint32]os.FileMode{mode.SetUID: os.ModeSetuid, mode.SetGID: os.ModeSetgid, mode.Sticky: os.ModeSticky}

func setMode(t *testing.T, path string, bits uint32) {
	t.Helper()
	m := os.FileMode(bits & 0o777)
	for bit, flag := range special {
		if bits&bit != 0 {
			m |= flag
		}
	}
	if err := os.Chmod(path, m); err != nil {
		t.Fatal(err)
	}
}

func getMode(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	bits := uint32(info.Mode().Perm())
	for bit, flag := range special {
		if info.Mode()&flag != 0 {
			bits |= bit
		}
	}
	return bits
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"755", "u=rwX,g=rX,o=", "g=u", "=640", "+t-s", "a", ",", "u=é", "8"} {
		f.Add(text, uint32(0o755), true)
	}
	f.Fuzz(func(t *testing.T, text string, old uint32, dir bool) {
		change, err := mode.Parse(text)
		if err != nil {
			if change != nil || !strings.HasPrefix(err.Error(), "invalid mode ") {
				t.Fatalf("Parse(%q) = %v, %v", text, change, err)
			}
			return
		}
		if got := change.Apply(old, dir, 0o022); got > mode.All {
			t.Fatalf("%q makes %o of %o, more than a mode holds", text, got, old)
		}
		again, err := mode.Parse(text)
		if diff := cmp.Diff(change, again); err != nil || diff != "" {
			t.Fatalf("Parse(%q) differs the second time: %v\n%s", text, err, diff)
		}
	})
}
