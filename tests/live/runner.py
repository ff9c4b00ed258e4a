# SPDX-License-Identifier: GPL-3.0-or-later
"""One run: every question in turn, then nothing is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .exchange import Exchange
from .findings import Finding, Question, fact, unsettled
from .guard import PREFIX, Forbidden
from .lab import PREFERRED_SCOPES, Lab, Unanswered, Useless
from .redaction import known_values, redacted_text
from .report import CLEAN_UP, summary
from .transport import Broken

_LONGEST_RUN = 45 * 60.0
_ORPHAN_LOOKS = (0, 10, 30)
Say = Callable[[str], None]


@dataclass
class Run:
    lab: Lab
    say: Say
    answers: list[tuple[str, str, list[Finding]]] = field(default_factory=list)

    def start(self) -> None:
        """Reads only: that the token can list clients, and which scopes there are."""
        try:
            listed = self.lab.listed()
            scopes = self.lab.transport.send("GET", "/oauth/scopes")
        except Broken as error:
            raise Useless(str(error)) from None
        if not listed.ok:
            messages = "; ".join(str(item.get("message")) for item in listed.errors)
            raise Useless(self._hidden(f"the clients of the account cannot be listed: {listed.outcome}. {messages}"))
        self.lab.scopes = chosen_scopes(scopes)

    def ask_all(self, questions: Sequence[Question]) -> None:
        clock = self.lab.transport.timing.clock
        started = clock()
        for number, question in enumerate(questions, 1):
            if clock() - started > _LONGEST_RUN:
                findings = _unsettled(question, "the time was up")
            elif self.lab.living:
                findings = _unsettled(question, "not asked, because clients of earlier questions could not be removed")
            else:
                self.say(f"[{number}/{len(questions)}] {question.name}: {question.unknown}")
                findings = ask(question, self.lab)
            self.answers.append((question.name, question.unknown, findings))
            self.say(summary(findings, self._known()))

    def clean(self) -> dict[str, str]:
        """Removes what is left of this run, also a client whose answer was lost; what stays, with the reason."""
        self.lab.transport.question = CLEAN_UP
        left = self.lab.remove()
        try:
            self._find_orphans()
        except (Broken, Unanswered) as error:
            self.say(f"Whether other clients of this run are left could not be seen: {self._hidden(str(error))}")
            return left
        return self.lab.remove()

    def _find_orphans(self) -> None:
        """A client whose answer was lost may take a while to be listed."""
        for seconds in _ORPHAN_LOOKS if self.lab.lost else (0,):
            self.lab.wait(seconds)
            before = len(self.lab.transport.own)
            self.lab.adopt_found(f"{PREFIX}{self.lab.marker}-")
            if len(self.lab.transport.own) > before:
                break

    def _known(self) -> dict[str, str]:
        settings = self.lab.transport.settings
        return known_values(self.lab.transport.exchanges, settings.token, settings.account_id)

    def _hidden(self, text: str) -> str:
        return redacted_text(text, self._known())


def ask(question: Question, lab: Lab) -> list[Finding]:
    """What a question comes to; its clients are removed in any case."""
    lab.transport.question = question.name
    try:
        return question.judge(question.ask(lab))
    except (Broken, Unanswered) as error:
        return _unsettled(question, str(error))
    except (Forbidden, Useless):
        raise
    except Exception as error:  # an answer may have any shape, and the other questions go on
        return _unsettled(question, f"an answer had a shape that the probe does not expect ({type(error).__name__})")
    finally:
        lab.transport.question = CLEAN_UP
        lab.remove()


def _unsettled(question: Question, why: str) -> list[Finding]:
    if question.switches:
        return [unsettled(switch, why) for switch in question.switches]
    return [fact(question.name, why)]


def chosen_scopes(catalog: Exchange) -> list[str]:
    """Harmless scopes that exist, or the usual ones if the catalog cannot be read."""
    usual = list(PREFERRED_SCOPES)
    ids = [str(item.get("id")) for item in catalog.items]
    known = [scope for scope in usual if scope in ids]
    others = [scope for scope in ids if scope.endswith(".read") and scope not in known]
    found = [*known, *others][: len(usual)]
    return found if len(found) >= 2 else usual
