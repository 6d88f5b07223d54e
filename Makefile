# Ringway: build, run, test.  `make help` lists what there is.

DATA ?= data
PORT ?= 8080
MEDIA_PORT ?= 3478
TLS_PORT ?= 8443

BUILT := src/ringway/built
UV := .tools/bin/uv
RUST := Cargo.toml Cargo.lock $(shell find crates -name '*.rs' -not -path '*/tests/*' -o -name Cargo.toml -path 'crates/*')
WEB := package.json package-lock.json $(shell find web docs *.md -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.build/*' 2>/dev/null)

export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run build wheel test bench bench-profile lint format clean generate pictures

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## Build what is missing and start Ringway on http://localhost:8080; with TLS=1 for a phone, too
	@exec .venv/bin/ringway serve --data '$(DATA)' --http '127.0.0.1:$(PORT)' --media '0.0.0.0:$(MEDIA_PORT)' $(if $(TLS),--tls self-signed --https '0.0.0.0:$(TLS_PORT)')

build: .tools/python $(BUILT)/ringway-media .tools/web ## Build the engine, the SDK and the pages

wheel: build ## Build one wheel with everything inside, in dist/
	@scripts/wheel dist

test: ## Set up what tests need, and run every floor
	@scripts/test

bench: build ## Measure; results are printed and never asserted
	@scripts/bench

bench-profile: build ## Show where the time of a forwarded packet goes
	@scripts/bench-profile

lint: .tools/test ## Formatting, types, import contracts
	@scripts/lint

format: .tools/test ## Format everything
	@.venv/bin/ruff format src tests tools bench && .venv/bin/ruff check --fix src tests tools bench
	@cargo fmt --all

generate: .tools/test ## Rewrite what is made from Python: the protocols, the pages about commands and settings
	@.venv/bin/python -m tools.protocol && .venv/bin/python -m tools.docs && .venv/bin/python -m tools.performance

pictures: build .tools/test ## Make the pictures of the demo page in the docs anew, and look at them
	@mkdir -p docs/images/demo
	@RINGWAY_SCREENSHOTS=docs/images/demo .venv/bin/pytest -q tests/browser/test_demo.py tests/browser/test_demo_call.py

clean: ## Remove everything that was built
	@rm -rf .venv .tools tests/peers/aiortc/.venv target node_modules web/*/node_modules web/*/dist web/pages/*/dist web/pages/docs/.build bench/loadgen/build dist $(BUILT)

.tools/toolchain: scripts/toolchain
	@scripts/toolchain && mkdir -p .tools && touch $@

$(UV): scripts/uv.txt .tools/toolchain
	@scripts/step 1/5 'the Python package installer'
	@python3 -m venv .tools && .tools/bin/pip install -q --disable-pip-version-check --require-hashes -r scripts/uv.txt && touch $@

.tools/python: pyproject.toml uv.lock $(UV)
	@scripts/step 2/5 'Python packages'
	@$(UV) sync --locked --inexact --no-dev --quiet && touch $@

.tools/test: pyproject.toml uv.lock .tools/python
	@scripts/step test 'Python packages for the tests'
	@$(UV) sync --locked --inexact --quiet && touch $@

.tools/aiortc: tests/peers/aiortc/pyproject.toml tests/peers/aiortc/uv.lock $(UV)
	@scripts/step test 'an independent peer: aiortc'
	@$(UV) sync --project tests/peers/aiortc --locked --quiet && touch $@

$(BUILT)/ringway-media: $(RUST) scripts/engine .tools/toolchain
	@scripts/step 3/5 'the media engine (about three minutes the first time)'
	@scripts/engine $@

node_modules/.package-lock.json: package.json package-lock.json .tools/toolchain
	@scripts/step 4/5 'JavaScript packages'
	@npm ci --no-audit --no-fund --loglevel=error && touch $@

.tools/web: $(WEB) node_modules/.package-lock.json
	@scripts/step 5/5 'the SDK and the pages'
	@npm run --silent build
	@rm -rf $(BUILT)/sdk $(BUILT)/pages $(BUILT)/docs && mkdir -p $(BUILT)/pages
	@cp -R web/rtc/dist $(BUILT)/sdk && cp -R web/pages/demo/dist $(BUILT)/pages/demo && cp -R web/pages/docs/dist $(BUILT)/docs && touch $@
