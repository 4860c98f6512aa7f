// Options, tests: for every option, what it accepts and what becomes of it.

package option_test

// example is one accepted value of an option.
type example struct {
	option string
	value  any
	want   string // the fields of the spec that are set, as JSON without the outer braces

	// inspect is the field of the option in the inspection of a real container, where
	// it is not what was sent. "-" if inspection has no such field.
	inspect string
	// cannot is part of what an engine answers that refuses or drops the option, and
	// why says what that depends on. Such an engine need not show it.
	cannot, why string
}

// list and dict keep the rows short.
type (
	list = []any
	dict = map[string]any
)

func examples() []example {
	var out []example
	for _, part := range [][]example{configExamples(), hostExamples(), mountExamples(), portExamples(), resourceExamples()} {
		out = append(out, part...)
	}
	return out
}

func configExamples() []example {
	return []example{
		{option: "command", value: `serve --name "a b" 'c $d' e\ f ''`, want: `"Cmd": ["serve", "--name", "a b", "c $d", "e f", ""]`},
		{option: "command", value: list{"sh", "-c", "a && b"}, want: `"Cmd": ["sh", "-c", "a && b"]`}, // D2
		{option: "command", value: `sh -c "a && b" '&&'`, want: `"Cmd": ["sh", "-c", "a && b", "&&"]`},
		{option: "command", value: `a \\ "\x\"\\"`, want: `"Cmd": ["a", "\\", "\\x\"\\"]`},
		{option: "Cmd", value: list{"a", "a"}, want: `"Cmd": ["a", "a"]`},
		{option: "domainname", value: "example.com", want: `"Domainname": "example.com"`},
		{option: "entrypoint", value: "/run it", want: `"Entrypoint": ["/run", "it"]`},
		{option: "entrypoint", value: list{"/run", "it"}, want: `"Entrypoint": ["/run", "it"]`},
		{option: "entrypoint", value: "", want: `"Entrypoint": [""]`, inspect: "null"},
		{option: "entrypoint", value: list{}, want: `"Entrypoint": [""]`, inspect: "null"},
		{option: "environment", value: dict{"A": "x y", "B": nil, "C": 8080, "D": 1.5, "E": true, "F": "", "G": 2.0}, // D28
			want: `"Env": ["A=x y", "B", "C=8080", "D=1.5", "E=True", "F=", "G=2.0"]`},
		{option: "environment", value: dict{"A": 1e20, "B": 1e-7, "C": -0.5, "D": false}, want: `"Env": ["A=1e+20", "B=1e-07", "C=-0.5", "D=False"]`}, // D28
		{option: "environment", value: list{"A=1=2", "B"}, want: `"Env": ["A=1=2", "B"]`},
		{option: "Env", value: "A=1", want: `"Env": ["A=1"]`},
		{option: "healthcheck", value: dict{"test": "curl -f localhost", "interval": "1m30s", "timeout": 1000000, "retries": 3, "start_period": "500ms"},
			want: `"Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 90000000000, "Timeout": 1000000, "Retries": 3, "StartPeriod": 500000000}`},
		{option: "healthcheck", value: dict{"Test": list{"curl", "localhost"}}, want: `"Healthcheck": {"Test": ["CMD", "curl", "localhost"]}`},
		{option: "healthcheck", value: dict{"test": list{"CMD-SHELL", "a b"}, "Retries": nil}, want: `"Healthcheck": {"Test": ["CMD-SHELL", "a b"]}`},
		{option: "healthcheck", value: list{"curl localhost", "30s", nil, 3}, want: `"Healthcheck": {"Test": ["CMD-SHELL", "curl localhost"], "Interval": 30000000000, "Retries": 3}`},
		{option: "healthcheck", value: list{list{"curl", "localhost"}, "30s"}, want: `"Healthcheck": {"Test": ["CMD", "curl", "localhost"], "Interval": 30000000000}`},
		{option: "healthcheck", value: list{"CMD", "curl", "30s"}, want: `"Healthcheck": {"Test": ["CMD", "curl", "30s"]}`},
		{option: "healthcheck", value: "NONE", want: `"Healthcheck": {"Test": ["NONE"]}`},
		{option: "healthcheck", value: dict{"test": "a", "start_interval": "2s"}, want: `"Healthcheck": {"Test": ["CMD-SHELL", "a"], "StartInterval": 2000000000}`},
		{option: "hostname", value: "web-1", want: `"Hostname": "web-1"`},
		{option: "labels", value: dict{"a": "b", "n": 1}, want: `"Labels": {"a": "b", "n": "1"}`},
		{option: "labels", value: list{"a=b", "c"}, want: `"Labels": {"a": "b", "c": ""}`},
		{option: "mac_address", value: "02:42:AC:11:00:07", want: `"MacAddress": "02:42:ac:11:00:07"`},
		{option: "network_disabled", value: true, want: `"NetworkDisabled": true`},
		{option: "networking_config", value: dict{"bridge": nil}, want: `"NetworkingConfig": {"EndpointsConfig": {"bridge": {}}}`},
		{option: "networking_config", value: dict{"EndpointsConfig": dict{"bridge": dict{"IPAMConfig": dict{"IPv4Address": "172.17.0.9"}}}},
			want:   `"NetworkingConfig": {"EndpointsConfig": {"bridge": {"IPAMConfig": {"IPv4Address": "172.17.0.9"}}}}`,
			cannot: "on user-defined networks only", why: "older engines refuse it at the start"},
		{option: "networking_config", value: dict{"bridge": dict{"aliases": list{"db"}, "links": dict{"dmap-opttest-one": "x"}, "ipv4_address": "172.17.0.9",
			"ipv6_address": "fd00::9", "link_local_ips": list{"169.254.1.1"}, "driver_opt": dict{"a": "b"}}},
			want: `"NetworkingConfig": {"EndpointsConfig": {"bridge": {"Aliases": ["db"], "Links": ["dmap-opttest-one:x"], "DriverOpts": {"a": "b"},
				"IPAMConfig": {"IPv4Address": "172.17.0.9", "IPv6Address": "fd00::9", "LinkLocalIPs": ["169.254.1.1"]}}}}`,
			cannot: "on user-defined networks only", why: "older engines refuse it at the start"},
		{option: "networking_config", value: dict{"EndpointsConfig": dict{"bridge": dict{"Aliases": list{"db"}, "Links": list{"dmap-opttest-one:x"},
			"IPAMConfig": dict{"LinkLocalIPs": list{"169.254.1.1"}}, "DriverOpts": dict{"a": "b"}}}}, // as create_endpoint_config returns it
			want: `"NetworkingConfig": {"EndpointsConfig": {"bridge": {"Aliases": ["db"], "Links": ["dmap-opttest-one:x"], "DriverOpts": {"a": "b"},
				"IPAMConfig": {"LinkLocalIPs": ["169.254.1.1"]}}}}`,
			cannot: "for user-defined networks", why: "older engines refuse it at the start"},
		{option: "ports", value: list{80, "81", "53/udp", list{54, "udp"}, list{"55", "sctp"}, "90-91/udp"}, // D22
			want: `"ExposedPorts": {"80/tcp": {}, "81/tcp": {}, "53/udp": {}, "54/udp": {}, "55/sctp": {}, "90/udp": {}, "91/udp": {}}`},
		{option: "ports", value: 80, want: `"ExposedPorts": {"80/tcp": {}}`},
		{option: "ExposedPorts", value: dict{"80/tcp": dict{}, "81": nil}, want: `"ExposedPorts": {"80/tcp": {}, "81/tcp": {}}`},
		{option: "shell", value: list{"/bin/ash", "-c"}, want: `"Shell": ["/bin/ash", "-c"]`},
		{option: "stdin_once", value: true, want: `"StdinOnce": true`},
		{option: "stdin_open", value: true, want: `"OpenStdin": true`},
		{option: "stop_signal", value: "SIGUSR1", want: `"StopSignal": "SIGUSR1"`},
		{option: "stop_signal", value: 10, want: `"StopSignal": "10"`},
		{option: "stop_signal", value: "rtmin+3", want: `"StopSignal": "rtmin+3"`},
		{option: "stop_timeout", value: 30, want: `"StopTimeout": 30`},
		{option: "stop_timeout", value: "1m30s", want: `"StopTimeout": 90`},
		{option: "stop_timeout", value: 0, want: `"StopTimeout": 0`},
		{option: "stop_timeout", value: -1, want: `"StopTimeout": -1`},
		{option: "tty", value: true, want: `"Tty": true`},
		{option: "user", value: "www-data", want: `"User": "www-data"`}, // row 96
		{option: "user", value: 1000, want: `"User": "1000"`},
		{option: "user", value: list{1000, "staff"}, want: `"User": "1000:staff"`},
		{option: "volumes", value: list{"/data", "/data/", "/more"}, want: `"Volumes": {"/data": {}, "/more": {}}`}, // row 97
		{option: "volumes", value: "/data", want: `"Volumes": {"/data": {}}`},
		{option: "volumes", value: dict{"/data": dict{}}, want: `"Volumes": {"/data": {}}`},
		{option: "working_dir", value: "/srv", want: `"WorkingDir": "/srv"`},
	}
}

