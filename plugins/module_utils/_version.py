# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this collection, which is decided in galaxy.yml: that file does not come along to a target."""

from __future__ import annotations

VERSION = "0.1.0"
