# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private directory on the controller for locks and handover files. Private."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from ansible import constants

from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._files import check_path
from ..module_utils._places import Directory, Trail

VARIABLE = "OAUTHOPS_HANDOVER_DIR"
WRITABLE = "Set it to a directory that the user running Ansible can write to."
OWN = "Set it to a directory that belongs to the user running Ansible."


def handover_directory() -> str:
    """The directory that the environment names, as in AWX, or else one in Ansible's home directory."""
    return os.environ.get(VARIABLE) or os.path.join(constants.config.get_config_value("ANSIBLE_HOME"), "oauthops.iam")


@contextlib.contextmanager
def private_directory(path: str, option: str | None = None) -> Iterator[Directory]:
    """Open a directory, and create missing ones with mode 0700. Raises UsageError if other users can write it.

    C(option) is the option that named it; None if the environment did.
    """
    with Trail(option or VARIABLE, creates=True) as trail, _blaming(option):
        _enter(trail, path)
        yield trail.last


def check_private_directory(path: str) -> None:
    """Raise UsageError if L(private_directory) would, as far as that can be seen without writing."""
    with Trail(VARIABLE) as trail, _blaming(None):
        _enter(trail, path)


@contextlib.contextmanager
def _blaming(option: str | None) -> Iterator[None]:
    """Set the option of an error: a variable of the environment is not an option of the task."""
    try:
        yield
    except UsageError as refusal:
        if refusal.option == VARIABLE:
            refusal.option = option
        raise


def _enter(trail: Trail, path: str) -> None:
    path = os.path.expanduser(path)
    check_path(trail.option, path)
    if not os.path.isabs(path):
        raise invalid(trail.option, f"invalid path {path!r} (expected an absolute one, such as /srv/oauthops).")
    try:
        trail.walk(path, to_the_end=True)
    except FileNotFoundError as missing:
        if trail.creates or not trail.last.is_writable():
            raise _unusable(trail, path, (missing.errno or 0) if trail.creates else errno.EACCES) from None
        return
    except OSError as error:
        raise _unusable(trail, path, error.errno or 0) from None
    if trail.last.status.st_uid != os.geteuid():
        raise _refusal(trail, "file_owned_by_other", f"{path} belongs to another user", OWN)
    if trail.last.written_by_others:
        text = f"other users can write to the directory {path}"
        raise _refusal(trail, "file_untrusted", text, f"Run: chmod 700 {path}")
    if not trail.last.is_writable():
        raise _unusable(trail, path, errno.EACCES)


def _unusable(trail: Trail, path: str, number: int) -> UsageError:
    return _refusal(trail, "file_inaccessible", f"{path} cannot be written ({os.strerror(number)})")


def _refusal(trail: Trail, code: str, text: str, remedy: str = WRITABLE) -> UsageError:
    return UsageError(code, f"{trail.option}: {text}. {remedy}", option=trail.option)