func hostExamples() []example {
	return []example{
		{option: "annotations", value: dict{"a": "b"}, want: `"HostConfig.Annotations": {"a": "b"}`,
			inspect: "-", why: "API 1.43; engines before ignore it, see Check"},
		{option: "cap_add", value: list{"net_admin", "CAP_NET_ADMIN", "SYS_TIME"}, want: `"HostConfig.CapAdd": ["CAP_NET_ADMIN", "CAP_SYS_TIME"]`},
		{option: "CapAdd", value: "ALL", want: `"HostConfig.CapAdd": ["ALL"]`},
		{option: "cap_drop", value: list{"MKNOD"}, want: `"HostConfig.CapDrop": ["CAP_MKNOD"]`},
		{option: "cgroupns", value: "private", want: `"HostConfig.CgroupnsMode": "private"`},
		{option: "console_size", value: list{25, 80}, want: `"HostConfig.ConsoleSize": [25, 80]`},
		{option: "dns", value: list{"9.9.9.9", "2620:fe::fe"}, want: `"HostConfig.Dns": ["9.9.9.9", "2620:fe::fe"]`},
		{option: "dns_opt", value: list{"ndots:2"}, want: `"HostConfig.DnsOptions": ["ndots:2"]`},
		{option: "dns_search", value: list{"example.com", "."}, want: `"HostConfig.DnsSearch": ["example.com", "."]`},
		{option: "extra_hosts", value: dict{"db": "10.0.0.1", "gw": "host-gateway"}, want: `"HostConfig.ExtraHosts": ["db:10.0.0.1", "gw:host-gateway"]`},
		{option: "extra_hosts", value: list{"db:10.0.0.1", "db:fd00::1", "six=[fd00::2]"}, want: `"HostConfig.ExtraHosts": ["db:10.0.0.1", "db:fd00::1", "six:fd00::2"]`},
		{option: "group_add", value: list{"audio", 44}, want: `"HostConfig.GroupAdd": ["audio", "44"]`},
		{option: "host_config", value: dict{"Memory": "1g", "privileged": true, "HostConfig.CapDrop": list{"KILL"}},
			want: `"HostConfig.Memory": 1073741824, "HostConfig.Privileged": true, "HostConfig.CapDrop": ["CAP_KILL"]`, inspect: "-"},
		{option: "HostConfig", value: dict{"pid_mode": nil}, want: ``, inspect: "-"},
		{option: "init", value: false, want: `"HostConfig.Init": false`},
		{option: "init", value: true, want: `"HostConfig.Init": true`},
		{option: "ipc_mode", value: "shareable", want: `"HostConfig.IpcMode": "shareable"`},
		{option: "ipc_mode", value: "container:dmap-opttest-one", want: `"HostConfig.IpcMode": "container:dmap-opttest-one"`,
			inspect: `"container:id-of-one"`},
		{option: "isolation", value: "default", want: `"HostConfig.Isolation": "default"`},
		{option: "isolation", value: "hyperv", want: `"HostConfig.Isolation": "hyperv"`,
			cannot: "nvalid isolation", why: "Windows only"},
		{option: "links", value: dict{"dmap-opttest-one": "db", "dmap-opttest-two": nil},
			want:    `"HostConfig.Links": ["dmap-opttest-one:db", "dmap-opttest-two:dmap-opttest-two"]`,
			inspect: `["/dmap-opttest-one:/dmap-opttest-{number}/db", "/dmap-opttest-two:/dmap-opttest-{number}/dmap-opttest-two"]`},
		{option: "links", value: list{"dmap-opttest-one:db", list{"dmap-opttest-one", "db2"}, "dmap-opttest-two"},
			want:    `"HostConfig.Links": ["dmap-opttest-one:db", "dmap-opttest-two:dmap-opttest-two", "dmap-opttest-one:db2"]`,
			inspect: `["/dmap-opttest-one:/dmap-opttest-{number}/db", "/dmap-opttest-two:/dmap-opttest-{number}/dmap-opttest-two", "/dmap-opttest-one:/dmap-opttest-{number}/db2"]`},
		{option: "log_config", value: dict{"type": "json-file", "config": dict{"max-size": "1m", "max-file": 2}},
			want: `"HostConfig.LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}`},
		{option: "log_config", value: "none", want: `"HostConfig.LogConfig": {"Type": "none"}`},
		{option: "LogConfig", value: dict{"Type": "syslog", "Config": dict{"tag": "x"}}, want: `"HostConfig.LogConfig": {"Type": "syslog", "Config": {"tag": "x"}}`},
		{option: "masked_paths", value: list{"/proc/keys"}, want: `"HostConfig.MaskedPaths": ["/proc/keys"]`},
		{option: "network_mode", value: "none", want: `"HostConfig.NetworkMode": "none"`},
		{option: "network_mode", value: "host", want: `"HostConfig.NetworkMode": "host"`},
		{option: "network_mode", value: "container:dmap-opttest-one", want: `"HostConfig.NetworkMode": "container:dmap-opttest-one"`,
			inspect: `"container:id-of-one"`},
		{option: "oom_score_adj", value: -500, want: `"HostConfig.OomScoreAdj": -500`},
		{option: "pid_mode", value: "host", want: `"HostConfig.PidMode": "host"`},
		{option: "privileged", value: true, want: `"HostConfig.Privileged": true`},
		{option: "publish_all_ports", value: true, want: `"HostConfig.PublishAllPorts": true`},
		{option: "read_only", value: true, want: `"HostConfig.ReadonlyRootfs": true`},
		{option: "readonly_paths", value: list{"/proc/bus"}, want: `"HostConfig.ReadonlyPaths": ["/proc/bus"]`},
		{option: "restart_policy", value: dict{"MaximumRetryCount": 0, "Name": "always"}, want: `"HostConfig.RestartPolicy": {"Name": "always"}`}, // row 109
		{option: "restart_policy", value: "on-failure:5", want: `"HostConfig.RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 5}`},
		{option: "restart_policy", value: dict{"name": "on-failure", "maximum_retry_count": 3}, want: `"HostConfig.RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}`},
		{option: "restart_policy", value: "unless-stopped", want: `"HostConfig.RestartPolicy": {"Name": "unless-stopped"}`},
		{option: "restart_policy", value: "", want: `"HostConfig.RestartPolicy": {"Name": "no"}`},
		{option: "runtime", value: "runc", want: `"HostConfig.Runtime": "runc"`},
		{option: "security_opt", value: list{"no-new-privileges", "seccomp=unconfined", "label=disable"},
			want: `"HostConfig.SecurityOpt": ["no-new-privileges", "seccomp=unconfined", "label=disable"]`},
		{option: "security_opt", value: `seccomp={"defaultAction": "SCMP_ACT_ALLOW"}`, want: `"HostConfig.SecurityOpt": ["seccomp={\"defaultAction\": \"SCMP_ACT_ALLOW\"}"]`},
		{option: "shm_size", value: "128m", want: `"HostConfig.ShmSize": 134217728`},
		{option: "storage_opt", value: dict{"size": "10G"}, want: `"HostConfig.StorageOpt": {"size": "10G"}`,
			cannot: "--storage-opt is not supported", why: "the storage driver (fuse-overlayfs) has no quota"},
		{option: "sysctls", value: dict{"net.ipv4.ip_forward": 1, "net.core.somaxconn": "1024"},
			want: `"HostConfig.Sysctls": {"net.ipv4.ip_forward": "1", "net.core.somaxconn": "1024"}`},
		{option: "sysctls", value: list{"net.core.somaxconn=1024"}, want: `"HostConfig.Sysctls": {"net.core.somaxconn": "1024"}`},
		{option: "userns_mode", value: "host", want: `"HostConfig.UsernsMode": "host"`},
		{option: "uts_mode", value: "host", want: `"HostConfig.UTSMode": "host"`},
		{option: "volume_driver", value: "local", want: `"HostConfig.VolumeDriver": "local"`},
		{option: "volumes_from", value: list{"dmap-opttest-one:ro", "dmap-opttest-two"}, want: `"HostConfig.VolumesFrom": ["dmap-opttest-one:ro", "dmap-opttest-two"]`},
		{option: "volumes_from", value: "dmap-opttest-one,dmap-opttest-two:rw", want: `"HostConfig.VolumesFrom": ["dmap-opttest-one", "dmap-opttest-two:rw"]`},
		{option: "volumes_from", value: dict{"dmap-opttest-one": "ro", "dmap-opttest-two": nil}, want: `"HostConfig.VolumesFrom": ["dmap-opttest-one:ro", "dmap-opttest-two"]`},
	}
}

