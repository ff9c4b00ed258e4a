# SPDX-License-Identifier: GPL-3.0-or-later
"""The code that guides and READMEs show."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any, NamedTuple

import yaml

OF_A_GUIDE = re.compile(r"^( *)\.\. code-block:: ([\w+]+)\n\n((?:\1 {4}.*\n|\n)+)", re.MULTILINE)
OF_A_README = re.compile(r"^```()(\w+)\n((?:.*\n)*?)```$", re.MULTILINE)


class Block(NamedTuple):
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = (OF_A_GUIDE if page.suffix == ".rst" else OF_A_README).findall(page.read_text())
    return [Block(language, textwrap.dedent(text)) for _indent, language, text in found]


def yaml_blocks(page: Path) -> list[Any]:
    """What is in the YAML of a page."""
    return [yaml.safe_load(block.text) for block in blocks(page) if block.language == "yaml"]


def read_yaml(text: str) -> Any:
    """YAML with Ansible's tags, as what would be there without them."""
    return yaml.safe_load(re.sub(r"!(unsafe|vault) ", "", text))
