#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_file_value
short_description: Keep the value of a JSON file that is its owner's alone
version_added: 0.1.0
description:
  - Reads a file that holds a JSON object, and replaces it when O(value) is given.
  - The file is written only when the value differs, and in one step, so that whoever reads it finds the older value or
    the newer. It has mode C(0600) before anything is in it.
  - A file with another mode, O(owner) or O(group) than it is to have is changed as well, whatever its value.
  - A file that holds something else than a JSON object is refused, and left as it is.
  - Set C(no_log=true) on the task, because RV(value) is what the file holds.
author:
  - The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._attributes
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes.anywhere
options:
  path:
    description:
      - The file on the target, an absolute path. Links are followed, and stay.
      - A file that does not exist, or is empty, has no value. To write one, its directory must exist.
    type: path
    required: true
  value:
    description:
      - What the file is to hold. Left out, the file is only read.
    type: dict
  secret_value:
    description:
      - The part of what the file is to hold that is secret, merged into O(value). Its values are hidden in all output.
    type: dict
  owner:
    description:
      - The name or number of the user who owns the file once it is written. Left out, an existing file keeps its owner.
    type: str
  group:
    description:
      - The name or number of the file's group once it is written. Left out, an existing file keeps its group.
    type: str
seealso:
  - module: oauthops.iam.vault_file_key
"""

EXAMPLES = r"""
- name: Read the credentials of an application
  oauthops.iam.secret_file_value:
    path: /etc/example_app/oauth.json
  register: stored
  no_log: true

- name: Store the credentials of an application
  oauthops.iam.secret_file_value:
    path: /etc/example_app/oauth.json
    value:
      client_id: "{{ example_app_client_id }}"
      client_secret: "{{ example_app_client_secret }}"
    owner: example_app
  no_log: true
"""

RETURN = r"""
value:
  description: The value before the task; null when the file does not exist or is empty.
  returned: success
  type: dict
  sample: {client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418, client_secret: the secret}
error:
  description: Why the task failed. What ansible-core itself refuses has no such key.
  returned: when the task failed
  type: dict
  contains:
    code:
      description: One of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors).
      type: str
      sample: file_inaccessible
    option:
      description: The option to change, as the task writes it. V(none) when it is not the fault of one option.
      type: str
      sample: path
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._files import (
    FileAttributes,
    check_absolute,
    check_path,
    check_place,
    content_of,
    object_of,
    replace,
    same,
)
from ansible_collections.oauthops.iam.plugins.module_utils._module import Module

OPTIONS: Mapping[str, Any] = {
    "path": {"type": "path", "required": True},
    "value": {"type": "dict"},
    "secret_value": {"type": "dict", "no_log": True},
    "owner": {"type": "str"},
    "group": {"type": "str"},
}


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    attributes = FileAttributes(params["owner"], params["group"])
    check_path("path", params["path"])
    check_absolute("path", params["path"])
    path, value = os.path.realpath(params["path"]), wanted(params)
    with telling(path, "read"):
        found = value_of(path)
    if value is None:
        return {"changed": False, "value": found}
    with telling(path, "written"):
        if found is not None and same(found, value):
            return {"changed": attributes.set(path, check_mode=check_mode), "value": found}
        check_place("path", path)
        if check_mode:
            attributes.check_handing_on(path)
        else:
            replace(path, text_of(value), lambda handle, new: attributes.hand_on(path, handle, new))
    return {"changed": True, "value": found}


def wanted(params: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the file is to hold; None when it is only to be read."""
    if params["value"] is None and params["secret_value"] is None:
        return None
    return {**(params["value"] or {}), **(params["secret_value"] or {})}


@contextlib.contextmanager
def telling(path: str, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        text = f"path: {path} cannot be {what} ({fault.strerror})."
        raise UsageError("file_inaccessible", text, option="path") from None


def value_of(path: str) -> dict[str, Any] | None:
    content = content_of(path) or b""
    try:
        return object_of(content) if content.strip() else None
    except ValueError as fault:
        raise UsageError(
            "foreign_content",
            f"path: {path} {fault}, and is left as it is: choose another path, or replace what it holds with a JSON "
            "object, such as {}.",
            option="path",
        ) from None


def text_of(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=4, sort_keys=True).encode() + b"\n"


MODULE = Module(run, OPTIONS)


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
