// Part of the tests of the simulated engine: Dockerfile instructions given to an
// import.

package sim_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// imported makes an image with changes, and gives what in its configuration is not
// empty, or the answer if that is an error.
func (l *lab) imported(more string, changes ...string) string {
	l.t.Helper()
	name := l.prefix + "i"
	layer, err := tarOf(entry{name: "f", mode: 0o644})
	if err != nil {
		l.t.Fatal(err)
	}
	query := url.Values{"fromSrc": {"-"}, "repo": {name}, "changes": changes}
	a := l.call(l.t, "POST", "/images/create?"+query.Encode()+more, layer)
	if a.code != 200 {
		return l.plain(a)
	}
	var doc struct{ Config map[string]any }
	l.get(l.t, "/images/"+name+"/json", &doc)
	l.equal("remove", l.call(l.t, "DELETE", "/images/"+name, nil).code, 200)
	for key, value := range doc.Config {
		if text := fmt.Sprint(value); regexp.MustCompile(`^(<nil>|false||\[\]|map\[\])$`).MatchString(text) {
			delete(doc.Config, key)
		}
	}
	text, err := json.Marshal(doc.Config)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

func TestImportAppliesInstructions(t *testing.T) {
	const notStrings = "400 when using JSON array syntax, arrays must be comprised of strings only"
	both(t, func(l *lab) {
		for _, row := range []struct{ changes, want string }{
			{"HEALTHCHECK NONE", `{"Healthcheck":{"Test":["NONE"]}}`},
			{"healthcheck cmd a   b", `{"Healthcheck":{"Test":["CMD-SHELL","a   b"]}}`},
			{`HEALTHCHECK --interval=5s --timeout=2s --start-period=1s --retries=3 CMD ["a","b"]`, `{"Healthcheck":{"Interval":5000000000,"Retries":3,"StartPeriod":1000000000,"Test":["CMD","a","b"],"Timeout":2000000000}}`},
			{"HEALTHCHECK", "400 HEALTHCHECK requires at least one argument"},
			{"HEALTHCHECK bogus", `400 Unknown type "BOGUS" in HEALTHCHECK (try CMD)`},
			{"HEALTHCHECK CMD", "400 Missing command after HEALTHCHECK CMD"},
			{"HEALTHCHECK NONE x", "400 HEALTHCHECK NONE takes no arguments"},
			{"HEALTHCHECK --interval=1 CMD x", `400 time: missing unit in duration "1"`},
			{"HEALTHCHECK --interval=0s CMD x", `400 Interval "interval" cannot be less than 1ms`},
			{"HEALTHCHECK --interval CMD x", "400 Missing a value on flag: interval"},
			{"HEALTHCHECK --bogus=1 CMD x", "400 Unknown flag: bogus"},
			{"HEALTHCHECK --retries=0 CMD x", "400 --retries must be at least 1 (not 0)"},
			{"HEALTHCHECK --retries=x CMD x", `400 strconv.ParseInt: parsing "x": invalid syntax`},
			{"HEALTHCHECK NONE|HEALTHCHECK CMD y", `{"Healthcheck":{"Test":["CMD-SHELL","y"]}}`},
			{"onbuild run  a  b|ONBUILD ENV a=b", `{"OnBuild":["run  a  b","ENV a=b"]}`},
			{"ONBUILD", "400 ONBUILD requires at least one argument"},
			{"ONBUILD ONBUILD RUN x", "400 Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"},
			{"ONBUILD FROM x", "400 FROM isn't allowed as an ONBUILD trigger"},
			{"STOPSIGNAL TERM", "400 stopsignal is not a valid change command"},
			{`SHELL ["a"]`, "400 shell is not a valid change command"},
			{"ENV a|BOGUS", "400 ENV must have two arguments"},
			{"ENV =a|BOGUS", "400 bogus is not a valid change command"},
			{"", "400 file with no instructions"},
			{"# comment", "400 file with no instructions"},
			{"#comment\nCMD a \\\n b\n\nENV b=c\n", `{"Cmd":["/bin/sh","-c","a  b"],"Env":["b=c"]}`},
			{"CMD", `{"Cmd":["/bin/sh","-c"]}`},
			{"CMD\ta", `{"Cmd":["/bin/sh","-c","a"]}`},
			{`CMD ["a","b"]|ENTRYPOINT x y`, `{"Cmd":["a","b"],"Entrypoint":["/bin/sh","-c","x y"]}`},
			{`CMD ["a", 1]`, notStrings},
			{"CMD [a,b]", `{"Cmd":["/bin/sh","-c","[a,b]"]}`},
			{"ENTRYPOINT", "{}"},
			{"ENV a b  c", `{"Env":["a=b  c"]}`},
			{`ENV a="b c" d='e $x' f=g\ h "i j"=k`, `{"Env":["a=b c","d=e $x","f=g h","i j=k"]}`},
			{"ENV a=1|ENV a=2 b=$a c=${d:-w} e=${a:+w} f=\\$a", `{"Env":["a=2","b=1","c=w","e=w","f=$a"]}`},
			{"ENV a=b c", `400 Syntax error - can't find = in "c". Must be of the form: name=value`},
			{`ENV a="b`, `400 failed to process "\"b": unexpected end of statement while looking for matching double-quote`},
			{"ENV", "400 ENV requires at least one argument"},
			{"LABEL =x", "400 LABEL names can not be blank"},
			{`LABEL a="b c" d=e|LABEL d=f`, `{"Labels":{"a":"b c","d":"f"}}`},
			{"ENV a=1|USER $a|WORKDIR $a|WORKDIR b", `{"Env":["a=1"],"User":"1","WorkingDir":"/1/b"}`},
			{"USER", "400 USER requires exactly one argument"},
			{"WORKDIR $x", "400 cannot normalize nothing"},
			{`VOLUME /a b|VOLUME ["/c"]`, `{"Volumes":{"/a":{},"/c":{},"b":{}}}`},
			{`VOLUME [""]`, "400 VOLUME specified can not be an empty string"},
			{"VOLUME []", "400 VOLUME requires at least one argument"},
			{"EXPOSE 80-81 90/UDP 1:70 $x", `{"ExposedPorts":{"70/tcp":{},"80/tcp":{},"81/tcp":{},"90/udp":{}}}`},
			{"EXPOSE 99999", "400 Invalid containerPort: 99999"},
			{"EXPOSE 80/bogus", "400 Invalid proto: bogus"},
			{"EXPOSE 1.2.3.4:80", "400 Invalid hostPort: 1.2.3.4"},
		} {
			l.equal(row.changes, l.imported("", strings.Split(row.changes, "|")...), row.want)
		}
		l.equal("platform", l.imported("&platform=windows"), "400 operating system is not supported")
		l.equal("no platform", l.imported("&platform=bogus"), `400 "bogus": unknown operating system or architecture: invalid argument`)
		l.equal("tag", l.imported("&tag=a%20b"), "400 invalid tag format")
	})
}
