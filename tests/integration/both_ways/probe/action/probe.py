# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the module for tests, which is no part of a collection and so is loaded by its path."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from ansible_collections.oauthops.iam.plugins.plugin_utils._action import ModuleAction

SPEC = importlib.util.spec_from_file_location("probe", Path(__file__).parents[1] / "library/probe.py")
if SPEC is None or SPEC.loader is None:
    raise ImportError("the module for tests is gone")
probe = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(probe)


class ActionModule(ModuleAction):
    module = probe.MODULE
