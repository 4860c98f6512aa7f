// Part of the tests of the simulated engine: bodies that are not what is expected.

package sim_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// json sends a body unchanged.
func (l *lab) json(method, path, body string) answer {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), method, "http://docker/v1.41"+path, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := l.client.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer{resp.StatusCode, string(text)}
}

func TestBodiesOfContainerCalls(t *testing.T) {
	both(t, func(l *lab) {
		c := l.create("c", container("run", nil))
		image := `{"Image":"` + testImage + `","Cmd":["x"]`
		for _, row := range []struct{ path, body, want string }{
			{"create", `{"Image":3}`, "500 json: cannot unmarshal number"},
			{"create", image + `,"Env":"x"}`, "500 json: cannot unmarshal string"},
			{"create", image + `,"HostConfig":3}`, "500 json: cannot unmarshal number"},
			{"create", image + `,"HostConfig":{"Memory":"5"}}`, "500 json: cannot unmarshal string"},
			{"create", image + `,"Memory":"5"}`, "500 json: cannot unmarshal string"},
			{"create", image, "500 unexpected EOF"},
			{"create", "[]", "500 json: cannot unmarshal array"},
			{"create", " ", "500 EOF"},
			{"create", "null", "400 Config cannot be empty in order to create a container"},
			{c + "/update", "zz", "500 invalid character 'z' looking for beginning of value"},
			{c + "/update", `{"Memory":"x"}`, "500 json: cannot unmarshal string"},
			{c + "/update", " ", "500 EOF"},
			{c + "/update", "{} y", "200"},
			{c + "/exec", "zz", "400 invalid character 'z' looking for beginning of value"},
			{c + "/exec", `{"Cmd":3}`, "400 json: cannot unmarshal number"},
			{c + "/exec", " ", "400 got EOF while reading request body"},
			{c + "/exec", `{"Cmd":["x"]} y`, "409 Container ID is not running"},
		} {
			got := l.plain(l.json("POST", "/containers/"+row.path, row.body))
			if !strings.HasPrefix(got, row.want) {
				l.t.Errorf("%s: %s %s: got %s, want %s", l.name, row.path, row.body, got, row.want)
			}
		}
		l.equal("little memory", l.plain(l.json("POST", "/containers/create", image+`,"Memory":5}`)), "400 Minimum memory limit allowed is 6MB")
		l.equal("trailing", l.json("POST", "/containers/create?name="+l.prefix+"t", image+"} y").code, 201)
		l.made = append(l.made, l.at("t"))
	})
}
