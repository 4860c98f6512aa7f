// Options, overview: the table of all options, and how they get into a spec.

// Package option holds the table of all options of create_options and start_options:
// the keywords of docker-py's API client for creating and starting a container and for
// its host configuration, each with its Engine API field, accepted forms and a line of
// documentation. The same table feeds conversion ([Apply]), suggestions, completion
// ([Names]), help ([Help]) and the check against the API version of an engine
// ([Check]).
//
// It never talks to Docker, reads no file, clock or environment, and ignores
// nothing: a key or value it does not understand is a problem, never a guess.
//
// engine/resolve calls [Apply] once per dictionary, from the lowest precedence to
// the highest (row 105): on a spec that holds the attributes of the container, first
// with create_options, then start_options, then the keywords of the call. The
// volumes attached by the container itself are appended to VolumesFrom after that,
// which gives the order of row 98. engine/plan calls [Check].
package option
