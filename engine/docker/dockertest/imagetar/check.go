// Test tools, images: refuses images that an engine would load in another form than was
// meant.

package imagetar

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"
)

const maxID = 1<<32 - 2 // the last value, 1<<32-1, means "leave unchanged" to the kernel

var (
	nameForm   = regexp.MustCompile(`^[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?$`)
	tagForm    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
	archForm   = regexp.MustCompile(`^[a-z0-9]+$`)
	portForm   = regexp.MustCompile(`^[1-9][0-9]{0,4}/(tcp|udp|sctp)$`)
	signalForm = regexp.MustCompile(`^(SIG)?[A-Z0-9+-]+$`)
)

// checkImages returns every fault of the images at once, or nil.
func checkImages(images []Image) error {
	if len(images) == 0 {
		return errors.New("cannot write an image tar: no images given")
	}
	var faults []error
	owner := map[string]int{}
	for i, img := range images {
		for _, err := range imageFaults(img) {
			faults = append(faults, fmt.Errorf("cannot write image %s: %w", imageName(img, i), err))
		}
		for _, tag := range img.Tags {
			if first, taken := owner[tag]; taken {
				faults = append(faults, fmt.Errorf("cannot write image %s: tag %q is already used by image %d", imageName(img, i), tag, first+1))
				continue
			}
			owner[tag] = i
		}
	}
	return errors.Join(faults...)
}

func imageName(img Image, index int) string {
	if len(img.Tags) > 0 {
		return fmt.Sprintf("%q", img.Tags[0])
	}
	return fmt.Sprintf("number %d", index+1)
}

func imageFaults(img Image) []error {
	var faults []error
	if len(img.Tags) == 0 {
		faults = append(faults, errors.New(`it has no tag: give at least one, such as "name:latest"`))
	}
	for _, tag := range img.Tags {
		if err := checkTag(tag); err != nil {
			faults = append(faults, err)
		}
	}
	if img.Arch != "" && !archForm.MatchString(img.Arch) {
		faults = append(faults, fmt.Errorf("architecture %q is not a name such as amd64 or arm64", img.Arch))
	}
	faults = append(faults, fileFaults(img.Files)...)
	return append(faults, configFaults(img.Config)...)
}

func checkTag(tag string) error {
	colon := strings.LastIndex(tag, ":")
	if colon < 0 || strings.Contains(tag[colon:], "/") {
		return fmt.Errorf("tag %q has no version: write %q", tag, tag+":latest")
	}
	if !nameForm.MatchString(tag[:colon]) {
		return fmt.Errorf("tag %q has a bad name: use lower case letters, digits and . _ - / between them", tag)
	}
	if !tagForm.MatchString(tag[colon+1:]) {
		return fmt.Errorf("tag %q has a bad version: use up to 128 letters, digits and . _ - after the colon", tag)
	}
	return nil
}

func fileFaults(files []File) []error {
	var faults []error
	kinds := map[string]bool{} // path to "is a folder"
	for _, f := range files {
		if err := checkFile(f); err != nil {
			faults = append(faults, err)
			continue
		}
		if _, twice := kinds[f.Path]; twice {
			faults = append(faults, fmt.Errorf("file %q is given twice", f.Path))
		}
		kinds[f.Path] = f.Dir
	}
	for _, f := range files {
		for dir := path.Dir(f.Path); len(dir) > 1; dir = path.Dir(dir) {
			if isDir, known := kinds[dir]; known && !isDir {
				faults = append(faults, fmt.Errorf("file %q lies below %q, which is not a folder", f.Path, dir))
			}
		}
	}
	return faults
}

func checkFile(f File) error {
	switch {
	case !path.IsAbs(f.Path) || path.Clean(f.Path) != f.Path || f.Path == "/":
		return fmt.Errorf("file %q needs an absolute path without . and .. and double slashes, such as \"/bin/app\"", f.Path)
	case !utf8.ValidString(f.Path+f.Link) || strings.ContainsRune(f.Path+f.Link, 0):
		return fmt.Errorf("file %q has a path or link that is not clean text", f.Path)
	case strings.Contains(f.Path, "/.wh."):
		return fmt.Errorf("file %q has a name that marks deleted files in image layers (.wh.)", f.Path)
	case f.Dir && f.Link != "":
		return fmt.Errorf("file %q is both a folder and a link", f.Path)
	case (f.Dir || f.Link != "") && len(f.Data) > 0:
		return fmt.Errorf("file %q is a folder or link and cannot hold data", f.Path)
	case f.Link != "" && f.Mode != 0:
		return fmt.Errorf("file %q is a link and cannot have a mode", f.Path)
	case f.Mode > 0o7777:
		return fmt.Errorf("file %q has mode %#o, which is more than 07777", f.Path, f.Mode)
	case f.UID < 0 || f.UID > maxID || f.GID < 0 || f.GID > maxID:
		return fmt.Errorf("file %q has owner %d:%d, outside 0 to %d", f.Path, f.UID, f.GID, maxID)
	}
	return nil
}

func configFaults(c Config) []error {
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for _, entry := range c.Env {
		if key, _, ok := strings.Cut(entry, "="); !ok || key == "" {
			fault("environment entry %q is not KEY=value", entry)
		}
	}
	if strings.ContainsAny(c.User, " \t\n\x00") {
		fault("user %q holds white space", c.User)
	}
	if c.WorkingDir != "" && !path.IsAbs(c.WorkingDir) {
		fault("working directory %q is not absolute", c.WorkingDir)
	}
	for _, port := range c.ExposedPorts {
		if !portForm.MatchString(port) {
			fault("exposed port %q is not written as in \"80/tcp\"", port)
		}
	}
	for _, volume := range c.Volumes {
		if !path.IsAbs(volume) || volume == "/" {
			fault("volume %q is not an absolute path below /", volume)
		}
	}
	if _, ok := c.Labels[""]; ok {
		fault("a label has no name")
	}
	if c.StopSignal != "" && !signalForm.MatchString(c.StopSignal) {
		fault("stop signal %q is not a signal such as SIGTERM", c.StopSignal)
	}
	return faults
}
