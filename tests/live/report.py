# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in Markdown, ready to be shown to anybody. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .exchange import Exchange, Json
from .findings import Finding
from .questions import NOT_ASKED
from .redaction import known_values, redacted, redacted_text, without_others
from .settings import Settings

CLEAN_UP = "clean-up"
"""Its requests are worth telling only where they fail."""

_BODY_LENGTHS = (4000, 1500, 800, 500, 350, 200)
_LONGEST_REPORT = 60_000  # an issue takes 65,536 characters
_LONGEST_LIST = 3
_INTRODUCTION = """\
Made by `make live` of the Ansible collection oauthops.iam. Ids, secrets, tokens, the account, e-mail and IP addresses
are replaced by placeholders. "Not settled" means that what was seen fits no value of the fake's switch, or several.
"""


@dataclass(frozen=True)
class Outcome:
    """All there is to report. `answers` has each question's name, what it is about, and what it came to."""

    date: str
    answers: Sequence[tuple[str, str, list[Finding]]]
    exchanges: Sequence[Exchange]
    stopped: str = ""
    left: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Told:
    """A request with nothing secret in it."""

    question: str
    title: str
    bodies: tuple[str, ...]


def report(outcome: Outcome, settings: Settings) -> tuple[str, str]:
    """One with bodies cut as far as it takes to fit into an issue, and one with whole bodies."""
    known = known_values(outcome.exchanges, settings.token, settings.account_id)
    told = [_told(item, known) for item in outcome.exchanges if item.question != CLEAN_UP or not item.ok]
    source = "a fake, no evidence of anything" if settings.is_fake else "the real Cloudflare"
    start = _start(outcome, source, known)
    made = [_joined(start, told, length) for length in _BODY_LENGTHS]
    return next((text for text in made if len(text) <= _LONGEST_REPORT), made[-1]), made[0]


def _start(outcome: Outcome, source: str, known: Mapping[str, str]) -> list[str]:
    head = [f"# Cloudflare's OAuth clients API, probed on {outcome.date}", f"Asked: {source}.", _INTRODUCTION]
    if outcome.stopped:
        head.append(f"The run stopped early: {redacted_text(outcome.stopped, known)}.")
    if outcome.left:
        head.append(f"{len(outcome.left)} clients could not be removed.")
    return [
        *head,
        "## Seen\n\n" + table(outcome.answers, known),
        "## The same as switches\n\n" + _switches(outcome.answers),
        "## Not asked\n\n" + "\n".join(f"* `{name}`: {why}" for name, why in NOT_ASKED.items()),
        "## Requests",
    ]


def _joined(start: Sequence[str], told: Sequence[_Told], length: int) -> str:
    parts = list(start)
    for name in dict.fromkeys(item.question for item in told):
        parts.append(f"### {name}")
        for item in (item for item in told if item.question == name):
            parts += [item.title, *(_block(body, length) for body in item.bodies)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def table(answers: Sequence[tuple[str, str, list[Finding]]], known: Mapping[str, str]) -> str:
    lines = ["| Question | Seen | Variant of the fake |", "| --- | --- | --- |"]
    for _unused, unknown, findings in answers:
        for number, finding in enumerate(findings):
            variant = f"`{finding.variant}`" if finding.settled else finding.variant
            title = f"{'' if number else unknown} **{finding.about}**"
            cells = (_cell(redacted_text(text, known)) for text in (title, finding.seen, variant))
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _switches(answers: Sequence[tuple[str, str, list[Finding]]]) -> str:
    values = {item.about: item.value for _unused, _unused, findings in answers for item in findings if item.settled}
    return _block(json.dumps(values, indent=2, sort_keys=True), _BODY_LENGTHS[0])


def _told(exchange: Exchange, known: Mapping[str, str]) -> _Told:
    shown = without_others(exchange)
    query = "&".join(f"{name}={value}" for name, value in shown.query.items())
    path = redacted_text(shown.path, known) + (f"?{query}" if query else "")
    ray = shown.headers.get("cf-ray", "none")
    codes = ", ".join(map(str, shown.codes)) or "none"
    title = f"`{shown.method} {path}`: status {shown.status or 'none'}, codes {codes}, cf-ray {ray}"
    bodies = [shortened(shown.answer)] if shown.sent is None else [shown.sent, shortened(shown.answer)]
    return _Told(shown.question, title, tuple(_dumped(redacted(body, known)) for body in bodies))


def shortened(answer: Json) -> Json:
    """Without the rest of a long result."""
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), list):
        return answer
    result = answer["result"]
    if len(result) <= _LONGEST_LIST:
        return answer
    return {**answer, "result": [*result[:_LONGEST_LIST], f"({len(result) - _LONGEST_LIST} more)"]}


def _dumped(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _block(text: str, length: int) -> str:
    cut = text if len(text) <= length else text[:length] + " ... (cut)"
    return "\n".join(f"    {line}" for line in cut.splitlines() or [""])


def summary(findings: Sequence[Finding], known: Mapping[str, str]) -> str:
    """One line for each finding, for the terminal."""
    lines = [f"    {item.variant if item.is_switch else item.about}: {item.seen}" for item in findings]
    return redacted_text("\n".join(lines), known)
