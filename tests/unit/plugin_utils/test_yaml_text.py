# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a YAML text, and everything else as it was."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.plugin_utils import _yaml_document
from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_document import PARSERS, Document
from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_text import as_json, value_of, with_key
from tests.unit.strategies import JSON

VALUE = {"client_id": "abc", "client_secret": "s: #t"}
WRITTEN = 'key:\n  client_id: "abc"\n  client_secret: "s: #t"'
INLINE = 'key: {client_id: "abc", client_secret: "s: #t"}'


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("", f"{WRITTEN}\n"),
        ("# only a comment", f"# only a comment\n{WRITTEN}\n"),
        ("---\n", f"---\n{WRITTEN}\n"),
        ("--- null # c\n", f"---  # c\n{WRITTEN}\n"),
        ("%YAML 1.1\n---\na: 1\n", f"%YAML 1.1\n---\na: 1\n{WRITTEN}\n"),
        ("a: 1", f"a: 1\n{WRITTEN}\n"),
        ("a: 1\n...\n", f"a: 1\n{WRITTEN}\n...\n"),
        ("a: !vault |\n  12\n# c\n", f"a: !vault |\n  12\n# c\n{WRITTEN}\n"),
        ("# c\na: |\n  no line break", f"# c\n{WRITTEN}\na: |\n  no line break"),
        ("a: |+\n  kept\n\n", f"a: |+\n  kept\n\n{WRITTEN}\n"),
        ("<<: {key: 1}\n", f"<<: {{key: 1}}\n{WRITTEN}\n"),
    ],
)
def test_a_key_is_added(text: str, edited: str) -> None:
    assert with_key(text, "key", VALUE) == edited


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("key:", WRITTEN),
        ("key:\n# c\nb: 1\n", f"{WRITTEN}\n# c\nb: 1\n"),
        ("key: 'x'  # c\n# d\nb: 1\n", WRITTEN.replace("key:", "key:  # c") + "\n# d\nb: 1\n"),
        ("key: {a: 1,\n  b: 2} # c\n", WRITTEN.replace("key:", "key: # c") + "\n"),
        ("key: |\n  one\n  two\n\n\n# c\nb: 1\n", f"{WRITTEN}\n\n\n# c\nb: 1\n"),
        ("key: >-\n  folded", WRITTEN),
        ("key: &anchor !tag [1]\nb: 1\n", f"{WRITTEN}\nb: 1\n"),
        ("a: &x 1\nkey: *x\nb: *x\n", f"a: &x 1\n{WRITTEN}\nb: *x\n"),
        ("key:\n  a: 1 # c\n\n# d\nb: 1\n", f"{WRITTEN} # c\n\n# d\nb: 1\n"),
        ("key:\n- a\n- b\nb: 1\n", f"{WRITTEN}\nb: 1\n"),
        ("key:\n    a:\n# c\nb:\n", WRITTEN.replace("\n  ", "\n    ") + "\n# c\nb:\n"),
        ("key:\n    ? a\n# c\nb:\n", WRITTEN.replace("\n  ", "\n    ") + "\n# c\nb:\n"),
        ("'key': 1\n", WRITTEN.replace("key", "'key'") + "\n"),
        ("\ufeffkey: 1\n", f"\ufeff{WRITTEN}\n"),
        ("é: ü\n😀: 1\nkey: x\n", f"é: ü\n😀: 1\n{WRITTEN}\n"),
        ("  a: 1\n  key: 2\n", "  a: 1\n  " + WRITTEN.replace("\n", "\n  ") + "\n"),
        (
            "a: 1\r\nkey: 2 # c\r\nb: 3",
            "a: 1\r\n" + WRITTEN.replace("key:", "key: # c").replace("\n", "\r\n") + "\r\nb: 3",
        ),
    ],
)
def test_a_value_is_replaced_where_it_stands(text: str, edited: str) -> None:
    assert with_key(text, "key", VALUE) == edited


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("{}", f"{{{INLINE}}}"),
        ("{a: 1,}", f"{{{INLINE}, a: 1,}}"),
        ("--- {\n a: 1, # c\n}\n", f"--- {{{INLINE}, \n a: 1, # c\n}}\n"),
        ("{a: 1, key: [2],}", f"{{a: 1, {INLINE},}}"),
        ("{key, a: 1}", f"{{{INLINE}, a: 1}}"),
        ("{key:}", f"{{{INLINE}}}"),
        ('{"key":"x"}', '{"key": ' + INLINE[5:] + "}"),
    ],
)
def test_a_mapping_in_braces_stays_one(text: str, edited: str) -> None:
    assert with_key(text, "key", VALUE) == edited


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- sekret", "Its top level is not a mapping of keys to values."),
        ("sekret", "Its top level is not a mapping of keys to values."),
        ("a: 1\n---\nb: 1\n", "It holds several YAML documents."),
        ("a: 1\nkey: sekret\na: 2\n", "A key occurs twice (lines 1 and 3). Delete one of them."),
        ("a: 1\nb: [sekret\n", "It is not valid YAML (line 3)."),
        ("a: sekret: b\n", "It is not valid YAML (line 1)."),
        ("a: 2001-99-99\n", "It is not valid YAML."),
        ("a: sekret\0\n", "It is not valid YAML."),
        ("a: " + "[" * 1200, "It is not valid YAML"),
    ],
)
def test_what_cannot_be_edited_is_refused_without_telling_what_it_holds(text: str, message: str) -> None:
    for call in (lambda: with_key(text, "key", VALUE), lambda: value_of(text, "key")):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
            call()
        assert str(caught.value).startswith(message)
        assert "sekret" not in str(caught.value)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("key: &x [1]\nb: *x\n", "has an anchor that is used in line 2"),
        ("? key\n: 1\n", "is written with a question mark"),
    ],
)
def test_a_value_that_can_be_read_alone(text: str, message: str) -> None:
    assert value_of(text, "key") is not None
    with pytest.raises(ValueError, match=message):
        with_key(text, "key", VALUE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("other: 1", None),
        ("key:", None),
        ("key: {a: [1, true, x]}", {"a": [1, True, "x"]}),
        ("key: !vault |\n  12\n", "12\n"),
        ("key: !custom {a: !x [1]}", {"a": [1]}),
        ("key: 2001-02-03", "2001-02-03"),
        ("1: a", None),
    ],
)
def test_what_a_key_holds(text: str, value: Any) -> None:
    assert value_of(text, "key") == value


