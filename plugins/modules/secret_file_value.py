#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_file_value
short_description: Read or update the value of a JSON file that only its owner can read
version_added: 0.1.0
description:
  - Reads a file that holds a JSON object, and replaces it when O(value) is given.
  - The file is written only if the value differs, and in one step, so a reader finds either the older or the newer
    value. It gets mode C(0600) before any content.
  - A wrong mode, O(owner) or O(group) of the file is corrected as well, even if the value is the same.
  - The task fails if a file that is not empty holds anything but a JSON object. The file stays as it is.
  - Set C(no_log=true) on the task, because RV(value) is the content of the file.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes
options:
  path:
    description:
      - The absolute path of the file on the target. Symbolic links are followed, and kept, where no other user could
        have created them; otherwise the task fails. It also fails for a file with several hard links that another user
        could have created.
      - A file that does not exist, or is empty, has no value. To write one, its directory must exist.
    type: path
    required: true
  value:
    description: The content to write. If O(value) and O(secret_value) are omitted, the file is only read.
    type: dict
  secret_value:
    description:
      - The secret part of the content, merged into O(value), or alone the whole content.
      - Ansible masks it in the output of this task. RV(value) still needs C(no_log=true).
    type: dict
  owner:
    description:
      - The name or UID of the user who owns the written file. If omitted, an existing file keeps its owner.
      - If other users can write to the directory, an existing file must already belong to O(owner), or, without
        O(owner), to root or to the user who runs the task. Otherwise the task fails.
    type: str
  group:
    description:
      - The name or GID of the group of the written file. If omitted, an existing file keeps its group.
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
  description: The value before the task. V(null) if the file does not exist or is empty.
  returned: success
  type: dict
  sample: {client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418, client_secret: the secret}
error:
  description:
    - Why the task failed. C(code) is one of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors),
      C(option) the option to change, V(null) when it is not about one.
  returned: when the task failed
  type: dict
  sample: {code: file_inaccessible, option: path}
"""

import json
from collections.abc import Mapping
from typing import Any

from ..module_utils._api.errors import UsageError
from ..module_utils._attributes import Attributes, replace
from ..module_utils._files import LEFT, Found, check_absolute, found_at, object_of, other_names, same
from ..module_utils._module import Module
from ..module_utils._places import NoDirectory, Place, opened

OPTIONS: Mapping[str, Any] = {
    "path": {"type": "path", "required": True},
    "value": {"type": "dict"},
    "secret_value": {"type": "dict", "no_log": True},
    "owner": {"type": "str"},
    "group": {"type": "str"},
}


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    attributes = Attributes(params["owner"], params["group"])
    check_absolute("path", params["path"])
    value = wanted(params)
    try:
        with opened("path", params["path"]) as place:
            return ensured(place, value, attributes, check_mode=check_mode)
    except NoDirectory:
        if value is None:
            return {"changed": False, "value": None}
        raise


def ensured(
    place: Place, value: Mapping[str, Any] | None, attributes: Attributes, *, check_mode: bool
) -> dict[str, Any]:
    with place.raising("read"):
        older = found_at(place)
    if value is not None or attributes.uid != LEFT:
        attributes.check_origin(place, older)
    found = value_of(place, older)
    if value is None:
        return {"changed": False, "value": found}
    if older and found is not None and same(found, value):
        content, changed = older.content, attributes.differ(older)
    else:
        content, changed = text_of(value), True
    if changed:
        with place.raising("written"):
            place.check()
            if check_mode:
                attributes.check(place, older)
            else:
                replace(place, content, attributes, older)
    warnings = other_names(place, older.status if older else None) if changed else []
    return {"changed": changed, "value": found, **({"warnings": warnings} if warnings else {})}


def wanted(params: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the file is to hold; None when it is only to be read."""
    if params["value"] is None and params["secret_value"] is None:
        return None
    return {**(params["value"] or {}), **(params["secret_value"] or {})}


def value_of(place: Place, older: Found | None) -> dict[str, Any] | None:
    content = older.content if older else b""
    try:
        return object_of(content) if content.strip() else None
    except ValueError as error:
        raise UsageError(
            "foreign_content",
            f"path: {place.path} {error}, so it was not changed. Set another path, or replace the content of this "
            "file with a JSON object, such as {}.",
            option="path",
        ) from None


def text_of(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=4, sort_keys=True).encode() + b"\n"


MODULE = Module(run, OPTIONS, returns_secret=True)
main = MODULE.main

if __name__ == "__main__":
    main()
