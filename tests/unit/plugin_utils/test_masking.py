# SPDX-License-Identifier: GPL-3.0-or-later
"""What is masked in a message before it is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.plugin_utils._masking import MASK, forms, without_secrets

SECRET = 'hush "é" /+&'
WITHOUT_STARS = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]))
SECRETS = st.lists(WITHOUT_STARS.filter(bool), min_size=1, max_size=3)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        "aHVzaCAiw6kiIC8rJg==",
        "hush%20%22%C3%A9%22%20/%2B%26",
        "hush%20%22%C3%A9%22%20%2F%2B%26",
        "hush+%22%C3%A9%22+%2F%2B%26",
        r"hush \"\u00e9\" /+&",
    ],
    ids=["plain", "Base64", "URL", "part of a URL", "query", "JSON"],
)
def test_every_form_is_masked_wherever_it_is(form: str) -> None:
    text = f"{form}: {form}{form}."
    assert without_secrets(text, [SECRET]) == f"{MASK}: {MASK}{MASK}."


def test_nothing_else_is_masked() -> None:
    assert without_secrets("hush, but not hush-hush", ["hush hush"]) == "hush, but not hush-hush"


@pytest.mark.parametrize("secrets", [[], [""], [None], ["", None]])
def test_what_is_no_secret_masks_nothing(secrets: list[object]) -> None:
    assert without_secrets("None of it", secrets) == "None of it"


def test_a_secret_that_begins_another_leaves_nothing_of_it() -> None:
    assert without_secrets("longer, long", ["long", "", "longer"]) == f"{MASK}, {MASK}"


def test_a_number_is_masked_as_it_is_written() -> None:
    assert without_secrets("the key 12345", [12345]) == f"the key {MASK}"


def test_what_a_secret_means_to_a_pattern_is_no_pattern() -> None:
    assert without_secrets("a.c abc (", ["a.c", "("]) == f"{MASK} abc {MASK}"


def test_a_secret_that_is_no_utf_8_is_masked() -> None:
    assert without_secrets("/w== %FF \udcff", ["\udcff"]) == f"{MASK} {MASK} {MASK}"


@given(st.data())
def test_no_form_of_a_secret_is_left(data: st.DataObject) -> None:
    secrets = data.draw(SECRETS)
    hidden = sorted(set().union(*map(forms, secrets)))
    text = "".join(data.draw(st.lists(WITHOUT_STARS | st.sampled_from(hidden))))
    shown = without_secrets(text, secrets)
    assert [form for form in hidden if form in shown] == []
    assert without_secrets(shown, secrets) == shown


@given(text=WITHOUT_STARS, secrets=SECRETS)
def test_a_text_without_a_secret_stays_as_it_is(text: str, secrets: list[str]) -> None:
    masked = without_secrets(text, secrets)
    assert (masked == text) == (not any(form in text for secret in secrets for form in forms(secret)))
