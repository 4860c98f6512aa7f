#!/usr/bin/env bash
# A Docker Engine of the newest versions (see go.mod) for the time of one command:
#   run.sh [COMMAND...]     builds the engine if it is not built yet, starts it, runs COMMAND on it, stops it
# COMMAND runs in the network namespace of the engine, where the ports are that it publishes, with DOCKER_HOST set; there is no
# other network. Without COMMAND the engine is only built. It is a second engine of the machine: it has a data root and a
# containerd of its own, and leaves the other one alone.
# Needs root, Go, gcc, containerd, iproute2, iptables, util-linux and the docker command. Builds are kept in DMAP_ENGINES,
# ~/.cache/dmap-engines if it is not set.
set -euo pipefail

source=$(cd "$(dirname "$0")" && pwd)
cache=${DMAP_ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/dmap-engines}

version() { (cd "$source" && go list -m -f '{{.Version}}' "$1"); }

# build makes the programs in a folder whose name says what they are of, so that another version is another build.
build() {
  local moby sum
  moby=$(version github.com/moby/moby/v2)
  sum=$({ cat "$source/go.mod" "$source/go.sum"; declare -f build; } | sha256sum | cut -c1-12)
  bin=$cache/$moby-$sum
  [ ! -e "$bin/complete" ] || return 0
  echo "run.sh: building Docker Engine $moby and runc $(version github.com/opencontainers/runc) in $bin: some minutes, once" >&2
  rm -rf "$bin"
  mkdir -p "$bin"
  # Without a version of its own, the engine says that it is a library.
  local is=github.com/moby/moby/v2/dockerversion
  (
    cd "$source"
    flags="-s -w -X $is.Version=${moby#v} -X $is.GitCommit=$moby"
    CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$bin/" github.com/moby/moby/v2/cmd/dockerd github.com/moby/moby/v2/cmd/docker-proxy
    CGO_ENABLED=1 go build -trimpath -ldflags '-s -w' -o "$bin/" github.com/opencontainers/runc
  )
  touch "$bin/complete"
}

# start begins the engine in a folder of its own, which holds everything that it writes. It is not below /tmp: an engine binds
# no folder that holds its own data as others, and tests bind /tmp.
start() {
  state=$(mktemp -d "$cache/run-XXXXXX")
  export DOCKER_HOST=unix://$state/docker.sock
  # This runc is built without libseccomp, so there is no filter of system calls.
  cat >"$state/daemon.json" <<JSON
{
  "data-root": "$state/root", "exec-root": "$state/exec", "pidfile": "$state/pid", "hosts": ["$DOCKER_HOST"],
  "userland-proxy-path": "$bin/docker-proxy", "seccomp-profile": "unconfined",
  "default-runtime": "built", "runtimes": {"built": {"path": "$bin/runc"}}
}
JSON
  unshare --net -- sh -c 'ip link set lo up && exec "$@"' sh "$bin/dockerd" --config-file "$state/daemon.json" >"$state/log" 2>&1 </dev/null &
  engine=$!
  trap stop EXIT
  for _ in $(seq 240); do
    docker version >/dev/null 2>&1 && return 0
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.5
  done
  echo "run.sh: the engine does not start; the end of $state/log:" >&2
  tail -5 "$state/log" >&2
  return 1
}

stop() {
  local result=$?
  kill "$engine" 2>/dev/null && wait "$engine" || true
  rm -rf "$state" || true
  exit "$result"
}

build
[ $# -gt 0 ] || exit 0
start
docker version --format 'Tests run on Docker Engine {{.Server.Version}}, API {{.Server.APIVersion}}.'
nsenter --target "$engine" --net -- "$@"
