# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many OAuth clients in one task: one listing, a plan, then the writes, several at a time. Private."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Callable

from .._api.errors import CloudflareError, UsageError
from .._api.text import some
from .apply import Result, carried_out, confirmed, is_as_described
from .clients import Listing, OAuthClients
from .entries import Entry, check_meant_once, check_new_names, source
from .model import Client, is_public, outline
from .outcome import IN_A_ROW, Task, counted, failures, summary
from .plan import Deletion, decided
from .validate import checked_description

# How many of the clients that would be deleted a message has.
SHOWN_DELETED = 10


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
        task.predict()
    if not check_mode:
        carry_out(tasks, lambda task: carried_out(task.step, clients) if task.step else {}, params["concurrency"])
        confirm(tasks, clients)
    pruned = [] if failures(tasks) else pruned
    if not check_mode:
        carry_out(pruned, lambda task: removed(task, clients, params), params["concurrency"])
    return summary(tasks, pruned, unmanaged, asked_to_prune=params["prune"], full=params["results"] == "full")


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
        if not task.is_as_described:
            task.step = decided(checked_description(entry), task.actual, entry, listing)
        return {}

    task.attempt(plan)
    return task


def carry_out(tasks: Sequence[Task], work: Callable[[Task], Result], concurrency: int) -> None:
    """Carry out the tasks, C(concurrency) at a time. Each secret is delivered before the next one is minted."""
    todo = [task for task in tasks if task.action != "none" and not task.failed]
    minting, others = [task for task in todo if task.mints], [task for task in todo if not task.mints]
    failed_in_a_row = 0

    def do(task: Task) -> None:
        nonlocal failed_in_a_row
        if failed_in_a_row >= IN_A_ROW:
            task.skip()
            return
        task.attempt(lambda: work(task))
        failed_in_a_row = failed_in_a_row + 1 if task.failed_for_all else 0

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


def called(clients: Iterable[Client]) -> str:
    return some(
        [f"{client['client_name'] or 'without a name'} ({client['client_id']})" for client in clients], SHOWN_DELETED
    )
