// Package problem says what is wrong, where, why, and what to do about it. Whatever
// refuses input returns a [Problem]: a map, the options of a container, a saved plan.
// The package knows neither maps nor Docker.
package problem
