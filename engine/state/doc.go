// State: what Docker holds of one map now.

// Package state looks at an engine and returns a [Snapshot]: the containers and
// volumes whose names belong to one map, and the images that are asked for. It
// makes one call for all containers, one for all volumes, one for each image, and
// inspects a container only where the list does not tell enough.
//
// It changes nothing and judges nothing; whose a container is, and what follows,
// is for engine/plan to say.
package state
