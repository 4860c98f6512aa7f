// Package problem says what is wrong, where, why, and what to do about it. Whatever
// refuses input returns its [Problem]: the map, the options of a container, a plan
// that was saved. It knows neither maps nor Docker and imports no other package of ours.
package problem
