# Everything a developer, a server and CI run. Needs git, make and Python 3.11 to 3.13; the rest is installed into .venv from the lock files.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
python := .venv/bin/python

.PHONY: help run demo test test-faults check bench lock clean runtime develop system .venv

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

run: runtime ## install what is missing, then serve the bot
	@exec $(python) -m bot

demo: runtime ## the same, with a made-up union to look at
	@exec $(python) -m bot demo

test: system develop ## everything CI runs: check, then all tests
	@$(MAKE) check
	@$(python) -m pytest tests/calculator --cov
	@$(python) -m pytest --ignore=tests/calculator --ignore=tests/process --numprocesses 3 --dist worksteal
	@$(python) -m pytest tests/process --numprocesses 2 --dist worksteal

test-faults: system develop ## the long form: 100 kills under 60 members, storms of notices, broken databases; a quarter of an hour
	@$(python) -m pytest tests -m faults --capture=no

check: develop ## format, lint, types, layers, policy files
	@$(python) -m ruff format --check .
	@$(python) -m ruff check .
	@$(python) -m mypy
	@.venv/bin/lint-imports
	@$(python) -m calculator check

bench: develop ## our figures beside those of others; one of them: make bench of=conversation
	@$(python) -m bench $(of)

lock: develop ## compile both lock files from pyproject.toml anew
	@$(python) -m uv pip compile pyproject.toml --group dev $(lock_options) -o requirements-dev.lock
	@$(python) -m uv pip compile pyproject.toml -c requirements-dev.lock $(lock_options) -o requirements.lock

lock_options := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

clean: ## remove .venv and caches; data and .env stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment keeps a copy of the lock file it was filled from, so a changed lock is noticed by its content.

runtime: .venv
	@cmp -s requirements.lock .venv/requirements.lock || { $(call install,requirements.lock); cp requirements.lock .venv/; }

develop: .venv
	@cmp -s requirements-dev.lock .venv/requirements-dev.lock \
		|| { $(call install,requirements-dev.lock); cp requirements.lock requirements-dev.lock .venv/; }

install = echo "Installing $(1) into .venv, a minute or two the first time ..."; rm -f .venv/*.lock; \
	$(python) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)

# Made anew when it is missing, or its Python has gone (an upgraded system, a moved folder).
.venv:
	@if $(python) -c 'import pip' 2>/dev/null; then exit 0; fi; \
	found=$$($(find_python)); \
	if [ -z "$$found" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is needed. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2; exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
		package=$$("$$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
		$(call apt,$$package); \
	fi; \
	echo "Making .venv with $$("$$found" --version)"; \
	"$$found" -m venv --clear .venv

# The first Python that fits; not one inside a virtual environment, which may be the very one to be made anew.
find_python = for each in $(PYTHON) python3 python3.13 python3.12 python3.11; do "$$each" -c \
	'import sys; print(sys._base_executable) if (3, 11) <= sys.version_info < (3, 14) else sys.exit(1)' 2>/dev/null && break; done || true

# What the tests need of the system: a browser, a database server, Chinese letters for screenshots.
system:
	@missing=""; \
	command -v chromium chromium-browser google-chrome >/dev/null \
		|| { if grep -qs '^ID=ubuntu' /etc/os-release; then missing+=" chromium-browser"; else missing+=" chromium"; fi; }; \
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=" postgresql"; \
	compgen -G '/usr/share/fonts/*/noto*/NotoSansCJK*' >/dev/null || missing+=" fonts-noto-cjk"; \
	if [ -n "$$missing" ]; then $(call apt,$$missing); fi

apt = if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing" $(1) "..."; apt-get update -qq; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null; \
	else \
		echo "Missing:" $(1) >&2; echo "Install with: sudo apt-get install" $(1) >&2; exit 1; \
	fi
