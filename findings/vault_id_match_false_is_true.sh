#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: vault_id_match is off by default, so that "vault_id_match = False" in ansible.cfg, or the variable
# ANSIBLE_VAULT_ID_MATCH=false, says the same in writing. A file is then opened with any password that fits it.
#
# Instead: either turns it on. The setting has no type in ansible-core, which leaves the text as it is, and every text
# that is not empty counts as true. Only leaving it out, or an empty variable, is off; "0" turns it on as well.
#
# Why it matters: of a file with a label in its header only the password of this label is tried from then on.
# Everything stops with "no vault secrets were found that could decrypt" where the right password is loaded under
# another label or none. A user who looks into the settings finds the explanation ruled out. Leave the setting out.
#
# Seen:
#   ansible-vault [core 2.19.14]
#   left out                       opened
#   ANSIBLE_VAULT_ID_MATCH=        opened
#   ANSIBLE_VAULT_ID_MATCH=false   no vault secrets were found that could decrypt
#   ANSIBLE_VAULT_ID_MATCH=0       no vault secrets were found that could decrypt
#   vault_id_match = False         no vault secrets were found that could decrypt
#   ANSIBLE_VAULT_ID_MATCH=true    no vault secrets were found that could decrypt
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check ansible-core==2.19.14

clean=(env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8)
cd "$place"

"${clean[@]}" venv/bin/ansible-vault --version | head -n 1 | cut -d ' ' -f 1-3
echo 'correct horse' >password
echo 'client_secret: one' >vars.yml
"${clean[@]}" venv/bin/ansible-vault encrypt --vault-id prod@password vars.yml 2>/dev/null

failed=0
refusal="no vault secrets were found that could decrypt"
# the setting, what is expected, and the environment that has the setting
try() {
  local setting=$1 expected=$2 said seen
  shift 2
  if said=$("${clean[@]}" "$@" venv/bin/ansible-vault view --vault-password-file password vars.yml 2>&1); then
    seen=opened
  else
    seen=$(grep -o "$refusal" <<<"$said" || echo "$said")
  fi
  printf '%-30s %s\n' "$setting" "$seen"
  [ "$seen" = "$expected" ] || failed=1
}
try "left out" "opened" env
for value in "" false 0; do
  try "ANSIBLE_VAULT_ID_MATCH=$value" "$([ -z "$value" ] && echo opened || echo "$refusal")" \
    env "ANSIBLE_VAULT_ID_MATCH=$value"
done
printf '[defaults]\nvault_id_match = False\n' >off.cfg
try "vault_id_match = False" "$refusal" env "ANSIBLE_CONFIG=$place/off.cfg"
try "ANSIBLE_VAULT_ID_MATCH=true" "$refusal" env ANSIBLE_VAULT_ID_MATCH=true
if [ "$failed" -ne 0 ]; then
  echo "the behaviour is another one now" >&2
  exit 1
fi
