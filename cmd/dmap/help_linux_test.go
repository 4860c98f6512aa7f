// Command line: help on a real terminal.

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// On a terminal, its width counts; elsewhere lines have 80 columns.
func TestHelpOnATerminal(t *testing.T) {
	screen, terminal := openTerminal(t, 50)
	read := make(chan string)
	go func() {
		text, _ := io.ReadAll(screen) // ends with an error when the terminal is closed
		read <- string(text)
	}()
	if code := Main([]string{"run", "--help"}, Streams{In: terminal, Out: terminal, Err: terminal}); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	terminal.Close()
	if got := widest(strings.ReplaceAll(<-read, "\r\n", "\n")); got < 40 || got > 50 {
		t.Errorf("the widest line has %d columns on a terminal of 50", got)
	}
	var out bytes.Buffer
	if code := Main([]string{"run", "--help"}, Streams{In: strings.NewReader(""), Out: &out, Err: &out}); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if got := widest(out.String()); got < 70 || got > 80 {
		t.Errorf("the widest line has %d columns where there is no terminal", got)
	}
}

// openTerminal opens a terminal of that many columns; screen has what is written to it.
func openTerminal(t *testing.T, columns uint16) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	return screen, terminal
}
