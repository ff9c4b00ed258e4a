# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many OAuth clients in one task: one listing, a plan, then the writes, several at a time. Private."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Callable

from .._api.errors import CloudflareError, OAuthOpsError, UsageError, result_of
from .._api.text import excerpt, first_of, some
from .apply import Result, carried_out, confirmed, is_as_described, predicted
from .clients import Listing, OAuthClients
from .model import Client, has_secret, is_public, outline
from .plan import Creation, Deletion, Step, Update, decided
from .validate import DEFINITION_OPTIONS, Entry, check_entries, checked_description, repeated

# In bytes: most file systems allow 255, of which the files beside a secret's need some.
LONGEST_NAME = 200
SHARED = ("validate_scopes", "return_client_secret", "force")

# How many kinds of failures a message has, and how many of the clients that would be deleted.
SHOWN_KINDS, SHOWN_DELETED = 5, 10
IN_A_ROW = 3
NOT_ATTEMPTED = (
    f"Not attempted, because {IN_A_ROW} clients in a row failed for a common reason, such as the credential or "
    "an outage. Correct the cause, then run again."
)


def checked_entries(definitions: Iterable[Entry], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The definitions with the options that concern all of them. Raises UsageError if they contradict each other."""
    shared, directory = {name: params[name] for name in SHARED}, params["client_secret_dir"]
    entries = [{**entry, **shared, **secret_options(directory, entry)} for entry in definitions]
    check_entries(entries, source(params))
    return entries


NO_FILE_NAME = (
    "The client's name cannot be the name of a file in client_secret_dir, so set client_secret_file of the client"
)


def secret_options(directory: str | None, entry: Entry) -> dict[str, str | None]:
    """The file for a client's secret as C(client_secret_file), and C(secret_remedy), the remedy if there is none.

    It is the file that the definition names, or else a file in the directory with the name of the client.
    """
    name, path = entry["client_name"], entry["client_secret_file"]
    if directory and name and not path:
        if not _can_be_a_file(name):
            return {"client_secret_file": None, "secret_remedy": NO_FILE_NAME}
        path = f"{directory.rstrip('/')}/{name}"
    return {"client_secret_file": path, "secret_remedy": "Set client_secret_dir, client_secret_file of the client"}


def _can_be_a_file(name: str) -> bool:
    impossible = "/" in name or "\0" in name or name.startswith(".")
    return not impossible and len(name.encode(errors="replace")) <= LONGEST_NAME


def check_meant_once(entries: Sequence[Entry], found: Sequence[Client | None], option: str) -> None:
    """Raise UsageError when one definition means by ID the client that another means by name."""
    ids = repeated(client["client_id"] for client in found if client)
    if ids:
        meant = [label(entry) for entry, client in zip(entries, found) if client and client["client_id"] in ids]
        what = f"several definitions ({some(meant)}) mean the same client ({some(ids)})"
        text = f"{option}: {what}. Define each client once."
        raise UsageError("definitions_conflict", text, option=option)


def check_new_names(entries: Sequence[Entry], found: Sequence[Client | None], option: str) -> None:
    """Raise UsageError when a client would be renamed to the name of another definition."""
    names = repeated(entry["client_name"] for entry in entries)
    new = [
        entry["client_name"]
        for entry, client in zip(entries, found)
        if client and entry["client_name"] in names and client["client_name"] != entry["client_name"]
    ]
    if new:
        raise UsageError(
            "client_name_taken",
            f"{option}: more than one client would be named {some(sorted(map(repr, set(new))))}. Names must be unique, "
            "because they identify the clients. Give each client its own name.",
            option=option,
        )


def label(entry: Entry) -> str:
    """The name of the client that a definition means, or else its ID."""
    return str(entry["client_name"] or entry["client_id"])


def surplus(listed: Iterable[Client], entries: Sequence[Entry], found: Sequence[Client | None]) -> list[Client]:
    """The clients that no definition means, not even by a name that several clients have."""
    ids = {client["client_id"] for client in found if client}
    names = {entry["client_name"] for entry in entries if not entry["client_id"]}
    return [client for client in listed if client["client_id"] not in ids and client["client_name"] not in names]


def to_prune(unmanaged: Iterable[Client], pattern: str | None) -> list[Client]:
    """The clients to delete: those whose names match the shell pattern, if there is one. Case matters."""
    if not pattern:
        return list(unmanaged)
    return [client for client in unmanaged if fnmatch.fnmatchcase(client["client_name"] or "", pattern)]


def check_prune(pruned: Sequence[Client], entries: Sequence[Entry], option: str, *, limit: int, force: bool) -> None:
    """Raise UsageError for a deletion that looks like a mistake."""
    if pruned and not entries:
        raise UsageError(
            "prune_refused",
            f"{option}: it is empty, so prune would delete {called(pruned)}. Nothing was "
            "changed. Check where the definitions are set. To delete clients, list them with state=absent.",
            option=option,
        )
    if len(pruned) > limit:
        raise UsageError(
            "prune_refused",
            f"prune would delete {counted(pruned)}, more than prune_limit={limit}: {called(pruned)}. Nothing was "
            "changed. To delete all of them, raise prune_limit. To delete fewer, set prune_name.",
            option="prune_limit",
        )
    public = [client for client in pruned if is_public(client)]
    if public and not force:
        raise UsageError(
            "prune_refused",
            f"prune would delete clients with visibility=public: {called(public)}. Nothing was changed. Deleting one "
            "ends every user's authorization permanently. To keep them, define them, or set prune_name to a pattern "
            "that does not match them. To delete them, set force=true.",
            option="force",
        )


def counted(clients: Sequence[Any]) -> str:
    return f"{len(clients)} client{'s' if len(clients) > 1 else ''}"


def called(clients: Iterable[Client]) -> str:
    return some(
        [f"{client['client_name'] or 'without a name'} ({client['client_id']})" for client in clients], SHOWN_DELETED
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
        """Check the step locally, and keep its predicted result."""
        if not self.failed:
            self.attempt(lambda: predicted(self.known_step))

    def skip(self) -> None:
        self.failed, self.result = True, OAuthOpsError("not_attempted", NOT_ATTEMPTED).result()

    @property
    def known_step(self) -> Step:
        if self.step is None:
            raise ValueError("the step was not decided")
        return self.step

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


class Streak:
    """Counts consecutive failures that no client caused: after several, all others would fail too."""

    def __init__(self) -> None:
        self._in_a_row = 0

    @property
    def too_long(self) -> bool:
        return self._in_a_row >= IN_A_ROW

    def note(self, task: Task) -> None:
        status = task.result.get("error", {}).get("status", 0) if task.failed else 0
        self._in_a_row = self._in_a_row + 1 if status in (None, 401, 403, 429) else 0


def reconcile_all(
    clients: OAuthClients, entries: Sequence[Entry], params: Mapping[str, Any], *, check_mode: bool
) -> Result:
    """Make every client match its definition, delete others if asked to, and report the outcome of each.

    Raises UsageError before any write for definitions that contradict each other and for a prune that looks like a
    mistake, and at the end if a client failed.
    """
    listed = Listed(entries, in_full=params["results"] == "full", prune=params["prune"])
    listing = Listing(clients.all(listed.kept), clients.scope_ids)
    tasks = [planned(entry, listing, listed.as_described) for entry in entries]
    found = [task.actual for task in tasks]
    option = source(params)
    check_meant_once(entries, found, option)
    check_new_names(entries, found, option)
    unmanaged = surplus(listing.clients, entries, found)
    pruned: list[Task] = []
    if params["prune"] and not failures(tasks):
        matching = to_prune(unmanaged, params["prune_name"])
        check_prune(matching, entries, option, limit=params["prune_limit"], force=params["force"])
        pruned = [Task(client, actual=client, step=Deletion(client)) for client in matching]
    for task in [*tasks, *pruned]:
        if not task.is_as_described:
            task.predict()
    if not check_mode:
        carry_out(tasks, lambda task: carried_out(task.known_step, clients), params["concurrency"])
        confirm(tasks, clients)
    pruned = [] if failures(tasks) else pruned
    if not check_mode:
        carry_out(pruned, lambda task: removed(task, clients, params), params["concurrency"])
    return summary(tasks, pruned, unmanaged, asked_to_prune=params["prune"], full=params["results"] == "full")


def source(params: Mapping[str, Any]) -> str:
    """The option that the definitions were given with."""
    return "clients" if params["definitions_file"] is None else "definitions_file"


class Listed:
    """Compares clients while they are listed, and keeps only what is needed of each."""

    def __init__(self, entries: Sequence[Entry], *, in_full: bool, prune: bool) -> None:
        self.as_described: set[str] = set()
        self._in_full, self._prune = in_full, prune
        self._by_id = {entry["client_id"]: entry for entry in entries if entry["client_id"]}
        self._by_name = {entry["client_name"]: entry for entry in entries if not entry["client_id"]}

    def kept(self, client: Client) -> Client:
        """The whole client if it may be changed or shown, or else its outline."""
        client_id = client["client_id"]
        self.as_described.discard(client_id)
        entry = self._by_id.get(client_id) or self._by_name.get(client["client_name"])
        if self._in_full or (self._prune and not entry):
            return client
        if entry and not is_as_described(entry, client):
            return client
        if entry:
            self.as_described.add(client_id)
        return outline(client)


def planned(entry: Entry, listing: Listing, as_described: Container[str]) -> Task:
    task = Task(entry)

    def plan() -> Result:
        task.actual = listing.find(entry["client_id"], entry["client_name"])
        task.is_as_described = bool(task.actual and task.actual["client_id"] in as_described)
        if task.is_as_described:
            return {}
        task.step = decided(checked_description(entry), task.actual, entry, listing)
        return {}

    task.attempt(plan)
    return task


def carry_out(tasks: Sequence[Task], work: Callable[[Task], Result], concurrency: int) -> None:
    """Carry out the tasks, C(concurrency) at a time. Each secret is delivered before the next one is minted."""
    todo = [task for task in tasks if task.action != "none" and not task.failed]
    minting, others = [task for task in todo if task.mints], [task for task in todo if not task.mints]
    streak = Streak()

    def do(task: Task) -> None:
        if streak.too_long:
            task.skip()
            return
        task.attempt(lambda: work(task))
        streak.note(task)

    if concurrency == 1 or len(todo) < 2:
        for task in todo:
            do(task)
        return
    with threads(min(concurrency - bool(minting), len(others) or 1)) as pool:
        running = [pool.submit(do, task) for task in others]
        for task in minting:
            do(task)
        for each in running:
            each.result()


@contextmanager
def threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """An executor that starts nothing new once the task is interrupted."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def confirm(tasks: Sequence[Task], clients: OAuthClients) -> None:
    """Check all new clients against one listing."""
    created = [task for task in tasks if task.action == "create" and not task.failed]
    if not created:
        return
    found = clients.after_creation([task.result["oauth_client"] for task in created])
    listed = found if isinstance(found, CloudflareError) else Listing(found, clients.scope_ids)
    for task in created:
        name = task.result["oauth_client"]["client_name"]
        same_name = listed if isinstance(listed, CloudflareError) else listed.with_name(name)
        task.attempt(functools.partial(confirmed, task.result, same_name))


def removed(task: Task, clients: OAuthClients, params: Mapping[str, Any]) -> Result:
    """Delete an unmanaged client, unless it was published since it was listed."""
    current = clients.get(task.entry["client_id"])
    return carried_out(decided({}, current, {"state": "absent", "force": params["force"]}, clients), clients)


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
    kept = " No client was pruned, because a failed definition may mean one of them." if asked_to_prune else ""
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
