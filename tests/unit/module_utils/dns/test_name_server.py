# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name server's response has to be."""

from __future__ import annotations

import base64
from typing import Any

import dns.message
import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import Key, NameServer, NameServerError
from tests.unit.support import refuses

KEY = Key("writer", base64.b64encode(b"x" * 32).decode(), "hmac-sha256")


def test_a_response_without_a_signature_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsigned(_server: NameServer, message: Any) -> Any:
        return dns.message.Message(message.id)

    monkeypatch.setattr(NameServer, "_exchange", unsigned)
    with refuses("dns_unsigned"):
        NameServer("192.0.2.1", timeout=1, key=KEY).add_text("example.com", "app.example.com", "text", 60)
    NameServer("192.0.2.1", timeout=1).add_text("example.com", "app.example.com", "text", 60)


def test_a_remedy_comes_after_what_happened() -> None:
    remedied = NameServerError("dns_refused", "It refuses.", "NOTZONE").remedied("Set zone.")
    assert (remedied.message, remedied.error()) == (
        "It refuses. Set zone.",
        {"code": "dns_refused", "option": None, "reason": "NOTZONE"},
    )
