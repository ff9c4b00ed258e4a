# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of a test that take long for what they tell, because nearly the same is seen elsewhere."""

from __future__ import annotations

import pytest


def thorough(*values: object) -> list[pytest.ParameterSet]:
    """These values, which `make test` leaves out and `make full` runs; a tuple is one value for each parameter."""
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.thorough) for value in values
    ]
