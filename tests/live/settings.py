# SPDX-License-Identifier: GPL-3.0-or-later
"""What the caller wants, from the environment and the command line. Pure."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CLOUDFLARE = "https://api.cloudflare.com/client/v4"
PACE = 2.0
REPORT = Path(__file__).resolve().parents[1] / "output/live/report.md"
_NEEDED = ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID")
_MISSING = """\
{names} must be set. The probe needs the id of an account of yours and an API token for that account with the
permissions OAuth Client Read and OAuth Client Write (shown as "OAuth Clients: Edit" in the dashboard)."""


class UsageError(Exception):
    """The caller has to say something else."""


@dataclass(frozen=True)
class Settings:
    base_url: str
    token: str
    account_id: str
    pace: float = PACE
    yes: bool = False
    clean: bool = False
    report: Path = REPORT

    @property
    def is_fake(self) -> bool:
        return self.base_url != CLOUDFLARE


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.live", description="Asks Cloudflare what is not documented.")
    parser.add_argument("--yes", action="store_true", help="do not ask before the first write")
    parser.add_argument("--clean", action="store_true", help="only remove what an earlier run has left")
    parser.add_argument("--pace", type=float, default=PACE, help="seconds between requests, 2 or more for Cloudflare")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the report goes")
    return parser.parse_args(given)


def read(environ: Mapping[str, str], options: argparse.Namespace) -> Settings:
    missing = [name for name in _NEEDED if not environ.get(name, "").strip()]
    if missing:
        raise UsageError(_MISSING.format(names=" and ".join(missing)))
    base_url = (environ.get("CLOUDFLARE_BASE_URL", "").strip() or CLOUDFLARE).rstrip("/")
    host = urlsplit(base_url).hostname or ""
    local = is_loopback(host)
    if not local and urlsplit(base_url).scheme != "https":
        raise UsageError("CLOUDFLARE_BASE_URL must start with https, except for an address of this machine.")
    if not options.pace >= (0 if local else PACE):
        raise UsageError(f"--pace must be {PACE:g} or more, except for an address of this machine.")
    token, account_id = (environ[name].strip() for name in _NEEDED)
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", account_id) or not re.fullmatch(r"[!-~]{8,}", token):
        raise UsageError("CLOUDFLARE_ACCOUNT_ID or CLOUDFLARE_API_TOKEN does not look like one.")
    return Settings(base_url, token, account_id, options.pace, options.yes, options.clean, options.report)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
