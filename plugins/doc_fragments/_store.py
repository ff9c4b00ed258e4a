# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says where a secret is kept, shared by several modules. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  store:
    description:
      - Where the secret is kept. The options of a store are checked by its O(store.type) alone.
    type: dict
    required: true
    suboptions:
      type:
        description:
          - The kind of store.
        type: str
        required: true
        choices: [json_file, vault_file]
      path:
        description:
          - V(json_file). The absolute path of a JSON file on the task's host, with mode C(0600). It is not encrypted.
            Needed.
          - V(vault_file). The absolute path of a YAML file in the controller that is encrypted as a whole with Ansible
            Vault. Needed.
        type: path
      owner:
        description:
          - V(json_file). The owner of the file.
        type: str
      group:
        description:
          - V(json_file). The group of the file.
        type: str
      key:
        description:
          - V(vault_file). The key at the top level of the file. Needed.
        type: str
      vault_id:
        description:
          - V(vault_file). The vault ID that encrypts. If omitted, a file keeps the one that it has.
        type: str
      vault_password_file:
        description:
          - V(vault_file). The file or script with the password. If neither it nor O(store.vault_password) is set, the
            vault secrets of the run are used.
        type: path
      vault_password:
        description:
          - V(vault_file). The password.
        type: str
"""
