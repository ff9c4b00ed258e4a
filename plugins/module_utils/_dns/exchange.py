# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends a DNS message to an address, over UDP or TCP, and receives the response, as bytes. Private."""

from __future__ import annotations

import socket

from .._api.address import ip_address
from .._api.retry import Countdown

# A message's header, in bytes; places in it with masks (RFC 1035, 4.1.1); and the length before a message over TCP.
HEADER, ID, LENGTH, LARGEST = 12, 2, 2, 65535
RESPONSE, TRUNCATION, CODE = (2, 0x80), (2, 0x02), (3, 0x0F)


def exchanged(place: tuple[str, int], protocol: str, wire: bytes, timeout: float) -> bytes:
    """The response to a message; one over UDP that was truncated is requested again over TCP.

    Raises OSError, and EOFError where a response ends too early.
    """
    received = b"" if protocol == "tcp" else over_udp(place, wire, timeout)
    is_cut = not received or received[TRUNCATION[0]] & TRUNCATION[1]
    return over_tcp(place, wire, timeout) if is_cut else received


def is_response(wire: bytes, message_id: int) -> bool:
    """Whether the header is that of a response to a message (RFC 1035, 4.1.1)."""
    if len(wire) < HEADER or int.from_bytes(wire[:ID], "big") != message_id:
        return False
    return bool(wire[RESPONSE[0]] & RESPONSE[1])


def code_of(wire: bytes) -> int:
    """The response code in the header."""
    return wire[CODE[0]] & CODE[1]


def over_udp(place: tuple[str, int], wire: bytes, timeout: float) -> bytes:
    countdown = Countdown(timeout)
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.connect(place)
        connection.send(wire)
        while True:
            connection.settimeout(time_left(countdown))
            received = connection.recv(LARGEST)
            if len(received) >= HEADER and received[:ID] == wire[:ID]:
                return received


def over_tcp(place: tuple[str, int], wire: bytes, timeout: float) -> bytes:
    countdown = Countdown(timeout)
    with socket.create_connection(place, timeout) as connection:
        connection.sendall(len(wire).to_bytes(LENGTH, "big") + wire)
        length = int.from_bytes(read(connection, LENGTH, countdown), "big")
        return read(connection, length, countdown)


def read(connection: socket.socket, length: int, countdown: Countdown) -> bytes:
    found = b""
    while len(found) < length:
        connection.settimeout(time_left(countdown))
        piece = connection.recv(length - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found


def time_left(countdown: Countdown) -> float:
    """The seconds that are left. Raises OSError when there are none."""
    left = countdown.remaining
    if not left:
        raise socket.timeout
    return left


def addresses(host: str) -> list[str]:
    """The IP addresses of a host; none if this machine cannot resolve it."""
    if ip_address(host):
        return [host]
    try:
        return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(host, None)))
    except (OSError, UnicodeError):
        return []
