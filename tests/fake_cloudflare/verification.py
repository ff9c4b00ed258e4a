# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifying the ownership of domains: real DNS look-ups for every client that waits for one."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.rcode
import dns.rdatatype
import dns.resolver

from .state import Client, Verification, World
from .variants import Variants

_LOOKUP_SECONDS = 2.0
_REST_FACTOR = 4


class Resolver:
    """Asks one name server, without a cache."""

    def __init__(self, host: str, port: int) -> None:
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [host]
        self._resolver.port = port
        self._resolver.lifetime = _LOOKUP_SECONDS

    async def query(self, name: str, kind: str) -> tuple[int, list[dict[str, Any]]]:
        """The response code and the answers, as DNS over HTTPS spells them in JSON."""
        try:
            found = await self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN:
            return int(dns.rcode.NXDOMAIN), []
        except (dns.exception.DNSException, OSError, ValueError):
            return int(dns.rcode.SERVFAIL), []
        return int(dns.rcode.NOERROR), [
            {"name": rrset.name.to_text(True), "type": int(rrset.rdtype), "TTL": rrset.ttl, "data": rdata.to_text()}
            for rrset in found.response.answer
            for rdata in rrset
        ]

    async def texts(self, name: str) -> frozenset[str]:
        """The TXT values at a name, each joined; none if there is no answer."""
        try:
            found = await self._resolver.resolve(name, "TXT", raise_on_no_answer=False, search=False)
        except (dns.exception.DNSException, OSError, ValueError):
            return frozenset()
        return frozenset(b"".join(rdata.strings).decode(errors="replace") for rdata in found.rrset or ())


def verdict(verification: Verification, texts: frozenset[str], now: datetime, variants: Variants) -> str:
    """The status after a look-up."""
    if verification.text in texts:
        return "verified"
    overdue = now - verification.started_at >= timedelta(hours=variants.verification_hours)
    if verification.status == "verified" or overdue:
        return "failed"
    return verification.status or "pending"


def _waits(client: Client, variants: Variants) -> bool:
    if client.verification is None:
        return False
    if client.verification.status == "verified":
        return variants.verified_recheck
    return client.verification.status in (None, "pending", "in_progress")


class Poller:
    def __init__(self, world: World, resolver: Resolver, interval: float) -> None:
        self._world = world
        self._resolver = resolver
        self._interval = interval

    async def run(self) -> None:
        """Tick without end, resting longer where there are many hosts, so that requests do not have to wait."""
        pause = self._interval
        while True:
            await asyncio.sleep(pause)
            started = time.monotonic()
            await self.tick()
            pause = max(self._interval, _REST_FACTOR * (time.monotonic() - started))

    async def tick(self) -> None:
        """Look up every waiting host once and judge the clients on it."""
        world = self._world
        waiting = [
            (client.verification, client.verification.status)
            for client in world.clients.values()
            if client.verification and _waits(client, world.variants)
        ]
        hosts = sorted({verification.host for verification, _unused in waiting})
        texts = dict(zip(hosts, await asyncio.gather(*map(self._resolver.texts, hosts)), strict=True))
        for verification, status in waiting:
            if verification.status == status:
                now = world.clock.now()
                verification.status = verdict(verification, texts[verification.host], now, world.variants)
