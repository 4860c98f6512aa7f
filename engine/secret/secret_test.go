// Secrets: tests of names and of the forms in which values stand.

package secret_test

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dmap-dev/dmap/engine/secret"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"API_KEY": true, "KEYBOARD": false, "password": true, "DB_PASSWORD": true, "db.password": true, "passwords": true, "apiToken": true,
		"APIToken": true, "AWS_SECRET_ACCESS_KEY": true, "PGPASSWORD": true, "MYSQL_PASSWD": true, "my-credentials": true, "KEY2": true,
		"MONKEY": false, "TOKENIZER": false, "COMPASS": false, "PASSENGERS": false, "PATH": false, "": false, "é_key": true, "keyboard_token": true,
	} {
		if got := secret.Name(name); got != want {
			t.Errorf("Name(%q) is %v", name, got)
		}
	}
}

func TestSettings(t *testing.T) {
	for text, want := range map[string]string{
		"PASSWORD=x": "PASSWORD=***", "--db-password=x=y": "--db-password=***", "PATH=/x": "PATH=/x", "PASSWORD": "PASSWORD", "PASSWORD=": "PASSWORD=",
		"a sentence on a key = b": "a sentence on a key = b", "https://h/?token=x": "https://h/?token=x",
	} {
		if got := secret.Setting(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	var known secret.Values
	known.Add("password", `kn"own`)
	known.Add("environment", `{"A_TOKEN": "nested"}`)
	known.Add("command", `["--password=inlist"]`)
	known.Add("user", "public")
	for text, want := range map[string]string{
		`{"Env": ["PASSWORD=x", "A=1"],  "Image":"x"}`:       `{"Env": ["PASSWORD=***", "A=1"],  "Image":"x"}`,
		`{"environment": {"API_KEY": 12, "A": "b"}}`:         `{"environment": {"API_KEY": "***", "A": "b"}}`,
		`{"Labels":{"t.token":"x"},"deps":{"m.token":"id"}}`: `{"Labels":{"t.token":"***"},"deps":{"m.token":"id"}}`,
		`{"volumes":{"secrets":"/s"}}`:                       `{"volumes":{"secrets":"/s"}}`,
		`["a kn\"own b", "<&>", "nested", "inlist"]`:         `["a *** b", "<&>", "***", "***"]`,
		`{"LogConfig":{"Config":{"splunk-token":"x"}}}`:      `{"LogConfig":{"Config":{"splunk-token":"***"}}}`,
		`{"environment": {"SECRET": ["x", {"a": "y"}]}}`:     `{"environment": {"SECRET": ["***", {"a": "***"}]}}`,
		`"public" null true 1`:                               `"public" null true 1`,
		`no JSON with kn"own`:                                `no JSON with ***`,
	} {
		if got := string(known.JSON("", []byte(text))); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", text, got, want)
		}
	}
	if got := string(known.JSON("Env", []byte(`{"KEY":"x"}`))); got != `{"KEY":"***"}` {
		t.Errorf("below Env: %s", got)
	}
}

// Whatever the value, no output has it, and what was JSON stays JSON.
func TestNoValueInJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := "canary" + rapid.String().Draw(t, "value")
		text, err := json.MarshalIndent(map[string]any{"environment": map[string]string{"A_KEY": value}, "list": []string{"--token=" + value, "x" + value}}, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		var known secret.Values
		known.Add("password", value)
		got := known.JSON("", text)
		if !json.Valid(got) || strings.Contains(string(got), "canary") {
			t.Errorf("got %s", got)
		}
		if words := known.Words([]string{"run", "--var", "token=" + value, "--option=environment={\"K\":\"" + value + "\"}"}); strings.Contains(strings.Join(words, " "), "canary") {
			t.Errorf("got %q", words)
		}
	})
}

func TestWords(t *testing.T) {
	var known *secret.Values
	got := strings.Join(known.Words([]string{"run", "f.star", "--var", "p=x", "--var=password=y", "--option", `environment={"API_KEY": "z", "B": 1}`, "--option=environment=TOKEN=z"}), " ")
	if want := `run f.star --var p=x --var=password=*** --option environment={"API_KEY": "***", "B": 1} --option=environment=TOKEN=***`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSpans(t *testing.T) {
	for _, row := range []struct {
		line      string
		yaml, all bool
		want      string
	}{
		{line: `    "PASSWORD": "x", "USER": "u",`, want: `    "PASSWORD": "***", "USER": "u",`},
		{line: `password = 'x' + "y"  # "password": "n"`, want: `password = '***' + "***"  # "password": "n"`},
		{line: `env["DB_PASSWORD"] = "x\"y"`, want: `env["DB_PASSWORD"] = "***"`},
		{line: `p = var("password", default = "x")`, want: `p = var("password", default = "***")`},
		{line: `p = var("password"), "x"`, want: `p = var("password"), "x"`},
		{line: `f(password = "x", image = "nginx")`, want: `f(password = "***", image = "nginx")`},
		{line: `{"SECRET": ["x", 12], "image": "y"}`, want: `{"SECRET": ["***", ***], "image": "y"}`},
		{line: `if password == "x":`, want: `if password == "x":`},
		{line: `command = ["--password=x", "KEYBOARD=us"]`, want: `command = ["--password=***", "KEYBOARD=us"]`},
		{line: `"PASSWORD": """x "y" z`, want: `"PASSWORD": """***`},
		{line: `"PASSWORD": "x`, want: `"PASSWORD": "***`},
		{line: `    "A": "x", "b"`, all: true, want: `    "A": "***", "***"`},
		{line: `    DB_PASSWORD: x y`, yaml: true, want: `    DB_PASSWORD: ***`},
		{line: `    - DB_PASSWORD: "x"`, yaml: true, want: `    - DB_PASSWORD: "***"`},
		{line: `    USER: x`, yaml: true, want: `    USER: x`},
	} {
		line := []rune(row.line)
		got, at := "", 0
		for _, s := range secret.Spans(line, row.yaml, row.all) {
			got += string(line[at:s.Begin]) + secret.Mark
			at = s.End
		}
		if got += string(line[at:]); got != row.want {
			t.Errorf("%s\nbecomes %s\nwant    %s", row.line, got, row.want)
		}
	}
}
