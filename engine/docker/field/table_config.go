// API fields, table: the configuration of a container that does not depend on the host.

package field

func configFields() []Field {
	words := plain("list of words in their order")
	return []Field{
		{Name: "Hostname", Meaning: plain("text")},
		{Name: "Domainname", Meaning: plain("text")},
		{Name: "User", Record: Digest, Meaning: plain("text")},
		{Name: "AttachStdin", Meaning: plain("flag")},
		{Name: "AttachStdout", Meaning: plain("flag")},
		{Name: "AttachStderr", Meaning: plain("flag")},
		{Name: "ExposedPorts", Record: Digest, Meaning: plain("set of ports").and(withMore)},
		{Name: "Tty", Meaning: plain("flag")},
		{Name: "OpenStdin", Meaning: plain("flag")},
		{Name: "StdinOnce", Meaning: plain("flag")},
		{Name: "Env", Record: Names, Meaning: keyed("variables by name", func(v any) string { return before(text(v), "=") }, same).withOthers()},
		{Name: "Cmd", Meaning: words},
		{Name: "Healthcheck", Record: Names, Meaning: plain("record").and(withMore)},
		{Name: "Image", Record: Digest, Meaning: textOf("image", image).and(anyImage)},
		{Name: "Volumes", Record: Digest, Meaning: mapOf("paths", clean, same).and(withMore)},
		{Name: "WorkingDir", Meaning: textOf("path", clean)},
		{Name: "Entrypoint", Meaning: words.and(entrypoint)},
		{Name: "NetworkDisabled", Meaning: plain("flag")},
		{Name: "MacAddress", Record: Digest, Meaning: textOf("MAC address", hardware).and(ifShown)},
		{Name: "Labels", Record: Names, Meaning: plain("map of texts").and(withMore)},
		{Name: "StopSignal", Meaning: textOf("signal", signal)},
		{Name: "StopTimeout", Meaning: plain("number")},
		{Name: "Shell", Meaning: words},
	}
}

// anyImage takes every image for the one that was asked for: a name says nothing of what it stood for when the container
// was made. Compare ids.
func anyImage(_, _ any, _ ID) bool { return true }

// entrypoint knows that an engine shows none where the image's was cleared.
func entrypoint(asked, has any, _ ID) bool {
	return equal(asked, has) || has == nil && equal(asked, []any{""})
}

// ifShown passes over what an engine does not show: new ones have it elsewhere, and of a container that does not run none.
func ifShown(asked, has any, _ ID) bool { return has == nil || equal(asked, has) }
