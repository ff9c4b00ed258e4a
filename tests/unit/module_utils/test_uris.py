# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading URIs as Cloudflare and DNS do."""

from __future__ import annotations

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils import _uris
from ansible_collections.oauthops.iam.plugins.module_utils._uris import (
    ascii_name,
    dns_name,
    home_page_error,
    host_of,
    not_verifiable,
    origin_error,
    redirect_uri_error,
    unicode_name,
    web_address_error,
)
from tests.unit.support import refuses

NO_URI = ["https://a b/", "https://a/\n", "https://a:port/", "https://[::1/", "https://a/\x00"]


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("https://app.example.com/path?q#f", "app.example.com"),
        ("https://APP.Example.com:8443", "app.example.com"),
        ("https://app.example.com./", "app.example.com"),
        ("https://user:pw@app.example.com/", "app.example.com"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://Straße.example/", "xn--strae-oqa.example"),
        ("https://[::1]:8443/", None),
        ("https://a..example.com/", None),
        ("https://a!.example.com/", None),
        ("app.example.com", None),
        ("https://", None),
        ("https:///path", None),
        ("mailto:me@example.com", None),
        ("", None),
        ("https://a..b/", None),
        (f"https://{'a' * 64}.example/", None),
        (f"https://{'a.' * 130}example/", None),
        ("https://\u2028/", None),
        ("https://\u00ad.example/", None),
        *((uri, None) for uri in NO_URI),
    ],
)
def test_the_host_of_an_address(uri: str, host: str | None) -> None:
    assert host_of(uri) == host


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("App.Example.COM.", "app.example.com"),
        ("_acme.example.com", "_acme.example.com"),
        ("", None),
        (".", None),
        (".example.com", None),
        ("a..b", None),
        ("\ud800.example", None),
        ("a" + ".a" * 126, "a" + ".a" * 126),  # 253 characters, as many as DNS has room for
        ("aa" + ".a" * 126, None),
    ],
)
def test_a_name_as_dns_has_it(given: str, name: str | None) -> None:
    assert dns_name(given) == name


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback",
        "http://localhost:8976/callback",
        "http://127.0.0.1/",
        "com.example.app:/callback",
        "https://app.example.com/cb?x=1",
    ],
)
def test_a_good_redirect_uri(uri: str) -> None:
    assert redirect_uri_error(uri) is None


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("/callback", "is not an absolute URI"),
        ("app.example.com/callback", "is not an absolute URI"),
        ("", "is not an absolute URI"),
        ("https:", "is not an absolute URI"),
        ("https:///callback", "has no host"),
        ("http:callback", "has no host"),
        ("https://a.example/#", "has a fragment"),
        ("https://a.example/#top", "has a fragment"),
        *((uri, "is not an absolute URI") for uri in NO_URI),
    ],
)
def test_a_bad_redirect_uri(uri: str, fault: str) -> None:
    assert fault in str(redirect_uri_error(uri))


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("https://a.example/logo.png", None),
        ("http://localhost:3000", None),
        ("ftp://a.example/", "must start with https:// or http://"),
        ("a.example", "must start with https:// or http://"),
        ("https://", "has no host"),
        ("https:///logo.png", "has no host"),
        *((uri, "is not a URI") for uri in NO_URI),
    ],
)
def test_the_address_of_a_page(uri: str, fault: str | None) -> None:
    assert web_address_error(uri) == fault


@pytest.mark.parametrize("origin", ["https://a.example", "https://a.example/", "http://localhost:3000"])
def test_a_good_origin(origin: str) -> None:
    assert origin_error(origin) is None


@pytest.mark.parametrize(
    "origin",
    ["https://a.example/path", "https://a.example?q=1", "https://a.example#f", "https://user@a.example"],
)
def test_an_origin_is_scheme_host_and_port_alone(origin: str) -> None:
    assert "must be an origin" in str(origin_error(origin))


@pytest.mark.parametrize(
    ("origin", "fault"), [("*", "must start with"), ("https://", "has no host"), ("https://a b", "is not a URI")]
)
def test_an_origin_is_a_web_address(origin: str, fault: str) -> None:
    assert fault in str(origin_error(origin))


NO_HOST = "has no valid host name"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("https://app.example.com/", None),
        ("http://localhost:3000", None),
        ("http://127.0.0.1/", None),
        ("http://[::1]:3000", None),
        ("https://a..example.com/", NO_HOST),
        ("https://-a.example.com/", NO_HOST),
        ("https://a-.example.com/", NO_HOST),
        ("https://", "has no host"),
        ("https://me:pw@app.example.com/", "must not have a user name or password, because it is public"),
        ("https://app.example.com\\@evil.example/", "is not a URI"),
    ],
)
def test_a_home_page_is_a_web_address_with_a_name_or_an_address(uri: str, fault: str | None) -> None:
    assert home_page_error(uri) == fault


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/",
        "https://App.Example.COM.:8443/path?q#f",
        "https://bücher.de/",
        "https://example.com",
        "https://localhost.example.com/",
        "https://1.2.3.example.com/",
        "https://mylocal.dev",
    ],
)
def test_a_home_page_whose_host_can_be_verified(uri: str) -> None:
    assert not_verifiable(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:3000/",
        "https://192.0.2.7",
        "http://[::1]/",
        "http://[2001:db8::1]:80/",
        "http://127.1/",
        "http://0x7f.1/",
    ],
)
def test_an_ip_address_cannot(uri: str) -> None:
    assert not_verifiable(uri) == f"The host of {uri} is an IP address, and only a name can have a TXT record."


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "app.localhost",
        "intranet",
        "nas.local",
        "app.test",
        "app.example",
        "db.internal",
        "x.home.arpa",
    ],
)
def test_a_name_that_the_public_dns_does_not_have_cannot(host: str) -> None:
    assert (
        not_verifiable(f"http://{host}:3000/")
        == f"{host.lower()} is not in the public DNS, so Cloudflare cannot verify it."
    )


def test_a_name_beyond_ascii_needs_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_uris, "idna", None)
    assert dns_name("example.com") == "example.com"
    with refuses("requirement_missing") as caught:
        dns_name("bücher.example")
    assert "Install the Python library idna" in caught.value.message


@pytest.mark.parametrize(
    ("name", "ascii_form", "unicode_form"),
    [
        ("App.Example.COM.", "app.example.com", "app.example.com"),
        ("*.Bücher.example", "*.xn--bcher-kva.example", "*.bücher.example"),
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example", "bücher.example"),
        ("☕.example", "xn--53h.example", "☕.example"),
        ("xn--99999999.example", "xn--99999999.example", "xn--99999999.example"),
        ("a..b", "a..b", "a..b"),
        ("", "", ""),
    ],
)
def test_two_ways_to_write_a_name(name: str, ascii_form: str, unicode_form: str) -> None:
    assert ascii_name(name) == ascii_form
    assert unicode_name(ascii_form) == unicode_form
