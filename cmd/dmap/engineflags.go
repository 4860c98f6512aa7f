// Command line: the flags of all verbs that use a Docker Engine.

package main

import (
	"time"

	"github.com/spf13/pflag"
)

// engineFlags select the engine to use and the form in which to print.
type engineFlags struct {
	host, context string
	insecureTLS   bool
	format        string

	wait time.Duration // for others that change the file of a simulated engine
}

func (f *engineFlags) add(flags *pflag.FlagSet) {
	flags.StringVarP(&f.host, "host", "H", "", "`URL` of the Docker Engine to use, or sim: or sim:FILE for a simulated one (default: DOCKER_HOST, DOCKER_CONTEXT, the current context)")
	flags.StringVarP(&f.context, "context", "c", "", "`NAME` of the Docker context to use")
	flags.BoolVar(&f.insecureTLS, "insecure-tls", false, "allow a tcp engine on another machine without TLS, or whose certificate is not verified: others may read along or pretend to be it")
	formatFlag(flags, &f.format)
}
