#!/bin/sh
# Example: the main job. Starts the site, asks its web server, runs again, shuts it down.
# On a Docker Engine if there is one, else on the simulated one, where no program runs.
set -eu
dmap=$1
site=examples/site/site.star
port=${HTTP_PORT:-80}
vars="--var http_port=$port --var https_port=${HTTPS_PORT:-443} --var host_root=${HOST_ROOT:-/var/lib/site}"

say() { printf '\n$ %s\n' "$*"; "$@"; }

if docker info >/dev/null 2>&1; then
    echo "On the Docker Engine $(docker version --format '{{.Server.Version}}')."
    go run ./examples/site/images | docker load
    host=
else
    echo "No Docker Engine answers: on the simulated one, which runs no programs, so the web server is not asked."
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT
    go run ./examples/site/images -o "$dir/images.tar"
    "$dmap" sim --state "$dir/sim.json" --load "$dir/images.tar"
    host="--host sim:$dir/sim.json"
fi

# shellcheck disable=SC2086 # words are meant to be split
{
    say "$dmap" plan $site start web_server $vars $host
    say "$dmap" run $site start web_server $vars $host
    if [ -z "$host" ]; then
        say curl --silent --show-error --fail --retry 10 --retry-connrefused --retry-delay 1 "http://127.0.0.1:$port/"
    fi
    say "$dmap" run $site start web_server $vars $host
    say "$dmap" run $site shutdown $vars $host
}
