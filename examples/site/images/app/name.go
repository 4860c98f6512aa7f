// Example images, app: how an instance knows its name.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// nameForm keeps names usable as file names, and the path of the socket within the 107
// bytes that the kernel accepts.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// instanceName takes the environment variable APP_NAME, or else the file "name" in the
// configuration folder, or else the name of the host. A source that exists but cannot
// be used is an error: no other name is guessed in its place.
func instanceName() (string, error) {
	name, source, err := findName()
	if err != nil {
		return "", fmt.Errorf("cannot tell the name of this instance: %w", err)
	}
	if !nameForm.MatchString(name) {
		return "", fmt.Errorf("cannot use %q from %s as the name of this instance: use up to 64 letters, digits and . _ -, beginning with a letter or digit", name, source)
	}
	return name, nil
}

func findName() (name, source string, err error) {
	if name, given := os.LookupEnv("APP_NAME"); given {
		return name, "the environment variable APP_NAME", nil
	}
	file := filepath.Join(configDir, "name")
	text, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(text)), file, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	name, err = os.Hostname()
	return name, "the host name", err
}
