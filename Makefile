# SPDX-License-Identifier: GPL-3.0-or-later
# make demo    publish a client and rotate its secret, against a fake Cloudflare on this machine
# make check   lint, types and unit tests
# make test    everything that a change to the product can break
# make full    the rest: the fake, AWX, the browser, molecule, package, docs site, modules as processes, pylint on the tests
# make matrix  every supported ansible-core, with the interpreters that are here; ARGS=--ends for three of them
# make docs    build the docs site, offline
# make fake    run the fake Cloudflare for your own playbooks, until it is stopped
# make pins    pin the newest versions of what the tests run with
# make release check everything, write the changelog, tag and build
# make bench   measure the speed, about 16 minutes; ARGS=--quick shows that it works
# make live    ask the real Cloudflare about what is not documented; needs an account, never runs in CI
# All need python3 (3.11 or later) and install what they need below this directory.

PYTHON ?= python3
## Two processes, of which one that has nothing left takes tests from the other: long ones come one after the other.
TWO := -n 2 --dist worksteal
## Tests that run Ansible wait for a third of their time.
THREE := -n 3 --dist worksteal
SERVERS := stores name_server update_servers ssh_server
SYSTEM_PATH := $(PATH)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export ANSIBLE_HOME := $(CURDIR)/.ansible
export ANSIBLE_REMOTE_TEMP := $(CURDIR)/.ansible/tmp
## Ansible refuses every locale that is not UTF-8 or not installed.
export LC_ALL := $(firstword $(filter C.UTF-8 C.utf8,$(shell locale -a 2>/dev/null)) $(LC_ALL))
export MYPYPATH := collections
export PYTHONDONTWRITEBYTECODE := 1

.PHONY: adhoc help setup name-server browser demo check lint types unit test sanity sanity-pylint sanity-others servers integration full package as-modules molecule docs matrix mutation fake pins release bench live clean

help:
	@sed -n '2,/^$$/s/^# //p' Makefile

setup: export PATH := $(SYSTEM_PATH)
setup:
	@$(PYTHON) tests/tools/set_up.py

name-server: setup
	@python -m tests.tools.name_server

browser: setup
	@python -m tests.tools.browser

demo: setup
	@python -m tests.tools.demo

check: lint types unit

## reuse gets the files by their names: a directory that another check has just made could look like a source to it.
lint: setup
	ruff check
	ruff format --check
	yamllint --strict .
	@python -m tests.tools.words
	git ls-files -z | xargs -0 reuse lint-file
	ansible-lint --offline --strict
	antsibull-changelog lint
	antsibull-docs lint-collection-docs --plugin-docs --check-extra-docs-refs --validate-collection-refs all \
	  --disallow-unknown-collection-refs .

types: setup
	mypy -p ansible_collections.oauthops.iam.plugins -p tests.adhoc -p tests.bench -p tests.fake_cloudflare \
	  -p tests.live -p tests.tools -p tests.unit -p tests.integration

unit: setup
	python -m pytest tests/unit -q $(TWO)

## The checks use one core each, and the servers are fetched meanwhile.
test: setup
	@$(MAKE) --jobs=5 --output-sync=target lint types sanity servers
	@$(MAKE) unit adhoc integration

adhoc: setup
	python -m pytest -c tests/adhoc/pytest.ini tests/adhoc -q

full: package as-modules molecule docs servers browser
	EXAMPLES=300 python -m pytest tests/unit -q $(TWO) -m hypothesis
	python -m pytest tests/integration -q $(TWO) --full
	@python -m tests.tools.sanity --test pylint docs/ tests/

sanity: sanity-others sanity-pylint

sanity-others: setup
	@python -m tests.tools.sanity --skip-test pylint

## It takes as long as all others together, and twice as long for what no package holds: `make full` has that.
sanity-pylint: setup
	@python -m tests.tools.sanity --test pylint plugins/

package: setup
	@python -m tests.tools.package

## One after the other, because they share the folder of Debian's packages.
servers: setup
	@for server in $(SERVERS); do python -m tests.tools.$$server || exit 1; done

integration: servers
	python -m pytest tests/integration -q $(THREE)

## Once more with each module in a process of its own, and no run forked from a loaded one; EVERY=1 for all tests that start Ansible.
EVERY := 48
as-modules: servers
	OAUTHOPS_IN_PROCESS=false python -m pytest tests/integration -q $(TWO) --every $(EVERY)

molecule: setup name-server
	molecule test --all

docs: setup
	@python -m tests.tools.docs_site

matrix: servers
	@python -m tests.tools.matrix $(ARGS)

mutation: servers
	@python -m tests.tools.mutation run $(ARGS)

fake: setup
	@exec python -m tests.fake_cloudflare

pins: setup
	@python -m tests.tools.pins

release: setup
	@python -m tests.tools.release $(ARGS)

bench: setup
	@python -m tests.tools.bench_libraries
	@python -m tests.bench $(ARGS)

live: setup
	@python -m tests.live $(ARGS)

clean:
	rm -rf .ansible .cache .venv collections tests/output
	find . -name __pycache__ -o -name .mypy_cache -o -name .pytest_cache -o -name .ruff_cache -o -name .hypothesis \
	  | xargs rm -rf
