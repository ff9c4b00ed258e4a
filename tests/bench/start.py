# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module's own process spends its time on before the module does anything."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

from tests.bench.extent import Extent
from tests.bench.stage import ROOT, Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, interleaved
from tests.tools.weather_page import table

PACKAGE = "ansible_collections/oauthops/iam/plugins"
STEPS = {
    "ansible.module_utils.basic": "Ansible's own part of every module",
    "requests": "the library requests",
    "ansible_collections.oauthops.iam.plugins.modules.cloudflare_oauth_client": "the module and what it needs of ours",
}
PROGRAM = """\
import importlib, json, sys, time
sys.path.insert(0, sys.argv[1])
taken = []
for name in sys.argv[2:]:
    begun = time.perf_counter()
    importlib.import_module(name)
    taken.append(time.perf_counter() - begun)
print(json.dumps(taken))
"""
SHOWN = {
    "Ansible's own part of every module": "Ansible's part of each module",
    "the library requests": "the library ``requests``",
    "the module and what it needs of ours": "the module and its code in this collection",
}
TEXT = """\
A module that cannot run in Ansible's process runs in its own process. Ansible sends the sources as an archive, and
Python compiles them each time. Only for an installed library can Python reuse compiled files.

The table shows the time that a new Python process needs for each step. The share is that of the two steps that
``ping`` does not need. One additional round was run first and does not count.

{table}

``ping`` needs only the first two steps. ``uri`` does not load ``requests``. The collection uses this library because
its authors maintain the handling of connections, proxies, certificates and timeouts.
"""


def measure(_stage: Stage, extent: Extent) -> Figures:
    with tempfile.TemporaryDirectory() as directory:
        archive = packed(Path(directory, "module.zip"))
        return interleaved(extent.rounds, warm_up=extent.warm_up, one_round=lambda _number: {"start": started(archive)})


def packed(archive: Path) -> Path:
    """The collection as it reaches a target: sources in an archive."""
    plugins = ROOT / "plugins"
    sources = [
        path
        for kind in ("modules", "module_utils")
        for path in (plugins / kind).rglob("*.py")
        if path.name != "__init__.py"
    ]
    parts = PACKAGE.split("/")
    packages = {"/".join(parts[: end + 1]) for end in range(len(parts))}
    packages |= {f"{PACKAGE}/{path.parent.relative_to(plugins)}" for path in sources}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for package in sorted(packages):
            target.writestr(f"{package}/__init__.py", "")
        for path in sources:
            target.write(path, f"{PACKAGE}/{path.relative_to(plugins)}")
    return archive


def started(archive: Path) -> Measurement:
    """Seconds until Python runs at all, and of each step."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    python = time.perf_counter() - begun
    command = [sys.executable, "-c", PROGRAM, str(archive), *STEPS]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return {"Python itself": python, **dict(zip(STEPS.values(), json.loads(finished.stdout), strict=True))}


def chapter(figures: Figures, _extent: Extent) -> str:
    taken = {step: median(values) * 1000 for step, values in figures["start"].items()}
    *common, requests, ours = taken
    rest = taken[requests] + taken[ours]
    rows = [("Step", "Milliseconds", "Share"), *((shown(step), f"{taken[step]:.0f}", "not counted") for step in common)]
    rows += [(shown(step), f"{taken[step]:.0f}", f"{taken[step] / rest:.0%}") for step in (requests, ours)]
    return TEXT.format(table=table(rows))


def shown(step: str) -> str:
    return SHOWN.get(step, step)


def results(_figures: Figures, _extent: Extent) -> list[str]:
    return []


def targets(_figures: Figures, _extent: Extent) -> list[Target]:
    return []
