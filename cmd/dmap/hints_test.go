// Command line: hints for words of other tools, each followed.

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// property is where the part of a hint begins that can be written into container().
var property = regexp.MustCompile(`(create_options|start_options|instances|links|uses) = `)

// fragment returns that part of a hint, up to the end of its value; "" if it has none.
func fragment(hint string) string {
	at := property.FindStringIndex(hint)
	if at == nil {
		return ""
	}
	depth, quoted := 0, false
	for i, c := range hint[at[1]:] {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case strings.ContainsRune("([{", c):
			depth++
		case strings.ContainsRune(")]}", c):
			depth--
		}
		if depth == 0 && !quoted {
			return hint[at[0] : at[1]+i+1]
		}
	}
	return ""
}

// Whoever knows a word from a Compose file, the docker command line or docker-map is
// told what dmap has instead, and that works when it is written down.
func TestHintsOfOtherToolsWork(t *testing.T) {
	for _, word := range []string{
		"abstract", "build", "clients", "cmd", "configs", "container_name", "cpu_count", "depends_on", "deploy", "entrypoint", "env", "env_file",
		"environment", "exec_commands", "expose", "extends", "external_links", "extra_hosts", "groups", "healthcheck", "host_config", "hostname",
		"ipc", "labels", "logging", "mem_limit", "name", "net", "network", "network_mode", "networks", "pid", "port", "ports", "post_start", "pre_stop",
		"privileged", "profiles", "publish", "pull_policy", "replicas", "restart", "restart_policy", "scale", "secrets", "start_delay",
		"stop_grace_period", "tty", "ulimits", "uts", "volumes", "volumes_from", "working_dir",
	} {
		dir := t.TempDir()
		check := func(properties string) (string, error) {
			t.Helper()
			text := "m = container_map(\"m\", volumes = {\"ALIAS\": \"/a\"}, host = {\"ALIAS\": \"/a\"}, containers = {\n" +
				"    \"OTHER\": container(image = \"x\", shares = \"/s\"),\n    \"a\": {\"image\": \"x\"} | " + properties + ",\n})\n"
			if err := os.WriteFile(filepath.Join(dir, "site.star"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"check", "site.star"}
			if strings.Contains(properties, "var(") {
				args = append(args, "--var", "password=x")
			}
			return runIn(dir, args...)
		}
		out, err := check(`{"` + word + `": "x"}`)
		_, hint, ok := strings.Cut(out, "= hint: ")
		if word == "name" && err == nil {
			continue
		}
		if err == nil || !ok || strings.Contains(hint, "did you mean") {
			t.Errorf("%s: want an error with a hint, got %v\n%s", word, err, out)
			continue
		}
		hint, _, _ = strings.Cut(hint, "\n")
		part := fragment(hint)
		if part == "" || strings.Contains(part, "…") {
			continue // a sentence, or the name of an option with a value of any kind
		}
		if out, err := check("dict(" + part + ")"); err != nil {
			t.Errorf("%s: the hint is %q; %s does not work: %v\n%s", word, hint, part, err, out)
		}
	}
}

// A number of a port that is a float is told from one that is none, and how it becomes one.
func TestHintsOfFloatsWork(t *testing.T) {
	dir := t.TempDir()
	for wrong, right := range map[string]string{
		`{"port_bindings": {80: 8080.0}}`:     `{"port_bindings": {80: 8080}}`,
		`{"port_bindings": {80: 16160 / 2}}`:  `{"port_bindings": {80: 16160 // 2}}`,
		`{"port_bindings": {80.0: 8080}}`:     `{"port_bindings": {int(80.0): 8080}}`,
		`{"ports": [160 / 2]}`:                `{"ports": [int(160 / 2)]}`,
		`{"cpu_shares": 10 / 2}`:              `{"cpu_shares": 10 // 2}`,
		`{"port_bindings": {80: ("", 80.0)}}`: `{"port_bindings": {80: ("127.0.0.1", 80)}}`,
	} {
		check := func(options string) (string, error) {
			t.Helper()
			text := `container_map("m", {"a": {"create_options": ` + options + `}})`
			if err := os.WriteFile(filepath.Join(dir, "site.star"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return runIn(dir, "check", "site.star")
		}
		if out, err := check(wrong); err == nil || !strings.Contains(out, "hint: use a whole number: 80, a // b or int(x)") {
			t.Errorf("%s: %v\n%s", wrong, err, out)
		}
		if out, err := check(right); err != nil {
			t.Errorf("%s: %v\n%s", right, err, out)
		}
	}
}

// The command that is said to make a new plan makes it, with all the flags of the first.
func TestMakeANewPlanAsTheFirst(t *testing.T) {
	dir := t.TempDir()
	text := `
for name in ["m", "n"]:
    container_map(name, {"a": {"create_options": {"command": var("words"), "environment": {"TOKEN": var("token")}}}})
`
	if err := os.WriteFile(filepath.Join(dir, "my site.star"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--map", "n", "--host", "sim:state", "--var", "words=it's $HOME", "-t", "5s"}
	plan := append([]string{"plan", "my site.star", "stop", "-o", "site.plan", "--var", "token=canary"}, flags...)
	for _, args := range [][]string{
		{"run", "my site.star", "start", "--map", "n", "--host", "sim:state", "--var", "words=x", "--var", "token=canary"},
		plan,
		{"run", "my site.star", "shutdown", "--map", "n", "--host", "sim:state", "--var", "words=x", "--var", "token=canary"},
	} {
		if out, err := runIn(dir, args...); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	out, err := runIn(dir, "apply", "-H", "sim:state", "site.plan")
	_, again, ok := strings.Cut(out, "make a new plan: ")
	again, _, _ = strings.Cut(again, "\n")
	if err == nil || !ok || strings.Contains(again, "canary") {
		t.Fatalf("%v\n%s", err, out)
	}
	again = strings.Replace(again, "***", "canary", 1)
	shell := exec.Command("sh", "-c", again)
	shell.Dir = dir
	if out, err := shell.CombinedOutput(); err != nil || !strings.Contains(string(out), "stop n.a") {
		t.Errorf("%s: %v\n%s", again, err, out)
	}
	for _, word := range []string{"--map n", `'words=it'\''s $HOME'`, "-t 5s", "--out site.plan", "'my site.star'"} {
		if !strings.Contains(again, word) {
			t.Errorf("%s lacks %s", again, word)
		}
	}
}
