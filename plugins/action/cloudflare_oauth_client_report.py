# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an account; documented in the module of the same name.

Thousands of clients are compared and written here, rather than passed from task to task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.errors import invalid
from ..modules.cloudflare_oauth_client_report import MODULE
from ..plugin_utils._action import ControllerAction
from ..plugin_utils._masking import without_secrets
from ..plugin_utils._reporting import FORMS, reported
from ..plugin_utils._text_file import check_writable, ensured


class ActionModule(ControllerAction):
    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        paths = {option: params[option] for option in FORMS if params[option]}
        check_paths(paths)
        report, warnings = reported(params)
        texts = {option: without_secrets(FORMS[option](report), self.secrets) for option in paths}
        written = [ensured(option, path, texts[option], check_mode=check_mode) for option, path in paths.items()]
        changes = [difference for difference in written if difference]
        return {
            "changed": bool(changes),
            "report": {key: value for key, value in report.items() if key != "clients"},
            "warnings": warnings,
            **({"diff": changes} if self._task.diff else {}),
        }


def check_paths(paths: Mapping[str, str]) -> None:
    """Raise UsageError for a file that cannot be written, and for two reports with the same file."""
    options: dict[str, str] = {}
    for option, path in paths.items():
        check_writable(option, path)
        if path in options:
            raise invalid(option, f"{path} is also set as {options[path]}. Set another path for one of them.")
        options[path] = option
