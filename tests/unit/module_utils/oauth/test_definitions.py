# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions in files: which files are read, and which of their entries are taken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._api.text import refuses_null
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.definitions import OPTION, checked, defined_in
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.validate import DEFINITION_OPTIONS
from tests.unit.support import refuses

NAMED = '[{"client_name": "App"}]'
Write = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files by their names into the directory that relative paths begin at."""
    monkeypatch.chdir(tmp_path)

    def written(**files: str) -> list[str]:
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return list(files)

    return written


def names(*patterns: str) -> list[tuple[str, str]]:
    return [(entry["place"], entry["client_name"]) for entry in defined_in(patterns)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"client_name": "App"}]',
        "- client_name: App\n",
        "oauth_clients:\n  - client_name: App\n",
        '{"example_clients": [{"client_name": "App"}]}',
    ],
)
def test_a_file_has_a_list_or_one_variable_with_it(write: Write, text: str) -> None:
    assert names(*write(clients=text)) == [("clients[0]", "App")]


def test_globs_are_sorted_and_each_file_is_read_once(write: Write, tmp_path: Path) -> None:
    write(b='[{"client_name": "B"}]', a='[{"client_name": "A"}]', c="[]")
    assert names("[ab]") == [("a[0]", "A"), ("b[0]", "B")]
    assert names("b", "*", "./a") == [("b[0]", "B"), ("a[0]", "A")]
    assert names(f"{tmp_path}/**/a") == [(f"{tmp_path}/a[0]", "A")]


def test_a_file_with_the_characters_of_a_glob_is_itself(write: Write) -> None:
    write(**{"a": '[{"client_name": "A"}]', "[a]": '[{"client_name": "Literal"}]'})
    assert names("[a]") == [("[a][0]", "Literal")]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "oauth.yml is empty"),
        ("# nothing\n", "oauth.yml is empty"),
        ("oauth_clients:\n", "oauth.yml holds no list"),
        ("text\n", "oauth.yml holds no list"),
        ("client_name: App\nscopes: [dns.read]\n", "oauth.yml has 2 top-level keys"),
        ("- client_name: App\n- App\n", "oauth.yml[1] is not a mapping"),
        ("- clientname: App\n", "oauth.yml[0] contains the unknown option 'clientname'. Did you mean client_name?"),
        ("- clientname: App\n", "Did you mean client_name?"),
        ("- client_name: '{{ name }}'\n", "oauth.yml[0].client_name contains a template"),
        ("- scopes: [dns.read, '{% if a %}']\n", "oauth.yml[0].scopes contains a template"),
        ("- scopes: [[dns.read]]\n", "oauth.yml[0].scopes contains a mapping or"),
        ("- client_name: {a: b}\n", "oauth.yml[0].client_name contains a mapping or"),
        ("- client_name: App\n- visibility: Public\n", "oauth.yml[1]: value of visibility must be one of"),
        ("- visibility:\n", "oauth.yml[0].visibility is null (expected the string private or public)"),
        ("- append: ~\n", "oauth.yml[0].append is null (expected true or false)"),
        ("- append: maybe\n", "oauth.yml[0]: "),
        ("- scopes: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    61\n", "vars_files"),
        ("a: b\na: c\n", "oauth.yml has the key 'a'"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_entry(write: Write, text: str, wrong: str) -> None:
    paths = write(**{"oauth.yml": text})
    with refuses("invalid_option", OPTION) as refused:
        defined_in(paths)
    assert wrong in refused.value.message


def test_what_cannot_be_read_is_named(write: Write, tmp_path: Path) -> None:
    write(latin="", fine=NAMED)
    (tmp_path / "latin").write_bytes(b"- client_name: M\xfcller\n")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    Path(os.fsdecode(bytes(tmp_path) + b"/half-\xff")).write_text(NAMED)
    for pattern, wrong in {
        "missing": "missing cannot be read (No such file or directory)",
        "": "one of its items is empty",
        "lo*": "loop cannot be read (Too many levels of symbolic links)",
        "*.yml": "*.yml matches no file",
        ".": ". is not a regular file",
        "pipe": "pipe is not a regular file",
        "half-*": "'half-\\udcff' is not valid UTF-8",
        "latin": "latin is not text in UTF-8",
    }.items():
        with refuses("invalid_option", OPTION) as refused:
            defined_in(["fine", pattern])
        assert wrong in refused.value.message
    with refuses("invalid_option", OPTION):
        defined_in([])


def test_text_that_is_meant_so_may_look_like_a_template(write: Write) -> None:
    text = "- client_name: !unsafe '{{ a }}'\n  client_uri: !unsafe 'c'\n  scopes: [!unsafe '{# b']\n"
    (entry,) = defined_in(write(clients=text))
    assert (entry["client_name"], entry["client_uri"], entry["scopes"]) == ("{{ a }}", "c", ["{# b"])
    assert {each.__class__ for each in (entry["client_name"], entry["client_uri"], *entry["scopes"])} == {str}


VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["present", "absent", "yes", "public", "none", "code", "a,b", "~/x", "", "authorization_code"])
    | st.lists(st.sampled_from(["code", "a", "token", 1, True, "authorization_code"]), max_size=3)
)
ENTRIES = st.dictionaries(st.sampled_from(sorted(DEFINITION_OPTIONS)), VALUES, max_size=6)


@given(ENTRIES)
def test_an_entry_is_taken_as_the_option_clients_takes_it(entry: Mapping[str, Any]) -> None:
    validation = ArgumentSpecValidator(dict(DEFINITION_OPTIONS)).validate(json.loads(json.dumps(entry)))
    null = [name for name, value in entry.items() if value is None and refuses_null(DEFINITION_OPTIONS[name])]
    if validation.error_messages:
        with refuses("invalid_option", OPTION) as refused:
            checked(dict(entry), "oauth.yml[0]")
        first = f"oauth.yml[0].{null[0]} is null " if null else " ".join(validation.error_messages[0].split())
        assert first in refused.value.message
    else:
        assert not null
        params = validation.validated_parameters
        assert checked(dict(entry), "oauth.yml[0]") == {name: params.get(name) for name in DEFINITION_OPTIONS}
