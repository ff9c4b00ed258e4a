# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode sends nothing but GET and predicts what the real run with the same reads does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    ROTATE,
    SECRET,
    TXT,
    ModuleResult,
    a_client,
    a_confidential_client,
    a_verified_client,
    created,
    creation,
    documentation,
    lists,
    offers_usual_scopes,
    options,
    patches,
    reads,
    run_module,
)
from tests.unit.transport import Call, Script

HOST = "app.example.com"
RECORDS = "/zones/z1/dns_records"
TXT_BODY = {"type": "TXT", "name": HOST, "content": f'"{TXT}"', "ttl": 1}
TXT_RECORD = {**TXT_BODY, "id": "r1"}
OTHER_RECORD = {**TXT_RECORD, "id": "r2", "content": '"v=spf1 -all"'}
PUBLIC = {"visibility": "public"}
SECRET_METHOD = {"token_endpoint_auth_method": "client_secret_basic"}
FAILED = {"client_uri": f"https://{HOST}/", "client_uri_verification": {"status": "failed", "text": TXT}}
ROTATED = a_confidential_client(has_rotated_secret=True)


def records(*found: Mapping[str, Any]) -> Call:
    return Call("GET", RECORDS, list(found), query={"name": HOST}, info={"total_count": len(found)})


@dataclass(frozen=True)
class Situation:
    """A run: what it reads, and what the real one asks after that."""

    module: str
    params: Mapping[str, Any]
    reads: list[Call]
    writes: list[Call] = field(default_factory=list)


def client(params: Mapping[str, Any], reads: list[Call], *writes: Call) -> Situation:
    return Situation("cloudflare_oauth_client", params, reads, list(writes))


def secret(state: str, actual: Mapping[str, Any], *writes: Call) -> Situation:
    file = {"client_secret_file": "FILE"} if state == "rotated" else {}
    params = {"client_id": CLIENT_ID, "state": state, **file}
    return Situation("cloudflare_oauth_client_secret", params, [reads(actual)], list(writes))


def record(params: Mapping[str, Any], found: list[Mapping[str, Any]], *writes: Call) -> Situation:
    given = {"host": HOST, "value": TXT, "zone_id": "z1", **params}
    wildcards = Call(
        "GET", RECORDS, [], query={"match": "any", "type": "NS", "name.startswith": "*."}, info={"total_count": 0}
    )
    zone = Call("GET", "/zones/z1", {"id": "z1", "name": "example.com", "status": "active", "type": "full"})
    is_added = any(write.method == "POST" for write in writes)
    reads = [zone, records(*found), *([wildcards] if is_added else [])]
    return Situation("cloudflare_oauth_domain_record", given, reads, list(writes))


