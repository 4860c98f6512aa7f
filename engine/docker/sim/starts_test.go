// Part of the tests of the simulated engine: why containers do not start, and what such
// a start leaves.

package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// failedStart is a part of HostConfig, or fields over a plain container, with what
// create and start say and the exit code.
type failedStart struct {
	host, more fields
	want       string
	code       int
}

// runtimeNoise is what differs from machine to machine in the texts of the runtime.
var runtimeNoise = regexp.MustCompile(`/proc/self/fd/[0-9]+`)

const (
	shim   = "failed to create shim task: OCI runtime create failed: runc create failed: "
	begun  = shim + "unable to start container process: "
	inside = begun + "error during container init: "
	onFile = ": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type"
)

func (l *lab) failStarts(rows []failedStart) {
	l.t.Helper()
	for i, row := range rows {
		s, name := container("run", row.host), fmt.Sprint("c", i)
		for k, v := range row.more {
			s[k] = v
		}
		what := fmt.Sprint(row.host, row.more)
		clean := func(text string) string {
			return strings.ReplaceAll(runtimeNoise.ReplaceAllString(text, "/proc/self/fd/6"), "fuse-overlayfs", "overlay2")
		}
		l.made = append(l.made, l.at(name)+"?force=1&v=1")
		if a := l.call(l.t, "POST", "/containers/create?name="+l.prefix+name, s); a.code != 201 {
			l.equal(what, clean(l.plain(a)), row.want)
			continue
		}
		l.equal(what, clean(l.post(l.at(name)+"/start", nil)), row.want)
		if row.want == "204" {
			continue
		}
		state := l.inspect(name).State
		text := clean(strings.ReplaceAll(anonymous(state.Error), l.prefix, ""))
		l.equal(what+" leaves", []any{state.Status, state.ExitCode, text}, []any{"created", row.code, row.want[4:]})
	}
}

