// Example images, helper: text -> owner and group.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"os/user"
	"strconv"
	"strings"
)

// unchanged is the value by which the kernel leaves an owner or group unchanged.
const unchanged = -1

type ownerIDs struct{ uid, gid int }

// parseOwner reads "user", "user:group", ":group" and "user:", which means the login
// group of that user. Names are looked up in the files of the image; a word that is not
// a name there must be a number.
func parseOwner(text string) (ownerIDs, error) {
	ids := ownerIDs{uid: unchanged, gid: unchanged}
	name, group, withGroup := strings.Cut(text, ":")
	if name == "" && group == "" {
		return ids, fmt.Errorf("invalid owner %q: neither a user nor a group is given", text)
	}
	if name != "" {
		uid, err := userID(name)
		if err != nil {
			return ids, fmt.Errorf("invalid owner %q: %w", text, err)
		}
		ids.uid = uid
	}
	if !withGroup {
		return ids, nil
	}
	gid, err := groupID(name, group)
	if err != nil {
		return ids, fmt.Errorf("invalid owner %q: %w", text, err)
	}
	ids.gid = gid
	return ids, nil
}

func userID(name string) (int, error) {
	if known, err := user.Lookup(name); err == nil {
		return number(known.Uid)
	}
	id, err := number(name)
	if err != nil {
		return 0, fmt.Errorf("unknown user %q", name)
	}
	return id, nil
}

func groupID(userName, group string) (int, error) {
	if group == "" {
		known, err := user.Lookup(userName)
		if err != nil {
			return 0, fmt.Errorf("user %q has no login group here: write the group after the colon", userName)
		}
		return number(known.Gid)
	}
	if known, err := user.LookupGroup(group); err == nil {
		return number(known.Gid)
	}
	id, err := number(group)
	if err != nil {
		return 0, fmt.Errorf("unknown group %q", group)
	}
	return id, nil
}

func number(text string) (int, error) {
	id, err := strconv.ParseUint(text, 10, 32)
	if err != nil || id == 1<<32-1 {
		return 0, errors.New("not a number up to 4294967294")
	}
	return int(id), nil
}
