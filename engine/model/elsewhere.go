// Model: words of other tools that are not properties here, and what to write instead.

package model

import "strings"

// elsewhere returns what to write for a property that Compose files, docker-map or the
// docker command line have and a container of a map does not. Words that are options of
// the same name are left out: their hint is made from the word.
func elsewhere(word string) string {
	const ports = `to publish ports write start_options = {"port_bindings": {80: 8080}}: port 80 of the container at port 8080 of the host`
	return map[string]string{
		"abstract":          `share properties as a dict: base = {"image": "x"}, then container(user = "y", **base)`,
		"build":             `images are not built here: run "docker build --tag NAME DIRECTORY" first, and write image = "NAME"`,
		"clients":           `a map is for one engine: choose it with --docker-host or DOCKER_HOST`,
		"cmd":               inOptions("command", `["program", "argument"]`),
		"configs":           `bind a file of the host: binds = {"ALIAS": "ro"}, with its paths in host and volumes of the map`,
		"container_name":    `a container is called <map>.<name>, and <map>.<name>.<instance>: choose the names of map, container and instances`,
		"cpu_count":         inOptions("cpus", "2"),
		"depends_on":        `links and uses start the other one first: links = "OTHER"`,
		"deploy":            `limits are options, such as create_options = {"mem_limit": "512m", "cpus": 1}; for several containers of a kind write instances = ["1", "2"]`,
		"env":               inOptions("environment", `{"NAME": "value"}`),
		"env_file":          `write the variables as an option: create_options = {"environment": {"NAME": "value"}}; load("@stdlib//env.star", "dotenv") reads a text of such lines`,
		"exec_commands":     `no commands are run in a container after its start: let the image's entrypoint do it, or a container of its own that links to this one`,
		"expose":            inOptions("ports", "[80]"),
		"extends":           `share properties as a dict: base = {"image": "x"}, then container(user = "y", **base)`,
		"external_links":    inOptions("links", `{"CONTAINER": "alias"}`),
		"groups":            `name several targets in one call instead: dmap run FILE start TARGET TARGET`,
		"host_config":       `its entries are options: create_options = {"mem_limit": "512m"}`,
		"ipc":               inOptions("ipc_mode", `"host"`),
		"logging":           inOptions("log_config", `{"type": "json-file", "config": {"max-size": "10m"}}`),
		"name":              `a container gets its name where it is put into a map: containers = {"NAME": container(…)}`,
		"net":               inOptions("network_mode", `"NETWORK"`),
		"network":           inOptions("network_mode", `"NETWORK"`),
		"networks":          inOptions("networking_config", `{"NETWORK": None}`),
		"pid":               inOptions("pid_mode", `"host"`),
		"port":              ports,
		"ports":             ports,
		"post_start":        `no commands are run in a container after its start: let the image's entrypoint do it`,
		"pre_stop":          `no commands are run in a container before its stop: let its program do it when it gets the signal`,
		"profiles":          `name what to start: dmap run FILE start TARGET`,
		"publish":           ports,
		"pull_policy":       `say it when you run: dmap run FILE start --pull always`,
		"replicas":          `write instances = ["1", "2"]`,
		"restart":           inOptions("restart_policy", `"always"`),
		"restart_policy":    inOptions("restart_policy", `"always"`),
		"scale":             `write instances = ["1", "2"]`,
		"secrets":           `bind a file of the host read-only, or hand a value over as a variable: create_options = {"environment": {"PASSWORD": var("password")}}, run with --var password=…`,
		"start_delay":       `nothing is waited for between two starts; a program has to try again until what it needs is there`,
		"stop_grace_period": inOptions("stop_timeout", "30"),
		"uts":               inOptions("uts_mode", `"host"`),
		"volumes":           `binds for paths of the host, shares for volumes without a name, attaches and uses for those with one`,
		"volumes_from":      `write uses = "OTHER"`,
	}[strings.ReplaceAll(strings.ToLower(word), "-", "_")]
}

// inOptions returns the hint for something that is an option here.
func inOptions(name, value string) string {
	return `write create_options = {"` + name + `": ` + value + `}`
}

// OfOthers returns what to write for a property that a Compose file or a docker-map map
// has at the top level and a map here does not; "" if the word is not known.
func OfOthers(word string) string {
	return map[string]string{
		"services":       `write containers = {"NAME": container(…)}`,
		"version":        `a map has no version: leave it out`,
		"clients":        elsewhere("clients"),
		"groups":         elsewhere("groups"),
		"networks":       `networks are made outside of the map; a container joins one with create_options = {"networking_config": {"NETWORK": None}}`,
		"secrets":        elsewhere("secrets"),
		"configs":        elsewhere("configs"),
		"include":        `load() takes values of other files: load("other.star", "name")`,
		"default_domain": `write the domain as an option: create_options = {"domainname": "example.com"}`,
		"set_hostname":   `write the name as an option: create_options = {"hostname": "name"}`,
	}[strings.ReplaceAll(strings.ToLower(word), "-", "_")]
}
