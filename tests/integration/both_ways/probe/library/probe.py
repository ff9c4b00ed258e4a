# SPDX-License-Identifier: GPL-3.0-or-later
"""A module for tests: tells of its surroundings, or ends as no module should."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = """
module: probe
short_description: Tells of its surroundings
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


def main() -> None:
    options: dict[str, Any] = {
        "how": {"choices": list(ENDS)},
        "variables": {"type": "list", "elements": "str", "default": ["HOME"]},
        "change": {"type": "bool", "default": False},
        "text": {},
        "password": {"no_log": True},
        "warning": {},
        "level": {"type": "int", "choices": [1, 2]},
        "needed": {"required": True},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True, required_together=[("text", "warning")])
    params = module.params
    if params["warning"]:
        module.warn(params["warning"])
        module.deprecate(params["warning"], version="9.0.0", collection_name="oauthops.iam")
    if params["how"]:
        ENDS[params["how"]]()
    os.umask(mask := os.umask(0o77))
    seen = {name: os.environ.get(name) for name in params["variables"]}
    found = {"directory": os.getcwd(), "seen": seen, "umask": oct(mask), "text": params["text"]}
    if params["change"]:
        os.environ["PROBE_WAS_HERE"] = "yes"
        os.chdir("/")
    if params["level"] == 2:
        module.fail_json(msg=f"{params['text']} {params['password']}", **found)
    module.exit_json(changed=params["change"], **found)


if __name__ == "__main__":
    main()
