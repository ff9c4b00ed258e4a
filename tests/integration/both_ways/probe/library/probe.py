# SPDX-License-Identifier: GPL-3.0-or-later
"""A module for tests: tells of its environment, or ends as no module should."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import Module

DOCUMENTATION = """
module: probe
short_description: Tells of its environment
description: [For the tests of this collection.]
options: {}
"""


def recursion() -> NoReturn:
    recursion()


def memory() -> NoReturn:
    raise MemoryError(len(bytearray(sys.maxsize)))


def exception() -> NoReturn:
    raise ValueError("the probe's own {{ 'words' }}")


ENDS: dict[str, Callable[[], Any]] = {
    "exception": exception,
    "recursion": recursion,
    "memory": memory,
    "text": lambda: sys.exit("the end"),
    "status": lambda: sys.exit(3),
    "nothing": sys.exit,
    "noise": lambda: print("a library says something"),
    "python warning": lambda: warnings.warn("a library warns", stacklevel=1),
}


OPTIONS: dict[str, Any] = {
    "how": {"choices": list(ENDS)},
    "variables": {"type": "list", "elements": "str", "default": ["HOME"]},
    "change": {"type": "bool", "default": False},
    "text": {},
    "password": {"no_log": True},
    "warning": {},
    "level": {"type": "int", "choices": [1, 2]},
    "needed": {"required": True},
}


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    if params["how"]:
        ENDS[params["how"]]()
    os.umask(mask := os.umask(0o77))
    seen = {name: os.environ.get(name) for name in params["variables"]}
    found = {"directory": os.getcwd(), "seen": seen, "umask": oct(mask), "text": params["text"]}
    if params["warning"]:
        found["warnings"] = [params["warning"]]
    if params["change"]:
        os.environ["PROBE_WAS_HERE"] = "yes"
        os.chdir("/")
    if params["level"] == 2:
        raise UsageError(f"{params['text']} {params['password']}", **found)
    return {"changed": params["change"], **found}


MODULE = Module(run, OPTIONS, {"required_together": [("text", "warning")]})


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
