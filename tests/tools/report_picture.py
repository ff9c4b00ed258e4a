# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the picture of a drift report for its guide, after `make browser`.

PYTHONPATH=collections python -m tests.tools.report_picture
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from ansible_collections.oauthops.iam.plugins.plugin_utils._report_page import report_page
from tests.tools.browser import chromium, screen
from tests.tools.set_up import ROOT
from tests.unit.reports import one_of_each

PICTURE = ROOT / "docs/docsite/rst/images/report.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        report = Path(place) / "report.html"
        report.write_text(report_page(one_of_each()), encoding="utf-8")
        page = screen(browser, 1040, 1270)
        page.goto(report.as_uri())
        page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
