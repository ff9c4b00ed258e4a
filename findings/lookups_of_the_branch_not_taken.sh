#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: {{ 'a' if true else costly }}, {{ true or costly }} and when: false and costly never look at the
# variable costly. A lookup in its definition does not run.
#
# Instead: every variable whose name is in an expression is resolved before the expression begins, with all variables and
# lookups behind it: the program that it starts runs, the secret is read. Only an attribute, such as
# hostvars.localhost.costly, waits until it is needed. A variable that is not defined is no error, so nothing shows it.
#
# Why it matters: a condition does not keep a lookup from a vault, a file or a paid API from being made, and the time for
# it is spent on every host, in every task whose expressions name it. A lookup that must not run needs a task of its own
# with when, whose condition does not name it.
#
# Seen:
#   ansible [core 2.19.14]
#   if and else: 1 lookup
#   or: 1 lookup
#   when with and, skipped: 1 lookup
#   if and else, an attribute of hostvars: 0 lookups
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check ansible-core==2.19.14

clean=(env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8)
cd "$place"

# Runs a play with one task, and says how often the lookup was made.
count() {
  cat >play.yml <<YAML
- hosts: localhost
  gather_facts: false
  vars:
    costly: "{{ lookup('ansible.builtin.pipe', 'echo made >> $place/lookups') }}"
  tasks:
    - $2
YAML
  : >lookups
  "${clean[@]}" venv/bin/ansible-playbook -i localhost, -c local play.yml >output || { cat output; exit 1; }
  local number
  number=$(wc -l <lookups)
  echo "$1: $number lookup$([ "$number" = 1 ] || echo s)"
}

"${clean[@]}" venv/bin/ansible --version | head -n 1 | cut -d ' ' -f 1-3
seen=$(
  count "if and else" "debug: {msg: \"{{ 'a' if true else costly }}\"}"
  count "or" 'debug: {msg: "{{ true or costly }}"}'
  count "when with and, skipped" '{debug: {msg: skipped}, when: false and costly}'
  count "if and else, an attribute of hostvars" "debug: {msg: \"{{ 'a' if true else hostvars.localhost.costly }}\"}"
)
echo "$seen"
expected=$(
  cat <<'TEXT'
if and else: 1 lookup
or: 1 lookup
when with and, skipped: 1 lookup
if and else, an attribute of hostvars: 0 lookups
TEXT
)
if [ "$seen" != "$expected" ]; then
  echo "the behaviour is another one now" >&2
  exit 1
fi
