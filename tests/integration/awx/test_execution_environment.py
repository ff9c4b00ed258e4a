# SPDX-License-Identifier: GPL-3.0-or-later
"""What an execution environment has to hold: ansible-builder finds it in the collection, and the example brings it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import BIN, ROOT
from tests.integration.awx.image import DEFINITION, BuildContext

NEEDED = "requests>=2.28  # from collection oauthops.iam"
# YAML that is a comment is indented and begins with a dash or a key; sentences are neither.
OPTIONAL = re.compile(r"^( +)# (- |  |python:)", re.MULTILINE)


def introspected(collections: Path) -> Any:
    command = (str(BIN / "ansible-builder"), "introspect", str(collections))
    return yaml.safe_load(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_the_installed_collection_needs_requests_and_nothing_else(installed: Path) -> None:
    assert introspected(installed) == {"python": [NEEDED], "system": []}


def test_so_does_the_checkout() -> None:
    assert introspected(ROOT / "collections") == {"python": [NEEDED], "system": []}


def test_the_build_installs_the_tarball_and_what_it_needs(build_context: BuildContext, tmp_path: Path) -> None:
    """The steps of the image's stages, on this machine, with every Galaxy out of reach."""
    ansible = tmp_path / "share/ansible"
    build_context.carry_out("ansible-galaxy collection install", {"/usr/share/ansible": str(ansible)})
    scripts, read = str(build_context.built / "scripts"), f" introspect {ansible}/collections "
    here = {"/output/scripts": scripts, "$PYCMD": sys.executable, " introspect ": read, "/tmp/src": str(tmp_path)}
    build_context.carry_out("introspect.py", here)
    assert (ansible / "collections/ansible_collections/oauthops/iam/MANIFEST.json").exists()
    assert (tmp_path / "requirements.txt").read_text().splitlines() == [NEEDED]


def test_the_image_can_be_used_with_any_uid(build_context: BuildContext) -> None:
    """What ansible-builder does for that, unless a definition takes it back; and what Ansible needs besides."""
    steps = "\n".join(build_context.steps)
    assert "WARNING" not in build_context.created.stdout + build_context.created.stderr
    assert 'ENTRYPOINT ["/opt/builder/bin/entrypoint", "dumb-init"]' in steps
    assert "RUN chmod ug+rw /etc/passwd" in steps
    assert "chmod -R ug+rwx /runner" in steps
    assert build_context.steps.index("USER 1000") > max(
        number for number, step in enumerate(build_context.steps) if step.startswith(("RUN", "ENV"))
    )
    assert set(build_context.environment) == {"ANSIBLE_HOME", "ANSIBLE_REMOTE_TEMP"}


def test_everything_optional_can_be_chosen(tarball: Path, tmp_path: Path) -> None:
    context = BuildContext(tmp_path / "definition", tarball, OPTIONAL.sub(r"\1\2", DEFINITION.read_text()))
    assert context.created.returncode == 0, context.created.stderr
    collections = yaml.safe_load((context.built / "requirements.yml").read_text())["collections"]
    named = {each["name"] for each in collections if each.get("type") != "file"}
    assert named == {"oauthops.iam", "amazon.aws", "awx.awx"}
    libraries = re.findall(r"^\w+", (context.built / "requirements.txt").read_text(), re.MULTILINE)
    assert libraries == ["dnspython", "hvac", "boto3"]


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("images:", "image:"), ("ansible_core:", "ansible:"), ("append_final:", "append_last:"), ("- src:", "- source:")],
)
def test_a_wrong_key_is_refused(tarball: Path, tmp_path: Path, key: str, wrong: str) -> None:
    context = BuildContext(tmp_path / "definition", tarball, DEFINITION.read_text().replace(key, wrong))
    assert context.created.returncode != 0
    assert f"'{wrong.strip('- :')}' was unexpected" in context.created.stdout + context.created.stderr
