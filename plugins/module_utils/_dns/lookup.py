# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks up which TXT values are publicly visible at a name, at one or several servers. Private.

Only a wrong option is an error. A server without a usable response is reported, and visibility may stay unknown.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from functools import partial
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

from ansible.module_utils.urls import ConnectionError as UrlsError
from ansible.module_utils.urls import open_url

from .._api.address import ip_address
from .._api.deadline import begun, within
from .._api.errors import UsageError, invalid
from .._api.proxy import SOCKS_SCHEMES, check_proxy_address, scheme_of
from .._api.retry import Countdown
from .._api.text import excerpt
from .._uris import dns_name
from .exchange import addresses
from .name_server import (
    DNSPYTHON_IMPORT_ERROR,
    NameServer,
    NameServerError,
    Records,
    authoritative_servers,
    system_resolver,
)
from .names import DNS_PORT, led_to, unquoted

Asked = dict[str, Any]
# The addresses and ports of each name server.
Places = dict[str, list[tuple[str, int]]]
SMALLEST_WAIT = 0.5
LAST_PORT = 65535
NO_ERROR, NO_SUCH_NAME = 0, 3
CNAME, TXT = 5, 16
# What a resolver may send, and how much of it is read at once, in bytes; seconds for a library to say what timed out.
LARGEST_RESPONSE, PIECE = 1024 * 1024, 64 * 1024
GRACE = 1.0
# A resolver that was asked before the record was there keeps saying so.
CACHED = "{url} does not show the value, but may respond from its cache: it is not known whether the record exists."


def look_up(name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The module's result; C(params) are its options, and C(may_exist) whether the record may exist already."""
    asked: list[Asked] = []
    notes: list[str] = []
    url = params["resolver_url"]
    if params["method"] in ("auto", "authoritative"):
        may_exist = params.get("may_exist", True)
        asked, notes = asked_authoritative(name, params["servers"] or [], params["timeout"], may_exist=may_exist)
    asks_resolver = params["method"] == "resolver" or (params["method"] == "auto" and not conclusive(asked))
    from_cache = [asked_resolver(name, url, params["timeout"])] if url and asks_resolver else []
    asked += from_cache
    value = params["value"]
    found = summary(asked, value)
    notes += [each["error"] for each in asked if each["error"]]
    if responded(from_cache) and found["visible"] is False:
        found["visible"] = None
        notes.append(CACHED.format(url=url))
    return {"changed": False, "value": value, **found, "asked": asked, "notes": notes}


def asked_authoritative(
    name: str, servers: list[str], timeout: float, *, may_exist: bool = True
) -> tuple[list[Asked], list[str]]:
    if DNSPYTHON_IMPORT_ERROR:
        return [], ["The name servers were not asked, because the Python library dnspython is not installed."]
    countdown = Countdown(timeout)

    def responses(find: Callable[[], Places]) -> dict[str, Records | str]:
        found = within(max(SMALLEST_WAIT, countdown.remaining), find)
        return asked_at_once(found, name, max(SMALLEST_WAIT, countdown.remaining))

    try:
        if servers:
            responded = responses(lambda: given_servers(servers))
        else:
            responded = responses(lambda: zone_servers(name if may_exist else above(name), timeout))
            if not may_exist and any(isinstance(each, Records) and each.cut for each in responded.values()):
                responded = responses(lambda: zone_servers(name, timeout))
    except NameServerError as error:
        return [], [error.message]
    except TimeoutError:
        return [], [f"The name servers of {name} could not be found within {timeout:g} seconds."]
    return [of_server(label, response) for label, response in responded.items()], []


def above(name: str) -> str:
    """The name above, if it can be in a zone of a user.

    A resolver that is asked for a name that does not exist caches that, and Cloudflare may ask the same one.
    """
    return name.partition(".")[2] if name.count(".") > 1 else name


def asked_at_once(found: Places, name: str, wait: float) -> dict[str, Records | str]:
    """Ask all servers at the same time, so that however many are silent or slow, C(wait) is the total.

    An error is a text.
    """
    countdown = Countdown(wait + GRACE)
    asking = {label: begun(partial(response_of, label, places, name, wait)) for label, places in found.items()}
    responses: dict[str, Records | str] = {}
    for label, future in asking.items():
        try:
            responses[label] = future.result(countdown.remaining)
        except FutureTimeoutError:
            responses[label] = f"{label} gave no complete response within {wait:.1f} seconds."
    return responses


def zone_servers(name: str, timeout: float) -> Places:
    found = authoritative_servers(system_resolver(timeout), name)
    return {label: [(address, DNS_PORT) for address in addresses] for label, addresses in found.items()}


def given_servers(servers: list[str]) -> Places:
    split = {server: host_and_port(server) for server in servers}
    return {server: [(address, port) for address in addresses(host)] for server, (host, port) in split.items()}


def host_and_port(server: str) -> tuple[str, int]:
    """Host and port of a server such as ns1.example.com or [2001:db8::1]:5353. Raises UsageError for invalid text."""
    match = re.fullmatch(r"\[(.+)\](?::(\d+))?|([^\[\]:]+)(?::(\d+))?|([0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)", server.strip())
    host, port = (match[1] or match[3] or match[5], int(match[2] or match[4] or DNS_PORT)) if match else ("", 0)
    may_be_name = dns_name(host) and not re.fullmatch(r"[\d.]+", host)
    if not 1 <= port <= LAST_PORT or not (ip_address(host) or may_be_name):
        text = (
            f"{server!r} is not a valid name server (expected an IP address or a host name, with or without a port "
            "such as 192.0.2.1:5353)."
        )
        raise invalid("servers", text)
    return host, port


def response_of(label: str, places: list[tuple[str, int]], name: str, wait: float) -> Records | str:
    """The records from the first address that responds, or else why the last one did not."""
    failure = f"This host cannot resolve the name server {label}."
    for address, port in places:
        try:
            return NameServer(address, port, timeout=wait / len(places)).ask(name, "TXT")
        except NameServerError as error:
            failure = error.message
    return failure


def of_server(label: str, response: Records | str) -> Asked:
    if isinstance(response, str):
        return asked_entry(label, None, response)
    if response.cut:
        text = f"{label} delegates {response.cut} to {', '.join(response.servers)}. Set servers to these, or omit it."
        return asked_entry(label, None, text)
    return asked_entry(label, response, None)


def asked_resolver(name: str, url: str, timeout: float) -> Asked:
    """A resolver that responds over HTTPS in JSON, as Cloudflare's and Google's do."""
    separator = "&" if "?" in url else "?"
    query = url + separator + urlencode({"name": name, "type": "TXT"})
    try:
        check_environment_proxy(url)
        content = within(timeout + GRACE, lambda: fetched(query, timeout))
        return asked_entry(url, json_records(name, json.loads(content)), None)
    except UsageError as wrong:
        reason = wrong.message
    except (TimeoutError, socket.timeout):
        reason = f"there was no complete response within {timeout:g} seconds."
    except RecursionError:
        reason = "its JSON is nested too deeply."
    except (OSError, ValueError, HTTPException, UrlsError) as error:
        reason = f"{excerpt(str(error))}."
    return asked_entry(url, None, f"{url} gave no usable response: {reason}")


def fetched(query: str, timeout: float) -> bytes:
    """The whole response, as far as it comes in time and is not too large; a redirect is an error."""
    content, countdown = bytearray(), Countdown(timeout)
    asking = {"timeout": timeout, "follow_redirects": "none", "use_netrc": False, "decompress": False}
    with open_url(query, headers={"Accept": "application/dns-json"}, **asking) as response:
        while True:
            piece = response.read1(PIECE)
            content += piece
            if not piece:
                return bytes(content)
            if len(content) > LARGEST_RESPONSE:
                raise ValueError(f"it is larger than {LARGEST_RESPONSE // 1024**2} MiB")
            if not countdown.remaining:
                raise TimeoutError


def check_environment_proxy(url: str) -> None:
    """Raise UsageError when the environment names a proxy that cannot be used here."""
    parts = urlsplit(url)
    proxy = None if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme)
    if proxy and scheme_of(proxy) in SOCKS_SCHEMES:
        raise UsageError(
            "invalid_option", "a lookup cannot use the SOCKS proxy of the environment. Add the host to NO_PROXY."
        )
    check_proxy_address(proxy)


