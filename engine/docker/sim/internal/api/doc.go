// Calls: what the package is.

// Package api holds the calls of the Engine API: each reads a request, asks or changes
// the world, and makes a document from what it finds. [Routes] is the table of them
// all.
package api
