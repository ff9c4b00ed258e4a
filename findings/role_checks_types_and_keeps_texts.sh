#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: a role whose meta/argument_specs.yml says type: bool, int or list gets variables of these types, as
# a module gets its options. With -e promote=no the task that checks the arguments says ok, so that promote is false.
#
# Instead: the check converts each value only to see whether it can. The role continues with the texts: "no" is true, as
# every text is that is not empty; "a,b", which passes as a list, is a text of three characters.
#
# Why it matters: values of -e KEY=VALUE and of a survey in an automation controller are texts. A role that relies on
# its specification makes a client public, or deletes one, although the user said no, after a check that said ok.
# Each use needs its filter: promote | bool, wait | int.
#
# Seen:
#   ansible [core 2.19.14]
#   Validating arguments against arg spec 'main'
#   ok: [localhost]
#   "msg": "promote=no is str: the client is made public"
#   "msg": "wait=9 is str: longer than '10' seconds"
#   "msg": "scopes=a,b is str: 3 scopes"
#   "msg": "promote | bool: the client stays private"
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check ansible-core==2.19.14

mkdir -p "$place/roles/publish/meta" "$place/roles/publish/tasks"
cat >"$place/roles/publish/meta/argument_specs.yml" <<'YAML'
argument_specs:
  main:
    options:
      promote: {type: bool, required: true}
      wait: {type: int, required: true}
      scopes: {type: list, elements: str, required: true}
YAML
cat >"$place/roles/publish/tasks/main.yml" <<'YAML'
- ansible.builtin.debug:
    msg: >-
      promote={{ promote }} is {{ promote | type_debug }}:
      the client {{ 'is made public' if promote else 'stays private' }}
- ansible.builtin.debug:
    msg: "wait={{ wait }} is {{ wait | type_debug }}: {{ 'longer' if wait > '10' else 'shorter' }} than '10' seconds"
- ansible.builtin.debug:
    msg: "scopes={{ scopes }} is {{ scopes | type_debug }}: {{ scopes | length }} scopes"
- ansible.builtin.debug:
    msg: "promote | bool: the client {{ 'is made public' if promote | bool else 'stays private' }}"
YAML
cat >"$place/play.yml" <<'YAML'
- hosts: localhost
  gather_facts: false
  roles: [publish]
YAML
clean=(env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8)
cd "$place"

"${clean[@]}" venv/bin/ansible --version | head -n 1 | cut -d ' ' -f 1-3
output=$("${clean[@]}" venv/bin/ansible-playbook -i localhost, -c local play.yml \
  -e promote=no -e wait=9 -e scopes=a,b)
seen=$(grep -o -E "Validating arguments[^]]*|\"msg\".*|^ok: [^ ]*$" <<<"$output")
echo "$seen"
expected=$(
  cat <<'TEXT'
Validating arguments against arg spec 'main'
ok: [localhost]
"msg": "promote=no is str: the client is made public"
"msg": "wait=9 is str: longer than '10' seconds"
"msg": "scopes=a,b is str: 3 scopes"
"msg": "promote | bool: the client stays private"
TEXT
)
if [ "$seen" != "$expected" ]; then
  echo "the behaviour is another one now" >&2
  exit 1
fi
