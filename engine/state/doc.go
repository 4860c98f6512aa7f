// State: what Docker holds of one map now.

// Package state asks an engine and fills a [snapshot.Snapshot]: the containers and
// volumes whose names belong to one map, and the images that are asked for. It
// makes one call for all containers, one for all volumes, one for each image, and
// one for each container that is to be inspected.
//
// It changes nothing and judges nothing; what is to be asked, whose a container is, and
// what follows, is for engine/plan to say.
package state
