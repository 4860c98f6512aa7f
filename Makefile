# dmap: `make help` lists the targets.

GO ?= go

.PHONY: help build demo images test bench lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/dmap
	$(GO) build -o bin/dmap ./cmd/dmap

images: ## make the images of examples/site on the Docker Engine
	$(GO) run ./examples/site/images | docker load

demo: build ## run the main job: start examples/site, ask its web server, shut it down (HTTP_PORT=, HTTPS_PORT=, HOST_ROOT=)
	examples/site/demo.sh bin/dmap

test: ## run all tests, on the Docker Engine where there is one and always on the simulated one
	@docker version --format 'Tests run on the Docker Engine {{.Server.Version}} and on the simulated one.' 2>/dev/null \
		|| echo 'No Docker Engine answers: tests run on the simulated one only.'
	$(GO) test -count=1 ./...

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## check format and run go vet
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt would change these files" >&2; exit 1; }
	$(GO) vet ./...
