# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishes the TXT record that verifies a domain, and looks it up. Private."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any

from ..module_utils._api.client import Cloudflare
from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._dns.cloudflare_zone import HostRecords, check_ttl
from ._publication import MANUAL

Result = dict[str, Any]
Params = Mapping[str, Any]
# The value is not known before Cloudflare has the client, but whether there can be a record is.
REHEARSED_VALUE = "cloudflare_oauth_client_publisher=to-be-named-by-cloudflare"
# What the options of dns_txt_info are called here.
LOOKUP_OPTIONS = {"servers": "dns.lookup_servers", "resolver_url": "dns.lookup_url"}
NOTHING: Mapping[str, Any] = {"changed": False, "diff": {"before": {}, "after": {}}, "warnings": []}


class Provider:
    """A provider that writes nothing: a person or a task file publishes the record."""

    writes = False

    def __init__(self, task_file: str | None = None) -> None:
        self.task_file = task_file

    def ensure(self, state: str, host: str, value: str, *, check_mode: bool) -> Mapping[str, Any]:  # noqa: ARG002
        """Publish the value beside all others of the host, or remove only it; C(state) is C(present) or C(absent).

        Raises UsageError if the record is impossible, or would do harm.
        """
        return NOTHING


class CloudflareZone(Provider):
    """A zone at Cloudflare, which is read once."""

    writes = True

    def __init__(self, api: Cloudflare, ttl: int | None) -> None:
        super().__init__()
        check_ttl(ttl, "dns.ttl")
        self._ttl = ttl
        self._records_of = functools.cache(lambda host: HostRecords(api, host))

    def ensure(self, state: str, host: str, value: str, *, check_mode: bool) -> Mapping[str, Any]:
        return self._records_of(host).ensure(state, value, self._ttl, check_mode=check_mode)


class NameServer(Provider):
    """A name server that takes dynamic updates (RFC 2136)."""

    writes = True

    def __init__(self, dns: Params) -> None:
        super().__init__()
        if not dns["server"]:
            raise invalid(
                "dns.server", "it is not set. Set it to the primary name server of the zone, which rfc2136 needs."
            )
        for option, other in (("key_name", "key_secret"), ("key_secret", "key_name")):
            if dns[other] and not dns[option]:
                raise invalid(f"dns.{option}", f"it is not set, while dns.{other} is. Set both of them or none.")
        self._dns = dns

    def ensure(self, state: str, host: str, value: str, *, check_mode: bool) -> Mapping[str, Any]:
        # Imported here, because dnspython takes as long to load as all else.
        from ..modules import rfc2136_txt_value

        timeout = rfc2136_txt_value.OPTIONS["timeout"]["default"]
        wanted = {**self._dns, "timeout": timeout, "name": host, "value": value, "state": state}
        if wanted["ttl"] == 1:  # the automatic one, which only Cloudflare has
            wanted["ttl"] = None
        try:
            return rfc2136_txt_value.run(wanted, check_mode)
        except UsageError as failure:
            raise failure.renamed(f"dns.{failure.option}") if failure.option in self._dns else failure from None


def provider_of(dns: Params, api: Cloudflare, directory: str) -> Provider:
    """The provider that the options name. Raises UsageError for one that is neither known nor a task file."""
    name = dns["provider"]
    if name == "cloudflare":
        return CloudflareZone(api, dns["ttl"])
    if name == "rfc2136":
        return NameServer(dns)
    if name == MANUAL:
        return Provider()
    path = os.path.join(directory, name)
    if os.path.isfile(path):
        return Provider(path)
    raise invalid(
        "dns.provider",
        f"there is no provider and no task file {name!r} (expected cloudflare, rfc2136, manual or the path of a file, "
        "absolute or relative to the playbook).",
    )


def looked_up(record: Mapping[str, Any] | None, dns: Params, *, may_exist: bool = True) -> Result:
    """The lookup of a record, empty if no server is asked. Raises UsageError for a wrong option.

    No resolver is asked before the record exists, because it would cache that there is none.
    """
    if dns["lookup"] == "none" or not record or not record["value"]:
        return {}
    from ..modules import dns_txt_info

    params = {
        "name": record["name"],
        "value": record["value"],
        "method": dns["lookup"],
        "servers": dns["lookup_servers"],
        "resolver_url": dns["lookup_url"],
        "timeout": dns_txt_info.OPTIONS["timeout"]["default"],
    }
    try:
        dns_txt_info.checked_name(params)
        if not may_exist and dns["lookup"] == "resolver":
            return {}
        seen = dns_txt_info.run(params if may_exist else {**params, "resolver_url": "", "may_exist": False}, False)
    except UsageError as failure:
        raise failure.renamed(LOOKUP_OPTIONS.get(failure.option or "", "dns.lookup")) from None
    return {name: value for name, value in seen.items() if name != "changed"}
