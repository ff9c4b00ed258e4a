# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium, steered over pipes in its DevTools protocol: no port, no driver, no library."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.tools.browser import command_and_environment

Json = Any
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
COMMANDS, EVENTS = 3, 4  # where Chromium reads and writes


class Tab:
    """One tab, for as long as the context lasts; every file of the browser is below C(directory)."""

    def __init__(self, directory: Path) -> None:
        self.profile = directory / "profile"
        self.events: list[dict[str, Json]] = []
        self._number = 0
        self._session = ""
        self._rest = b""

    def __enter__(self) -> Tab:
        command, environment = command_and_environment()
        (to_read, self._commands), (self._answers, to_write) = os.pipe(), os.pipe()
        # The shell puts the two pipes at their numbers, which Popen alone cannot.
        start = f'exec "$@" {COMMANDS}<&{to_read} {EVENTS}>&{to_write}'
        self.process = subprocess.Popen(
            ["bash", "-c", start, "browser", *command, *QUIET, f"--user-data-dir={self.profile}"],
            env={**environment, "HOME": str(self.profile.parent)},
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._commands)
        self.process.terminate()
        self.process.wait(20)
        os.close(self._answers)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method: str, **params: Json) -> dict[str, Json]:
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._number, "method": method, "params": params, **session}
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._receive()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Json] = answer["result"]
        return result

    def _receive(self) -> dict[str, Json]:
        while b"\0" not in self._rest:
            read = os.read(self._answers, 1 << 16)
            if not read:
                raise RuntimeError("Chromium has ended.")
            self._rest += read
        message, _unused, self._rest = self._rest.partition(b"\0")
        received: dict[str, Json] = json.loads(message)
        return received

    def show(self, file: Path, *, width: int, height: int, scheme: str) -> None:
        """Open a file on a screen of that width, for somebody who prefers that colour scheme."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        preference = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", media="screen", features=[preference])
        self.events.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def told(self, method: str) -> list[Mapping[str, Json]]:
        """What the browser has reported of that kind since the page was opened."""
        self.evaluate("0")
        return [event["params"] for event in self.events if event.get("method") == method]

    def evaluate(self, expression: str) -> Json:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def roles(self) -> list[tuple[str, str]]:
        """What a screen reader is told: role and name of everything that is not left out."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"] and "role" in node
        ]

    def screenshot(self, file: Path, *, whole: bool = True) -> None:
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(picture))
