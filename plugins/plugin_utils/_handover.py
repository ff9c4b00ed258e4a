# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files on the controller in which a minted secret waits until the store holds it. Private to this collection."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator

from ..module_utils._api.auth import check_id
from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._system_errors import explained
from ._moment import iso
from ._private_directory import handover_directory
from ._rotation_note import Note

RESERVED_BYTES = 4096
KEEP_IT = "It may hold the only copy of a secret. Move it to a safe place, then run again."
NEW = os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW


class Handover:
    """The handover files of one client, whose lock the run holds, in a directory that belongs to one user.

    Taking the lock creates the directory. In check mode there is no lock, and the directory need not exist.
    """

    def __init__(self, directory: str | None, client_id: str, *, check_mode: bool) -> None:
        self.directory = os.path.expanduser(directory or handover_directory())
        if not os.path.isabs(self.directory):
            raise invalid("handover_dir", f"{self.directory} is not an absolute path. Set an absolute one.")
        check_id("client_id", client_id)
        self.client_id = client_id
        self.check_mode = check_mode

    @property
    def site(self) -> str:
        """The ID of this directory, created once, which distinguishes it from those of other controllers."""
        path = self._file("site")
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            if not self.check_mode:
                with os.fdopen(os.open(path, os.O_WRONLY | NEW, 0o600), "w", encoding="ascii") as new:
                    new.write(secrets.token_hex(8))
        return content(path).strip()

    def path(self, note: Note) -> str:
        """Where a secret waits; the first edition named the file only by the note."""
        older = self._file(note.name)
        first_edition = note.until is None and os.path.exists(older)
        return older if first_edition else self._file(f"{self.client_id}.{note.name}")

    def _file(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def holds(self, note: Note | None) -> bool:
        return note is not None and bool(content(self.path(note)))

    def read(self, note: Note) -> str:
        found = content(self.path(note))
        if not found:
            text = f"handover_dir: {self.path(note)} no longer holds a secret. Run again."
            raise UsageError("handover_empty", text)
        return found

    @contextlib.contextmanager
    def receiving(self, note: Note) -> Iterator[Callable[[str], None]]:
        """A function that receives one secret. Disk space and permissions are checked before a secret is minted."""
        path = self.path(note)
        try:
            descriptor = os.open(path, os.O_WRONLY | NEW, 0o600)
        except OSError as error:
            raise unusable(path, error) from None
        try:
            reserve(descriptor)
            os.write(descriptor, b"\0" * RESERVED_BYTES)
            os.fsync(descriptor)

            def receive(secret: str) -> None:
                octets = secret.encode(errors="surrogatepass")
                os.pwrite(descriptor, octets, 0)
                os.ftruncate(descriptor, len(octets))
                os.fsync(descriptor)

            yield receive
        except OSError as error:
            raise unusable(path, error) from None
        finally:
            os.close(descriptor)
            if not content(path):
                remove(path)

    def end(self, note: Note, *, keep: bool) -> None:
        """Remove the file of a secret that the store holds. C(keep) keeps the secret for tasks, if it is write-only."""
        if keep:
            os.rename(self.path(note), self._kept)
        remove(self.path(note))

    @property
    def _kept(self) -> str:
        return self._file(f"{self.client_id}.kept")

    def kept(self) -> str | None:
        return content(self._kept) or None

    def waiting(self) -> Note | None:
        """The newest minted secret that waits here, independent of the store."""
        notes = sorted(self._notes(), key=lambda note: note.name)
        return next((note for note in reversed(notes) if self.holds(note)), None)

    def clean(self, minted_at: object, *, to_come: bool, keep: bool) -> None:
        """Remove the files of killed runs, whose secret the store holds or that never received one.

        C(keep) keeps the secret of a write-only store for tasks that are still C(to_come).
        """
        for note in self._notes():
            if not self.holds(note):
                remove(self.path(note))
            elif iso(note.began) == minted_at:
                self.end(note, keep=to_come and keep)
        if not to_come:
            remove(self._kept)

    def clean_unlocked(self, minted_at: object, secret: str | None) -> None:
        """As L(clean), but only files that no run has open: clients without an ID yet have no common lock.

        C(secret) is the one that the store holds, None if the store does not show it.
        """
        for note in self._notes():
            stored = iso(note.began) == minted_at and secret in (None, content(self.path(note)))
            if (stored or not self.holds(note)) and is_abandoned(self.path(note)):
                remove(self.path(note))

    def _notes(self) -> list[Note]:
        start = f"{self.client_id}."
        try:
            names = os.listdir(self.directory)
        except FileNotFoundError:
            return []
        found = [Note.of(name[len(start) :]) for name in names if name.startswith(start)]
        return [note for note in found if note]


def content(path: str) -> str:
    """The content of a file; empty if the file does not exist, or is only reserved."""
    try:
        descriptor = _opened(path, os.O_RDONLY)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as source:  # whose errors are raised: what cannot be read is not empty
        return source.read().rstrip(b"\0").decode(errors="surrogatepass")


def unusable(path: str, error: OSError) -> UsageError:
    text = f"handover_dir: {path} cannot be written {explained(error)}"
    if isinstance(error, FileExistsError):
        text = f"handover_dir: {path} exists already. {KEEP_IT}"
    return UsageError("file_inaccessible", text, option="handover_dir")


def reserve(descriptor: int) -> None:
    """Lock a file, so that other runs see that it is in use until it is closed."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    if not os.fstat(descriptor).st_nlink:
        raise FileNotFoundError(errno.ENOENT, "Another run has removed it")


def is_abandoned(path: str) -> bool:
    """Whether no run has the file in use."""
    with contextlib.suppress(OSError), open(path, "rb", opener=_opened) as found:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
