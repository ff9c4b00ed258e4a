# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the picture of a drift report for its guide: `python -m tests.tools.report_picture`, after `make browser`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ansible_collections.oauthops.iam.plugins.filter.drift_report_html import FilterModule
from tests.integration.browser.chromium import Tab
from tests.tools.set_up import ROOT
from tests.unit.reports import one_of_each

PICTURE = ROOT / "docs/docsite/rst/images/report.png"


def main() -> None:
    with tempfile.TemporaryDirectory() as place, Tab(Path(place)) as tab:
        page = Path(place) / "report.html"
        page.write_text(FilterModule().filters()["drift_report_html"](one_of_each()), encoding="utf-8")
        tab.show(page, width=1040, height=1270, scheme="light")
        tab.screenshot(PICTURE, whole=False)


if __name__ == "__main__":
    main()
