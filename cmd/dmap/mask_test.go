// Command line: tests that nothing prints secrets.

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// secretSite is a map with a secret in every place that has a name for one. Each begins
// with "canary"; those of the command line are called canaryvar, canaryenv and
// canaryoption.
const secretSite = `
PASSWORD = "canary-global"
print("the variable is", var("db_password"))
m = container_map("m", containers = {
    "db": container(
        image = "db",
        create_options = {
            "environment": {"DB_PASSWORD": "canary-env", "URL": "db://u:" + var("db_password") + "@h", "TOKENS": env("CI_TOKEN"), "KEYBOARD": "us"},
            "labels": {"api.token": "canary-label"},
            "command": ["--password=canary-word", "-p", var("db_password")],
            "log_config": {"type": "splunk", "config": {"splunk-token": "canary-log"}},
        },
    ),
    "web": container(image = "web", links = "db", create_options = lambda: {"environment": ["API_KEY=canary-list"]}),
})
`

// secretFaults are lines that make it wrong where the secrets are.
var secretFaults = []string{
	`m.containers.db.create_options = {"environment": {"DB_PASSWORD": ["canary-env"]}}`,
	`m.containers.db.create_options = {"environment": {"DB_PASSWORD": "canary-env"}, "mem_limt": 1}`,
	`m.containers.db.create_options = {"environment": {"A B": var("db_password")}, "ulimits": "x=" + var("db_password")}` + "; API_KEY = \"canary-k\"",
	`m.containers.db.image = var("db_password") + " "; password = "canary-1"`,
	`m.containers.db.links = var("db_password")`,
	`fail("no " + var("db_password")); password = 'canary-2'`,
	`password = "canary-3" + 1`,
	`password = "canary-4" "`,
	`no_such_name(password = "canary-5")`,
	`x = {"PASSWORD": "canary-6"}["A"]`,
	`m.containers.db.create_options = {"environment": {"DB_PASSWORD": "canary-7", "DB_PASSWORD": "canary-8"}}`,
}

// secretFlags hand secrets over.
var secretFlags = []string{"--var", "db_password=canaryvar \"'<x", "--env", "CI_TOKEN"}

// Whatever a verb prints, it has no secret; with --show-values it has.
func TestNoVerbPrintsSecrets(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("site.star", secretSite)
	write("web.yaml", "db:\n  image: [db]\n  create_options:\n    environment:\n      DB_PASSWORD: canary-yaml\n      B_PASSWORD: [canary-list]\n    no_such_option: {API_KEY: canary-flow}\n")
	option := []string{"--option", `environment={"API_KEY": "canaryoption", "B": 1}`}
	verb := func(shown bool, args ...string) {
		t.Helper()
		out := secretly(dir, args...)
		if strings.Contains(out, "canary") != shown {
			t.Errorf("dmap %s: secrets are printed: %v, want %v\n%s", strings.Join(args, " "), !shown, shown, out)
		}
		if shown {
			return
		}
		if !strings.Contains(out, "***") || !strings.Contains(out, "--show-values shows them") {
			t.Errorf("dmap %s does not say that something is masked:\n%s", strings.Join(args, " "), out)
		}
	}
	for _, args := range [][]string{
		{"check", "site.star"}, {"show", "site.star"}, {"show", "--format", "json", "site.star"}, {"why", "site.star"}, {"why", "--format", "json", "site.star"},
		{"plan", "-H", "sim:", "site.star", "start"}, {"plan", "-H", "sim:", "--format", "json", "site.star", "start"},
		{"plan", "-H", "sim:state", "--out", "site.plan", "site.star", "start"},
		{"run", "-H", "sim:", "--dry-run", "--format", "json", "site.star", "start"}, {"run", "-H", "sim:state", "site.star", "create"},
		{"run", "-H", "sim:state", "--format", "json", "site.star", "update"}, {"run", "-H", "sim:state", "site.star", "remove"},
		{"cleanup", "-H", "sim:state", "site.star"},
	} {
		args = append(args, secretFlags...)
		verb(false, args...)
		verb(true, append(args, "--show-values")...)
		if args[0] == "plan" || args[0] == "run" {
			verb(false, append(args, append(option, "db")...)...)
		}
	}
	for _, fault := range secretFaults {
		write("site.star", secretSite+fault+"\n")
		args := append([]string{"check", "site.star"}, secretFlags...)
		if out := secretly(dir, append(args, "--show-values")...); !strings.Contains(out, "canary") {
			t.Errorf("%s does not try anything: %s", fault, out)
		}
		verb(false, args...)
	}
	verb(false, "import", "dockermap", "web.yaml")
}

// secretly runs the program with a secret in its environment and returns all it writes.
func secretly(dir string, args ...string) string {
	cmd := exec.Command("dmap", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CI_TOKEN=canaryenv")
	out, _ := cmd.CombinedOutput() // many of the commands are meant to fail
	return string(out)
}

// A saved plan has the values, and is carried out with them; one that was printed has
// not, and is refused. So is a mask that was copied as a value.
func TestMaskedValuesGoNowhere(t *testing.T) {
	dir := t.TempDir()
	text := `container_map("m", {"a": {"create_options": {"environment": {"KEY": var("key", "canary")}}}})`
	if err := os.WriteFile(filepath.Join(dir, "site.star"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"saved", "printed"} {
		args := []string{"plan", "-H", "sim:state", "site.star", "create", "--out", "saved"}
		if file == "printed" {
			args = []string{"plan", "-H", "sim:state", "site.star", "create", "--format", "json"}
		}
		var out bytes.Buffer
		cmd := exec.Command("dmap", args...)
		cmd.Dir, cmd.Stdout = dir, &out
		if err := cmd.Run(); err != nil {
			t.Fatal(err)
		}
		if file == "printed" {
			if err := os.WriteFile(filepath.Join(dir, file), out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := runIn(dir, "apply", "-H", "sim:state", file); err == nil || !strings.Contains(out, "secrets are masked in the plan") {
				t.Errorf("a plan that was printed is carried out: %v\n%s", err, out)
			}
			continue
		}
		saved, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !bytes.Contains(saved, []byte("KEY=canary")) {
			t.Errorf("the saved plan has no values: %v\n%s", err, saved)
		}
	}
	for _, args := range [][]string{{"--var", "key=***"}, {"--option", `environment={"KEY": "***"}`}} {
		out, err := runIn(dir, append([]string{"plan", "-H", "sim:", "site.star", "create"}, args...)...)
		if err == nil || !strings.Contains(out, "give the value") {
			t.Errorf("%v is taken: %v\n%s", args, err, out)
		}
	}
	if out, err := runIn(dir, "plan", "-H", "sim:", "site.star", "create", "--var", "key=a***b"); err != nil {
		t.Errorf("asterisks within a value are refused: %v\n%s", err, out)
	}
}

// What is typed to go on after a failure has no secret in it.
func TestGoOnWithoutSecrets(t *testing.T) {
	a := &app{}
	a.mask.learn("db_password", "canary")
	got := a.mask.words([]string{"run", "site.star", "start", "--var", "db_password=canary", "--option", `environment={"KEY":"x y"}`, "--var=a=b"})
	if want := `dmap run site.star start --var 'db_password=***' --option 'environment={"KEY":"***"}' --var=a=b`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