func TestStartRefusesMounts(t *testing.T) {
	both(t, func(l *lab) {
		v, host := l.volume("v"), "/etc/hostname"
		tmpfs := func(options string) fields { return fields{"Tmpfs": fields{"/t": options}} }
		invalid := func(flags, data string) string {
			return "500 " + inside + `error mounting "tmpfs" to rootfs at "/t": mount tmpfs:/t (via /proc/self/fd/6), flags: ` + flags + ", data: " + data + ": invalid argument: unknown"
		}
		misfit := func(source, dest, how string) string {
			return "400 " + inside + fmt.Sprintf("error mounting %q to rootfs at %q: mount %s:%s (via /proc/self/fd/6), flags: %s", source, dest, source, dest, how) + onFile
		}
		root := "/var/lib/docker/overlay2/ID/merged"
		l.failStarts([]failedStart{
			{tmpfs("size=xx"), nil, invalid("0xe", "size=xx"), 128},
			{tmpfs("size=-1"), nil, invalid("0xe", "size=-1"), 128},
			{tmpfs("size=1.5m"), nil, invalid("0xe", "size=1.5m"), 128},
			{tmpfs("size=1x,mode=zz,ro,exec"), nil, invalid("0x6", "size=1x,mode=zz"), 128},
			{tmpfs("mode=9999"), nil, invalid("0xe", "mode=9999"), 128},
			{tmpfs("uid=abc"), nil, invalid("0xe", "uid=abc"), 128},
			{tmpfs("nr_inodes=x"), nil, invalid("0xe", "nr_inodes=x"), 128},
			{tmpfs("size=xx,size=50%,mode=7777,uid=5"), nil, "204", 0},
			{fields{"Mounts": list{fields{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": fields{"SizeBytes": -1, "Mode": 0o777}}}}, nil, invalid("0xe", "mode=777,size=-1"), 128},
			{fields{"Tmpfs": fields{"/etc/passwd": ""}}, nil, misfit("tmpfs", "/etc/passwd", "0xe"), 127},
			{fields{"Binds": []string{"/tmp:/etc/passwd:ro"}}, nil, misfit("/tmp", "/etc/passwd", "0x5001"), 127},
			{fields{"Binds": []string{host + ":/data"}}, nil, misfit(host, "/data", "0x5000"), 127},
			{fields{"Binds": []string{host + ":/etc/passwd"}}, nil, "204", 0},
			{fields{"Binds": []string{"/tmp:/etc/hosts"}}, nil, misfit("/tmp", "/etc/hosts", "0x5000"), 127},
			{fields{"Binds": []string{"/tmp:/etc/passwd/x"}}, nil, "400 " + inside + `error mounting "/tmp" to rootfs at "/etc/passwd/x": open o_path procfd: open ` + root + "/etc/passwd/x" + onFile, 127},
			{fields{"Binds": []string{"/tmp:/proc"}}, nil, "500 " + inside + `error mounting "/tmp" to rootfs at "/proc": "` + root + `/proc" cannot be mounted because it is not of type proc: unknown`, 128},
			{fields{"Binds": []string{"/tmp:/proc/x"}}, nil, "500 " + inside + `error mounting "/tmp" to rootfs at "/proc/x": "` + root + `/proc/x" cannot be mounted because it is inside /proc: unknown`, 128},
			{fields{"Binds": []string{v + ":/etc/passwd:nocopy"}}, nil, misfit("/var/lib/docker/volumes/v/_data", "/etc/passwd", "0x5000"), 127},
			{fields{"Binds": []string{v + ":/etc/passwd"}}, nil, "500 source " + root + "/etc/passwd is not directory", 0},
			{fields{"Binds": []string{v + ":/etc/passwd/x"}}, nil, "500 lstat " + root + "/etc/passwd/x: not a directory", 0},
			{nil, fields{"Volumes": fields{"/etc/passwd": fields{}}}, "500 cannot mount volume over existing file, file exists " + root + "/etc/passwd", 0},
			{nil, fields{"WorkingDir": "/data/seed/x"}, "500 lstat " + root + "/data/seed/x: not a directory", 0},
			{nil, fields{"WorkingDir": "/bin/true"}, "500 Cannot mkdir: /bin/true is not a directory", 0},
		})
	})
}

func TestStartRefusesLimitsAndSettings(t *testing.T) {
	both(t, func(l *lab) {
		limit := func(name string, soft, hard int64) fields {
			return fields{"Ulimits": list{fields{"Name": name, "Soft": soft, "Hard": hard}}}
		}
		sysctl := func(name, value string, more fields) fields {
			host := fields{"Sysctls": fields{name: value}}
			for k, v := range more {
				host[k] = v
			}
			return host
		}
		device := func(permissions, rule string) fields {
			host := fields{"Devices": list{fields{"PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": permissions}}}
			if rule != "" {
				host["DeviceCgroupRules"] = []string{rule}
			}
			return host
		}
		hostNet, hostIpc := fields{"NetworkMode": "host"}, fields{"IpcMode": "host"}
		const rlimit, write = "error setting rlimits for ready process: error setting rlimit type 7: ", "write /proc/sys/"
		const shares = "error setting cgroup config for procHooks process: "
		l.failStarts([]failedStart{
			{limit("nofile", 100, 10), nil, "500 " + inside + rlimit + "invalid argument: unknown", 128},
			{limit("nofile", -1, 10), nil, "500 " + inside + rlimit + "invalid argument: unknown", 128},
			{limit("nofile", -1, -1), nil, "500 " + inside + rlimit + "operation not permitted: unknown", 128},
			{limit("bogus", 1, 1), nil, "500 " + shim + "wrong rlimit value: RLIMIT_BOGUS: unknown", 128},
			{limit("NPROC", 1, 1), nil, "204", 0},
			{sysctl("net.ipv4.ip_forward", "1", nil), nil, "204", 0},
			{sysctl("net/ipv4/ip_forward", "1", hostNet), nil, "500 " + shim + `sysctl "net.ipv4.ip_forward" not allowed in host network namespace: unknown`, 128},
			{sysctl("kernel.shmmax", "1000", hostIpc), nil, "500 " + shim + `sysctl "kernel.shmmax" is not allowed in the hosts ipc namespace: unknown`, 128},
			{sysctl("kernel.hostname", "x", nil), nil, "500 " + shim + `sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "hostname" field: unknown`, 128},
			{sysctl("kernel.domainname", "x", nil), nil, "204", 0},
			{sysctl("kernel.domainname", "x", fields{"UTSMode": "host"}), nil, "500 " + shim + `sysctl "kernel.domainname" is not in a separate kernel namespace: unknown`, 128},
			{sysctl("vm.swappiness", "10", nil), nil, "500 " + shim + `sysctl "vm.swappiness" is not in a separate kernel namespace: unknown`, 128},
			{sysctl("fs.mqueue.msg_max", "x", nil), nil, "500 " + inside + write + "fs/mqueue/msg_max: invalid argument: unknown", 128},
			{sysctl("kernel.msgmax", "-5", nil), nil, "500 " + inside + write + "kernel/msgmax: invalid argument: unknown", 128},
			{sysctl("kernel.shm_rmid_forced", "7", nil), nil, "500 " + inside + write + "kernel/shm_rmid_forced: invalid argument: unknown", 128},
			{sysctl("kernel.sem", "1 2 3 4", nil), nil, "204", 0},
			{device("", ""), nil, "500 " + shim + "device access at 8 field cannot be empty: unknown", 128},
			{device("rwm", "c 1:3"), nil, "500 invalid device cgroup rule format: 'c 1:3'", 128},
			{device("rwm", "c 1:* rw"), nil, "204", 0},
			{fields{"Devices": list{fields{"PathOnHost": "/etc", "PathInContainer": "/dev/n", "CgroupPermissions": "rwm"}}}, nil, `500 error gathering device information while adding custom device "/etc": not a device node`, 128},
			{fields{"BlkioDeviceReadBps": list{fields{"Path": "/dev/nope", "Rate": 100}}}, nil, "500 stat /dev/nope: no such file or directory", 128},
			{fields{"CpuShares": 1}, nil, "500 " + inside + shares + "the minimum allowed cpu-shares is 2: unknown", 128},
			{fields{"CpuShares": 300000}, nil, "500 " + inside + shares + "the maximum allowed cpu-shares is 262144: unknown", 128},
			{fields{"GroupAdd": []string{"nosuch"}}, nil, "500 Unable to find group nosuch: no matching entries in group file", 128},
			{fields{"GroupAdd": []string{"-1"}}, nil, "500 uids and gids must be in range 0-2147483647", 128},
			{fields{"GroupAdd": []string{"app", "5"}}, nil, "204", 0},
			{fields{"SecurityOpt": []string{"seccomp={"}}, nil, "500 Decoding seccomp profile failed: unexpected end of JSON input", 128},
			{fields{"SecurityOpt": []string{"seccomp=[]"}}, nil, "500 Decoding seccomp profile failed: json: cannot unmarshal array into Go value of type seccomp.Seccomp", 128},
			{fields{"SecurityOpt": []string{"no-new-privileges=x"}}, nil, `500 invalid --security-opt 2: "no-new-privileges=x"`, 0},
			{nil, fields{"Hostname": strings.Repeat("x", 65)}, "500 " + inside + "sethostname: invalid argument: unknown", 128},
			{nil, fields{"Cmd": []string{"/bin/simproc/x"}}, "400 " + begun + `exec: "/bin/simproc/x": stat /bin/simproc/x` + onFile, 127},
			{nil, fields{"Cmd": []string{"simproc"}, "Env": []string{"PATH=bin"}}, "500 " + begun + `exec: "simproc": cannot run executable found relative to current directory: unknown`, 128},
		})
	})
}

func TestStartRefusesLogOptions(t *testing.T) {
	both(t, func(l *lab) {
		logs := func(driver string, options ...string) fields {
			config := fields{}
			for _, option := range options {
				key, value, _ := strings.Cut(option, "=")
				config[key] = value
			}
			return fields{"LogConfig": fields{"Type": driver, "Config": config}}
		}
		const driver = "500 failed to initialize logging driver: "
		l.failStarts([]failedStart{
			{logs("", "max-size=bogus"), nil, driver + "invalid size: 'bogus'", 128},
			{logs("", "max-size=0k"), nil, driver + "max-size must be a positive number", 128},
			{logs("json-file", "max-size=1.5k", "max-file=3", "compress=true"), nil, "204", 0},
			{logs("json-file", "max-file=x"), nil, driver + `strconv.Atoi: parsing "x": invalid syntax`, 128},
			{logs("json-file", "max-file=0"), nil, driver + "max-file cannot be less than 1", 128},
			{logs("json-file", "compress=maybe"), nil, driver + `strconv.ParseBool: parsing "maybe": invalid syntax`, 128},
			{logs("json-file", "env-regex=["), nil, driver + "error parsing regexp: missing closing ]: `[`", 128},
			{logs("local", "max-size=bogus"), nil, driver + "invalid value for max-size: bogus: invalid size: 'bogus'", 128},
			{logs("local", "max-size=0"), nil, "204", 0},
			{logs("local", "max-file=x"), nil, driver + `invalid value for max-file: x: strconv.Atoi: parsing "x": invalid syntax`, 128},
			{logs("local", "max-file=1"), nil, driver + "compression cannot be enabled when max file count is 1", 128},
			{logs("local", "max-file=-1"), nil, driver + "max file count cannot be less than 0", 128},
			{logs("local", "compress=maybe"), nil, driver + `error reading compress log option: strconv.ParseBool: parsing "maybe": invalid syntax`, 128},
			{logs("local", "max-buffer-size=1m"), nil, "400 logger: max-buffer-size option is only supported with 'mode=non-blocking'", 0},
			{logs("", "mode=non-blocking", "max-buffer-size=x"), nil, "400 error parsing option max-buffer-size: invalid size: 'x'", 0},
			{logs("", "cache-disabled=x"), nil, "400 invalid value for option cache-disabled: x", 0},
			{logs("syslog", "bogus=1"), nil, "400 unknown log opt 'bogus' for syslog log driver", 0},
			{logs("gelf"), nil, "400 gelf-address is a required parameter", 0},
		})
	})
}

func TestInitThatCannotStartItsProgram(t *testing.T) {
	both(t, func(l *lab) {
		for name, row := range map[string]struct {
			program string
			code    int
			reason  string
		}{"nope": {"/nope", 127, "No such file or directory"}, "file": {"/etc/passwd", 126, "Permission denied"}} {
			s := container("", fields{"Init": true})
			s["Cmd"] = []string{row.program}
			l.create(name, s)
			l.start(name)
			l.equal(name, l.stopped(name), row.code)
			got := frames(l.t, l.want(l.t, 200, "GET", l.at(name)+"/logs?stderr=1", nil).text)
			l.equal("said", strings.HasSuffix(strings.Join(got, "|"), "exec "+row.program+" failed: "+row.reason), true)
		}
	})
}

func TestCreateWarns(t *testing.T) {
	both(t, func(l *lab) {
		for name, row := range map[string]struct {
			host fields
			want string
		}{
			"oom":    {fields{"OomKillDisable": true}, "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources."},
			"kernel": {fields{"KernelMemory": 50 << 20}, "Specifying a kernel memory limit is deprecated and will be removed in a future release."},
			"cpu":    {fields{"CpuPercent": 5}, "linux does not support CPU percent. Percent discarded."},
		} {
			l.made = append(l.made, l.at(name))
			a := l.want(l.t, 201, "POST", "/containers/create?name="+l.prefix+name, container("run", row.host))
			l.equal(name, strings.Contains(a.text, `"Warnings":["`+row.want+`"]`), true)
		}
	})
}