func mountExamples() []example {
	return []example{
		{option: "binds", value: list{"/tmp/:/a/", "/tmp:/b:ro", "dmap-opttest-vol:/c:nocopy", "/tmp:/d:ro,z,rslave"},
			want: `"HostConfig.Binds": ["/tmp:/a", "/tmp:/b:ro", "dmap-opttest-vol:/c:nocopy", "/tmp:/d:ro,z,rslave"]`},
		{option: "binds", value: dict{"/tmp": dict{"bind": "/z", "ro": false}}, want: `"HostConfig.Binds": ["/tmp:/z:rw"]`}, // row 100
		{option: "binds", value: dict{"/tmp": dict{"bind": "/z", "ro": true}, "/usr": dict{"bind": "/y", "mode": "ro"}, "/var": "/x", "/opt": dict{"bind": "/w"}},
			want: `"HostConfig.Binds": ["/opt:/w:rw", "/tmp:/z:ro", "/usr:/y:ro", "/var:/x:rw"]`},
		{option: "mounts", value: list{dict{"target": "/a", "source": "/tmp", "type": "bind", "read_only": true, "propagation": "rprivate"}},
			want: `"HostConfig.Mounts": [{"Type": "bind", "Source": "/tmp", "Target": "/a", "ReadOnly": true, "BindOptions": {"Propagation": "rprivate"}}]`},
		{option: "mounts", value: list{dict{"Target": "/a/", "Source": "dmap-opttest-vol", "Type": "volume",
			"VolumeOptions": dict{"NoCopy": true, "Labels": dict{"a": "b"}, "DriverConfig": dict{"Name": "local"}}}},
			want: `"HostConfig.Mounts": [{"Type": "volume", "Source": "dmap-opttest-vol", "Target": "/a",
				"VolumeOptions": {"NoCopy": true, "Labels": {"a": "b"}, "DriverConfig": {"Name": "local"}}}]`},
		{option: "mounts", value: list{dict{"target": "/a", "no_copy": true, "labels": dict{"a": "b"}, "driver_config": dict{"name": "local"}}},
			want: `"HostConfig.Mounts": [{"Type": "volume", "Target": "/a", "VolumeOptions": {"NoCopy": true, "Labels": {"a": "b"}, "DriverConfig": {"Name": "local"}}}]`},
		{option: "mounts", value: list{dict{"target": "/a", "type": "tmpfs", "tmpfs_size": "64m", "tmpfs_mode": 0o1777}},
			want: `"HostConfig.Mounts": [{"Type": "tmpfs", "Target": "/a", "TmpfsOptions": {"SizeBytes": 67108864, "Mode": 1023}}]`},
		{option: "mounts", value: list{"/tmp:/a:ro", "dmap-opttest-vol:/b", "/c"},
			want: `"HostConfig.Mounts": [{"Type": "bind", "Source": "/tmp", "Target": "/a", "ReadOnly": true},
				{"Type": "volume", "Source": "dmap-opttest-vol", "Target": "/b"}, {"Type": "volume", "Target": "/c"}]`},
		{option: "mounts", value: list{dict{"target": "/a", "source": "/tmp", "type": "bind", "bind_options": dict{"non_recursive": true, "create_mountpoint": true}, "consistency": "cached"}},
			want: `"HostConfig.Mounts": [{"Type": "bind", "Source": "/tmp", "Target": "/a", "Consistency": "cached", "BindOptions": {"NonRecursive": true, "CreateMountpoint": true}}]`},
		{option: "tmpfs", value: dict{"/a": "size=64m,mode=1777", "/b/": nil}, want: `"HostConfig.Tmpfs": {"/a": "size=64m,mode=1777", "/b": ""}`},
		{option: "tmpfs", value: list{"/a:size=64m", "/b"}, want: `"HostConfig.Tmpfs": {"/a": "size=64m", "/b": ""}`},
	}
}

