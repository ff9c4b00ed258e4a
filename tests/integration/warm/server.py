# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible's commands in processes that are forked from this one, which has loaded ansible-core.

Half of a short run is loading. Each run is a process of its own all the same, with its own environment, directory and
output; only the configuration is read when this process starts. Started with the path of its socket, by the Python
of the ansible-core that it is to run.
"""

from __future__ import annotations

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
from typing import Any

LOADED = (
    "ansible.cli.adhoc",
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.executor.task_executor",
    "ansible.plugins.callback.default",
    "ansible.plugins.strategy.linear",
    "dns.resolver",
    "dns.tsigkeyring",
    "dns.update",
    "requests",
)
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


def main() -> None:
    for name in LOADED:
        importlib.import_module(name)
    with Server(sys.argv[1], Handler) as server:
        print("ready", flush=True)
        server.serve_forever(0.2)


if __name__ == "__main__":
    main()
