# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task gets from a file of variables, without running Ansible: read and templated by Ansible's own code."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_text import as_json

# ansible-core 2.19 and later: what may be a template has to be trusted; before, everything but !unsafe was.
HAS_TRUST = "trusted_as_template" in inspect.signature(DataLoader.load_from_file).parameters


def as_ansible_sees(text: str, variable: str) -> Any:
    """The value of C({{ variable }}) in a task, as plain data, after C(vars_files) has read the text."""
    loader: Any = DataLoader()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "variables.yml"
        path.write_bytes(text.encode("utf-8"))
        variables = loader.load_from_file(
            str(path), cache="none", **({"trusted_as_template": True} if HAS_TRUST else {})
        )
    return as_json(Templar(loader, variables).template(_template(f"{{{{ {variable} }}}}")))


def _template(expression: str) -> str:
    if not HAS_TRUST:
        return expression
    from ansible.template import trust_as_template

    return trust_as_template(expression)
