// Options, tests: the table itself.

package option_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dmap-dev/dmap/engine/docker"
	"github.com/dmap-dev/dmap/engine/resolve/option"
)

// sdkKeywords are all keywords of create_container, create_host_config, start, and of
// containers.create and run of docker-py 5.0.3 to 7.1.0.
const sdkKeywords = `
	auto_remove binds blkio_weight blkio_weight_device cap_add cap_drop cgroup_parent cgroupns command container
	cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpuset_cpus cpuset_mems detach
	device_cgroup_rules device_read_bps device_read_iops device_requests device_write_bps device_write_iops devices dns
	dns_opt dns_search domainname entrypoint environment extra_hosts group_add healthcheck host_config hostname image
	init init_path ipc_mode isolation kernel_memory labels links log_config lxc_conf mac_address mem_limit
	mem_reservation mem_swappiness memswap_limit mounts name nano_cpus network network_disabled network_mode
	networking_config oom_kill_disable oom_score_adj pid_mode pids_limit platform port_bindings ports privileged
	publish_all_ports read_only remove restart_policy runtime security_opt shm_size stderr stdin_open stdout stop_signal
	stop_timeout storage_opt stream sysctls tmpfs tty ulimits use_config_proxy user userns_mode uts_mode version
	volume_driver volumes volumes_from working_dir`

func TestTableHasEveryKeywordOfTheSDK(t *testing.T) {
	for _, name := range strings.Fields(sdkKeywords) {
		if o, ok := option.Find(name); !ok || o.Name != name {
			t.Errorf("keyword %q of the source's API client is not in the table", name)
		}
	}
}

// TestTableHasEveryFieldOfASpec sets every field of a spec and finds an option for it.
func TestTableHasEveryFieldOfASpec(t *testing.T) {
	for _, name := range specFields(t) {
		if _, ok := option.Find(name); !ok {
			t.Errorf("no option for the field %s", name)
		}
	}
}

func TestTableIsWhole(t *testing.T) {
	table := option.Table()
	if !slices.IsSortedFunc(table, func(a, b option.Option) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("the table is not sorted by name")
	}
	names, fields := map[string]bool{}, map[string]string{}
	for _, o := range table {
		if names[o.Name] {
			t.Errorf("option %q is in the table twice", o.Name)
		}
		names[o.Name] = true
		if o.Doc == "" || (o.Refused == "") == (o.Forms == "") {
			t.Errorf("option %q lacks text: %+v", o.Name, o)
		}
		if strings.Contains(o.Doc+o.Forms+o.Refused, "\n") {
			t.Errorf("option %q has text of more than one line", o.Name)
		}
		if o.Refused == "" && o.Field == "" {
			t.Errorf("option %q has no API field", o.Name)
		}
		if first := fields[o.Field]; first != "" && o.Of == "" {
			t.Errorf("options %q and %q have the same field", first, o.Name)
		}
		if o.Field != "" && o.Of == "" {
			fields[o.Field] = o.Name
		}
	}
	for _, o := range table {
		if o.Of != "" && fields[o.Field] != o.Of {
			t.Errorf("option %q is said to be another way to write %q, which has another field", o.Name, o.Of)
		}
	}
}

func TestFindTakesAPINames(t *testing.T) {
	for _, c := range []struct{ key, want string }{
		{"mem_limit", "mem_limit"}, {"Memory", "mem_limit"}, {"HostConfig.Memory", "mem_limit"},
		{"NanoCpus", "nano_cpus"}, {"CpusetCpus", "cpuset_cpus"}, {"cpus", "cpus"}, {"Env", "environment"},
		{"HostConfig", "host_config"}, {"Image", "image"}, {"memory", ""}, {"", ""}, {"Config.Env", ""},
	} {
		o, ok := option.Find(c.key)
		if o.Name != c.want || ok != (c.want != "") {
			t.Errorf("Find(%q) = %q, %t; want %q", c.key, o.Name, ok, c.want)
		}
	}
}

