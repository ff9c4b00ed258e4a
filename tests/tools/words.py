# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds words that users of Ansible do not search for, and names those to write instead: part of `make lint`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

from tests.tools.set_up import ROOT

READ = (
    "README.md",
    "CONTRIBUTING.md",
    "Makefile",
    ".ci",
    ".github",
    "changelogs/fragments",
    "docs",
    "extensions",
    "findings",
    "playbooks",
    "plugins",
    "roles",
    "tests/fake_cloudflare/README.md",
    "tests/live/README.md",
)
TEXTS = (".md", ".rst", ".py", ".yml", ".yaml", ".j2", ".json", ".txt", ".svg", ".cfg", ".sh")

INSTEAD = {
    r"prov(e|es|ed|en|ing)": "verify, show",
    r"proofs?": "verification, evidence",
    r"(un)?answer(s|ed|ing)?": "response, respond; of a survey: survey answer",
    r"faults?|faulty|[a-z_]+_faults?|faults?_[a-z]+": "error, failure",
    r"twins?|[a-z_]+_twins?": "duplicate",
    r"for ever|forever": "permanently",
    r"fore(tell|tells|told|telling)": "predict",
    r"([a-z_]*_)?told|tells?|telling": "report, show, distinguish; passive: known, named",
    r"anew": "again; of a verification: restart",
    r"stand-ins?": "fake",
    r"(who|what)(so)?ever": "the user, the administrator; any, all",
    r"(some|any|no|every) ?(body|one)": "a user, no user, all users, another run; or the passive",
    r"soon": "within SECONDS, at once, shortly after",
    r"(is|are) no length of time": "must be a number of seconds",
    r"of yours": "your",
    r"(go|goes|going|went) on": "continue; with a verb: keep",
    r"any more": "no longer",
    r"misspelt": "misspelled",
    r"(is|else) the present": "is the current time",
    r"(give|gives|giving|gave) up": "stop",
    r"bec(o|a)mes? of": "the outcome, whether it was carried out",
    r"in vain": "without effect",
    r"out of order": "unavailable",
    r"surroundings?": "the environment, the resources",
    r"patience": "timeout, countdown",
    r"see(s|n|ing)? to (it|that|the)": "correct, make sure",
    r"valid no more": "no longer valid",
    r"hitherto|thereof|therein|whilst|henceforth|amongst|thereby|perchance": "a word in use",
}
"""Whole words in any case, as regular expressions, and what to write instead."""

NAMES = (
    r"\.answer\b",  # dnspython
    r"\"Answer\"",  # a key of DNS over HTTPS in JSON
    r"survey answers?",  # AWX
    r"(FAKE_CLOUDFLARE_CONTROL|/_fake)/faults",  # a path of the fake's own interface
    r"``faults``",  # its name in the text
    r"\.add_fault\(",  # and its method in Python
    r"node ``proven``",  # a node of an older workflow
)
"""Proper names, which are left alone."""

OLD = {re.compile(rf"(?<![\w-])({words})(?![\w-])", re.IGNORECASE): instead for words, instead in INSTEAD.items()}


def findings() -> Iterator[str]:
    listed = subprocess.run(["git", "ls-files", "-z", *READ], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if name in READ or name.endswith(TEXTS):
            for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
                yield from (f"{name}:{number}: {old}" for old in old_words(line))


def old_words(line: str) -> Iterator[str]:
    """Each old word of a line, and what to write instead."""
    text = re.sub("|".join(NAMES), "", line, flags=re.IGNORECASE)
    for words, instead in OLD.items():
        yield from (f"{found[0]} -> {instead}" for found in words.finditer(text))


def main() -> None:
    found = list(findings())
    if found:
        raise SystemExit("\n".join([*found, f"{len(found)} old words."]))


if __name__ == "__main__":
    main()
