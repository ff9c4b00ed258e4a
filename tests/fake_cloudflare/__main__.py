# SPDX-License-Identifier: GPL-3.0-or-later
"""python -m tests.fake_cloudflare: serve until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import uvicorn

from . import dns_server
from .app import build
from .state import World
from .verification import Poller, Resolver

_HOST = "127.0.0.1"
_PARENT_CHECK_SECONDS = 1.0


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again after a clean stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_cloudflare", description="A fake of Cloudflare.")
    parser.add_argument("--port", type=int, default=0, help="HTTP port, any free one by default")
    parser.add_argument("--dns-port", type=int, default=0, help="DNS port for UDP and TCP, any free one by default")
    parser.add_argument(
        "--resolver", metavar="HOST:PORT", help="name server to look TXT records up at, itself by default"
    )
    parser.add_argument("--poll-interval", type=float, default=0.5, metavar="SECONDS", help="pause between look-ups")
    parser.add_argument("--token", help="the API token that has every right, a random one by default")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when the parent process is gone")
    return parser.parse_args(arguments)


def _announce(world: World, port: int, dns_port: int) -> None:
    origin = f"http://{_HOST}:{port}"
    lines = {
        "CLOUDFLARE_BASE_URL": f"{origin}/client/v4",
        "CLOUDFLARE_API_TOKEN": world.credentials[0].token,
        "CLOUDFLARE_ACCOUNT_ID": world.account_id,
        "FAKE_CLOUDFLARE_CONTROL": f"{origin}/_fake",
        "FAKE_CLOUDFLARE_DNS": f"{_HOST}:{dns_port}",
        "FAKE_CLOUDFLARE_DOH": f"{origin}/dns-query",
    }
    for name, value in lines.items():
        print(f"{name}={value}")
    print("ready", flush=True)


def _listening(port: int) -> socket.socket:
    # With the protocol left at 0, asyncio would not switch Nagle's algorithm off: 40 ms for every answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((_HOST, port))
    return listener


async def _stop_when(event: asyncio.Event, server: _Server, parent: int | None) -> None:
    """Stop at the event, or when the parent, if one is given, is not the parent any more."""
    while not event.is_set() and parent in (None, os.getppid()):
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(event.wait(), _PARENT_CHECK_SECONDS)
    # Requests that the stop cuts short are no errors worth a traceback.
    logging.disable()
    server.should_exit = server.force_exit = True


async def _serve(options: argparse.Namespace, parent: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = World(options.token)
    dns_port = await dns_server.start(world, options.dns_port)
    host, _unused, port = (options.resolver or f"{_HOST}:{dns_port}").rpartition(":")
    resolver = Resolver(host, int(port))
    poller = Poller(world, resolver, options.poll_interval)
    listener = _listening(options.port)
    config = uvicorn.Config(
        build(world, resolver, poller),
        http="h11",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
    )
    server = _Server(config)
    background = [asyncio.create_task(poller.run())]
    background.append(asyncio.create_task(_stop_when(stop, server, parent if options.exit_with_parent else None)))
    listener.listen()
    _announce(world, listener.getsockname()[1], dns_port)
    await server.serve(sockets=[listener])
    for task in background:
        task.cancel()


def main(arguments: Sequence[str] | None = None) -> int:
    parent = os.getppid()
    # A caller that hangs up before it has read everything, or speaks TLS, is part of the weather: no warnings.
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.ERROR)
    asyncio.run(_serve(_arguments(arguments), parent))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
