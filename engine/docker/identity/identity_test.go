package identity_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/identity"
)

func TestNames(t *testing.T) {
	id := strings.Repeat("0a", 32)
	got := []string{
		identity.Name("m", identity.Part("app", "one")), identity.Name("m", identity.Part("app", "")),
		identity.Pattern("m.x"), identity.ClaimPattern("m.x"),
		identity.Helper("m.v"), identity.VolumeOfHelper("m.v.dmap-prepare"), identity.Record("m.v"), identity.Claim("m", "ab", 3),
		identity.ReservedSuffix("m.dmap-lock"), identity.ReservedSuffix("m.v.dmap-prepare"), identity.ReservedSuffix("m.v.dmap-prepared"), identity.ReservedSuffix("m.dmap-lock.x"), identity.ReservedSuffix(identity.Limit("m.a", "HostConfig.Memory")), identity.Limit("m.a", "HostConfig.Memory"),
		fmt.Sprint(identity.IsAnonymous(id), identity.IsID(id[1:]), identity.IsID(strings.ToUpper(id))),
	}
	want := []string{
		"m.app.one", "m.app", `^m\.x\.`, `^m\.x\.dmap-lock\.`,
		"m.v.dmap-prepare", "m.v", "m.v.dmap-prepared", "m.dmap-lock.ab.3",
		".dmap-lock", ".dmap-prepare", ".dmap-prepared", "", ".dmap-limit", "m.a.Memory.dmap-limit",
		"true false false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		cut        func(mapName, name string) (string, bool)
		name, want string
		ok         bool
	}{
		{identity.CutName, "m.app.one", "app.one", true},
		{identity.CutName, "mm.app", "mm.app", false},
		{identity.CutName, "m", "m", false},
		{identity.CutClaim, "m.dmap-lock.ab.3", "ab", true},
		{identity.CutClaim, "m.dmap-lock.ab", "ab", false},
		{identity.CutClaim, "n.dmap-lock.ab.3", "", false},
	} {
		if got, ok := tt.cut("m", tt.name); got != tt.want || ok != tt.ok {
			t.Errorf("cut of %q: %q %v, want %q %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

// What is written into labels is read back, by roles.
func TestLabels(t *testing.T) {
	container := identity.Mark{Map: "m", Role: identity.RoleContainer, Name: "app", Instance: "one", Origin: "site.star:1:2", Keep: true, Fields: "{1}"}
	full := container
	full.Run, full.Deps = "r1", `{"m.db":"1","m.web":"2"}`
	labels := identity.WithDeps(identity.WithRun(container.ContainerLabels(), "r1"), map[string]string{"m.web": "2", "m.db": "1"})
	if diff := cmp.Diff(full, identity.Read(labels)); diff != "" {
		t.Errorf("container (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"m.db": "1", "m.web": "2"}, full.TiedTo()); diff != "" {
		t.Errorf("deps (-want +got):\n%s", diff)
	}
	for _, m := range []identity.Mark{
		{Map: "m", Role: identity.RoleAttached, Name: "v", Origin: "site.star:1:2"},
		{Map: "m", Role: identity.RolePrepared, Name: "v", Volume: "m.v", Prepared: "1:1"},
		{Map: "m", Role: identity.RoleLimit, Name: "app", Instance: "one", LimitOf: "0a", Limit: "HostConfig.Memory"},
		{Map: "m", Role: identity.RoleLock, Owner: "host, process 1", Process: "x/1/2"},
	} {
		if diff := cmp.Diff(m, identity.Read(m.VolumeLabels())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m.Role, diff)
		}
	}
	labels["own"] = "1"
	if diff := cmp.Diff(map[string]string{"own": "1"}, identity.Foreign(labels)); diff != "" {
		t.Errorf("foreign (-want +got):\n%s", diff)
	}
	for key := range container.ContainerLabels() {
		if !identity.IsLabel(key) {
			t.Errorf("%s is not one of dmap's", key)
		}
	}
	if identity.Read(nil) != (identity.Mark{}) || identity.Foreign(nil) != nil || len(identity.WithRun(nil, "r")) != 1 {
		t.Error("no labels are not what a thing without dmap's labels has")
	}
}

// Whose a thing is.
func TestMarks(t *testing.T) {
	app := identity.Mark{Map: "m", Role: identity.RoleContainer, Name: "app", Fields: "{}", Run: "r1"}
	with := func(set func(*identity.Mark)) identity.Mark {
		m := app
		set(&m)
		return m
	}
	later := with(func(m *identity.Mark) { m.Run = "r2" })
	helper := identity.Mark{Map: "m", Role: identity.RolePrepare, Name: "v"}
	volume := identity.Mark{Map: "m", Role: identity.RoleAttached, Name: "v", Run: "r1"}
	record := identity.Mark{Map: "m", Role: identity.RolePrepared, Name: "v", VolumeOf: "r1", Run: "r2"}
	for name, tt := range map[string]struct{ got, want bool }{
		"ours":                                {app.IsOf("m"), true},
		"another map's":                       {app.IsOf("n"), false},
		"nobody's":                            {identity.Mark{}.IsForeign(), true},
		"another map's is not foreign":        {app.IsForeign(), false},
		"ours may be touched":                 {app.MayTouch("m", false), true},
		"ours was not adopted":                {app.MayTouch("m", true), false},
		"nobody's was adopted":                {identity.Mark{}.MayTouch("m", true), true},
		"nobody's was not":                    {identity.Mark{}.MayTouch("m", false), false},
		"another map's never":                 {app.MayTouch("n", true) || app.MayTouch("n", false), false},
		"the same part":                       {later.IsPart(app), true},
		"another instance":                    {with(func(m *identity.Mark) { m.Instance = "one" }).IsPart(app), false},
		"another role":                        {with(func(m *identity.Mark) { m.Role = identity.RoleAttached }).IsPart(app), false},
		"the answer of this run":              {identity.Mark{Run: "r1"}.Answers(app, "r1"), true},
		"the same request of another run":     {later.Answers(app, "r1"), true},
		"another request":                     {with(func(m *identity.Mark) { m.Fields, m.Run = "{1}", "r2" }).Answers(app, "r1"), false},
		"tied to others":                      {with(func(m *identity.Mark) { m.Deps, m.Run = "{1}", "r2" }).Answers(app, "r1"), false},
		"a temporary container of a run":      {with(func(m *identity.Mark) { *m = helper; m.Run = "r2" }).Answers(helper, "r1"), false},
		"a record of the volume":              {record.Records("m", volume), true},
		"of an earlier volume":                {record.Records("m", with(func(m *identity.Mark) { *m = volume; m.Run = "r0" })), false},
		"of another map":                      {record.Records("n", volume), false},
		"a volume is no record":               {volume.IsRecord("m"), false},
		"a claim":                             {identity.Mark{Map: "m", Role: identity.RoleLock}.IsClaim("m"), true},
		"a claim on another map":              {identity.Mark{Map: "m", Role: identity.RoleLock}.IsClaim("n"), false},
		"a temporary container does not last": {helper.IsHelper("m") && !helper.Lasts("m"), true},
		"a holder lasts":                      {volume.Lasts("m") && app.Lasts("m"), true},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
		}
	}
}

// Nothing else in the house writes a label, a suffix or the name of a map's part by
// hand. Tests may, to say what it must be.
func TestOneRoom(t *testing.T) {
	const root = "../../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "examples"):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go"), strings.HasSuffix(name, "_test.go"), filepath.Base(filepath.Dir(path)) == "identity":
			return nil
		}
		files++
		for _, fault := range byHand(t, path) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files: %v", files, err)
	}
	for code, want := range map[string]int{`"dev.dmap.map"`: 1, `".dmap-lock"`: 1, `identity.LabelMap`: 1, `m.Map + "."`: 1, `x.d.Map + "." + s`: 1, `"a" + "."`: 0, `"dmap-lock"`: 0} {
		f, err := parser.ParseFile(token.NewFileSet(), "", "package p; var x = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(faults(f)); got != want {
			t.Errorf("%s: %d faults, want %d", code, got, want)
		}
	}
}

