# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a JSON or YAML text, and what is refused."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._documents import (
    DocumentError,
    Literal,
    NeedsAnsibleError,
    data_of,
)

MERGED = """\
- &base {scopes: [dns.read], tos_uri: a}
- &more {tos_uri: b, logo_uri: c}
- <<: *base
  client_name: One
- <<: [*base, *more]
  tos_uri: own
- "<<": text
"""
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize("libyaml", [True, False])
@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("---\n# nothing\n", None),
        ("- a\n- b: yes\n", ["a", {"b": True}]),
        ("{a: [1, 1.5, ~, 2026-01-31]}", {"a": [1, 1.5, None, "2026-01-31"]}),
        ("[2026-01-31 10:00:00]", ["2026-01-31T10:00:00"]),
        ('["\\ud83d\\ude00"]', ["\U0001f600"]),
        ("- &a {b: 1}\n- &c {b: 2}\n- <<: *a\n  <<: *c\n", [{"b": 1}, {"b": 2}, {"b": 2}]),
        ("!unsafe a: b\n", {"a": "b"}),
        ('\ufeff{"a": [1, null, true]}', {"a": [1, None, True]}),
        ("a: !unsafe '{{ b }}'\nc: !!str 1\n", {"a": "{{ b }}", "c": "1"}),
        ("a: &x [b]\nc: *x\n", {"a": ["b"], "c": ["b"]}),
        ("yes: 1\n1: 2\n", {"yes": 1, "1": 2}),
        (
            MERGED,
            [
                {"scopes": ["dns.read"], "tos_uri": "a"},
                {"tos_uri": "b", "logo_uri": "c"},
                {"scopes": ["dns.read"], "tos_uri": "a", "client_name": "One"},
                {"scopes": ["dns.read"], "tos_uri": "own", "logo_uri": "c"},
                {"<<": "text"},
            ],
        ),
    ],
)
def test_what_is_read(monkeypatch: pytest.MonkeyPatch, text: str, data: Any, libyaml: bool) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", libyaml)
    assert data_of(text) == data


def test_text_that_is_meant_so_is_marked() -> None:
    marked = data_of("- !unsafe a\n- b\n")
    assert [type(each) for each in marked] == [Literal, str]


@given(TREES)
def test_json_is_read_as_it_is(tree: Any) -> None:
    for data in ([tree], {"oauth_clients": tree}):
        assert data_of(json.dumps(data, indent=1)) == data


@given(TREES)
def test_yaml_is_read_as_pyyaml_reads_it(tree: Any) -> None:
    text = yaml.safe_dump({"a": tree}, allow_unicode=False)
    assert data_of(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a: [b\n", "(line 2)"),
        ("a: b\na: c\n", "'a' a second time (line 2)"),
        ('{"a": 1, "a": 2}', "'a' twice"),
        ('{"a": {"b": 1, "b": 2}}', "'b' twice"),
        ("{a: 1, a: 2}", "'a' a second time"),
        ("a: 1\n---\nb: 2\n", "several"),
        ("a: !other b\n", "!other"),
        ("a: !other [b]\n", "!other"),
        ("a: !unsafe {b: c}\n", "!unsafe"),
        ("a: !!python/name:os.system ''\n", "python/name"),
        ("a: *b\n", "'b'"),
        ("a: &b [*b]\n", "'b'"),
        ("- &a b\n- &a c\n", "anchor 'a' a second time (line 2)"),
        ("a: !!seq b\n", "valid seq"),
        ("a: !!map b\n", "valid map"),
        ("a: !!omap b\n", "valid omap"),
        ("a: !!pairs b\n", "valid pairs"),
        ("a: !!set b\n", "valid set"),
        ('["\\ud800"]', r"an unpaired surrogate in '\ud800'"),
        ('{"\\udfff": 1}', "an unpaired surrogate"),
        # Pythons from 3.10.7 on refuse such a number.
        *([("[" + "1" * 5000 + "]", "cannot be read")] if hasattr(sys, "get_int_max_str_digits") else []),
        ("? [a]\n: b\n", "not text"),
        ("a: 2026-13-45\n", "timestamp"),
        ("<<: [a]\n", "merges"),
        ("[" * 100_000, "nested"),
        ("a: \x00\n", "YAML"),
    ],
)
def test_what_is_refused(text: str, wrong: str) -> None:
    with pytest.raises(DocumentError) as refused:
        data_of(text)
    assert wrong in str(refused.value)
    assert not isinstance(refused.value, NeedsAnsibleError)


@pytest.mark.parametrize(
    "text",
    [
        "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
        "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n",
        "!vault-encrypted a: b\n",
    ],
)
def test_what_is_encrypted_needs_ansible(text: str) -> None:
    with pytest.raises(NeedsAnsibleError):
        data_of(text)


def test_json_needs_no_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert data_of('[{"a": "b"}]') == [{"a": "b"}]
    for text, wrong in (("a: b\n", "PyYAML"), ('[{"a": b}]', "not JSON (line 1)")):
        with pytest.raises(DocumentError) as refused:
            data_of(text)
        assert wrong in str(refused.value)
