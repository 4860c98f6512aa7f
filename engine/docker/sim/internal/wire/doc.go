// Wire: what the package is.

// Package wire is the outermost layer of the simulated engine: requests, routes,
// versions, answers and errors as they pass between a client and an engine. It knows
// nothing about what an engine holds. All other packages of the simulation express
// their answers and errors with it.
package wire
