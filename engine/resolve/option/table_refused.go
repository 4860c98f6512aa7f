// Options, table: keywords that are known, but that a map cannot set.

package option

func refusedOptions() []Option {
	const (
		detached = "dmap starts containers detached and never attaches to them"
		unread   = "no engine reads it"
		onCall   = "it belongs to the call of a client, not to a container"
	)
	return []Option{
		{Name: "args_escaped", Field: "ArgsEscaped", Doc: "the command is escaped already, on Windows",
			Refused: "it is for Windows images only, which set it themselves"},
		{Name: "attach_stderr", Field: "AttachStderr", Doc: "attach to standard error", Refused: detached},
		{Name: "attach_stdin", Field: "AttachStdin", Doc: "attach to standard input", Refused: detached},
		{Name: "attach_stdout", Field: "AttachStdout", Doc: "attach to standard output", Refused: detached},
		{Name: "auto_remove", Field: "HostConfig.AutoRemove", Doc: "remove the container when it exits",
			Refused: "dmap must find a container after it has exited, to know that it ran; use the action shutdown, or dmap cleanup"},
		{Name: "cgroup", Field: "HostConfig.Cgroup", Doc: "cgroup to use", Refused: unread + "; use cgroup_parent"},
		{Name: "container", Doc: "the container to start", Refused: "the map says which container it is"},
		{Name: "container_id_file", Field: "HostConfig.ContainerIDFile", Doc: "file for the id of the container",
			Refused: unread + ": the docker command line writes that file"},
		{Name: "detach", Doc: "do not wait for the container", Refused: detached},
		{Name: "image", Field: "Image", Doc: "the image of the container", Refused: "set image on the container itself"},
		{Name: "init_path", Doc: "path of the init program", Refused: "engines have no such option since API 1.29; use init"},
		{Name: "lxc_conf", Doc: "configuration of LXC", Refused: "engines have no LXC driver since API 1.22"},
		{Name: "name", Doc: "name of the container", Refused: "the map makes the names of containers, and finds them again by these"},
		{Name: "network", Doc: "the network to connect to", Refused: "use network_mode, and networking_config for aliases and addresses"},
		{Name: "on_build", Field: "OnBuild", Doc: "triggers of an image", Refused: "it belongs to images, not to containers"},
		{Name: "platform", Doc: "platform of the image", Refused: "the image that is on the engine decides"},
		{Name: "remove", Doc: "remove the container when it is done", Refused: "use the action shutdown, or dmap cleanup"},
		{Name: "stderr", Doc: "return standard error", Refused: onCall},
		{Name: "stdout", Doc: "return standard output", Refused: onCall},
		{Name: "stream", Doc: "return the output as it comes", Refused: onCall},
		{Name: "use_config_proxy", Doc: "set proxy variables from the client's configuration",
			Refused: "a map does not depend on the files of whoever runs it; set the variables with environment"},
		{Name: "version", Doc: "API version", Refused: "dmap agrees on it with the engine"},
	}
}
