// Example images, app: the log file in the shared volume.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

type logFile struct{ file *os.File }

// openLog opens the log of the instance for appending, and creates it if needed.
func openLog(name string) (*logFile, error) {
	path := filepath.Join(logDir, name+".log")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o640)
	if err != nil {
		return nil, fmt.Errorf("cannot write the log %s: %w", path, explain(err, logDir))
	}
	return &logFile{file: file}, nil
}

// line writes one line, preceded by the time.
func (l *logFile) line(format string, args ...any) error {
	text := time.Now().UTC().Format(time.RFC3339) + " " + fmt.Sprintf(format, args...) + "\n"
	if _, err := l.file.WriteString(text); err != nil {
		return fmt.Errorf("cannot write the log %s: %w", l.file.Name(), err)
	}
	return nil
}

func (l *logFile) close() { _ = l.file.Close() } // each line has reached the kernel already

// explain adds to a refused access who asked and who owns the folder.
func explain(err error, dir string) error {
	var inner *fs.PathError
	if errors.As(err, &inner) {
		err = inner.Err
	}
	var st syscall.Stat_t
	if !errors.Is(err, fs.ErrPermission) || syscall.Stat(dir, &st) != nil {
		return err
	}
	return fmt.Errorf("%w: this process is user %d, group %d, but %s belongs to %d:%d with mode %04o; give the volume to the user of the app before it starts",
		err, os.Getuid(), os.Getgid(), dir, st.Uid, st.Gid, uint32(st.Mode)&0o7777)
}