func portExamples() []example {
	return []example{
		{option: "port_bindings", value: dict{"8000": 80}, // row 109
			want: `"ExposedPorts": {"8000/tcp": {}}, "HostConfig.PortBindings": {"8000/tcp": [{"HostPort": "80"}]}`},
		{option: "port_bindings", value: dict{"53/udp": 53, "53/tcp": nil}, // D22
			want: `"ExposedPorts": {"53/tcp": {}, "53/udp": {}}, "HostConfig.PortBindings": {"53/tcp": [{"HostPort": ""}], "53/udp": [{"HostPort": "53"}]}`},
		{option: "port_bindings", value: dict{"80": list{"127.0.0.1", 8080}, "81": list{"127.0.0.1"}, "82": list{8082, "8083"}, "83": list{list{"127.0.0.1", 8084}, list{"[::1]", nil}}},
			want: `"ExposedPorts": {"80/tcp": {}, "81/tcp": {}, "82/tcp": {}, "83/tcp": {}},
				"HostConfig.PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}], "81/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}],
				"82/tcp": [{"HostPort": "8082"}, {"HostPort": "8083"}], "83/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8084"}, {"HostIp": "::1", "HostPort": ""}]}`},
		{option: "PortBindings", value: dict{"80/tcp": list{dict{"HostPort": "8080", "HostIp": "127.0.0.1"}, dict{"HostPort": 8081}}},
			want: `"ExposedPorts": {"80/tcp": {}}, "HostConfig.PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostPort": "8081"}]}`},
		{option: "port_bindings", value: dict{"8000-8001": "9000-9001", "7000": "9100-9110", "6000-6001": nil},
			want: `"ExposedPorts": {"6000/tcp": {}, "6001/tcp": {}, "7000/tcp": {}, "8000/tcp": {}, "8001/tcp": {}},
				"HostConfig.PortBindings": {"6000/tcp": [{"HostPort": ""}], "6001/tcp": [{"HostPort": ""}], "7000/tcp": [{"HostPort": "9100-9110"}],
				"8000/tcp": [{"HostPort": "9000"}], "8001/tcp": [{"HostPort": "9001"}]}`},
		{option: "port_bindings", value: dict{"80": 0, "81": "", "82": list{"127.0.0.1", "::1"}},
			want: `"ExposedPorts": {"80/tcp": {}, "81/tcp": {}, "82/tcp": {}}, "HostConfig.PortBindings": {"80/tcp": [{"HostPort": ""}], "81/tcp": [{"HostPort": ""}],
				"82/tcp": [{"HostIp": "127.0.0.1", "HostPort": ""}, {"HostIp": "::1", "HostPort": ""}]}`},
	}
}

