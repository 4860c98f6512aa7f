// Command line: the files of saved plans.

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dmap-dev/dmap/engine/plan"
	"github.com/dmap-dev/dmap/engine/problem"
)

// stdStream is the file name that stands for standard input or output.
const stdStream = "-"

// savePlan writes a plan to a file that only its owner can read: all of it, or nothing.
// A plan that could not be read back is not written.
func (a *app) savePlan(p *plan.Plan, file string) error {
	var text bytes.Buffer
	if err := p.WriteJSON(&text); err != nil {
		return err
	}
	if _, err := plan.Read(file, bytes.NewReader(text.Bytes())); err != nil {
		return fmt.Errorf("cannot save the plan: it could not be read back: %w", err)
	}
	if file == stdStream {
		_, err := a.Out.Write(text.Bytes())
		return err
	}
	if err := replacesPlan(file); err != nil {
		return fmt.Errorf("cannot save the plan: %w", err)
	}
	if err := replaceFile(file, text.Bytes()); err != nil {
		return fmt.Errorf("cannot save the plan: %w", err)
	}
	return nil
}

// replacesPlan refuses to overwrite anything but a plan, such as the program that the
// plan was made from.
func replacesPlan(file string) error {
	f, err := openRegular(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	begin := []byte("{\n  \"schema\": \"dmap.plan/")
	found := make([]byte, len(begin))
	if _, err := io.ReadFull(f, found); err != nil || !bytes.Equal(found, begin) {
		return fmt.Errorf("%s exists and is not a plan; move it away or choose another name", file)
	}
	return nil
}

// replaceFile writes a file next to the one it replaces, readable by its owner only,
// and renames it: a crash leaves the old file or the new one.
func replaceFile(file string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".dmap-plan-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// readPlan reads a saved plan. A file that cannot be read gives the same exit code as
// one with wrong contents.
func (a *app) readPlan(ctx context.Context, file string) (*plan.Plan, error) {
	if file == stdStream {
		text, err := a.readInput(ctx, plan.MostBytes+1)
		if err != nil {
			return nil, err
		}
		return plan.Read("stdin", bytes.NewReader(text))
	}
	f, err := openRegular(file)
	if err != nil {
		return nil, problem.Problems{{Code: plan.CodeSaved, Msg: fmt.Sprintf("cannot read the plan: %v", err), Cause: err}}
	}
	defer f.Close()
	return plan.Read(file, f)
}
