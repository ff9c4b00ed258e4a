#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vault_file_key
short_description: Read or update one key of an Ansible Vault encrypted YAML file
version_added: 0.1.0
description:
  - Reads one top-level key of a YAML file on the controller, and replaces its value when O(value) is given. The file is
    encrypted as a whole with C(ansible-vault).
  - The rest of the file stays as it is, byte for byte, including comments and tags such as C(!vault). A comment inside
    the replaced value is removed.
  - The file is written only if the value differs, and in one step. A lock lets one task at a time write it, so that
    forks and runs on one controller lose no change. A task waits up to a minute for the lock.
  - The locks are in the directory C(oauthops.iam) of C(ANSIBLE_HOME), which is C(~/.ansible) by default. The
    environment variable E(OAUTHOPS_HANDOVER_DIR) sets another directory, which must belong to the user.
  - Set C(no_log=true) on the task, because RV(value) is the content of the key.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
options:
  path:
    description:
      - The absolute path of the file on the controller. Symbolic links are followed, and kept, where no other user can
        have created them; else the task fails. It also fails for a file that another user can have created.
      - A file that does not exist counts as empty, and is created with mode C(0600). Its directory must exist. An
        existing file keeps its mode, POSIX ACL and owner.
    type: path
    required: true
  key:
    description: The name of the top-level key.
    type: str
    required: true
  value:
    description:
      - The value to write. If omitted, the file is only read.
      - A string is written literally. If Ansible loads the file as variables, it takes C({{) in it for the start of a
        template.
    type: dict
  vault_password:
    description:
      - The vault password. Without this and O(vault_password_file), the vault passwords that Ansible was started with
        are used.
    type: str
  vault_password_file:
    description:
      - A file on the controller that holds the vault password, or an executable script that prints it, as with
        C(ansible-vault).
    type: path
  vault_id:
    description:
      - The vault ID that the file is encrypted with when it is written. It is written to the file's header, and selects
        one of the vault passwords that Ansible was started with.
      - If omitted, an existing file keeps its vault ID and password. A new file gets the vault ID that C(ansible-vault
        encrypt) would give it, by the same settings of Ansible. If secrets of several vault IDs are loaded, this option
        is required unless C(DEFAULT_VAULT_ENCRYPT_IDENTITY) is set.
    type: str
seealso:
  - module: oauthops.iam.secret_file_value
"""

EXAMPLES = r"""
- name: Read the credentials of an application
  oauthops.iam.vault_file_key:
    path: "{{ playbook_dir }}/vault/oauth.yml"
    key: example_app
  register: stored
  no_log: true

- name: Store the credentials of an application
  oauthops.iam.vault_file_key:
    path: "{{ playbook_dir }}/vault/oauth.yml"
    key: example_app
    value:
      client_id: "{{ example_app_client_id }}"
      client_secret: "{{ example_app_client_secret }}"
    vault_id: production
  no_log: true
"""

RETURN = r"""
value:
  description: The value before the task. V(null) if the file or the key does not exist.
  returned: success
  type: raw
  sample: {client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418, client_secret: the secret}
path:
  description: The file, with C(~) expanded.
  returned: success
  type: str
  sample: /srv/playbooks/vault/oauth.yml
error:
  description: Why the task failed, as RV(oauthops.iam.secret_file_value#module:error).
  returned: when the task failed
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._module import Module, only_as_action

OPTIONS: Mapping[str, Any] = {
    "path": {"type": "path", "required": True},
    "key": {"type": "str", "required": True, "no_log": False},
    "value": {"type": "dict"},
    "vault_password": {"type": "str", "no_log": True},
    "vault_password_file": {"type": "path", "no_log": False},
    "vault_id": {"type": "str"},
}

MODULE = Module(only_as_action, OPTIONS, {"mutually_exclusive": [("vault_password", "vault_password_file")]})
main = MODULE.main

if __name__ == "__main__":
    main()
