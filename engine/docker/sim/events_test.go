// Part of the tests of the simulated engine: which events starts, stops, failures and
// connections give, and in which order.

package sim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// event is what an engine reports about a change.
type event struct {
	Type, Action string
	Actor        struct {
		ID         string
		Attributes map[string]string
	}
}

// events returns all events between two times of the engine.
func (l *lab) events(since, until string) (list []event) {
	l.t.Helper()
	for line := range strings.Lines(l.want(l.t, 200, "GET", "/events?since="+since+"&until="+until, nil).text) {
		var e event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			l.t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// story returns the events about a container, its volumes and its networks while
// something happens.
func (l *lab) story(id string, happens func()) []string {
	l.t.Helper()
	now := func() string {
		var doc struct{ SystemTime time.Time }
		l.get(l.t, "/info", &doc)
		return fmt.Sprintf("%d.%09d", doc.SystemTime.Unix(), doc.SystemTime.Nanosecond())
	}
	since := now()
	happens()
	if l.real {
		time.Sleep(300 * time.Millisecond) // some events come after the answer
	}
	var seen []string
	for _, e := range l.events(since, now()) {
		if e.Actor.ID != id && e.Actor.Attributes["container"] != id {
			continue
		}
		text := e.Type + " " + e.Action
		for _, key := range []string{"signal", "exitCode"} {
			if value := e.Actor.Attributes[key]; value != "" {
				text += " " + value
			}
		}
		seen = append(seen, text)
	}
	return seen
}

func TestEventsOfStartsAndStops(t *testing.T) {
	both(t, func(l *lab) {
		l.network("n", nil)
		l.network("o", nil)
		net, other := l.prefix+"n", l.prefix+"o"
		host := fields{"NetworkMode": net, "Binds": []string{l.volume("v") + ":/v"}}
		id := l.create("c", container("run ignore-term print=ready", host))
		begin := []string{"network connect", "volume mount", "container start"}
		end := []string{"network disconnect", "volume unmount"}
		story := func(what string, path string, body any, want ...string) {
			l.t.Helper()
			l.equal(what, l.story(id, func() { l.post(path, body) }), want)
		}
		story("start", l.at("c")+"/start", nil, begin...)
		awaitReady(l.t, l.target, l.prefix+"c")
		story("connect", "/networks/"+other+"/connect", fields{"Container": id}, "network connect")
		story("disconnect", "/networks/"+other+"/disconnect", fields{"Container": id}, "network disconnect", "network disconnect")
		story("resize", l.at("c")+"/resize?h=3&w=4", nil, "container resize")
		story("stop", l.at("c")+"/stop?t=1", nil, "container kill 15", "container kill 9", "container die 137", end[0], end[1], "container stop")
		l.post("/networks/"+other+"/connect", fields{"Container": id})
		story("disconnect stopped", "/networks/"+other+"/disconnect", fields{"Container": id}, "network disconnect")
		nope := container("", host)
		nope["Cmd"] = []string{"nope"}
		id = l.create("nope", nope)
		story("failed start", l.at("nope")+"/start", nil, begin[0], begin[1], end[0], end[1])
		nobody := container("run", host)
		nobody["User"] = "nobody-here"
		id = l.create("nobody", nobody)
		story("failed user", l.at("nobody")+"/start", nil, begin[0], end[0], end[1])
	})
}

func TestEventsOfAttachAndOfRestarting(t *testing.T) {
	both(t, func(l *lab) {
		id := l.create("c", container("run print=ready", nil))
		l.start("c")
		awaitReady(l.t, l.target, l.prefix+"c")
		l.equal("attach", l.story(id, func() { l.call(l.t, "POST", l.at("c")+"/attach?stdout=1&logs=1", nil) }), []string{"container attach"})
		id = l.create("again", container("crash=100000 run", fields{"RestartPolicy": fields{"Name": "always"}}))
		l.start("again")
		for { // after five starts the pause that just began is long
			if c := l.inspect("again"); c.State.Status == "restarting" && (!l.real || c.RestartCount >= 5) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		l.equal("stop", l.story(id, func() { l.want(l.t, 204, "POST", l.at("again")+"/stop", nil) }), []string{"container stop"})
	})
}

func TestWaitWithUnknownCondition(t *testing.T) {
	both(t, func(l *lab) {
		l.create("c", container("exit=4", nil))
		l.start("c")
		a := l.want(l.t, 200, "POST", l.at("c")+"/wait?condition=bogus", nil)
		l.equal("code", strings.Contains(a.text, `"StatusCode":4`), true)
		l.equal("nobody", l.post(l.at("nobody")+"/wait?condition=bogus", nil), "404 No such container: nobody")
	})
}

func TestConnectAndSignalRefusals(t *testing.T) {
	both(t, func(l *lab) {
		l.made = append(l.made, "/networks/"+l.prefix+"s")
		l.want(l.t, 201, "POST", "/networks/create", fields{"Name": l.prefix + "s", "IPAM": fields{"Config": list{fields{"Subnet": "10.199.79.0/24"}}}})
		l.network("n", nil)
		l.create("c", container("run print=ready", fields{"NetworkMode": l.prefix + "n"}))
		l.start("c")
		on, c := "/networks/"+l.prefix+"s", l.prefix+"c"
		address := func(text string) fields {
			return fields{"Container": c, "EndpointConfig": fields{"IPAMConfig": fields{"IPv4Address": text}}}
		}
		for _, row := range []struct {
			path string
			body any
			want string
		}{
			{on + "/connect", fields{"Container": ""}, `400 invalid name or ID supplied: ""`},
			{on + "/disconnect", fields{"Container": ""}, `400 invalid name or ID supplied: ""`},
			{on + "/connect", nil, "400 got EOF while reading request body"},
			{on + "/disconnect", nil, "400 got EOF while reading request body"},
			{on + "/disconnect", fields{"Container": "gone"}, "404 No such container: gone"},
			{on + "/disconnect", fields{"Container": "gone", "Force": true}, "404 endpoint gone not found"},
			{"/networks/nope/disconnect", fields{"Container": "gone", "Force": true}, "404 network nope not found"},
			{on + "/connect", address("10.1.2.3"), "500 Invalid address 10.1.2.3: It does not belong to any of this network's subnets"},
			{on + "/connect", address("x"), "500 Invalid IPv4 address: x)"},
			{on + "/connect", address("10.199.79.1"), "403 Address already in use"},
			{l.at("c") + "/kill?signal=65", nil, "500 Cannot kill container: c: The linux daemon does not support signal 65"},
			{l.at("c") + "/kill?signal=33", nil, "500 Cannot kill container: c: The linux daemon does not support signal 33"},
			{l.at("c") + "/kill?signal=0", nil, "400 Invalid signal: 0"},
			{l.at("c") + "/kill?signal=RTMIN%2B16", nil, "400 Invalid signal: RTMIN+16"},
			{l.at("c") + "/kill?signal=RTMIN%2B0", nil, "400 Invalid signal: RTMIN+0"},
			{l.at("c") + "/kill?signal=RTMAX-15", nil, "400 Invalid signal: RTMAX-15"},
			{l.at("nobody") + "/kill?signal=sigrtmin%2B15", nil, "404 Cannot kill container: nobody: No such container: nobody"},
			{l.at("nobody") + "/kill?signal=RTMAX-14", nil, "404 Cannot kill container: nobody: No such container: nobody"},
			{l.at("nobody") + "/kill?signal=POLL", nil, "404 Cannot kill container: nobody: No such container: nobody"},
			{l.at("c") + "/resize", nil, `400 strconv.Atoi: parsing "": invalid syntax`},
		} {
			l.equal(fmt.Sprint(row.path, row.body), l.post(row.path, row.body), row.want)
		}
		s := container("run", nil)
		s["StopSignal"] = "65"
		l.create("stop", s)
	})
}

// A signal ends the pause of a container if it is its stop signal or it has none;
// others wait until it is unpaused.
func TestSignalsToPausedContainers(t *testing.T) {
	both(t, func(l *lab) {
		for _, row := range []struct{ name, stop, signal, after string }{
			{"any", "", "HUP", "running"},
			{"other", "SIGINT", "HUP", "paused"},
			{"stop", "SIGINT", "2", "exited"},
			{"kill", "SIGINT", "KILL", "exited"},
		} {
			s := container("run print=ready", nil)
			s["StopSignal"] = row.stop
			l.create(row.name, s)
			l.start(row.name)
			awaitReady(l.t, l.target, l.prefix+row.name)
			l.want(l.t, 204, "POST", l.at(row.name)+"/pause", nil)
			l.equal(row.name, l.post(l.at(row.name)+"/kill?signal="+row.signal, nil), "204")
			var state string
			for range 100 { // what the signal does comes after the answer
				if state = l.inspect(row.name).State.Status; state == row.after || !l.real {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			l.equal(row.name+" afterwards", state, row.after)
		}
	})
}

func TestLogDetails(t *testing.T) {
	both(t, func(l *lab) {
		logs := func(name string, options fields) string {
			s := container("print=hello exit=0", fields{"LogConfig": fields{"Type": "json-file", "Config": options}})
			s["Labels"], s["Env"] = fields{"a": "b x", "c": "d"}, []string{"XX=1", "Y=2,3"}
			l.create(name, s)
			l.start(name)
			l.stopped(name)
			ctx, cancel := context.WithTimeout(l.t.Context(), 10*time.Second)
			defer cancel()
			a, err := l.try(ctx, "1.41", "GET", l.at(name)+"/logs?stdout=1&details=1", nil)
			if err != nil || len(a.text) < 8 {
				l.t.Fatalf("%s: %s %v", l.name, a, err)
			}
			return a.text[8:]
		}
		l.equal("none", logs("none", fields{}), " hello\n")
		l.equal("named", logs("named", fields{"labels": "a,c", "env": "XX"}), "XX=1,a=b+x,c=d hello\n")
		l.equal("patterns", logs("patterns", fields{"labels-regex": "^a", "env-regex": "^[XY]"}), "XX=1,Y=2%2C3,a=b+x hello\n")
	})
}
