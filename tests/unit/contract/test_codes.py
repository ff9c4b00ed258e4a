# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error has a code, which is documented and which a test asserts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/docsite/rst/guide_errors.rst"
SOURCES = sorted((ROOT / "plugins").rglob("*.py"))
TESTS = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
# What takes a code as its first argument, and what a table of codes is called.
ERRORS = {
    "OAuthOpsError",
    "UsageError",
    "CloudflareError",
    "NameServerError",
    "explained",
    "explained_instead",
    "__init__",
    "error",
}
TABLE = "CODES"


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def first_arguments(tree: ast.Module) -> Iterator[ast.expr]:
    """The codes that errors are made with."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in ERRORS and node.args:
                yield node.args[0]


def tables(tree: ast.Module) -> Iterator[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == TABLE and node.value:
            yield node.value


def texts(node: ast.expr) -> list[str]:
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def handed_on(node: ast.expr) -> bool:
    """Whether this is the code of another error, or an argument."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and node.attr == "code")


def codes(path: Path) -> set[str]:
    tree = parsed(path)
    return {text for place in (*first_arguments(tree), *tables(tree)) for text in texts(place)}


CODES = sorted(set().union(*map(codes, SOURCES)))
ASSERTED = "\n".join(path.read_text(encoding="utf-8") for path in TESTS)


def listed() -> list[str]:
    """The first column of the table in the guide."""
    return re.findall(r"^   \* - ``(\w+)``$", PAGE.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_code_stands_where_the_error_is_made(path: Path) -> None:
    assert [
        ast.unparse(each) for each in first_arguments(parsed(path)) if not texts(each) and not handed_on(each)
    ] == []


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_in_snake_case(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)


def test_the_guide_lists_every_code_and_no_other() -> None:
    assert listed() == CODES


@pytest.mark.parametrize("code", CODES)
def test_a_test_asserts_each_code(code: str) -> None:
    assert f'"{code}"' in ASSERTED
