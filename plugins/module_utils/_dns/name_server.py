# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries and updates to name servers. The only place that knows dnspython. Private to this collection."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .._api.deadline import begun
from .._api.errors import OAuthOpsError, invalid
from .exchange import code_of, exchanged, is_response
from .names import DNS_PORT, led_to, quoted

DNSPYTHON_IMPORT_ERROR = None
try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdatatype
    import dns.resolver
    import dns.tsig
    import dns.tsigkeyring
    import dns.update
except ImportError:
    DNSPYTHON_IMPORT_ERROR = traceback.format_exc()


# What a server without the key, or without updates, says to a signed message.
REFUSALS = ("FORMERR", "SERVFAIL", "NOTIMP", "REFUSED", "NOTZONE")
# How much of a resolver's time one kind of address may take: some resolvers never respond for AAAA.
ADDRESS_PART = 1 / 3


class NameServerError(OAuthOpsError):
    """A name server that gave no usable response. C(reason) is its response code, such as REFUSED, if it gave one."""

    def __init__(self, code: str, message: str, reason: str | None = None) -> None:
        super().__init__(code, message)
        self.reason = reason

    def error(self) -> dict[str, Any]:
        return {**super().error(), "reason": self.reason}

    def remedied(self, remedy: str) -> NameServerError:
        """The same failure with a remedy at the end of its message."""
        return NameServerError(self.code, f"{self.message} {remedy}".strip(), self.reason)


@dataclass(frozen=True)
class Records:
    """A name server's response: the records of one type at a name, and what leads to them.

    C(values) are the joined strings of TXT records, and other records as in a zone file. C(contents) are all records as
    in a zone file, in the same order. C(cname) is the target of a CNAME, C(zone) the zone that holds the name, if it is
    known. C(cut) is a name that the zone delegates to the name servers C(servers).
    """

    values: tuple[str, ...] = ()
    contents: tuple[str, ...] = ()
    ttl: int | None = None
    cname: str | None = None
    zone: str | None = None
    cut: str | None = None
    servers: tuple[str, ...] = ()


def tsig_key(key_name: str, key_secret: str, algorithm: str) -> dict[str, Any]:
    """A TSIG key (RFC 8945), as the arguments that sign a message of dnspython; C(key_secret) is in Base64.

    Raises UsageError for an invalid key.
    """
    try:
        name = dns.name.from_text(key_name)
    except dns.exception.DNSException:
        raise invalid("key_name", f"{key_name!r} is not a valid key name (expected a DNS name).") from None
    try:
        ring = dns.tsigkeyring.from_text({key_name: key_secret})
    except (ValueError, dns.exception.DNSException):
        raise invalid("key_secret", "it is not valid Base64. Copy it from the server's configuration.") from None
    return {"keyring": ring, "keyname": name, "keyalgorithm": getattr(dns.tsig, algorithm.upper().replace("-", "_"))}


