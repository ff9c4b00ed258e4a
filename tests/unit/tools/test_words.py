# SPDX-License-Identifier: GPL-3.0-or-later
"""Old words are found whole, in any case and in code; proper names are left alone."""

from __future__ import annotations

import pytest

from tests.tools.words import findings, old_words


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("A record proves the host. Nobody answers.", ["proves", "Nobody", "answers"]),
        ("except OSError as fault: raise Failed(home_page_fault(uri))", ["fault", "home_page_fault"]),
        ("It is public for ever.", ["for ever"]),
        ("clear_faults ends them, add_fault adds one", ["clear_faults", "add_fault"]),
        ("See to the surroundings.yml: a secret is valid no more.", ["See to the", "surroundings", "valid no more"]),
        ("Improve the default with told-you-so and a foretold stand-in.", ["foretold", "stand-in"]),
    ],
)
def test_an_old_word_is_found(line: str, found: list[str]) -> None:
    assert sorted(each.partition(" -> ")[0] for each in old_words(line)) == sorted(found)


@pytest.mark.parametrize(
    "line",
    [
        "module_defaults",
        "Survey answers are texts.",
        '"$FAKE_CLOUDFLARE_CONTROL/faults"',
        "`DELETE /_fake/faults`",
        'fake.add_fault(kind="cut")',
        'found.get("Answer")',
    ],
)
def test_a_proper_name_is_left_alone(line: str) -> None:
    assert list(old_words(line)) == []


def test_what_users_read_has_none() -> None:
    assert list(findings()) == []
