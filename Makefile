# dmap: `make help` lists the targets.

GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

# What runs at the same time as something else: the race detector costs these minutes, and all of them tens of minutes.
# Hostile programs run into limits of time, which the detector makes ten times as long; tests of the sources run alone.
RACE = ./engine ./engine/run ./engine/state ./engine/docker/dockerd ./engine/docker/sim/... ./starlarkmap/... ./cmd/...

.PHONY: help build demo images test test-engines race fuzz bench lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/dmap
	$(GO) build -o bin/dmap ./cmd/dmap

images: ## make the images of examples/site on the Docker Engine
	$(GO) run ./examples/site/images | docker load

demo: build ## run the main job: start examples/site, ask its web server, shut it down (HTTP_PORT=, HTTPS_PORT=, HOST_ROOT=)
	examples/site/demo.sh bin/dmap

test: ## run all tests, on the Docker Engine where there is one and always on the simulated one
	@docker version --format 'Tests run on the Docker Engine {{.Server.Version}} and on the simulated one.' 2>/dev/null \
		|| echo 'No Docker Engine answers: tests run on the simulated one only.'
	$(GO) test -count=1 -timeout 60m ./...

# What is judged by an engine: conformance, examples of options, stories, interrupts and crashes, the site,
# and the sequences on which the simulated engine once differed.
ON_AN_ENGINE = Docker|TestConformance$$|UnknownOption|FromARegistry|ProgramOfTheTestImages|EngineLoads|TestRegressions

test-engines: ## run the tests of Docker on a newer Docker Engine too, which is built for that (needs root, gcc and containerd)
	$(GO) test -count=1 -run '^$$' ./engine/... ./cmd/... ./examples/... >/dev/null # where there is a network for modules
	testdata/engine/run.sh env DMAP_REQUIRE_DOCKER=1 $(GO) test -count=1 -timeout 20m -run '$(ON_AN_ENGINE)' \
		./engine ./engine/docker/dockerd ./engine/docker/dockertest/... ./engine/docker/sim ./engine/resolve/option ./cmd/dmap ./examples/...

race: ## run the tests of what works in parallel with the race detector, on the simulated engine, short
	DOCKER_HOST=unix:///nowhere/docker.sock DMAP_REQUIRE_DOCKER= RAPID_CHECKS=20 $(GO) test -race -short -timeout 60m -skip 'Hostile|^TestRules|^TestHouse|^TestLayout' $(RACE)

fuzz: ## give every fuzz target a bounded number of inputs (FUZZTIME=2000x, or a time such as 5m)
	.ci/fuzz $(FUZZTIME)

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## check format, run go vet and staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt would change these files" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
