# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible's commands in processes that are forked from this one, which has loaded ansible-core.

Nearly all of a short run is loading: ansible-core, its plugins and their options, and this collection. Each run is a
process of its own all the same, with its own environment, directory and output; only the configuration is read when
this process starts. Started with the path of its socket, by the Python of the ansible-core that it is to run.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import socket
import socketserver
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
OURS = "ansible_collections.oauthops.iam.plugins"
LOADED = (
    "ansible.cli.adhoc",
    "ansible.cli.playbook",
    "ansible.cli.vault",
    "ansible.executor.playbook_executor",
    "ansible.executor.task_executor",
    "ansible.plugins.callback.default",
    "ansible.plugins.strategy.linear",
    "dns.resolver",
    "dns.tsigkeyring",
    "dns.update",
    "requests",
)
# ansible-core's plugins, of which it loads all of some kinds for each run, and reads their documentation for options.
KINDS = ("action", "become", "cache", "callback", "connection", "inventory", "lookup", "shell", "strategy", "vars")
TEMPLATING = ("filter", "test")
COMMANDS = {
    "ansible": "ansible.cli.adhoc",
    "ansible-playbook": "ansible.cli.playbook",
    "ansible-vault": "ansible.cli.vault",
}


class Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    parent = os.getppid()

    def service_actions(self) -> None:
        super().service_actions()
        if os.getppid() != self.parent:
            sys.exit()


class Handler(socketserver.BaseRequestHandler):
    """One command, in the process that was forked for it; responds with its status when it has ended."""

    request: socket.socket

    def handle(self) -> None:
        received, outputs, _flags, _address = socket.recv_fds(self.request, 65536, 2)
        while not received.endswith(b"\n"):
            received += self.request.recv(65536)
        order = json.loads(received)
        for number, given in enumerate((os.open(os.devnull, os.O_RDONLY), *outputs)):
            os.dup2(given, number)
        os.chdir(order["directory"])
        os.environ.clear()
        os.environ.update(order["environment"])
        time.tzset()
        status = run(order["command"])
        self.request.sendall(f"{status}\n".encode())


def run(command: list[str]) -> int:
    constants: Any = importlib.import_module("ansible.constants")
    constants.DEFAULT_LOCAL_TMP = tempfile.mkdtemp(prefix="ansible-local-")
    sys.argv = command
    main: Callable[[list[str]], None] = importlib.import_module(COMMANDS[command[0]]).main
    try:
        main(command)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        shutil.rmtree(constants.DEFAULT_LOCAL_TMP, ignore_errors=True)
    return 0


def load() -> None:
    for name in LOADED:
        importlib.import_module(name)
    loader: Any = importlib.import_module("ansible.plugins.loader")
    loader.init_plugin_loader()
    cli: Any = importlib.import_module("ansible.cli")
    cli.init_plugin_loader = lambda _paths: None  # a process can do it once
    for kind in (*KINDS, *TEMPLATING):
        plugins = getattr(loader, f"{kind}_loader")
        list(plugins.all(class_only=kind in KINDS))
        plugins._clear_caches()  # a run looks for its plugins by itself, and finds these modules loaded
    for file in (ROOT / "plugins").glob("[!d]*/**/[!_]*.py"):
        importlib.import_module(".".join((OURS, *file.relative_to(ROOT / "plugins").with_suffix("").parts)))
    # What is here stays: no run need look through it for garbage, or copy it when it does.
    gc.collect()
    gc.freeze()


def main() -> None:
    load()
    with Server(sys.argv[1], Handler) as server:
        print("ready", flush=True)
        server.serve_forever(0.2)


if __name__ == "__main__":
    main()