func byHand(t *testing.T, path string) []string {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for pos, what := range faults(f) {
		if strings.Contains(path, "docker/sim/") && strings.Contains(what, "dev.dmap.sim") {
			continue // the script of a simulated image: no label of anything that dmap makes
		}
		out = append(out, fmt.Sprintf("%s: %s by hand: package identity does it", set.Position(pos), what))
	}
	return out
}

var (
	ownText  = regexp.MustCompile(`dev\.dmap\.|\.dmap-(prepare|prepared|lock|limit)`)
	ownConst = regexp.MustCompile(`^(Label[A-Z]\w*|\w+Suffix)$`)
	ofMap    = regexp.MustCompile(`(^|\.)(Map|mapName)$|^m\.Name$`)
)

// faults are the places that do what identity is for.
func faults(f *ast.File) map[token.Pos]string {
	out := map[token.Pos]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && ownText.MatchString(n.Value) {
				out[n.Pos()] = n.Value
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "identity" && ownConst.MatchString(n.Sel.Name) && n.Sel.Name != "LabelPrefix" && n.Sel.Name != "ReservedSuffix" {
				out[n.Pos()] = "identity." + n.Sel.Name
			}
		case *ast.BinaryExpr:
			if dot, ok := n.Y.(*ast.BasicLit); ok && n.Op == token.ADD && strings.HasPrefix(dot.Value, `".`) && ofMap.MatchString(text(n.X)) {
				out[n.Pos()] = text(n.X) + ` + "."`
			}
		}
		return true
	})
	return out
}

// text is an expression of names and dots as it is written, "" of another one.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		var b bytes.Buffer
		b.WriteString(text(e.X))
		b.WriteString("." + e.Sel.Name)
		return b.String()
	}
	return ""
}