class NameServer:
    """One name server at an IP address. Every method raises NameServerError when it does not respond."""

    def __init__(
        self,
        address: str,
        port: int = DNS_PORT,
        *,
        timeout: float,
        tries: int = 1,
        protocol: str = "udp",
        key: Mapping[str, Any] | None = None,
    ) -> None:
        self.address, self.port, self.protocol = address, port, protocol
        self.timeout, self.tries = timeout, tries
        self._signing = key or {}

    def ask(self, name: str, kind: str) -> Records:
        """The records of a type at a name. Raises NameServerError also if the server is not authoritative for it."""
        query = dns.message.make_query(absolute(name), kind)
        query.flags &= ~dns.flags.RD
        if self._signing:
            query.use_tsig(self._signing["keyring"], self._signing["keyname"], algorithm=self._signing["keyalgorithm"])
        response = self._send(query)
        code = dns.rcode.to_text(response.rcode())
        if code not in ("NOERROR", "NXDOMAIN"):
            raise NameServerError("dns_not_served", f"{self} responded {code} to a query for {name}.", code)
        found = records_of(response, absolute(name), kind)
        if not response.flags & dns.flags.AA and not found.cut:
            text = f"{self} is not authoritative for {name}."
            raise NameServerError("dns_not_served", text)
        return found

    def is_in_use(self, zone: str, name: str) -> bool:
        """Whether a name has any record of its own, which a response of a wildcard does not show (RFC 2136, 2.4.4)."""
        update = self._update(zone)
        update.present(absolute(name))
        return self._carried_out(update, "NXDOMAIN") == "NOERROR"

    def has(self, zone: str, name: str, kind: str, *contents: str) -> bool:
        """Whether a name has records of a type, all of them C(contents) if given (RFC 2136, 2.4.1 and 2.4.2)."""
        update = self._update(zone)
        update.present(absolute(name), kind, *contents)
        return self._carried_out(update, "NXRRSET", "NXDOMAIN") == "NOERROR"

    def add_text(self, zone: str, name: str, value: str, ttl: int) -> None:
        update = self._update(zone)
        update.add(absolute(name), ttl, "TXT", quoted(value))
        self._carried_out(update)

    def remove_texts(self, zone: str, name: str, contents: Iterable[str]) -> None:
        """Remove TXT records, given as in a zone file. A record that does not exist is ignored."""
        update = self._update(zone)
        for content in contents:
            update.delete(absolute(name), "TXT", content)
        self._carried_out(update)

    def _update(self, zone: str) -> Any:
        return dns.update.Update(absolute(zone), **self._signing)

    def _carried_out(self, update: Any, *expected: str) -> str:
        response = self._send(update)
        code = str(dns.rcode.to_text(response.rcode()))
        if code != "NOERROR" and code not in expected:
            text = f"{self} responded {code} to the update of {_plain(update.zone[0].name)}."
            raise NameServerError("dns_refused", text, code)
        return code

    def _send(self, message: Any) -> Any:
        """The response to a query or an update. Both can be repeated safely."""
        silence = ""
        for _attempt in range(self.tries):
            try:
                return self._understood(message, self._exchange(message.to_wire()))
            except (socket.timeout, TimeoutError):
                silence = "Timeout"
            except (ConnectionResetError, EOFError) as error:
                silence = type(error).__name__
            except OSError as error:
                text = f"{self} cannot be reached: {error.strerror or error or type(error).__name__}."
                raise NameServerError("dns_unreachable", text) from None
        raise NameServerError("dns_unreachable", f"{self} gave no response ({silence}).")

    def _exchange(self, wire: bytes) -> bytes:
        return exchanged((self.address, self.port), self.protocol, wire, self.timeout)

    def _understood(self, message: Any, wire: bytes) -> Any:
        """Parse a response. After a signed message it must be signed, or be an unsigned refusal."""
        try:
            response = dns.message.from_wire(wire, keyring=message.keyring, request_mac=message.mac)
        except dns.tsig.PeerError as refusal:
            text = f"{self} refuses the TSIG key: {refusal}."
            raise NameServerError("dns_key_refused", text, type(refusal).__name__) from None
        except dns.exception.DNSException as error:
            if not self._signing or not is_response(wire, message.id):
                reason = str(error).rstrip(".") or type(error).__name__
                text = f"{self} gave an invalid response ({reason})."
                raise NameServerError("dns_unreachable", text) from None
            return self._refusal(wire)
        if self._signing and not response.had_tsig and is_response(wire, message.id):
            return self._refusal(wire)
        if not message.is_response(response):
            raise NameServerError("dns_unreachable", f"{self} sent a response that does not match the query.")
        return response

    def _refusal(self, wire: bytes) -> Any:
        """An unsigned response that refuses; raises NameServerError for any other, which can be forged."""
        refusal = dns.message.Message()
        refusal.set_rcode(dns.rcode.from_flags(code_of(wire), 0))
        code = dns.rcode.to_text(refusal.rcode())
        if code == "NOTAUTH":
            text = f"{self} responded {code}, without a TSIG signature."
            raise NameServerError("dns_key_refused", text, code)
        if code not in REFUSALS:
            text = f"{self} gave a response without a valid TSIG signature, so the response may be forged."
            raise NameServerError("dns_unsigned", text)
        return refusal

    def __str__(self) -> str:
        return f"The name server {self.address}" + (f" port {self.port}" if self.port != DNS_PORT else "")


