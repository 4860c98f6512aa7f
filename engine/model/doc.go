// Model: the plain data every other package works on.

// Package model holds what a container map says: [ContainerMap], [Container],
// [HostShare], [Link] and their parts, as plain data with exported fields.
//
// It is also the only place that converts the short forms ("a string for a one-element
// list", `{alias: "ro"}` for a [HostShare], ...) from [Input] values, and
// [ContainerMap.Validate], which reports everything that is wrong with a map at once.
// Programs in Starlark, dictionaries, JSON and Go code all end here.
//
// It never talks to Docker, reads no file, clock or environment, and imports only
// engine/problem and engine/docker/identity of this module. starlarkmap fills it,
// engine/resolve reads it, and Go programs may build it by hand:
//
//	m := &model.ContainerMap{Name: "site", Containers: []*model.Container{
//		{Name: "web", Image: "nginx", Shares: []string{"/cache"}},
//	}}
package model
