# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a file is: a directory that is kept open, and a name in it. Private to this collection.

Users who can write a directory on the way can put a link there, or another file, between a look and a use. So each
directory is opened below the one before it, a link is followed only where no other user can have put it, and all that
comes later goes by the descriptor of the last directory.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator

from ._api.errors import UsageError
from ._system_errors import explained

# Linux opens a directory that can be searched and not read; elsewhere it has to be readable as well.
SEARCHED = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW
LISTED = os.O_RDONLY | os.O_DIRECTORY
# As many as Linux follows.
MOST_LINKS = 40


class NoDirectory(UsageError):
    """The directory of a file does not exist."""


def trusted(uid: int) -> bool:
    """Whether a user is root or the one who runs the task, who can change its files in any case."""
    return uid in (0, os.geteuid())


class Directory:
    """A directory that is kept open.

    C(certain): no other user can have put another one in its place. C(private): nor another file into it.
    """

    def __init__(self, handle: int, path: str, above: Directory | None = None) -> None:
        self.handle, self.path = handle, path
        self.status = os.fstat(handle)
        self.certain = above is None or above.private or above._keeps(self.status)

    @property
    def private(self) -> bool:
        return self.certain and trusted(self.status.st_uid) and not self.written_by_others

    @property
    def written_by_others(self) -> bool:
        """Whether its mode lets others write; a POSIX ACL shows there, too."""
        return bool(self.status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))

    def is_writable(self) -> bool:
        effective = os.access in os.supports_effective_ids
        return os.access(".", os.W_OK | os.X_OK, dir_fd=self.handle, effective_ids=effective)

    def _keeps(self, entry: os.stat_result) -> bool:
        """Whether other users cannot replace an entry although they can write here, as in /tmp (sticky bit)."""
        sticky = bool(self.status.st_mode & stat.S_ISVTX)
        return self.certain and sticky and trusted(self.status.st_uid) and trusted(entry.st_uid)

    def join(self, name: str) -> str:
        return f"{self.path.rstrip('/')}/{name}"

    def status_of(self, name: str) -> os.stat_result | None:
        """The status of an entry, of the link itself if it is one; None if it does not exist."""
        try:
            return os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def target_of(self, name: str, option: str) -> str | None:
        """The target of a link, None for any other entry. Raises UsageError for a link that cannot be trusted."""
        status = self.status_of(name)
        if status is None or not stat.S_ISLNK(status.st_mode):
            return None
        if not (self.private and trusted(status.st_uid)):
            raise UsageError(
                "file_untrusted",
                f"{option}: {self.join(name)} is a symbolic link that another user may have put there. If you trust "
                f"the link, use its target in {option} instead. Otherwise remove the link.",
                option=option,
            )
        return os.readlink(name, dir_fd=self.handle)

    def sync(self) -> None:
        """Write renames in this directory to the disk, where that is possible."""
        with contextlib.suppress(OSError):
            handle = os.open(".", LISTED, dir_fd=self.handle)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def names(self) -> list[str]:
        """The names in this directory; none if it cannot be listed."""
        with contextlib.suppress(OSError):
            handle = os.open(".", LISTED, dir_fd=self.handle)
            try:
                return os.listdir(handle)
            finally:
                os.close(handle)
        return []


class Trail:
    """The open directories from the root to the current one. A context manager: leaving it closes them."""

    def __init__(self, option: str, *, creates: bool = False) -> None:
        self.option, self.creates = option, creates
        self._directories: list[Directory] = []

    def __enter__(self) -> Trail:
        self._directories.append(Directory(os.open("/", SEARCHED), "/"))
        return self

    def __exit__(self, *_error: object) -> None:
        self._back_to(0)

    @property
    def last(self) -> Directory:
        return self._directories[-1]

    def walk(self, path: str, *, to_the_end: bool) -> str | None:
        """Enter the directory of a path, and return the name in it. With C(to_the_end), enter the whole path."""
        left, links = _parts(path), 0
        while left:
            name = left.pop(0)
            target = None if name == ".." else self.last.target_of(name, self.option)
            if target is not None:
                links += 1
                if links > MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
                if target.startswith("/"):
                    self._back_to(1)
                left = _parts(target) + left
            elif name == "..":
                self._back_to(max(1, len(self._directories) - 1))
            elif left or to_the_end:
                self._enter(name)
            else:
                return name
        return None

    def _enter(self, name: str) -> None:
        above = self.last
        try:
            handle = os.open(name, SEARCHED, dir_fd=above.handle)
        except FileNotFoundError:
            if not self.creates:
                raise
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=above.handle)
            handle = os.open(name, SEARCHED, dir_fd=above.handle)
        self._directories.append(Directory(handle, above.join(name), above))

    def _back_to(self, length: int) -> None:
        while len(self._directories) > length:
            os.close(self._directories.pop().handle)


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