def absolute(name: str) -> Any:
    return dns.name.from_text(name)


def records_of(response: Any, name: Any, kind: str) -> Records:
    """The records in a response of dnspython."""
    led = led_to(name, {rrset.name: rrset[0].target for rrset in response.answer if _is(rrset, "CNAME")})
    wanted = [rrset for rrset in response.answer if _is(rrset, kind) and rrset.name in led]
    cname = next((rrset for rrset in response.answer if _is(rrset, "CNAME") and rrset.name == name), None)
    soa = next((rrset for rrset in [*response.answer, *response.authority] if _is(rrset, "SOA")), None)
    cut = next((rrset for rrset in response.authority if _is(rrset, "NS")), None)
    handed_over = cut is not None and not response.flags & dns.flags.AA and not response.answer
    return Records(
        values=tuple(text_of(rdata) for rrset in wanted for rdata in rrset),
        contents=tuple(str(rdata.to_text()) for rrset in wanted for rdata in rrset),
        ttl=next((rrset.ttl for rrset in wanted), None),
        cname=_plain(cname[0].target) if cname is not None else None,
        zone=_plain(soa.name) if soa is not None else None,
        cut=_plain(cut.name) if cut is not None and handed_over else None,
        servers=tuple(_plain(rdata.target) for rdata in cut) if cut is not None and handed_over else (),
    )


def text_of(rdata: Any) -> str:
    if rdata.rdtype == dns.rdatatype.TXT:
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return str(rdata.to_text())


def _is(rrset: Any, kind: str) -> bool:
    return bool(rrset.rdtype == dns.rdatatype.from_text(kind))


def _plain(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).lower()


def system_resolver(timeout: float) -> Any:
    """The resolver of this machine; raises NameServerError when it has none."""
    try:
        resolver = dns.resolver.Resolver()
    except dns.exception.DNSException:
        text = "This host has no usable DNS resolver. Correct /etc/resolv.conf, or set servers."
        raise NameServerError("dns_unreachable", text) from None
    resolver.lifetime = timeout
    return resolver


def authoritative_servers(resolver: Any, name: str) -> Mapping[str, list[str]]:
    """The addresses of each name server of a name's zone; raises NameServerError when they are not found."""
    try:
        zone = dns.resolver.zone_for_name(absolute(name), resolver=resolver)
        names = [rdata.target for rdata in resolver.resolve(zone, "NS", search=False)]
    except (dns.exception.DNSException, OSError) as error:
        closed = " A firewall may block port 53." if isinstance(error, (dns.exception.Timeout, OSError)) else ""
        text = f"The name servers of {name} could not be found ({type(error).__name__}).{closed}"
        raise NameServerError("dns_unreachable", text) from None
    found = {_plain(server): begun(partial(addresses_of, resolver, server)) for server in names}
    return {label: future.result() for label, future in found.items()}


def addresses_of(resolver: Any, server: Any) -> list[str]:
    """IPv4 before IPv6, which more networks lack; none for a name that is not found, as one server of many may be."""
    found: list[str] = []
    for kind in ("A", "AAAA"):
        try:
            part = {"lifetime": resolver.lifetime * ADDRESS_PART}
            response = resolver.resolve(server, kind, raise_on_no_answer=False, search=False, **part)
        except (dns.exception.DNSException, OSError):
            continue
        found += [rdata.address for rdata in response.rrset or ()]
    return found
