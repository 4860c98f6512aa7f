# dmap: `make help` lists the targets.

GO ?= go
SITE := examples/site/site.star
HTTP_PORT ?= 80
HTTPS_PORT ?= 443
HOST_ROOT ?= /var/lib/site
VARS := --var http_port=$(HTTP_PORT) --var https_port=$(HTTPS_PORT) --var host_root=$(HOST_ROOT)

.PHONY: help build demo images test bench lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/dmap
	$(GO) build -o bin/dmap ./cmd/dmap

images: ## make the images of examples/site on the Docker Engine
	$(GO) run ./examples/site/images | docker load

demo: build images ## run the main job: start examples/site, ask its web server, shut it down
	bin/dmap plan $(SITE) start web_server $(VARS)
	bin/dmap run $(SITE) start web_server $(VARS)
	curl --silent --show-error --fail --retry 10 --retry-connrefused --retry-delay 1 http://127.0.0.1:$(HTTP_PORT)/
	bin/dmap run $(SITE) start web_server $(VARS)
	bin/dmap run $(SITE) shutdown $(VARS)

test: ## run all tests, on the real Docker Engine where there is one
	$(GO) test -count=1 ./...

bench: ## run the benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## check format and run go vet
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt would change these files" >&2; exit 1; }
	$(GO) vet ./...