func TestNamesAreTheOptionsThatCanBeSet(t *testing.T) {
	var want []string
	for _, o := range option.Table() {
		if o.Refused == "" {
			want = append(want, o.Name)
		}
	}
	if diff := cmp.Diff(want, option.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestHelpNamesEveryOption(t *testing.T) {
	var b strings.Builder
	if err := option.Help(&b); err != nil {
		t.Fatal(err)
	}
	for _, o := range option.Table() {
		for _, text := range []string{o.Name, o.Doc, o.Forms, o.Field, o.Since, o.Until} {
			if o.Refused == "" && !strings.Contains(b.String(), text) {
				t.Errorf("help lacks %q of option %q", text, o.Name)
			}
		}
		if !strings.Contains(b.String(), o.Name) || !strings.Contains(b.String(), o.Refused) {
			t.Errorf("help lacks the refused option %q", o.Name)
		}
	}
	const one = `mem_limit            memory limit; 0 for none
                     forms: bytes, or a number with b, k, m or g ("512m", "1.5g")
                     field: HostConfig.Memory

`
	if !strings.Contains(b.String(), one) {
		t.Errorf("help lacks the block\n%s", one)
	}
}

func TestCheckTellsWhatAnEngineLacks(t *testing.T) {
	spec := apply(t, dict{"annotations": dict{"a": "b"}, "kernel_memory": "8m", "cgroupns": "host", "console_size": list{1, 1}, "mem_limit": "1g",
		"healthcheck": dict{"test": "a", "start_interval": "1s"},
		"mounts": list{dict{"target": "/a", "type": "bind", "source": "/x", "BindOptions": dict{"CreateMountpoint": true}},
			dict{"target": "/b", "source": "vol", "subpath": "x"}},
		"networking_config": dict{"n": nil, "m": dict{"mac_address": "02:42:ac:11:00:07"}}})
	for _, c := range []struct {
		api  string
		want []string
	}{
		{"1.40", []string{
			`annotations: option "annotations" needs API 1.43, the engine has 1.40`,
			`cgroupns: option "cgroupns" needs API 1.41, the engine has 1.40`,
			`console_size: option "console_size" needs API 1.42, the engine has 1.40`,
			`healthcheck: start_interval of a health check needs API 1.44, the engine has 1.40`,
			`mounts: create_mountpoint of a mount needs API 1.42, the engine has 1.40`,
			`mounts: subpath of a mount needs API 1.45, the engine has 1.40`,
			`networking_config: more than one network needs API 1.44, the engine has 1.40`,
			`networking_config: mac_address of a network needs API 1.44, the engine has 1.40`,
		}},
		{"1.43", []string{
			`healthcheck: start_interval of a health check needs API 1.44, the engine has 1.43`,
			`kernel_memory: option "kernel_memory" ended with API 1.41, the engine has 1.43`,
			`mounts: subpath of a mount needs API 1.45, the engine has 1.43`,
			`networking_config: more than one network needs API 1.44, the engine has 1.43`,
			`networking_config: mac_address of a network needs API 1.44, the engine has 1.43`,
		}},
		{"1.51", []string{`kernel_memory: option "kernel_memory" ended with API 1.41, the engine has 1.51`}},
		{"2.0", []string{`kernel_memory: option "kernel_memory" ended with API 1.41, the engine has 2.0`}},
		{"", []string{`cannot read the API version "" of the engine`}},
		{"1", []string{`cannot read the API version "1" of the engine`}},
		{"1.-5", []string{`cannot read the API version "1.-5" of the engine`}},
	} {
		var got []string
		for _, p := range option.Check(valueOf(t, spec), c.api) {
			got = append(got, strings.TrimSuffix(p.Error(), " (the engine would ignore it without a word)"))
			if p.Code != option.CodeNeedsAPI {
				t.Errorf("code %q", p.Code)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("API %q (-want +got):\n%s", c.api, diff)
		}
	}
}

func TestCheckFindsNothingInAnEmptySpec(t *testing.T) {
	if problems := option.Check(valueOf(t, docker.ContainerSpec{}), "1.24"); problems != nil {
		t.Error(problems)
	}
	if problems := option.CheckTogether(docker.ContainerSpec{}); problems != nil {
		t.Error(problems)
	}
}

// apply makes a spec of options that have no problem.
func apply(t testing.TB, d dict) docker.ContainerSpec {
	t.Helper()
	var s docker.ContainerSpec
	if problems := option.Apply(&s, options(t, d), "o"); problems != nil {
		t.Fatal(problems)
	}
	return s
}

// valueOf gives the values of a spec to a check.
func valueOf(t testing.TB, s docker.ContainerSpec) func(string) any {
	t.Helper()
	values, err := s.Values()
	if err != nil {
		t.Fatal(err)
	}
	return func(field string) any { return values[field] }
}
