# Noom's targets. `make` alone prints them.
#
# Everything that is built stands in bin/ (noom), .bin/ (tools), ui/dist/ (the page) and dist/ (releases).
# make is given the dependencies, so a second run of a target does only what changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

GO ?= go
NPM ?= npm
BIN := $(CURDIR)/.bin
NOOM := bin/noom
ARGS ?=

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

# How long each fuzz target runs in `make fuzz`, and how long one Go package may take to test.
FUZZTIME ?= 30s
TESTTIME ?= 10m
# What moves media: tested once more with the sockets that systems other than Linux have.
PORTABLE := ./internal/media ./internal/rooms ./internal/load ./internal/app ./internal/signal

# Lists are made when make starts, so files that a target makes are not among them.
GO_FILES := $(shell find cmd internal ui protocol -name node_modules -prune -o -name '*.go' -print 2>/dev/null)
GO_DATA := $(shell find internal protocol -type f -not -name '*.go' -not -path '*/testdata/*' -not -path '*/node_modules/*' 2>/dev/null)
UI_FILES := $(shell find ui protocol -name node_modules -prune -o -path ui/dist -prune -o -type f -not -name '*.go' -print 2>/dev/null)
# Every folder with a package-lock.json has its packages installed by `npm ci`, once per version of the lock.
NPM_LOCKS := $(shell find . -name node_modules -prune -o -name package-lock.json -print 2>/dev/null)
NPM_STAMPS := $(patsubst %/package-lock.json,%/node_modules/.stamp,$(NPM_LOCKS))
TOOLS := gofumpt staticcheck golangci-lint govulncheck benchstat

.PHONY: help
help: ## Print these targets
	@echo "Noom: make TARGET"
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

## Building and running

.PHONY: run
run: build ## Build Noom and start it on http://localhost:3000 (ARGS="--listen :4000")
	@exec ./$(NOOM) serve $(ARGS)

.PHONY: dev
dev: $(BIN)/dev ui/node_modules/.stamp ## Like run, but a changed file is there at once
	@exec $(BIN)/dev $(ARGS)

.PHONY: build
build: $(NOOM) ## Build bin/noom with the page inside

$(NOOM): go.mod go.sum $(GO_FILES) $(GO_DATA) ui/dist/index.html
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/noom

ui/dist/index.html: ui/node_modules/.stamp $(UI_FILES)
	@cd ui && $(NPM) run --silent build
	@touch $@

# npm's own lock inside node_modules is no good as a stamp: npm writes it with the time of the release.
%/node_modules/.stamp: %/package-lock.json %/package.json | node
	@echo "npm ci ($*)"
	@cd $* && $(NPM) ci --silent --no-audit --no-fund
	@touch $@

.PHONY: node
node:
	@tools/check-node.sh

$(BIN)/dev: tools/go.mod $(wildcard tools/dev/*.go)
	@$(GO) build -C tools -o $@ ./dev

$(addprefix $(BIN)/,$(TOOLS)): tools/go.mod tools/go.sum
	@echo "building $(@F) (once per version)"
	@$(GO) build -C tools -o $@ $$(cd tools && $(GO) list -f '{{.ImportPath}}' tool | grep '/$(@F)$$')
	@touch $@

## Testing

.PHONY: test
test: test-deps lint test-go test-ui e2e ## All tests, with what they need: Go, the page, lint, real browsers
	@echo "make test: everything passed"

.PHONY: test-go
test-go: $(NPM_STAMPS) ui/dist/index.html ## Go tests
	$(GO) test -timeout $(TESTTIME) ./...
	$(GO) test -timeout $(TESTTIME) -tags portable $(PORTABLE)

.PHONY: test-ui
test-ui: ui/node_modules/.stamp ## Tests and type checks of the page
	@cd ui && $(NPM) run --silent check
	@cd ui && $(NPM) run --silent test

.PHONY: e2e
e2e: build test-deps e2e/node_modules/.stamp ## Real Chromium and Firefox against the real server
	@cd e2e && $(NPM) run --silent test

.PHONY: e2e-netem
e2e-netem: build test-deps e2e/node_modules/.stamp ## Real browsers on bad networks, a quarter of an hour (ARGS="-only 'loss|outage'")
	@$(GO) build -o $(BIN)/netem ./e2e/netem
	@cd e2e && node run.mjs netem.mjs $(ARGS)

.PHONY: screenshots
screenshots: build test-deps e2e/node_modules/.stamp ## Pictures of every screen and state into e2e/results/screenshots (PARTS=chat,hosts)
	@cd e2e && $(NPM) run --silent screenshots

.PHONY: race
race: $(NPM_STAMPS) ui/dist/index.html ## Go tests under the race detector
	$(GO) test -race -timeout 20m ./...

.PHONY: sim
sim: ## Simulated calls on bad networks, each with 20 seeds, into test-results/sim (SEEDS=20 ONLY='loss 10' REPLAY=x.trace)
ifdef REPLAY
	@SIM_REPLAY=$(REPLAY) $(GO) test -count=1 -v -run TestReplayOfATrace ./internal/simnet
else
	@rm -rf test-results/sim; status=0; \
	SIM_SEEDS=$(or $(SEEDS),20) SIM_ONLY='$(ONLY)' $(GO) test -count=1 -timeout 30m ./internal/simnet/... || status=$$?; \
	sed '/^$$/,/^$$/d' test-results/sim/faults.md; exit $$status
endif

.PHONY: fuzz
fuzz: ## Every fuzz target for FUZZTIME (30s)
	@GO=$(GO) tools/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: build $(BIN)/benchstat ## Benchmarks; figures are written to bench/results
	@GO=$(GO) BENCHSTAT=$(BIN)/benchstat bench/run.sh $(ARGS)

.PHONY: profile
profile: build ## CPU profiles and flame graphs of broadcasts and a meeting, into bench/results
	@NOBENCH=1 GO=$(GO) bench/run.sh -profile -runs 1 -servers noom -name profile -only '(broadcast to 50|broadcast to 200|meeting of 16)$$' $(ARGS)

.PHONY: test-deps
test-deps: node
	@tools/test-deps.sh

## Keeping order

.PHONY: fmt
fmt: $(BIN)/gofumpt ui/node_modules/.stamp ## Format everything
	@$(BIN)/gofumpt -w $$(git ls-files '*.go')
	@cd ui && $(NPM) run --silent --if-present fmt

.PHONY: lint
lint: $(BIN)/golangci-lint ## Vet, staticcheck and the house rules
	@$(GO) vet ./...
	@$(BIN)/golangci-lint run ./...
	@test -z "$$(cd tools && gofmt -l dev | tee /dev/stderr)"
	@echo "ok  	lint"

.PHONY: vuln
vuln: $(BIN)/govulncheck ## Known holes that our code reaches (asks the Go vulnerability database)
	@$(GO) mod verify
	@$(BIN)/govulncheck ./...

.PHONY: check
check: test race sim fuzz vuln ## All there is, before a release

.PHONY: release
release: ui/dist/index.html ## Programs for every platform, with checksums, into dist/
	@GO=$(GO) VERSION=$(VERSION) LDFLAGS='$(LDFLAGS)' tools/release.sh

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin .bin dist ui/dist/assets ui/dist/index.html*
