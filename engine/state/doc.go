// State: what Docker holds of one map now.

// Package state asks an engine and fills a [snapshot.Snapshot]: with the containers and
// volumes whose names belong to one map, and the images that are asked about. It makes
// one call for all containers, one for all volumes, one for each image, and one for
// each container that is to be inspected.
//
// It changes nothing and judges nothing. What is asked, whose a container is, and what
// follows, is up to engine/plan.
package state
