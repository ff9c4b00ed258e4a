# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests run with is pinned, and the pins fit what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]


def requirements(path: Path) -> Iterator[Requirement]:
    for line in path.read_text().splitlines():
        text = line.partition("#")[0].strip()
        if text:
            yield Requirement(text)


PINS = list(requirements(ROOT / "constraints.txt"))


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements-*.txt")), ids=lambda path: path.stem)
def test_all_that_is_asked_for_is_pinned(path: Path) -> None:
    for wanted in requirements(path):
        pins = [pin for pin in PINS if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
        assert pins, f"{wanted} is not pinned: run make pins"
        for pin in pins:
            (exactly,) = pin.specifier
            assert exactly.operator == "=="
            assert wanted.specifier.contains(exactly.version), f"{pin} is not {wanted}: run make pins"


def test_the_version_of_ansible_core_depends_on_the_python() -> None:
    versions = {str(pin.specifier): str(pin.marker) for pin in PINS if pin.name == "ansible-core"}
    assert len(versions) > 1, "without --universal, newer Pythons would get what the oldest can run"
