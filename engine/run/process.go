// Run: which process holds the lock of a map.

package run

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process identifies a process, even after it has ended. The zero value means the
// current process.
type Process struct {
	// Name is for people: "build7, process 412".
	Name string
	// Machine is the same for all processes that can see each other's numbers, until
	// the machine reboots. If it is empty, nobody can know that the process has ended.
	Machine string
	// PID is the number of the process on its machine.
	PID int
	// Started is when the process began, by the machine's own count: process numbers
	// are reused.
	Started string
}

// ThisProcess asks the system which process it runs in. Machine and Started are only
// known on Linux.
func ThisProcess() Process {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	p := Process{Name: fmt.Sprintf("%s, process %d", host, os.Getpid()), PID: os.Getpid()}
	boot, bootErr := os.ReadFile("/proc/sys/kernel/random/boot_id")
	numbers, numbersErr := os.Readlink("/proc/self/ns/pid")
	_, started, statErr := processStat(p.PID)
	if bootErr == nil && numbersErr == nil && statErr == nil {
		p.Machine, p.Started = strings.TrimSpace(string(boot))+" "+numbers, started
	}
	return p
}

// String returns the process as the label of a lock has it; [parseProcess] reads that.
func (p Process) String() string {
	return strings.Join([]string{p.Machine, strconv.Itoa(p.PID), p.Started}, "/")
}

func parseProcess(text string) Process {
	parts := strings.Split(text, "/")
	if len(parts) != 3 {
		return Process{}
	}
	pid, err := strconv.Atoi(parts[1])
	if err != nil || pid <= 0 {
		return Process{}
	}
	return Process{Machine: parts[0], PID: pid, Started: parts[2]}
}

// knowsGone reports whether p can be certain that other has ended.
func (p Process) knowsGone(other Process) bool {
	if p.Machine == "" || p.Machine != other.Machine || other.PID == 0 {
		return false
	}
	state, started, err := processStat(other.PID)
	switch {
	case os.IsNotExist(err):
		return true
	case err != nil:
		return false
	}
	return started != other.Started || state == "Z" || state == "X"
}

// processStat reads the state and the start time of a process. The second field of the
// file may contain spaces and parentheses.
func processStat(pid int) (state, started string, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", "", err
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 20 {
		return "", "", fmt.Errorf("/proc/%d/stat: too short", pid)
	}
	return fields[0], fields[19], nil
}
