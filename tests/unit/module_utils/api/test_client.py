# SPDX-License-Identifier: GPL-3.0-or-later
"""How a request is made and what is read of an answer."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import urllib3
from requests.utils import select_proxy

from ansible_collections.oauthops.iam.plugins.module_utils._api import client, transport
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._api.transport import VERSION
from tests.unit.support import GONE, a_connection, refused, refuses
from tests.unit.transport import TOKEN, BrokenBody, Call, Script, envelope

THING = Call("GET", "/thing", {"a": 1})


def get(**overrides: Any) -> Any:
    return a_connection(**overrides).get_object("/thing", "Thing Read")


def failure(**overrides: Any) -> CloudflareError:
    with pytest.raises(CloudflareError) as caught:
        get(**overrides)
    return caught.value


def test_a_token_is_sent_as_bearer_and_nothing_else(cloudflare: Script) -> None:
    cloudflare.expect(THING)
    assert get() == {"a": 1}
    headers = cloudflare.sent[0].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["Accept"] == "application/json"
    assert headers["User-Agent"] == f"oauthops.iam/{VERSION} (Ansible collection)"
    assert "X-Auth-Email" not in headers


def test_a_key_is_sent_with_its_address_and_nothing_else(cloudflare: Script) -> None:
    cloudflare.headers = {"Authorization": None, "X-Auth-Email": "me@example.com", "X-Auth-Key": "the-key"}
    cloudflare.expect(THING)
    get(api_token=None, api_email="me@example.com", api_key="the-key")


def test_a_netrc_file_does_not_replace_the_token(
    cloudflare: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    cloudflare.expect(THING)
    get()


def test_another_address(cloudflare: Script) -> None:
    cloudflare.base_url = "https://gateway.example/v4"
    cloudflare.expect(THING)
    get(api_url="https://gateway.example/v4/")


@pytest.mark.parametrize(
    ("validate_certs", "with_path", "environment"),
    [(True, False, False), (True, True, False), (True, True, True), (False, True, False), (False, False, True)],
)
def test_how_certificates_are_checked(
    cloudflare: Script,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    validate_certs: bool,
    with_path: bool,
    environment: bool,
) -> None:
    if environment:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    cloudflare.expect(THING)
    get(validate_certs=validate_certs, ca_path=str(tmp_path) if with_path else None)
    assert cloudflare.sent[0].settings["verify"] == (validate_certs and (str(tmp_path) if with_path else True))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_the_bundle_of_the_environment_holds_without_ca_path(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path))
    cloudflare.expect(THING)
    get()
    assert cloudflare.sent[0].settings["verify"] == str(tmp_path)


def test_a_missing_ca_path_is_refused() -> None:
    with refuses("invalid_option", "ca_path") as caught:
        a_connection(ca_path="/no/such/file")
    assert caught.value.message == "ca_path: /no/such/file does not exist. Correct the path."


def test_a_bundle_of_the_environment_that_is_missing_is_no_fault_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file")
    with refuses("invalid_option", "ca_path") as caught:
        a_connection()
    assert "REQUESTS_CA_BUNDLE" in caught.value.message
    a_connection(api_url="http://127.0.0.1:1")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_what_is_not_encrypted_is_sent_through_no_proxy(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://proxy.example:3128")
    cloudflare.base_url = f"http://{host}:8080"
    cloudflare.expect(THING)
    get(api_url=cloudflare.base_url)
    assert select_proxy(f"http://{host}:8080/", cloudflare.sent[0].settings["proxies"]) is None


def test_a_proxy_is_used_for_what_is_encrypted(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    cloudflare.expect(THING)
    get()
    assert cloudflare.sent[0].settings["proxies"]["https"] == "http://proxy.example:3128"


def test_the_timeout_is_passed_on(cloudflare: Script) -> None:
    cloudflare.expect(THING)
    get(timeout=7.5)
    assert cloudflare.sent[0].settings["timeout"] == (2.5, 7.5)


def test_proxies_are_those_of_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    cloudflare.expect(THING)
    get()
    assert cloudflare.sent[0].settings["proxies"]["https"] == "http://proxy.example:3128"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(cloudflare: Script, status: int) -> None:
    cloudflare.expect(
        Call("GET", "/thing", status=status, answer_headers={"location": "https://api.cloudflare.com/client/v4/x"})
    )
    error = failure()
    assert (error.code, error.status) == ("redirected", status)
    assert len(cloudflare.sent) == 1


def test_a_huge_answer_is_not_read_to_its_end(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_RESPONSE", 3 * 1024 * 1024)
    cloudflare.expect(Call("GET", "/thing", content=b"x" * (4 * 1024 * 1024)))
    error = failure()
    assert "the response is larger than 3 MiB; the rest was not read" in error.message
    assert (error.code, error.status, error.uncertain) == ("unreadable_response", 200, True)


def test_an_answer_as_large_as_can_be_is_read(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    content = envelope({"a": "x" * 100_000})
    monkeypatch.setattr(transport, "LARGEST_RESPONSE", len(content))
    cloudflare.expect(Call("GET", "/thing", content=content))
    assert get() == {"a": "x" * 100_000}


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param({"content": b'{"succ', "answer_headers": {"content-length": "100"}}, "6 bytes read", id="cut"),
        pytest.param({"content": BrokenBody(OSError(104, "Connection reset by peer"))}, "reset by peer", id="reset"),
        pytest.param({"content": BrokenBody(TimeoutError("timed out"))}, "within timeout=30 seconds", id="stalled"),
        pytest.param(
            {"content": b"not gzip", "answer_headers": {"content-encoding": "gzip"}},
            "incorrect header check",
            id="garbled",
        ),
    ],
)
def test_a_broken_answer_may_have_been_carried_out(cloudflare: Script, answer: dict[str, Any], reason: str) -> None:
    cloudflare.expect(Call("GET", "/thing", **answer))
    error = failure(retry_timeout=0.0)
    assert error.code == "response_lost"
    assert reason in error.message
    assert (error.status, error.uncertain, error.transient, error.unsent) == (None, True, True, False)


def test_a_compressed_bomb_is_not_unpacked(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST_RESPONSE", 1024 * 1024)
    bomb = gzip.compress(b"\0" * (64 * 1024 * 1024))
    cloudflare.expect(Call("GET", "/thing", content=bomb, answer_headers={"content-encoding": "gzip"}))
    assert failure().code == "unreadable_response"


def test_a_result_of_another_shape_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", "/thing", ["x"]))
    assert failure().code == "malformed_result"


def test_a_body_is_sent_as_json(cloudflare: Script) -> None:
    cloudflare.expect(Call("PATCH", "/thing", {}, {"a": None}, headers={"Content-Type": "application/json"}))
    a_connection().write("PATCH", "/thing", "Thing Write", {"a": None})


def test_no_body_is_sent_without_one(cloudflare: Script) -> None:
    cloudflare.expect(Call("POST", "/thing", {}, headers={"Content-Type": None}))
    a_connection().write("POST", "/thing", "Thing Write")


def test_what_is_not_there_any_more_is_deleted(cloudflare: Script) -> None:
    cloudflare.expect(Call("DELETE", "/thing", **GONE))
    a_connection().delete("/thing", "Thing Write")


@pytest.mark.parametrize(
    ("status", "code"), [(400, "request_refused"), (403, "unauthorized"), (410, "request_refused")]
)
def test_any_other_refusal_to_delete_is_an_error(cloudflare: Script, status: int, code: str) -> None:
    cloudflare.expect(Call("DELETE", "/thing", **refused(status, 7003)))
    with refuses(code):
        a_connection().delete("/thing", "Thing Write")


def test_an_error_names_ray_permission_and_origin(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", "/thing", **refused(403, 10000, "Authentication error")))
    error = failure()
    assert (error.code, error.codes, error.ray_id) == ("unauthorized", {10000}, "8f2a1b3c4d5e6f70-FRA")
    assert "'Thing Read'" in error.message


def test_without_requests_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "REQUESTS_IMPORT_ERROR", "Traceback")
    with refuses("requirement_missing"):
        a_connection()


def test_an_unusable_address_is_no_traceback(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", "/thing", fault=urllib3.exceptions.LocationParseError("https://x")))
    assert failure(retry_timeout=0.0).code == "response_lost"
