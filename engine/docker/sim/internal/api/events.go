// Calls: the stream of events.

package api

import (
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/filter"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/process"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/refs"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/state"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
	"github.com/dmap-dev/dmap/engine/docker/sim/internal/world"
)

// eventDocument is an event as the stream shows it.
func eventDocument(ev state.Event) wire.Object {
	doc := wire.Object{
		"Type": ev.Type, "Action": ev.Action, "Actor": wire.Object{"ID": ev.ID, "Attributes": ev.Attributes}, "scope": "local",
		"time": ev.At.Unix(), "timeNano": ev.At.UnixNano(),
	}
	switch ev.Type {
	case "container":
		doc["status"], doc["id"], doc["from"] = ev.Action, ev.ID, ev.Attributes["image"]
	case "image":
		doc["status"], doc["id"] = ev.Action, ev.ID
	}
	return doc
}

// wanted applies the filters of a reader. A filter name that it does not know lets
// everything through.
func wanted(ev state.Event, f filter.Set) bool {
	if len(f["event"]) > 0 && !hasAction(ev, f["event"]) || !f.Has("type", ev.Type) || !f.Has("scope", "local") {
		return false
	}
	for _, want := range f["label"] {
		if !filter.HasLabel(ev.Attributes, want) {
			return false
		}
	}
	for _, kind := range []string{"daemon", "container", "plugin", "volume", "network", "service", "node", "secret", "config"} {
		if !f.Prefix(kind, ev.ID) && !f.Prefix(kind, ev.Attributes["name"]) {
			return false
		}
	}
	return len(f["image"]) == 0 || ofImage(ev, f["image"])
}

// hasAction reports whether the action of an event is one of the wanted ones. The three
// whose actions carry a detail are known by their prefix.
func hasAction(ev state.Event, actions []string) bool {
	if slices.Contains(actions, "health_status") || slices.Contains(actions, "exec_create") || slices.Contains(actions, "exec_start") {
		return slices.ContainsFunc(actions, func(action string) bool { return strings.HasPrefix(ev.Action, action) })
	}
	return slices.Contains(actions, ev.Action)
}

// ofImage reports whether an event is about one of the images, or about a container
// made from one, named with or without its tag.
func ofImage(ev state.Event, names []string) bool {
	name := ev.Attributes["image"]
	if ev.Type == "image" {
		name = ev.Attributes["name"]
	}
	for _, known := range []string{ev.ID, name} {
		short := known
		if ref, err := refs.Parse(known); err == nil {
			short = ref.Name
		}
		if slices.Contains(names, known) || slices.Contains(names, short) {
			return true
		}
	}
	return false
}

func events(w *world.World, q *wire.Request) (wire.Reply, error) {
	f, err := filter.Read(q)
	if err != nil {
		return wire.Reply{}, err
	}
	since, hasSince, err := wire.Instant(q.Query.Get("since"))
	if err != nil {
		return wire.Reply{}, err
	}
	until, hasUntil, err := wire.Instant(q.Query.Get("until"))
	if err != nil {
		return wire.Reply{}, err
	}
	if hasSince && hasUntil && until.Before(since) {
		return wire.Reply{}, wire.BadRequest("`since` time (%s) cannot be after `until` time (%s)", q.Query.Get("since"), q.Query.Get("until"))
	}
	reader := &world.Watcher{}
	if hasSince {
		reader = w.Journal.Since(since)
	}
	if hasUntil && !until.After(w.State.Now) {
		return pastEvents(reader, f, until)
	}
	w.Journal.Admit(reader)
	return wire.Reply{
		Header: map[string]string{"Content-Type": "application/json"},
		Stream: func(out io.Writer) error { return streamEvents(w, q, reader, f, until, hasUntil, out) },
	}, nil
}

// pastEvents answers with events that have all happened already.
func pastEvents(reader *world.Watcher, f filter.Set, until time.Time) (wire.Reply, error) {
	var text []byte
	for _, ev := range reader.Take() {
		if ev.At.After(until) || !wanted(ev, f) {
			continue
		}
		line, err := json.Marshal(eventDocument(ev))
		if err != nil {
			return wire.Reply{}, wire.Failure("%v", err)
		}
		text = append(append(text, line...), '\n')
	}
	return wire.Reply{Raw: text, Header: map[string]string{"Content-Type": "application/json"}}, nil
}

// streamEvents writes events as they happen, until the client leaves, the daemon
// restarts, or the time is up.
func streamEvents(w *world.World, q *wire.Request, reader *world.Watcher, f filter.Set, until time.Time, hasUntil bool, out io.Writer) error {
	defer func() {
		w.Lock()
		w.Journal.Dismiss(reader)
		w.Unlock()
	}()
	ctx := q.Ctx
	if hasUntil && w.Clock.Mode == process.ClockReal {
		limited, cancel := context.WithTimeout(ctx, until.Sub(w.Now()))
		defer cancel()
		ctx = limited
	}
	for {
		w.Lock()
		over := func() bool { return hasUntil && !w.State.Now.Before(until) }
		if hasUntil && w.Clock.Mode == process.ClockJump {
			w.Clock.AdvanceTo(until)
		}
		err := w.Clock.Until(ctx, q.Cut, false, func() bool { return reader.Waits() || over() })
		batch, ended := reader.Take(), over()
		w.Unlock()
		if !hasUntil {
			until = time.Time{}
		}
		if err := writeEvents(out, batch, f, until); err != nil {
			return err
		}
		if err != nil || ended {
			return err
		}
	}
}

// writeEvents writes the events that a reader wants; a zero until means no end.
func writeEvents(out io.Writer, batch []state.Event, f filter.Set, until time.Time) error {
	for _, ev := range batch {
		if !wanted(ev, f) || !until.IsZero() && ev.At.After(until) {
			continue
		}
		line, err := json.Marshal(eventDocument(ev))
		if err != nil {
			return err
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}
