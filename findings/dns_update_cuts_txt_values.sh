#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: the update of dnspython takes the value of a TXT record as a string, and sends it. So
# update.add("_dmarc", 300, "TXT", "v=DMARC1; p=none") adds that policy.
#
# Instead: any string is read as a line of a zone file. A semicolon starts a comment, so that the rest is dropped.
# Blanks separate strings, which those who read the record put together without any. Parentheses and backslashes
# vanish. No error or warning reports it. It is the same with delete, which then removes another record or none.
#
# Why it matters: the update succeeds, and the value never verifies a domain or is half a policy. With a value
# of letters and digits nothing is lost. Put it between quotes, with quotes and backslashes in it escaped.
#
# Seen:
#   dnspython 2.9.2
#   add    v=DMARC1; p=none -> v=DMARC1
#   add    code=a1 b2 -> code=a1b2
#   add    code=(a1)\b2 -> code=a1b2
#   add    "v=DMARC1; p=none" -> v=DMARC1; p=none
#   delete v=DMARC1; p=none -> v=DMARC1
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check dnspython==2.9.2

env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8 "$place/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import dns.message
import dns.update

print(f"dnspython {version('dnspython')}")


def sent(way, value):
    """What a name server gets, as those see it who put the strings of a TXT record together."""
    update = dns.update.UpdateMessage("example.com")
    if way == "add":
        update.add("name", 300, "TXT", value)
    else:
        update.delete("name", "TXT", value)
    (record,) = dns.message.from_wire(update.to_wire()).update
    return b"".join(record[0].strings).decode()


asked = [
    ("add", "v=DMARC1; p=none"),
    ("add", "code=a1 b2"),
    ("add", r"code=(a1)\b2"),
    ("add", '"v=DMARC1; p=none"'),
    ("delete", "v=DMARC1; p=none"),
]
seen = [f"{way:6} {value} -> {sent(way, value)}" for way, value in asked]
print("\n".join(seen))
expected = [
    "add    v=DMARC1; p=none -> v=DMARC1",
    "add    code=a1 b2 -> code=a1b2",
    r"add    code=(a1)\b2 -> code=a1b2",
    'add    "v=DMARC1; p=none" -> v=DMARC1; p=none',
    "delete v=DMARC1; p=none -> v=DMARC1",
]
if seen != expected:
    sys.exit("the behaviour is another one now")
PY
