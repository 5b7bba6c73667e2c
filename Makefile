# The two commands of the README, and what maintainers run. Everything installs into the checkout; nothing needs root
# but the browser and the PostgreSQL that `make test` asks for.

CAIRN_HOME ?= .cairn
CAIRN_TOOLS ?= .tools
PACKAGE ?= models/building-detector
ARGS ?=
export CAIRN_HOME CAIRN_TOOLS

cairn := ./bin/cairn
web_sources := $(shell find apps/web packages/contracts/src packages/geo/src packages/receipt/src -type f -not -path '*/dist/*' -not -path '*/node_modules/*' 2>/dev/null)
docs_sources := $(shell find docs apps/docs/src apps/web/src/styles apps/web/src/fonts apps/web/public/favicon.svg -type f 2>/dev/null) \
	apps/web/src/shell/header.css README.md CONTRIBUTING.md CHANGELOG.md models/building-detector/README.md

.DEFAULT_GOAL := help
.PHONY: help setup build demo up test test-full test-compose test-cluster compose-up compose-down bench lighthouse generate check screenshots baseline format clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: node_modules/.package-lock.json build ## install what Cairn needs into this folder
	@tools/setup.sh

node_modules/.package-lock.json: package-lock.json
	@tools/check-node.sh
	@echo 'Installing the Node packages (about half a minute, once) ...'
	@npm ci --loglevel=error
	@touch $@

build: apps/web/dist/index.html apps/docs/dist/index.html ## build the page and the docs that the gateway serves

apps/web/dist/index.html: node_modules/.package-lock.json $(web_sources)
	@echo 'Building the page ...'
	@npm run --silent build --workspace @cairn/web -- --logLevel warn
	@touch $@

apps/docs/dist/index.html: node_modules/.package-lock.json $(docs_sources)
	@echo 'Building the docs ...'
	@npm run --silent build --workspace @cairn/docs
	@touch $@

ifdef SCENE
scene := $(SCENE)
scene_ready :=
else
scene := $(CAIRN_HOME)/samples/scene
scene_ready := $(scene)/dataset.json
endif

$(CAIRN_HOME)/samples/scene/dataset.json: samples/scene.ts $(wildcard samples/src/*.ts) | setup
	@echo 'Drawing the sample scene (a few seconds, once) ...'
	@node --import tsx samples/scene.ts --out $(CAIRN_HOME)/samples/scene
	@touch $@

demo: setup $(scene_ready) ## from nothing to verified buildings; SCENE=DIR for your own chips, ARGS=--once to end by itself
	@$(cairn) demo --scene '$(scene)' --package $(PACKAGE) $(ARGS)

up: setup ## start Cairn and keep it running until Ctrl-C
	@$(cairn) up $(ARGS)

compose-up: ## start Cairn in containers on PostgreSQL, MinIO and MLflow (docs/operate/compose.md)
	@tools/compose.sh up --detach --build --wait
	@echo 'Cairn is ready at http://127.0.0.1:'$${CAIRN_PORT:-8080}

compose-down: ## stop it; what it keeps stays
	@tools/compose.sh down

generate: node_modules/.package-lock.json ## write the generated files again
	@node --import tsx tools/generate.ts

check: generate ## generated files, format, lint and types
	@git diff --exit-code -- docs/reference deploy/rendered
	@npm run --silent format:check
	@npm run --silent lint
	@npm run --silent typecheck

test: setup ## the whole suite
	@tools/test.sh

test-full: setup ## the whole suite at its full counts (kills, fuzz inputs)
	@CAIRN_TEST_FULL=1 tools/test.sh

test-compose: setup ## what needs Docker: all of deploy/compose (15 minutes on two busy cores, and its images' builds); tools/test-compose.sh
	@tools/test-compose.sh

test-cluster: node_modules/.package-lock.json ## what needs a Kubernetes with Argo and Seldon (10 minutes, and half an hour for the whole program); tools/test-cluster.sh says what it asks for
	@tools/test-cluster.sh

bench: setup ## compare with what Cairn replaces, one line of JSON a comparison (some minutes; ARGS=--help)
	@node --import tsx bench/main.ts $(ARGS)

lighthouse: setup ## measure the first load of the page by Lighthouse (about two minutes; prints a line of JSON)
	@node --import tsx e2e/lighthouse.ts

screenshots: setup ## make the pictures of the docs again, from the running program
	@node --import tsx e2e/screenshots.ts

baseline: setup ## keep what the main pages look like now, where that differs from the pictures of e2e/baseline
	@CAIRN_ACCEPT_BASELINE=1 npx vitest run e2e/page.test.ts -t 'the look of the page'
	@git status --short -- e2e/baseline

format: node_modules/.package-lock.json ## format the sources
	@npm run --silent format

clean: ## remove what was installed and built; the state folder stays
	rm -rf node_modules apps/*/node_modules packages/*/node_modules apps/web/dist apps/docs/dist $(CAIRN_TOOLS)
