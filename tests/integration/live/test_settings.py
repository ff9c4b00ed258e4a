# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings are taken, and what is said about the others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.settings import UsageError, arguments, read

NEEDED = {"CLOUDFLARE_API_TOKEN": "t" * 40, "CLOUDFLARE_ACCOUNT_ID": "a" * 32}


@pytest.mark.parametrize("missing", [{name} for name in NEEDED] + [set(NEEDED)])
def test_says_which_variable_is_missing(missing: set[str]) -> None:
    environ = {name: value for name, value in NEEDED.items() if name not in missing}
    with pytest.raises(UsageError) as refusal:
        read(environ, arguments([]))
    assert {name for name in NEEDED if name in str(refusal.value)} == missing


REFUSED: list[tuple[dict[str, Any], list[str], str]] = [
    ({}, ["--pace", "1.9"], "--pace must be 2 or more"),
    ({}, ["--pace", "nan"], "--pace must be 2 or more"),
    ({"CLOUDFLARE_BASE_URL": "https://127.0.0.1.example.com"}, ["--pace", "0"], "--pace must be 2 or more"),
    ({"CLOUDFLARE_BASE_URL": "http://127.0.0.1:1"}, ["--pace", "-1"], "--pace must be 2 or more"),
    ({"CLOUDFLARE_BASE_URL": "http://api.example.com"}, [], "must start with https"),
    ({"CLOUDFLARE_ACCOUNT_ID": "../../zones"}, [], "does not look like one"),
    ({"CLOUDFLARE_API_TOKEN": "two words and more"}, [], "does not look like one"),
]


@pytest.mark.parametrize(("environ", "options", "message"), REFUSED)
def test_settings_that_are_refused(environ: dict[str, str], options: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read({**NEEDED, **environ}, arguments(options))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "[::1]", "localhost"])
def test_a_fake_on_this_machine_may_be_hurried(host: str) -> None:
    settings = read({**NEEDED, "CLOUDFLARE_BASE_URL": f"http://{host}:80/client/v4/"}, arguments(["--pace", "0"]))
    assert (settings.pace, settings.base_url) == (0.0, f"http://{host}:80/client/v4")


def test_cloudflare_itself_is_asked_slowly_by_default() -> None:
    settings = read(NEEDED, arguments([]))
    assert (settings.base_url, settings.pace, settings.is_fake) == (
        "https://api.cloudflare.com/client/v4",
        2.0,
        False,
    )
