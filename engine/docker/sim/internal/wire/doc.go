// Wire: what the package is.

// Package wire is the outermost layer of the simulated engine: requests, routes, versions, answers and errors as they pass
// between a client and an engine. It knows nothing of what an engine holds. All rooms of the simulation answer in its words.
package wire
