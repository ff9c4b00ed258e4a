# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job may find around it, each as the beginning of the command that is run so."""

from __future__ import annotations

import functools
import subprocess

from tests.tools import ssh_server

Beginning = tuple[str, ...]
UNKNOWN = 54321


def no_home() -> Beginning:
    return ("env", "--unset=HOME")


def empty_home() -> Beginning:
    return ("env", "HOME=")


def unwritable_directory() -> Beginning:
    """Not even root can make a file there."""
    return ("env", "--chdir=/proc")


@functools.cache
def unknown_uid() -> Beginning:
    """A user whom no list of users has, without root's powers.

    Where the kernel does not allow that, it is who runs the tests, without an account.
    """
    in_namespace = ("unshare", "--user", f"--map-user={UNKNOWN}", f"--map-group={UNKNOWN}")
    allowed = subprocess.run(("sh", "-c", " ".join((*in_namespace, "true"))), capture_output=True, check=False)
    return without_account() if allowed.returncode else in_namespace


def without_account() -> Beginning:
    """Who runs the tests, of whom the lists of users and groups know nothing."""
    fetched = ssh_server.PLACE / "libnss_wrapper.so"
    library = str(fetched) if fetched.exists() else "libnss_wrapper.so"
    return ("env", f"LD_PRELOAD={library}", "NSS_WRAPPER_PASSWD=/dev/null", "NSS_WRAPPER_GROUP=/dev/null")


def all_together() -> Beginning:
    return (*unwritable_directory(), *no_home(), *unknown_uid())
