# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drift report as one HTML page in one file. Private.

Jinja2 is used by itself, because Ansible's own templates do not escape: here every value is text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from ._drift_report import KINDS
from ._report_text import UNFIELDED, moment, visible

TEMPLATE = Path(__file__).with_name("report_page.html.j2")


def as_text(value: Any) -> Any:
    """What an expression puts on the page; markup of the template's own macros stays as it is."""
    return value if hasattr(value, "__html__") else visible(value)


def report_page(report: Mapping[str, Any]) -> str:
    environment = Environment(
        autoescape=True, finalize=as_text, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return page.render(report=report, kinds=KINDS, unfielded=UNFIELDED, moment=moment(report)).strip() + "\n"
