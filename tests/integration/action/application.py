# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploys to the application of the tests in the process of the run, which modules of their own would slow down."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import requests
from ansible.plugins.action import ActionBase

PAUSE = 0.02


class ActionModule(ActionBase):
    """What the tasks of docs/examples/rotate do, by C(do): write, reload or verify."""

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._credentials, self._url = self._task.args["credentials"], self._task.args["url"]
        return {**result, **getattr(self, f"_{self._task.args['do']}")()}

    def _write(self) -> dict[str, Any]:
        file = Path(self._task.args["file"])
        written = {name: self._credentials[name] for name in ("client_id", "client_secret")}
        changed = json.loads(file.read_text()) != written
        if changed and not self._task.check_mode:
            file.write_text(json.dumps(written))
        return {"changed": changed}

    def _reload(self) -> dict[str, Any]:
        changed = not self._is_used()
        if changed and not self._task.check_mode:
            requests.post(f"{self._url}/reload", timeout=30).raise_for_status()
        return {"changed": changed}

    def _verify(self) -> dict[str, Any]:
        overdue = time.monotonic() + self._task.args.get("seconds", 20)
        while not (used := self._is_used()) and time.monotonic() < overdue:
            time.sleep(PAUSE)
        return {"failed": not used, "msg": "" if used else "The application does not use the newer secret."}

    def _is_used(self) -> bool:
        newer = hashlib.sha256(self._credentials["client_secret"].encode()).hexdigest()
        health = requests.get(f"{self._url}/health", timeout=30).json()
        return bool(health["client_secret_sha256"] == newer)
