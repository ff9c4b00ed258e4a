# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_publish, with a real name server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.integration.publications import Publisher
from tests.integration.servers.name_server import NameServer


@dataclass(frozen=True)
class Publishing(Publisher):
    """Publishes an application in a zone of the name server, which is asked for the record as well."""

    name_server: NameServer = field(kw_only=True)


def update_options(name_server: NameServer) -> dict[str, Any]:
    """What an update of the name server needs, by the names of the options of a record."""
    writer = name_server.writer
    return {"server": name_server.host, "port": name_server.port, "key_name": writer.name, "key_secret": writer.secret}
