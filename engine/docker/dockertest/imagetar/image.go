// Test tools, images: the plain data that an image is made from.

// Package imagetar makes small container images from given files and writes them as one
// docker-archive tar, the form that "docker load" and POST /images/load read.
//
// The same images give the same bytes on every machine: entries are sorted, times are
// fixed, and the configuration holds nothing that was not given. So an image keeps its
// id, and loading it twice leaves no dangling image behind.
//
// The package never talks to an engine and never reads files itself; only [BuildGo]
// starts another program. It is used by the example images, and by tests that need an
// image where no registry can be reached.
package imagetar

// Image describes one image with a single layer for Linux. The zero value is not
// useful: Tags must be given.
type Image struct {
	// Tags are the names that the image gets when it is loaded, each as "name:tag". At
	// least one is required.
	Tags []string
	// Arch is the processor architecture as Go and Docker name it, for instance
	// "arm64". Empty means that of the running program.
	Arch string
	// Files is the content of the layer, in any order. Folders above a file need no
	// entry: they are made with owner 0:0 and mode 0755.
	Files []File
	// Config is what containers made from this image start with.
	Config Config
}

// File is one entry of the layer: a regular file, or a folder if Dir is set, or a
// symbolic link if Link is set.
type File struct {
	// Path is absolute and clean, for instance "/bin/app".
	Path string
	// Mode holds the permission bits and setuid, setgid and sticky as in chmod(1), at
	// most 07777. Zero means 0644 for a file and 0755 for a folder. A link has no mode
	// of its own.
	Mode uint32
	// UID and GID are the numeric owner and group.
	UID, GID int
	// Data is the content of a regular file. It is only read.
	Data []byte
	// Dir makes the entry a folder.
	Dir bool
	// Link makes the entry a symbolic link with this target, which need not exist.
	Link string
}

// Config is the part of an image that containers inherit. Field names follow the image
// configuration of the Engine API; empty fields are left out.
type Config struct {
	Entrypoint   []string
	Cmd          []string
	Env          []string          // each "KEY=value"
	User         string            // "user" or "user:group", names or numbers
	WorkingDir   string            // absolute
	ExposedPorts []string          // each "80/tcp"
	Volumes      []string          // absolute paths inside the container
	Labels       map[string]string // only read
	StopSignal   string            // "SIGTERM" or a number
}
