// Resolve: from a map to what Docker must hold.

// Package resolve turns a [model.ContainerMap] into [Desired]: every container and
// volume with its full name and what it needs and, for the containers a plan is about,
// the complete create request.
//
// It is pure: the same map gives the same result. It does not know what Docker holds,
// and decides nothing about actions; engine/plan does. The only foreign code it runs is
// the option functions of the map, once for each container.
package resolve
