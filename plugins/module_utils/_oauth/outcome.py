# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work on one client among many, its outcome, and the result of all of them. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from .._api.errors import OAuthOpsError, UsageError, result_of
from .._api.text import excerpt, first_of, some
from .apply import Result, predicted
from .entries import Entry, label
from .model import Client, has_secret
from .plan import Creation, Step, Update
from .validate import DEFINITION_OPTIONS

# How many kinds of failures a message has.
SHOWN_KINDS = 5
IN_A_ROW = 3
NOT_ATTEMPTED = (
    f"Not attempted, because {IN_A_ROW} clients in a row failed for a reason that probably affects all clients. See "
    "their errors, correct the cause, then run again."
)


@dataclass
class Task:
    """The work on one client, and its result. A failure does not affect other clients."""

    entry: Entry
    actual: Client | None = None
    step: Step | None = None
    is_as_described: bool = False
    failed: bool = False
    result: Result = field(default_factory=dict)

    def attempt(self, work: Callable[[], Result]) -> None:
        succeeded, result = result_of(work)
        self.result, self.failed = result if succeeded else self.located(result), not succeeded

    def located(self, result: Result) -> Result:
        """The result of a failure, with an option of the definition named as the user writes it."""
        error = result["error"]
        if not self.place or error["option"] not in DEFINITION_OPTIONS:
            return result
        return {**result, "error": {**error, "option": f"{self.place}.{error['option']}"}}

    @property
    def place(self) -> str:
        """The place of its definition, such as C(clients[3]); empty for a client without one."""
        return str(self.entry.get("place", ""))

    def predict(self) -> None:
        """Check the step locally, and keep its predicted result. There is no step after a failure."""
        if step := self.step:
            self.attempt(lambda: predicted(step))

    def skip(self) -> None:
        self.failed, self.result = True, OAuthOpsError("not_attempted", NOT_ATTEMPTED).result()

    @property
    def failed_for_all(self) -> bool:
        """Whether it failed for a reason that no client caused, so that others are likely to fail, too."""
        return self.failed and self.result["error"].get("status", 0) in (None, 401, 403, 429)

    @property
    def action(self) -> str:
        """C(create), C(update), C(delete) or C(none)."""
        if isinstance(self.step, Creation):
            return "create"
        if isinstance(self.step, Update):
            return "update" if self.step.plan.changed else "none"
        return "delete" if self.step and self.step.actual else "none"

    @property
    def mints(self) -> bool:
        return isinstance(self.step, Creation) and has_secret(self.step.body)


def failures(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if task.failed]


def summary(
    tasks: Sequence[Task], pruned: Sequence[Task], unmanaged: Sequence[Client], *, asked_to_prune: bool, full: bool
) -> Result:
    """The module's result; raises UsageError with all of it when a client failed."""
    everything = [*tasks, *pruned]
    gone = {task.entry["client_id"] for task in pruned if not task.failed}
    result: Result = {
        "changed": any(task.result.get("changed") for task in everything),
        "oauth_clients": [outcome(task, full=full) for task in tasks],
        "pruned": [brief(task.entry) for task in pruned if task.result.get("changed")],
        "unmanaged": [brief(client) for client in unmanaged if client["client_id"] not in gone],
        "diff": [difference(task) for task in everything if task.result.get("changed") and "diff" in task.result],
        "warnings": [f"{label(task.entry)}: {text}" for task in tasks for text in task.result.get("warnings", [])],
    }
    failed = failures(everything)
    if not failed:
        return result
    kept = " No client was pruned, because a failed definition may match an existing client." if asked_to_prune else ""
    text = f"{len(failed)} of {counted(everything)} failed: {described(failed)}{'' if pruned else kept}"
    raise UsageError("clients_failed", text, **result)


def described(failed: Sequence[Task]) -> str:
    """The failures in few words: the same one once for all of its clients, and of many kinds the first ones."""
    kinds: dict[str, list[Task]] = {}
    for task in failed:
        kinds.setdefault(kind_of(task), []).append(task)
    texts = [f"[{some([label(task.entry) for task in tasks])}] {tasks[0].result['msg']}" for tasks in kinds.values()]
    return first_of(texts, SHOWN_KINDS, "kinds of failures, see oauth_clients")


def kind_of(task: Task) -> str:
    """The message without values of its client, so that equal failures can be grouped."""
    text = str(task.result["msg"])
    error = task.result["error"]
    for own in (task.place, error.get("ray_id"), *(task.actual or task.entry).values()):
        text = text.replace(own, "") if isinstance(own, str) and own else text
    return text


def outcome(task: Task, *, full: bool) -> Result:
    """The outcome for one client: a short one if nothing changed, unless C(full) is set."""
    known = task.actual if task.is_as_described else task.result.get("oauth_client")
    client, changed = known or {}, bool(task.result.get("changed"))
    short: Result = {
        "client_name": client.get("client_name") or task.entry["client_name"],
        "client_id": client.get("client_id") or task.entry["client_id"],
        "action": task.action,
        "changed": changed,
        "failed": task.failed,
    }
    if not (full or changed or task.failed):
        warnings = task.result.get("warnings")
        return {**short, "warnings": warnings} if warnings else short
    unchanged = set() if changed else {"diff"}
    shown = {key: value for key, value in task.result.items() if key not in unchanged}
    return {**short, "oauth_client": None, "publishing": None, **shown}


def brief(client: Mapping[str, Any]) -> Result:
    return {key: client[key] for key in ("client_id", "client_name", "visibility")}


def difference(task: Task) -> Result:
    """One of several diffs, under the name of its client, which Ansible prints as it is."""
    header = excerpt(label(task.entry))
    return {"before_header": header, "after_header": header, **task.result["diff"]}


def counted(clients: Sequence[Any]) -> str:
    return f"{len(clients)} client{'s' if len(clients) > 1 else ''}"
