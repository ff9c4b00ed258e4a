# SPDX-License-Identifier: GPL-3.0-or-later
"""`make live`: says what it does, asks, does it, leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from types import FrameType

from .guard import PREFIX
from .lab import Lab, Unanswered, Useless
from .questions import QUESTIONS
from .report import Outcome, report
from .runner import Run
from .settings import PACE, Settings, UsageError, arguments, read
from .transport import Broken, Timing, Transport

_REQUESTS = 140
_PLAN = """\
This asks {target} about {questions} things that its documentation leaves open,
with about {requests} requests, one every {pace:g} seconds: some {minutes:.0f} minutes.

  * It makes private OAuth clients named {prefix}{marker}-..., a few at a time, and removes every one of them.
  * It touches no other client, no DNS record, and makes nothing public.
  * It reads the list of clients; other clients of the account do not get into the report.
  * The report goes to {report}, without secrets and ids, to be looked at before it is shown to anybody.
"""
_LEFT = "Not removed (try again with --clean, or in the dashboard):"


class Stopped(BaseException):
    """A signal said to stop."""


class Stopper:
    """Turns the first signal into Stopped; during the clean-up signals only get an answer."""

    def __init__(self) -> None:
        self._quiet = False
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on)

    def _on(self, number: int, _frame: FrameType | None) -> None:
        if self._quiet:
            print("Removing the clients of this run first.", flush=True)
            return
        self._quiet = True
        raise Stopped(signal.Signals(number).name)

    def shield(self) -> None:
        self._quiet = True


def say(text: str) -> None:
    print(text, flush=True)


def agreed(settings: Settings) -> bool:
    if settings.yes:
        return True
    if not sys.stdin.isatty():
        say("Nothing was sent. Say --yes to go on.")
        return False
    try:
        return input("Type yes to go on: ").strip().lower() == "yes"
    except (EOFError, KeyboardInterrupt):
        return False


def probe(lab: Lab, stopper: Stopper) -> int:
    run = Run(lab, say)
    stopped, left = "", {}
    try:
        run.start()
        run.ask_all(QUESTIONS)
    except Stopped as stop:
        stopped = f"by {stop}"
    except Useless as error:
        say(f"Nothing was written: {error}")
        return 1
    except Exception as error:
        stopped = f"by {type(error).__name__}"
        raise
    finally:
        stopper.shield()
        left = run.clean() if lab.transport.own or lab.lost else {}
        finish(run, stopped, left)
    return 1 if stopped or left else 0


def finish(run: Run, stopped: str, left: dict[str, str]) -> None:
    transport = run.lab.transport
    if run.answers:
        date = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
        outcome = Outcome(date, run.answers, transport.exchanges, stopped, left)
        path = transport.settings.report
        path.parent.mkdir(parents=True, exist_ok=True)
        longer = path.with_stem(f"{path.stem}-full")
        for file, text in zip((path, longer), report(outcome, transport.settings), strict=True):
            file.write_text(text, encoding="utf-8")
        switches = [item for _unused, _unused, findings in run.answers for item in findings if item.is_switch]
        done = sum(item.settled for item in switches)
        say(f"\n{done} of {len(switches)} switches settled with {len(transport.exchanges)} requests. Report: {path}")
        say(f"With whole answers, too long for an issue: {longer}")
    if stopped:
        say(f"Stopped early {stopped}.")
    tell_left(left)


def tell_left(left: dict[str, str]) -> None:
    if left:
        say("\n".join([_LEFT, *(f"  {client_id}: {why}" for client_id, why in left.items())]))


def clean(lab: Lab) -> int:
    """Removes what earlier runs have left."""
    try:
        public = lab.adopt_found(PREFIX)
    except (Broken, Unanswered) as error:
        say(f"Nothing was removed: {error}")
        return 1
    for item in public:
        say(f"Left alone, because it is not private: {item['client_id']}")
    say(
        "\n".join(f"To be removed: {client_id} {name}" for client_id, name in lab.living.items())
        or "Nothing to remove."
    )
    if not lab.living or not agreed(lab.transport.settings):
        return 1 if lab.living else 0
    left = lab.remove()
    tell_left(left)
    return 1 if left else 0


def plan(lab: Lab) -> str:
    settings = lab.transport.settings
    return _PLAN.format(
        target=settings.base_url,
        questions=len(QUESTIONS),
        requests=_REQUESTS,
        pace=settings.pace,
        minutes=_REQUESTS * settings.pace / 60 + 2,
        prefix=PREFIX,
        marker=lab.marker,
        report=settings.report,
    )


def main(given: Sequence[str] | None = None) -> int:
    options = arguments(given)
    try:
        settings = read(os.environ, options)
    except UsageError as error:
        say(str(error))
        return 2
    timing = Timing(settings.pace, wait_factor=min(1.0, settings.pace / PACE))
    lab = Lab(Transport(settings, timing))
    if settings.clean:
        Stopper()
        return clean(lab)
    say(plan(lab))
    if not agreed(settings):
        return 2
    return probe(lab, Stopper())


if __name__ == "__main__":
    sys.exit(main())
