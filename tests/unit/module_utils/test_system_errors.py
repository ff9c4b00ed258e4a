# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the operating system, with what to do about them."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._system_errors import OTHERS, REMEDIES, explained


@pytest.mark.parametrize("number", REMEDIES)
def test_a_known_reason_comes_with_its_remedy(number: int) -> None:
    assert explained(OSError(number, os.strerror(number))) == f"({os.strerror(number)}). {REMEDIES[number]}"


@pytest.mark.parametrize(
    ("error", "reason"),
    [(OSError(errno.EIO, "Input/output error"), "Input/output error"), (OSError("it is gone"), "it is gone")],
)
def test_any_other_reason_is_shown(error: OSError, reason: str) -> None:
    assert explained(error) == f"({reason}). {OTHERS}"
