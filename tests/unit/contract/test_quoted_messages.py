# SPDX-License-Identifier: GPL-3.0-or-later
"""What a page calls a message is a message: of the collection, or of a program that is named here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = sorted((ROOT / "docs/docsite/rst").glob("*.rst"))
PRODUCT = ("plugins/**/*.py", "plugins/**/*.j2", "roles/**/*.yml", "playbooks/**/*.yml")
QUOTES = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")
# Of a symptom in a table, and of an entry in a list up to its colon.
SYMPTOM = re.compile(r"^   \* - (.*?)^     - |^- (.*?):\s", re.MULTILINE | re.DOTALL)
# Of Ansible and AWX, and names in AWX.
FOREIGN = {
    "Access",
    "Cannot assign multiple ... credentials.",
    "Cannot change the organization of an execution environment",
    "Could not find or access ... on the Ansible Controller",
    "Credential ... does not provide one or more required fields.",
    "Playbook not found for project.",
    "Project update failed",
    "Request to /api/v2/inventories/... returned 2 items, expected 1.",
    "Successful",
    "UNREACHABLE",
    "You don't have permission to POST to /api/v2/credential_types/.",
    "couldn't resolve module/action 'oauthops.iam...'",
    "is not a valid choice",
    "localhost",
    "no hosts matched",
}


def product() -> str:
    """All texts of the collection, in which a message that is split over lines is one."""
    texts = [path.read_text(encoding="utf-8") for pattern in PRODUCT for path in sorted(ROOT.glob(pattern))]
    return re.sub(r'"\s+f?"|\s+', " ", "\n".join(texts)).replace("  ", " ")


def quoted(page: Path) -> Iterator[str]:
    """The messages in the symptoms below Troubleshooting."""
    section = page.read_text(encoding="utf-8").partition("\nTroubleshooting\n")[2]
    for symptom in SYMPTOM.finditer(section):
        yield from QUOTES.findall(" ".join((symptom[1] or symptom[2]).split()))


MESSAGES = [(page.stem, message) for page in PAGES for message in quoted(page)]


def test_messages_are_found() -> None:
    assert {"guide_awx", "guide_report"} <= {page for page, _message in MESSAGES}


@pytest.mark.parametrize(("page", "message"), [each for each in MESSAGES if each[1] not in FOREIGN])
def test_a_quoted_message_is_one_of_the_collection(page: str, message: str) -> None:
    assert message.rstrip(".") in product(), page


def test_no_foreign_message_is_left_over() -> None:
    assert {message for _page, message in MESSAGES} >= FOREIGN
