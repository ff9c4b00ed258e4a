# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a file of variables, from which Ansible reads the very values that were written. Pure. Private."""

from __future__ import annotations

import re
from typing import Any

import yaml

from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_document import STRING
from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_text import as_json

UNSAFE = "!unsafe"
# What every reader of YAML takes for text: letters first, and nothing that means anything elsewhere.
PLAIN = re.compile(r"[^\W\d_](?:[\w.,/@%+=?&~()'-]|:(?=\S)| (?=\S))+")
TEMPLATE = re.compile(r"\A#jinja2:|\{[{%#]")


def variables_text(name: str, value: Any, comment: str) -> str:
    """A YAML document of one variable, with C(comment) above it.

    Text that Ansible could take for a template is marked as unsafe. Raises UnicodeEncodeError for text that
    no file can hold: half of a surrogate pair.
    """
    variables = as_json({name: value})
    _refuse_surrogates(variables)
    dumped: str = yaml.dump(
        variables,
        Dumper=_Dumper,
        default_flow_style=False,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
    )
    return "".join(["---\n", *(f"{_commented(line)}\n" for line in comment.splitlines()), dumped])


def _commented(line: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in f"# {line}").rstrip()


def _refuse_surrogates(value: Any) -> None:
    """PyYAML writes a surrogate as an escape, which libyaml does not read."""
    if isinstance(value, str):
        value.encode("utf-8")
    for item in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        _refuse_surrogates(item)


class _Dumper(yaml.SafeDumper):
    """Writes lists indented, and no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if TEMPLATE.search(text):
        return dumper.represent_scalar(UNSAFE, text, style='"')
    plain = PLAIN.fullmatch(text) and dumper.resolve(yaml.ScalarNode, text, (True, False)) == STRING
    return dumper.represent_scalar(STRING, text, style=None if plain else '"')


_Dumper.add_representer(str, _text)
