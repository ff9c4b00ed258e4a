#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: set_stats sets a statistic of the run, and the last one to set it wins. Its option aggregate, true
# by default, would add numbers up, and leave alone what cannot be counted.
#
# Instead: with aggregate, values of the same type are put together with +. A text that two hosts set, or one host
# twice, becomes the text twice. Two true values become 2, lists grow, and only dictionaries are merged.
#
# Why it matters: an automation controller hands these statistics to the later jobs of a workflow. A play that keeps
# the ID of a client this way works with one host. With two hosts that set the same ID, the next job asks for a client
# whose ID is twice as long. Set such values with aggregate: false, or once.
#
# Seen:
#   ansible [core 2.19.14]
#   one host:     RUN: { "client_id": "c1a2", "public": true}
#   two hosts:    RUN: { "client_id": "c1a2c1a2", "public": 2}
#   set twice:    RUN: { "client_id": "c1a2c1a2", "public": 2}
#   no aggregate: RUN: { "client_id": "c1a2", "public": true}
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check ansible-core==2.19.14

cat >"$place/play.yml" <<'YAML'
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.set_stats:
        data:
          client_id: c1a2
          public: true
        aggregate: "{{ aggregated | default(true) }}"
      loop: "{{ range(times | default(1) | int) | list }}"
YAML
clean=(env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8 ANSIBLE_SHOW_CUSTOM_STATS=true)
cd "$place"

"${clean[@]}" venv/bin/ansible --version | head -n 1 | cut -d ' ' -f 1-3
failed=0
try() {
  local label=$1 expected=$2 output seen
  shift 2
  output=$("${clean[@]}" venv/bin/ansible-playbook -c local "$@" play.yml)
  seen=$(grep -o 'RUN: .*' <<<"$output")
  printf '%-13s %s\n' "$label" "$seen"
  [ "$seen" = "RUN: $expected" ] || failed=1
}
try "one host:" '{ "client_id": "c1a2", "public": true}' -i one,
try "two hosts:" '{ "client_id": "c1a2c1a2", "public": 2}' -i one,two
try "set twice:" '{ "client_id": "c1a2c1a2", "public": 2}' -i one, -e times=2
try "no aggregate:" '{ "client_id": "c1a2", "public": true}' -i one,two -e '{"aggregated": false}'
if [ "$failed" -ne 0 ]; then
  echo "the behaviour is another one now" >&2
  exit 1
fi
