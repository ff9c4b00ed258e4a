# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own sanity tests, on this checkout as it stands and with nothing but a package index: `make sanity`.

ansible-test wants a directory called ansible_collections above the collection, and fetches its way to get pip from a
file server of Ansible's CI. The first is answered by the link that the set-up made, the second by the pip that is here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pip
from ansible_test._internal.python_requirements import get_venv_packages

from tests.tools.set_up import CACHE, ROOT

HOME = CACHE / "sanity"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
GET_PIP = """\
import sys
sys.path.insert(0, {place!r})
from pip._internal.cli.main import main
sys.exit(main(["install", *(word for word in sys.argv[1:] if not word.startswith("--no-"))]))
"""


def provide_pip() -> None:
    python: Any = SimpleNamespace(version=VERSION)
    version = get_venv_packages(python)["pip"].replace(".", "_")
    script = HOME / f".ansible/test/cache/get_pip_{version}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP.format(place=str(Path(pip.__file__).parents[1])))


def main() -> None:
    provide_pip()
    os.environ.pop("ANSIBLE_CONFIG", None)  # ansible-test brings its own
    os.environ["HOME"] = str(HOME)
    os.environ["ANSIBLE_TEST_CONTENT_ROOT"] = str(ROOT / "collections/ansible_collections/oauthops/iam")
    # pslint reads PowerShell, which is not here
    command = ["ansible-test", "sanity", "--python", VERSION, "--color", "no", "--skip-test", "pslint"]
    finished = subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, check=False)
    sys.exit(finished.returncode)


if __name__ == "__main__":
    main()
