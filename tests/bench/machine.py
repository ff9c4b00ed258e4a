# SPDX-License-Identifier: GPL-3.0-or-later
"""What a measurement was made on."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

GIB = 2**30


def machine() -> dict[str, str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return {
        "CPU": f"{cpu_model()}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "ansible-core": version("ansible-core"),
        "requests": version("requests"),
        "Cloudflare's SDK": version("cloudflare"),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
    }


def cpu_model() -> str:
    described = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.+)$", described.read_text(), re.MULTILINE) if described.exists() else None
    return found[1] if found else platform.machine()