def json_records(name: str, response: Any) -> Records:
    """The records in the JSON of a resolver. Raises ValueError for any other response."""
    status = response.get("Status") if isinstance(response, dict) else None
    if status not in (NO_ERROR, NO_SUCH_NAME):
        raise ValueError(f"the status is {status!r}")
    records = response.get("Answer") or []
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError("it is not the JSON of a resolver")
    aliases = {
        plain(record.get("name")): plain(record.get("data")) for record in records if record.get("type") == CNAME
    }
    led = led_to(name, aliases)
    texts = [record for record in records if record.get("type") == TXT and plain(record.get("name")) in led]
    return Records(
        values=tuple(unquoted(str(record.get("data"))) for record in texts),
        cname=excerpt(aliases[name]) if name in aliases else None,
    )


def plain(name: object) -> str:
    return str(name).rstrip(".").lower()


def asked_entry(server: str, records: Records | None, error: str | None) -> Asked:
    values = None if records is None else list(records.values)
    return {"server": server, "txt_values": values, "cname": records and records.cname, "error": error}


def responded(asked: list[Asked]) -> list[Asked]:
    return [each for each in asked if each["error"] is None]


def conclusive(asked: list[Asked]) -> list[Asked]:
    """The responses that show more than a CNAME into another zone."""
    return [each for each in responded(asked) if each["txt_values"] or not each["cname"]]


def summary(asked: list[Asked], value: str | None) -> dict[str, Any]:
    """The values that all responding servers show, because Cloudflare may ask the most outdated one."""
    seen = [set(each["txt_values"]) for each in conclusive(asked) or responded(asked)]
    return {
        "txt_values": sorted(set.intersection(*seen)) if seen else [],
        "visible": all(value in values for values in seen) if seen and value else None,
        "cname": next((each["cname"] for each in responded(asked) if each["cname"]), None),
    }
