# SPDX-License-Identifier: GPL-3.0-or-later
"""The browser of the tests; `make browser` prepares it, after the set-up.

Takes a headless Chromium out of Debian's packages, without root and without installing anything: it ends up in
.cache/browser with those libraries that the machine has not got. It does nothing where they are already there or a
Chromium is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.tools import debian
from tests.tools.set_up import CACHE, apt, run

PLACE = CACHE / "browser"
FETCHED = PLACE / "usr/lib/chromium/chromium-headless-shell"
PACKAGE = "chromium-headless-shell"
INSTALLED = ("chromium", "chromium-browser", "google-chrome")
FONTS = PLACE / "fonts.conf"


def main() -> None:
    if installed() or works():
        return
    if not shutil.which("apt-get"):
        sys.exit("The tests need a Chromium: install it, on most systems the package chromium.")
    print("Fetching Chromium (once; not needed where the package chromium is installed) ...", flush=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    fetch()
    if not works():
        sys.exit(f"The set-up stopped: {FETCHED} does not run. Install the package chromium.")


def installed() -> str | None:
    """The machine's own browser."""
    return next((path for name in INSTALLED if (path := shutil.which(name))), None)


def works() -> bool:
    """Whether the fetched browser finds all its libraries: the machine may have lost some since."""
    if not FETCHED.exists():
        return False
    command = [str(FETCHED), "--version"]
    return not subprocess.run(command, env=environment(), stdout=subprocess.DEVNULL, check=False).returncode


def environment() -> dict[str, str]:
    """That of the fetched browser: its libraries before those of the machine, and the same fonts everywhere."""
    libraries = sorted({str(library.parent) for library in PLACE.rglob("lib*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(libraries), "FONTCONFIG_FILE": str(FONTS)}


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, for as long as the context lasts."""
    own = installed()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=own or str(FETCHED), env=dict(os.environ) if own else {**environment()}
        )
        yield started
        started.close()


def screen(browser: Browser, width: int, height: int, scheme: Literal["light", "dark"] = "light") -> Page:
    """An empty page on a screen of that size, which is a phone's if it is narrow, with that colour scheme."""
    size = ViewportSize(width=width, height=height)
    return browser.new_page(viewport=size, color_scheme=scheme, is_mobile=width < 600)


def fetch() -> None:
    command, place = apt(), CACHE / "apt"
    names = {*debian.missing(command, [PACKAGE]), PACKAGE, "fonts-dejavu-core"}
    run(*command, "download", *sorted(names), cwd=place)
    for package in sorted(place.glob("*.deb")):
        run("dpkg-deb", "-x", str(package), str(PLACE))
    shutil.rmtree(place)
    usual = "<edit name='family' mode='append_last'><string>DejaVu Sans</string></edit>"
    FONTS.write_text(
        f"<fontconfig><dir>{PLACE / 'usr/share/fonts'}</dir><match target='pattern'>{usual}</match>"
        f"<cachedir>{PLACE / 'fontconfig'}</cachedir></fontconfig>"
    )


if __name__ == "__main__":
    main()
