# SPDX-License-Identifier: GPL-3.0-or-later
"""An authoritative DNS server for the fake's zones, over UDP and TCP on one loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import cast

from dnslib import AAAA, CNAME, NS, QTYPE, RCODE, RR, SOA, TXT, A, DNSError, DNSHeader, DNSRecord

from .state import World
from .zones import Record, Zone, longest_zone, unquoted

_AUTOMATIC_TTL = 60
_NEGATIVE_TTL = 1
_LONGEST_STRING = 255
_SMALLEST_UDP = 512
_HOST = "127.0.0.1"


def _txt(content: str) -> TXT:
    raw = unquoted(content).encode()
    return TXT([raw[start : start + _LONGEST_STRING] for start in range(0, len(raw), _LONGEST_STRING)])


_RDATA: dict[str, Callable[[str], object]] = {"A": A, "AAAA": AAAA, "CNAME": CNAME, "NS": NS, "TXT": _txt}


def answer(world: World, query: DNSRecord) -> DNSRecord:
    """The answer to a query, from the state as it is now."""
    name = str(query.q.qname).lower().rstrip(".")
    reply: DNSRecord = query.reply(ra=0, aa=1)
    served = [zone for zone in world.zones.values() if zone.served]
    zone = longest_zone(served, name)
    if zone is None:
        reply.header.aa = 0
        reply.header.rcode = RCODE.REFUSED
        return reply
    records = [record for record in world.records.values() if record.zone_id == zone.id]
    found, last = _chased(records, name, QTYPE[query.q.qtype])
    for record in found:
        reply.add_answer(_rr(record))
    if not found or found[-1].type == "CNAME" != QTYPE[query.q.qtype]:
        reply.add_auth(_soa(zone))
        reply.header.rcode = RCODE.NOERROR if _exists(records, last, zone) else RCODE.NXDOMAIN
    return reply


def _chased(records: Iterable[Record], name: str, kind: str) -> tuple[list[Record], str]:
    """The records for a name, after those of each CNAME on the way, and the name reached."""
    records, found, seen = list(records), [], set[str]()
    while name not in seen:
        seen.add(name)
        # Of a proxied record the world sees addresses of Cloudflare's edge, which the fake has not got.
        here = [record for record in records if record.name == name and record.type in _RDATA and not record.proxied]
        wanted = [record for record in here if kind in (record.type, "ANY")]
        aliases = [record for record in here if record.type == "CNAME"]
        found += wanted or aliases
        if wanted or not aliases:
            break
        name = aliases[0].content.lower().rstrip(".")
    return found, name


def _exists(records: Iterable[Record], name: str, zone: Zone) -> bool:
    """Whether a name is there without the wanted type; a name with records below it is. Foreign names may be."""
    if name == zone.dns_name or longest_zone([zone], name) is None:
        return True
    return any(("." + record.name).endswith("." + name) for record in records)


def _rr(record: Record) -> RR:
    ttl = _AUTOMATIC_TTL if record.ttl == 1 else record.ttl
    return RR(record.name, getattr(QTYPE, record.type), rdata=_RDATA[record.type](record.content), ttl=ttl)


def _soa(zone: Zone) -> RR:
    rdata = SOA("ada.ns.fake.invalid", "dns.fake.invalid", (1, 3600, 600, 86_400, _NEGATIVE_TTL))
    return RR(zone.dns_name, QTYPE.SOA, rdata=rdata, ttl=_NEGATIVE_TTL)


def _packed(world: World, message: bytes) -> tuple[bytes, DNSRecord] | None:
    try:
        query = DNSRecord.parse(message)
    except DNSError:
        return None
    if not query.questions:
        refused = DNSRecord(DNSHeader(id=query.header.id, qr=1, rcode=RCODE.FORMERR))
        return refused.pack(), query
    return answer(world, query).pack(), query


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, world: World) -> None:
        self._world = world
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        result = _packed(self._world, data)
        if result is None or self._transport is None:
            return
        message, query = result
        room = max([_SMALLEST_UDP, *(option.rclass for option in query.ar if option.rtype == QTYPE.OPT)])
        if len(message) > room:
            cut = query.reply(ra=0, aa=1)
            cut.header.tc = 1
            message = cut.pack()
        self._transport.sendto(message, addr)


async def _serve_stream(world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            result = _packed(world, await reader.readexactly(length))
            if result is None:
                break
            writer.write(len(result[0]).to_bytes(2, "big") + result[0])
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def start(world: World, port: int) -> int:
    """Listen on one port for both transports, any free one for 0, and return it."""
    loop = asyncio.get_running_loop()
    for _unused in range(20):
        server = await asyncio.start_server(lambda *pair: _serve_stream(world, *pair), _HOST, port)
        bound: int = server.sockets[0].getsockname()[1]
        try:
            await loop.create_datagram_endpoint(lambda: _Datagrams(world), (_HOST, bound))
        except OSError:
            server.close()
            if port:
                raise
        else:
            return bound
    raise OSError("no port is free for both UDP and TCP")
