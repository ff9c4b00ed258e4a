# SPDX-License-Identifier: GPL-3.0-or-later
"""Rewrites constraints.txt: what the tests run with, exactly, for every Python that may set them up: `make pins`.

The newest versions that fit requirements-*.txt and each other; commit them when the tests pass.
"""

from __future__ import annotations

from tests.tools.set_up import CONSTRAINTS, OLDEST_PYTHON, ROOT, VENV, pip, run

HEADER = "# Written by `make pins`: the versions that the tests run with.\n"


def main() -> None:
    pip("install", "uv")
    python = ".".join(map(str, OLDEST_PYTHON))
    found = CONSTRAINTS.with_suffix(".new")
    run(
        str(VENV / "bin/uv"), "pip", "compile", "--quiet", "--universal", "--python-version", python, "--no-annotate",
        "--no-header", "--output-file", str(found), *map(str, sorted(ROOT.glob("requirements-*.txt"))),
    )  # fmt: skip
    CONSTRAINTS.write_text(HEADER + found.read_text())
    found.unlink()


if __name__ == "__main__":
    main()