class Place:
    """The directory and the name of a file, which need not exist. C(option) is the option that named it.

    C(path) has no link in it. Another user may change what is there, unless the directory is private.
    """

    def __init__(self, directory: Directory, name: str, option: str) -> None:
        self.directory, self.name, self.option = directory, name, option

    @property
    def path(self) -> str:
        return self.directory.join(self.name)

    def beside(self, suffix: str) -> Place:
        return Place(self.directory, self.name + suffix, self.option)

    def status(self) -> os.stat_result | None:
        return self.directory.status_of(self.name)

    def open(self) -> int | None:
        """A descriptor for reading; None when there is no file. A pipe or device is refused without being opened."""
        status = self.status()
        if status is None:
            return None
        self.check_file(status)
        handle = os.open(self.name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=self.directory.handle)
        try:
            self.check_file(os.fstat(handle))
        except UsageError:
            os.close(handle)
            raise
        return handle

    def check_file(self, status: os.stat_result) -> None:
        """Raise UsageError unless it is a regular file, which no other user can have linked here."""
        if stat.S_ISDIR(status.st_mode):
            raise self._inaccessible(f"{self.path} is a directory (expected a file).")
        if not stat.S_ISREG(status.st_mode):
            raise self._inaccessible(f"{self.path} is not a regular file. Correct the path.")
        if status.st_nlink > 1 and not self.directory.private:
            raise UsageError(
                "file_untrusted",
                f"{self.option}: {self.path} has several hard links, and other users can write to its directory. It "
                "may be a link to another file. Replace it with a copy, or remove it.",
                option=self.option,
            )

    def check(self) -> None:
        """Raise UsageError when the file cannot be replaced, as far as that can be seen without writing."""
        status = self.status()
        if status:
            self.check_file(status)
        if not self.directory.is_writable():
            raise self._inaccessible(
                f"the directory {self.directory.path} is not writable by the user who runs the task. Give the user "
                "write access, or correct the path."
            )
        if status:
            self.check_removable(status)

    def check_removable(self, status: os.stat_result) -> None:
        """Raise UsageError if only another user can replace or remove the file, as in /tmp."""
        sticky = self.directory.status.st_mode & stat.S_ISVTX
        if sticky and os.geteuid() not in (0, status.st_uid, self.directory.status.st_uid):
            raise UsageError(
                "file_owned_by_other",
                f"{self.option}: {self.path} belongs to another user, and its directory has the sticky bit, so only "
                "that user or root can replace it. Choose another path, or run the task as root or as its owner.",
                option=self.option,
            )

    def create(self) -> None:
        """Make an empty file; raises FileExistsError for every existing entry, even a link."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        os.close(os.open(self.name, flags, 0o600, dir_fd=self.directory.handle))
        self.directory.sync()

    def remove(self) -> None:
        os.unlink(self.name, dir_fd=self.directory.handle)

    @contextlib.contextmanager
    def raising(self, what: str) -> Iterator[None]:
        """Raise an OSError of the body as UsageError: the file cannot be C(what), such as C(read)."""
        try:
            yield
        except OSError as error:
            raise self._inaccessible(f"{self.path} cannot be {what} {explained(error)}") from None

    def _inaccessible(self, text: str) -> UsageError:
        return UsageError("file_inaccessible", f"{self.option}: {text}", option=self.option)


@contextlib.contextmanager
def opened(option: str, path: str) -> Iterator[Place]:
    """The place of an absolute path.

    Raises NoDirectory if its directory does not exist, and UsageError if it is a directory, cannot be reached, or has a
    link that cannot be trusted.
    """
    with Trail(option) as trail:
        try:
            name = trail.walk(path, to_the_end=False)
        except FileNotFoundError:
            text = f"{option}: the directory {os.path.dirname(path)} does not exist. Create it, or correct the path."
            raise NoDirectory("file_inaccessible", text, option=option) from None
        except OSError as error:
            text = f"{option}: {path} cannot be reached {explained(error)}"
            raise UsageError("file_inaccessible", text, option=option) from None
        if name is None:
            raise UsageError("file_inaccessible", f"{option}: {path} is a directory (expected a file).", option=option)
        yield Place(trail.last, name, option)