func resourceExamples() []example {
	return []example{
		{option: "blkio_weight", value: 300, want: `"HostConfig.BlkioWeight": 300`,
			cannot: "Weight discarded", why: "needs a cgroup with block I/O weights"},
		{option: "blkio_weight_device", value: list{dict{"Path": "/dev/zero", "Weight": 200}, "/dev/null:100"},
			want:   `"HostConfig.BlkioWeightDevice": [{"Path": "/dev/zero", "Weight": 200}, {"Path": "/dev/null", "Weight": 100}]`,
			cannot: "Weight-device discarded", why: "needs a cgroup with block I/O weights"},
		{option: "cgroup_parent", value: "/dmap", want: `"HostConfig.CgroupParent": "/dmap"`},
		{option: "cpu_count", value: 2, want: `"HostConfig.CpuCount": 2`},
		{option: "cpu_percent", value: 50, want: `"HostConfig.CpuPercent": 50`,
			cannot: "Percent discarded", why: "Windows only"},
		{option: "cpu_period", value: 100000, want: `"HostConfig.CpuPeriod": 100000`},
		{option: "cpu_quota", value: 50000, want: `"HostConfig.CpuQuota": 50000`},
		{option: "cpu_rt_period", value: 1000000, want: `"HostConfig.CpuRealtimePeriod": 1000000`,
			cannot: "does not support", why: "needs a kernel with real-time groups"},
		{option: "cpu_rt_runtime", value: 95000, want: `"HostConfig.CpuRealtimeRuntime": 95000`,
			cannot: "does not support", why: "needs a kernel with real-time groups"},
		{option: "cpu_shares", value: 512, want: `"HostConfig.CpuShares": 512`},
		{option: "cpus", value: 1.5, want: `"HostConfig.NanoCpus": 1500000000`},
		{option: "cpus", value: "0.5", want: `"HostConfig.NanoCpus": 500000000`},
		{option: "cpuset", value: "0", want: `"HostConfig.CpusetCpus": "0"`},
		{option: "cpuset_cpus", value: "0-1", want: `"HostConfig.CpusetCpus": "0-1"`},
		{option: "cpuset_cpus", value: 0, want: `"HostConfig.CpusetCpus": "0"`},
		{option: "cpuset_mems", value: "0", want: `"HostConfig.CpusetMems": "0"`},
		{option: "device_cgroup_rules", value: list{"c 1:3 rwm", "b *:* r"}, want: `"HostConfig.DeviceCgroupRules": ["c 1:3 rwm", "b *:* r"]`},
		{option: "device_read_bps", value: list{dict{"Path": "/dev/zero", "Rate": "1m"}, "/dev/null:1024"},
			want:   `"HostConfig.BlkioDeviceReadBps": [{"Path": "/dev/zero", "Rate": 1048576}, {"Path": "/dev/null", "Rate": 1024}]`,
			cannot: "discarded", why: "needs a cgroup with block I/O limits"},
		{option: "device_read_iops", value: list{dict{"path": "/dev/zero", "rate": 100}}, want: `"HostConfig.BlkioDeviceReadIOps": [{"Path": "/dev/zero", "Rate": 100}]`,
			cannot: "discarded", why: "needs a cgroup with block I/O limits"},
		{option: "device_requests", value: list{dict{"driver": "nvidia", "count": -1, "capabilities": list{list{"gpu"}}, "options": dict{"a": "b"}}},
			want: `"HostConfig.DeviceRequests": [{"Driver": "nvidia", "Count": -1, "Capabilities": [["gpu"]], "Options": {"a": "b"}}]`},
		{option: "device_requests", value: list{dict{"DeviceIDs": list{"0", "1"}, "Capabilities": list{list{"gpu"}}}},
			want: `"HostConfig.DeviceRequests": [{"DeviceIDs": ["0", "1"], "Capabilities": [["gpu"]]}]`},
		{option: "device_write_bps", value: "/dev/zero:2k", want: `"HostConfig.BlkioDeviceWriteBps": [{"Path": "/dev/zero", "Rate": 2048}]`,
			cannot: "discarded", why: "needs a cgroup with block I/O limits"},
		{option: "device_write_iops", value: list{"/dev/zero:7"}, want: `"HostConfig.BlkioDeviceWriteIOps": [{"Path": "/dev/zero", "Rate": 7}]`,
			cannot: "discarded", why: "needs a cgroup with block I/O limits"},
		{option: "devices", value: list{"/dev/null", "/dev/zero:/dev/nought", "/dev/full:r", "/dev/random:/dev/dice:rw", dict{"PathOnHost": "/dev/tty"}},
			want: `"HostConfig.Devices": [
				{"PathOnHost": "/dev/null", "PathInContainer": "/dev/null", "CgroupPermissions": "rwm"},
				{"PathOnHost": "/dev/zero", "PathInContainer": "/dev/nought", "CgroupPermissions": "rwm"},
				{"PathOnHost": "/dev/full", "PathInContainer": "/dev/full", "CgroupPermissions": "r"},
				{"PathOnHost": "/dev/random", "PathInContainer": "/dev/dice", "CgroupPermissions": "rw"},
				{"PathOnHost": "/dev/tty", "PathInContainer": "/dev/tty", "CgroupPermissions": "rwm"}]`},
		{option: "io_maximum_bandwidth", value: "1m", want: `"HostConfig.IOMaximumBandwidth": 1048576`,
			cannot: "QoS", why: "Windows only"},
		{option: "io_maximum_iops", value: 100, want: `"HostConfig.IOMaximumIOps": 100`,
			cannot: "QoS", why: "Windows only"},
		{option: "kernel_memory", value: "8m", want: `"HostConfig.KernelMemory": 8388608`,
			cannot: "Limitation discarded", why: "cgroup v1 and API up to 1.41"},
		{option: "kernel_memory_tcp", value: "8m", want: `"HostConfig.KernelMemoryTCP": 8388608`,
			inspect: "-", why: "engines of API 1.52 and later drop it"},
		{option: "mem_limit", value: "3g", want: `"HostConfig.Memory": 3221225472`}, // row 95
		{option: "mem_limit", value: "1.5G", want: `"HostConfig.Memory": 1610612736`},
		{option: "mem_limit", value: "512MB", want: `"HostConfig.Memory": 536870912`},
		{option: "mem_limit", value: "8388608b", want: `"HostConfig.Memory": 8388608`},
		{option: "Memory", value: 8388608, want: `"HostConfig.Memory": 8388608`},
		{option: "HostConfig.Memory", value: 1e7, want: `"HostConfig.Memory": 10000000`},
		{option: "mem_reservation", value: "64m", want: `"HostConfig.MemoryReservation": 67108864`},
		{option: "mem_swappiness", value: 0, want: `"HostConfig.MemorySwappiness": 0`,
			cannot: "swappiness discarded", why: "cgroup v1 only"},
		{option: "memswap_limit", value: "-1", want: `"HostConfig.MemorySwap": -1`},
		{option: "memswap_limit", value: -1, want: `"HostConfig.MemorySwap": -1`},
		{option: "nano_cpus", value: 1500000000, want: `"HostConfig.NanoCpus": 1500000000`},
		{option: "oom_kill_disable", value: true, want: `"HostConfig.OomKillDisable": true`,
			cannot: "OomKillDisable discarded", why: "cgroup v1 only"},
		{option: "pids_limit", value: 100, want: `"HostConfig.PidsLimit": 100`},
		{option: "pids_limit", value: -1, want: `"HostConfig.PidsLimit": -1`, inspect: "null", why: "no limit"},
		{option: "ulimits", value: list{dict{"Name": "nofile", "Soft": 1024, "Hard": 2048}, "core=0", "nproc=10:20", dict{"name": "memlock", "soft": -1}},
			want: `"HostConfig.Ulimits": [{"Name": "nofile", "Soft": 1024, "Hard": 2048}, {"Name": "core", "Soft": 0, "Hard": 0},
				{"Name": "nproc", "Soft": 10, "Hard": 20}, {"Name": "memlock", "Soft": -1, "Hard": -1}]`},
		{option: "ulimits", value: dict{"nofile": 1024, "nproc": list{10, 20}, "core": "0:-1"},
			want: `"HostConfig.Ulimits": [{"Name": "core", "Soft": 0, "Hard": -1}, {"Name": "nofile", "Soft": 1024, "Hard": 1024}, {"Name": "nproc", "Soft": 10, "Hard": 20}]`},
	}
}