def test_plain_values_come_of_any() -> None:
    class Tagged(str):
        pass

    found = as_json({"a": Tagged("x"), "b": (1, date(2001, 2, 3))})
    assert found == {"a": "x", "b": [1, "2001-02-03"]}
    assert found["a"].__class__ is str


def test_a_value_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be represented"):
        value_of("key: &x [*x]", "key")


COMMENTS = st.sampled_from(["", "# a comment\n", "\n", "   \n"])
KEYS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6).filter(lambda key: key != "key")
FORMS = st.sampled_from(
    [
        {"default_flow_style": False, "indent": 4},
        {"default_flow_style": None, "explicit_start": True},
        {"default_flow_style": True, "explicit_end": True},
        {"default_style": "|"},
        {"default_style": "'", "allow_unicode": True, "line_break": "\r\n"},
    ]
)
CHUNKS = st.tuples(KEYS, JSON)


@given(st.lists(CHUNKS, max_size=3, unique_by=lambda chunk: chunk[0]), JSON, JSON, FORMS, st.booleans(), COMMENTS)
def test_all_other_keys_stay(
    others: list[tuple[str, Any]], old: Any, new: Any, form: dict[str, Any], there: bool, comment: str
) -> None:
    data = {**dict(others[:1]), **({"key": old} if there else {}), **dict(others[1:])}
    text = comment + yaml.safe_dump(data, sort_keys=False, **form)
    before = yaml.safe_load(text) or {}  # PyYAML does not read back every character that it writes
    assume(set(before) == set(data))
    wanted = {"a": new}
    edited = with_key(text, "key", wanted)
    assert value_of(edited, "key") == json.loads(json.dumps(wanted))
    assert {**yaml.safe_load(edited), "key": 0} == {**before, "key": 0}
    assert edited.startswith(comment)
    assert with_key(edited, "key", wanted).splitlines() == edited.splitlines()