BY_ID = {"client_id": CLIENT_ID}
TOS = {"tos_uri": "https://app.example.com/terms"}
NEW_SCOPES = {"scopes": ["dns.write", "account-settings.read"]}
CHANGED = {
    "absent": client(options(), [lists(), offers_usual_scopes()], *created(creation(), a_client())),
    "absent, with a secret": client(
        options(**SECRET_METHOD, client_secret_file="FILE"),
        [lists(), offers_usual_scopes()],
        *created(creation(**SECRET_METHOD), a_confidential_client(client_secret=SECRET)),
    ),
    "drifted": client(
        options(**TOS), [lists(a_client())], patches(TOS, a_client(**TOS, updated_at="2027-01-01T00:00:00Z"))
    ),
    "drifted, protocol scopes": client(
        {**BY_ID, **NEW_SCOPES},
        [reads(a_client(scopes=["offline_access", "dns.read", "account-settings.read"])), offers_usual_scopes()],
        patches(NEW_SCOPES, a_client(scopes=["account-settings.read", "dns.write", "offline_access"])),
    ),
    "drifted, optional scopes leave": client(
        {**BY_ID, "scopes": ["dns.read"]},
        [reads(a_client(optional_scopes=["dns.read", "account-settings.read"]))],
        patches(
            {"scopes": ["dns.read"], "optional_scopes": ["dns.read"]},
            a_client(scopes=["dns.read"], optional_scopes=["dns.read"]),
        ),
    ),
    "drifted, cleared": client(
        {**BY_ID, "tos_uri": ""}, [reads(a_client(**TOS))], patches({"tos_uri": None}, a_client())
    ),
    "drifted, appended": client(
        {**BY_ID, "append": True, "redirect_uris": ["https://app.example.com/a"]},
        [reads(a_client())],
        patches(
            {"redirect_uris": ["https://app.example.com/callback", "https://app.example.com/a"]},
            a_client(redirect_uris=["https://app.example.com/a", "https://app.example.com/callback"]),
        ),
    ),
    "drifted, another method": client(
        {**BY_ID, **SECRET_METHOD}, [reads(a_client())], patches(SECRET_METHOD, a_confidential_client())
    ),
    "restarted": client(
        {**BY_ID, "restart_verification": True},
        [reads(a_client(**FAILED))],
        patches({"client_uri": FAILED["client_uri"]}, a_client(client_uri=FAILED["client_uri"])),
    ),
    "promoted": client({**BY_ID, **PUBLIC}, [reads(a_verified_client())], patches(PUBLIC, a_verified_client(**PUBLIC))),
    "drifted and promoted": client(
        {**BY_ID, **PUBLIC, **TOS},
        [reads(a_verified_client())],
        patches(TOS, a_verified_client(**TOS)),
        patches(PUBLIC, a_verified_client(**TOS, **PUBLIC)),
    ),
    "there, to be absent": client(
        {**BY_ID, "state": "absent"}, [reads(a_client())], Call("DELETE", CLIENT, {"id": CLIENT_ID})
    ),
    "public, to be absent": client(
        {**BY_ID, "state": "absent", "force": True}, [reads(a_client(**PUBLIC))], Call("DELETE", CLIENT)
    ),
    "one secret, to be rotated": secret(
        "rotated",
        a_confidential_client(),
        *(reads(a_confidential_client()), Call("POST", ROTATE, {"client_secret": SECRET}), reads(ROTATED)),
    ),
    "two secrets, to be finalized": secret("finalized", ROTATED, Call("DELETE", ROTATE)),
    "no record": record({}, [OTHER_RECORD], Call("POST", RECORDS, TXT_RECORD, TXT_BODY)),
    "no record, with ttl": record(
        {"ttl": 300}, [], Call("POST", RECORDS, {**TXT_RECORD, "ttl": 300}, {**TXT_BODY, "ttl": 300})
    ),
    "record drifted": record(
        {"ttl": 300}, [TXT_RECORD], Call("PATCH", f"{RECORDS}/r1", {**TXT_RECORD, "ttl": 300}, {"ttl": 300})
    ),
    "record, to be absent": record({"state": "absent"}, [TXT_RECORD], Call("DELETE", f"{RECORDS}/r1")),
}
SAME = {
    "same by name": client(options(), [lists(a_client())]),
    "same by id": client({**BY_ID, **options()}, [reads(a_client(scopes=["dns.read", "account-settings.read"]))]),
    "public already": client({**BY_ID, **PUBLIC}, [reads(a_client(**PUBLIC))]),
    "absent already": client({**options(), "state": "absent"}, [lists()]),
    "rotated already": secret("rotated", ROTATED, reads(ROTATED)),
    "finalized already": secret("finalized", a_confidential_client()),
    "record there": record({}, [OTHER_RECORD, TXT_RECORD]),
    "record absent already": record({"state": "absent"}, [OTHER_RECORD]),
}


def run(cloudflare: Script, situation: Situation, folder: Path, check: bool) -> ModuleResult:
    target = folder / f"secret-{check}"
    if situation is SAME.get("rotated already"):
        target.write_text("held")
    params: dict[str, Any] = {key: str(target) if value == "FILE" else value for key, value in situation.params.items()}
    cloudflare.expect(*situation.reads, *([] if check else situation.writes))
    result = run_module(situation.module, check=check, **params)
    assert not result.failed, result.msg
    cloudflare.finish()
    return result


@pytest.mark.parametrize("name", [*CHANGED, *SAME])
def test_check_mode_predicts_the_real_run(cloudflare: Script, tmp_path: Path, name: str) -> None:
    situation = {**CHANGED, **SAME}[name]
    predicted = run(cloudflare, situation, tmp_path, check=True)
    assert {sent.request.method for sent in cloudflare.sent} == {"GET"}
    done = run(cloudflare, situation, tmp_path, check=False)
    assert predicted.changed == done.changed == (name in CHANGED)
    assert predicted.diff == done.diff
    assert (done.diff["before"] != done.diff["after"]) is done.changed
    assert predicted.keys == done.keys
    assert predicted.warnings == done.warnings
    assert done.keys - {"changed", "diff"} <= set(documentation(situation.module).returned)


def shape(value: Any) -> Any:
    """The keys of a result, all the way down."""
    return {key: shape(item) for key, item in value.items()} if isinstance(value, dict) else None


@pytest.mark.parametrize("name", [*CHANGED, *SAME])
def test_check_mode_returns_the_same_keys_all_the_way_down(cloudflare: Script, tmp_path: Path, name: str) -> None:
    situation = {**CHANGED, **SAME}[name]
    predicted = run(cloudflare, situation, tmp_path, check=True)
    done = run(cloudflare, situation, tmp_path, check=False)
    for key in done.keys & {"oauth_client", "dns_record"}:
        assert shape(predicted.data[key]) == shape(done.data[key])
