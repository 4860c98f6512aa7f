// Dockerfile: the test of instructions that change a configuration.

package dockerfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/dockerfile"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/spec"
)

func TestApply(t *testing.T) {
	type set = map[string]struct{}
	for _, row := range []struct {
		name    string
		changes []string
		of      spec.Config
		want    spec.Config
	}{
		{"none", nil, spec.Config{User: "u"}, spec.Config{User: "u"}},
		{"commands", []string{`CMD ["a", "b"]`}, spec.Config{}, spec.Config{Cmd: []string{"a", "b"}}},
		{"a command for a shell", []string{"cmd a b"}, spec.Config{}, spec.Config{Cmd: []string{"/bin/sh", "-c", "a b"}}},
		{"an entrypoint drops the command", []string{`ENTRYPOINT ["e"]`}, spec.Config{Cmd: []string{"c"}}, spec.Config{Entrypoint: []string{"e"}}},
		{"but not one that is given with it", []string{"CMD [\"d\"]\nENTRYPOINT [\"e\"]"}, spec.Config{Cmd: []string{"c"}},
			spec.Config{Cmd: []string{"d"}, Entrypoint: []string{"e"}}},
		{"values see what was before", []string{`ENV A=1 B="$A-${C:-x}"`, `ENV D=$A`}, spec.Config{Env: []string{"A=0"}},
			spec.Config{Env: []string{"A=1", "B=0-x", "D=1"}}},
		{"the older form", []string{`ENV A b  c`}, spec.Config{}, spec.Config{Env: []string{"A=b  c"}}},
		{"quotes", []string{`LABEL "a b"='c $d' e=f\ g`}, spec.Config{}, spec.Config{Labels: map[string]string{"a b": "c $d", "e": "f g"}}},
		{"joined lines", []string{"EXPOSE 80 \\\n# no\n 81-82/UDP"}, spec.Config{}, spec.Config{ExposedPorts: set{"80/tcp": {}, "81/udp": {}, "82/udp": {}}}},
		{"directories", []string{"WORKDIR a", "WORKDIR b/../c"}, spec.Config{}, spec.Config{WorkingDir: "/a/c"}},
		{"volumes", []string{`VOLUME ["/a b"]`, "VOLUME /c /d"}, spec.Config{}, spec.Config{Volumes: set{"/a b": {}, "/c": {}, "/d": {}}}},
		{"health", []string{`HEALTHCHECK --interval=2s --retries=3 CMD ["t"]`}, spec.Config{},
			spec.Config{Healthcheck: &spec.Healthcheck{Test: []string{"CMD", "t"}, Interval: 2_000_000_000, Retries: 3}}},
		{"no health", []string{"HEALTHCHECK none"}, spec.Config{}, spec.Config{Healthcheck: &spec.Healthcheck{Test: []string{"NONE"}}}},
	} {
		if err := dockerfile.Apply(&row.of, row.changes); err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if diff := cmp.Diff(row.want, row.of); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
	for change, want := range map[string]string{
		"# nothing":               "file with no instructions",
		"RUN x":                   "run is not a valid change command",
		"USER":                    "USER requires exactly one argument",
		"ENV A":                   "ENV must have two arguments",
		"LABEL a=b c":             "Syntax error - can't find = in \"c\". Must be of the form: name=value",
		"CMD [1]":                 "when using JSON array syntax, arrays must be comprised of strings only",
		"EXPOSE x":                "Invalid containerPort: x",
		"EXPOSE 80/ipx":           "Invalid proto: ipx",
		"ENV A=${B:?x}":           "failed to process \"${B:?x}\": unsupported modifier (?) in substitution",
		"ENV A=\"b":               "failed to process \"\\\"b\": unexpected end of statement while looking for matching double-quote",
		"ONBUILD FROM x":          "FROM isn't allowed as an ONBUILD trigger",
		"HEALTHCHECK --x=1 CMD t": "Unknown flag: x",
	} {
		if err := dockerfile.Apply(&spec.Config{}, []string{change}); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", change, err, want)
		}
	}
}