BLOCKS = st.sampled_from(
    [
        "a: 1 # c\n",
        "b:\n  - x\n\n",
        "c: |\n  text # none\n# c\n",
        "d: !vault |\n  66\n",
        "e: {x: [1,\n 2]}\n",
        "f:\n",
        "# g\n",
    ]
)
OLD = st.sampled_from(
    [
        "key: 1\n",
        "key: 'a\n  b'\n",
        "key:\n  a: 1\n  b: [x]\n",
        "key: |\n  text\n",
        "key:\n",
        "key:\n- 1\n",
        "key: {a: 1}\n",
    ]
)


@given(st.lists(BLOCKS, max_size=3, unique=True), st.lists(BLOCKS, max_size=3, unique=True), OLD, JSON)
def test_all_other_bytes_stay(before: list[str], after: list[str], old: str, new: Any) -> None:
    head, tail = "".join(before), "".join(block for block in after if block not in before)
    edited = with_key(head + old + tail, "key", {"a": new})
    assert edited.startswith(f"{head}key:")
    assert edited.endswith(tail)
    assert value_of(edited, "key") == json.loads(json.dumps({"a": new}))


@contextmanager
def parsed_by(parser: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_yaml_document, "PARSERS", [parser])
        Document.of.cache_clear()
        yield
    Document.of.cache_clear()


def layout(text: str, parser: Any) -> Any:
    """What stands where in the text, None for what this parser refuses."""
    with parsed_by(parser):
        try:
            document = Document.of(text)
        except ValueError:
            return None
        places = [(part.start, part.end, part.line, part.column) for entry in document.entries for part in entry]
        return places, document.end, document.indent, document.flow, repr(document.data)


@given(st.lists(CHUNKS, max_size=3, unique_by=lambda chunk: chunk[0]), FORMS, COMMENTS)
def test_both_parsers_find_the_same_at_the_same_places(
    chunks: list[tuple[str, Any]], form: dict[str, Any], comment: str
) -> None:
    text = comment + yaml.safe_dump(dict(chunks), sort_keys=False, **form)
    assert len({repr(layout(text, parser)) for parser in PARSERS}) == 1


@given(st.lists(BLOCKS, max_size=4, unique=True), OLD, st.sampled_from(["\n", "\r\n"]))
def test_both_parsers_find_the_same_blocks_at_the_same_places(blocks: list[str], old: str, line_break: str) -> None:
    text = "".join([*blocks, old]).replace("\n", line_break)
    assert len({repr(layout(text, parser)) for parser in PARSERS}) == 1


def records(number: int) -> str:
    held = {**VALUE, "minted_at": "2026-01-31T08:00:00Z", "rotation": "closed"}
    return yaml.safe_dump({f"app_{each}": held for each in range(number)})


def rotated(text: str) -> None:
    """What a rotation does with the text of a file: it reads, and writes and reads back three times."""
    for rotation in ("minting", "open", "closed"):
        text = with_key(text, "app_7", {**value_of(text, "app_7"), "rotation": rotation})
        assert value_of(text, "app_7")["rotation"] == rotation


def calls(work: Callable[[], object]) -> int:
    """How many functions are called meanwhile."""
    events: list[str] = []
    before = sys.getprofile()
    sys.setprofile(lambda _frame, event, _argument: events.append(event))
    try:
        work()
    finally:
        sys.setprofile(before)
    return events.count("call")


def test_a_rotation_parses_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = _yaml_document._events

    def counted(text: str) -> list[yaml.Event]:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(_yaml_document, "_events", counted)
    rotated(records(20))
    assert len(parsed) == len(set(parsed)) == 4


@pytest.mark.parametrize(("parser", "calls_a_record"), list(zip(PARSERS[::-1], (1200, 250))))
def test_a_file_of_twice_the_size_takes_twice_the_work(parser: Any, calls_a_record: int) -> None:
    few, many = records(50), records(100)
    with parsed_by(parser):
        effort = calls(lambda: rotated(many))
        assert effort < 2.1 * calls(lambda: rotated(few))
    assert effort < 100 * calls_a_record
