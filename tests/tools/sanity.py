# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own sanity tests, on this checkout as it stands and with nothing but a package index: `make sanity`.

ansible-test wants a directory called ansible_collections above the collection, and for each environment that it makes
the way to get pip from a file server of Ansible's CI. The first is answered by the link that the set-up made, the
second by the pip that is here: an environment that shares it is made in half the time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pip
from ansible_test._internal.python_requirements import get_venv_packages

from tests.tools.set_up import CACHE, ROOT

HOME = CACHE / "sanity"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
SHARED = HOME / f"pip-{VERSION}"
GET_PIP = f"""\
import sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "pip.pth").write_text({str(SHARED)!r})
"""


def provide_pip() -> None:
    """Alone in a directory: an environment is to see pip and nothing else of what is here."""
    python: Any = SimpleNamespace(version=VERSION)
    version = get_venv_packages(python)["pip"].replace(".", "_")
    script = HOME / f".ansible/test/cache/get_pip_{version}.py"
    place(script, lambda new: new.write_text(GET_PIP))
    place(SHARED / "pip", lambda new: new.symlink_to(Path(pip.__file__).parent))


def place(path: Path, make: Callable[[Path], object]) -> None:
    """In one step, because another sanity test may be using it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    make(new)
    new.replace(path)


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
