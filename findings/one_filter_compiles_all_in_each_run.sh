#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: a playbook that uses one filter of a collection loads the file of that filter and what it imports.
# Python compiles them in the first run and reads __pycache__ in the next ones.
#
# Instead: the files of all filters of the collection are loaded, in each worker that meets the first of them. Of what
# they import from plugins/module_utils and plugins/plugin_utils, nothing is cached: ansible-core's loader of collections
# compiles these sources again in each run. Only the plugins' own files have a __pycache__, so the directories look as if
# all were well.
#
# Why it matters: the time grows with the lines of a collection, not with what a task uses. 8,700 lines took 85 ms in each
# run, as long as three tasks. A collection starts faster when a plugin imports little, imports late what few tasks need,
# and when filters that share nothing are few.
#
# Seen:
#   ansible [core 2.19.14]
#   bytecode after two runs: filter/unused filter/used
#   compiled in the second run: module_utils/of_unused.py module_utils/of_used.py
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check ansible-core==2.19.14

cd "$place"
plugins=collections/ansible_collections/some/thing/plugins
mkdir -p "$plugins/filter" "$plugins/module_utils" watching
for name in used unused; do
  echo "TEXT = '$name'" >"$plugins/module_utils/of_$name.py"
  cat >"$plugins/filter/$name.py" <<PYTHON
from ansible_collections.some.thing.plugins.module_utils.of_$name import TEXT


class FilterModule:
    def filters(self):
        return {"$name": lambda value: value + TEXT}
PYTHON
done
cat >play.yml <<'YAML'
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ 'this is ' | some.thing.used }}"
YAML
# Python reports each source that it compiles, and none that it reads from __pycache__.
cat >watching/sitecustomize.py <<'PYTHON'
import os, sys


def note(event, arguments):
    if event == "compile" and "/some/thing/" in os.fsdecode(arguments[1] or ""):
        with open(os.environ["COMPILED"], "a") as log:
            print(os.fsdecode(arguments[1]).partition("/plugins/")[2], file=log)


sys.addaudithook(note)
PYTHON

run() {
  env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8 "ANSIBLE_COLLECTIONS_PATH=$place/collections" \
    "PYTHONPATH=$place/watching" "COMPILED=$place/compiled.$1" \
    venv/bin/ansible-playbook -i localhost, -c local play.yml >output || { cat output; exit 1; }
  grep -q "this is used" output
}
run first
run second

env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8 venv/bin/ansible --version | head -n 1 | cut -d ' ' -f 1-3
seen=$(
  cached=$(cd "$plugins" && find . -name '*.pyc' | sed 's,^./,,; s,/__pycache__,,; s,\.cpython.*,,' | sort | paste -sd ' ')
  echo "bytecode after two runs: $cached"
  echo "compiled in the second run: $(sort -u compiled.second | paste -sd ' ')"
)
echo "$seen"
expected="bytecode after two runs: filter/unused filter/used
compiled in the second run: module_utils/of_unused.py module_utils/of_used.py"
if [ "$seen" != "$expected" ]; then
  echo "the behaviour is another one now" >&2
  exit 1
fi
