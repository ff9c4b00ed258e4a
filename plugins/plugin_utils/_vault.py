# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vault secret opens a file, and which one closes it. Private."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.text.converters import to_bytes
from ansible.parsing.vault import (
    AnsibleVaultFormatError,
    VaultLib,
    VaultSecret,
    get_file_vault_secret,
    parse_vaulttext_envelope,
)

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError

UNLABELLED = "default"  # what ansible-vault takes a file to be that has no label in its header
Secrets = Sequence[tuple[str, VaultSecret]]


def secrets_of(params: Mapping[str, Any], loader: Any) -> Secrets:
    """The secrets that were named, else those that the run was started with."""
    label = params["vault_id"] or UNLABELLED
    if not re.fullmatch(r"[!-:<-~]+", label):
        text = f"vault_id: {label!r} cannot be written into the header of a file."
        raise UsageError("invalid_option", text, option="vault_id")
    if params["vault_password"] is not None:
        if not params["vault_password"].strip():
            raise UsageError("invalid_option", "vault_password is empty.", option="vault_password")
        return [(label, VaultSecret(to_bytes(params["vault_password"]).strip()))]
    if params["vault_password_file"]:
        return [(label, _from_file(params["vault_password_file"], params["vault_id"], loader))]
    # what DataLoader was given by the command line; it has no other way to ask for it in ansible-core 2.16 to 2.22
    loaded: Secrets = loader._vault.secrets
    if not loaded:
        raise UsageError(
            "vault_password_missing",
            "There is no vault password: give vault_password or vault_password_file, or start Ansible with "
            "--vault-password-file, --vault-id or --ask-vault-pass, in AWX with a vault credential.",
            option="vault_password",
        )
    return loaded


def _from_file(path: str, label: str | None, loader: Any) -> VaultSecret:
    if not os.path.isfile(path):
        text = f"vault_password_file: there is no file {path} on the controller."
        raise UsageError("file_inaccessible", text, option="vault_password_file")
    try:
        secret: VaultSecret = get_file_vault_secret(filename=path, vault_id=label, loader=loader)
        secret.load()
    except AnsibleError:
        # Its text may quote what a script wrote.
        raise UsageError(
            "vault_password_missing",
            f"vault_password_file: {path} gives no vault password. It must be a readable file that holds one, or an "
            "executable script that prints one and ends with status 0.",
            option="vault_password_file",
        ) from None
    return secret


@dataclass(frozen=True)
class Vault:
    """A file's text, and what it is to be encrypted with again."""

    secrets: Secrets
    path: str
    wanted_label: str | None

    def opened(self, content: bytes) -> tuple[str, str | None, VaultSecret]:
        """The file's text, the label in its header, and the secret that opened it."""
        if not VaultLib.is_encrypted(content):
            text = f"{self.path} is not encrypted with ansible-vault: run ansible-vault encrypt {self.path}"
            raise UsageError("vault_not_encrypted", text, option="path")
        try:
            _body, _version, _cipher, label = parse_vaulttext_envelope(content, default_vault_id=UNLABELLED)
            plain, _id, secret = VaultLib(self.secrets).decrypt_and_get_vault_id(content)
            return bytes(plain).decode(), label, secret
        except AnsibleVaultFormatError:
            text = f"{self.path} is damaged: its vault format cannot be read. Restore it."
            raise UsageError("vault_damaged", text, option="path") from None
        except AnsibleError:
            labels = ", ".join(sorted({name for name, _secret in self.secrets}))
            raise UsageError(
                "vault_not_decrypted",
                f"{self.path} cannot be decrypted: the vault password is wrong, or the file is damaged. Vault IDs "
                f"that were tried: {labels}. See whether ansible-vault view {self.path} opens it.",
                option="path",
            ) from None
        except UnicodeDecodeError:
            text = f"{self.path} holds what is not UTF-8 text, which a YAML file has to be."
            raise UsageError("foreign_content", text, option="path") from None

    def closed(self, text: str, label: str | None, secret: VaultSecret | None) -> bytes:
        """The text encrypted as asked, else as before, else with the only secret that there is."""
        if self.wanted_label:
            label, secret = self.wanted_label, self._labelled(self.wanted_label)
        elif secret is None:
            label, secret = self._only()
        encrypted: bytes = VaultLib(self.secrets).encrypt(text, secret, vault_id=label)
        return encrypted

    def _labelled(self, label: str) -> VaultSecret:
        for name, secret in self.secrets:
            if name == label:
                return secret
        labels = ", ".join(sorted({name for name, _secret in self.secrets}))
        text = f"vault_id: no vault secret {label!r} is loaded; there is {labels}."
        raise UsageError("vault_password_missing", text, option="vault_id")

    def _only(self) -> tuple[str, VaultSecret]:
        labels = sorted({name for name, _secret in self.secrets})
        if len(labels) > 1:
            raise UsageError(
                "missing_option",
                f"{self.path} is new, and several vault secrets are loaded: name the one that encrypts it with "
                f"vault_id, one of {', '.join(labels)}.",
                option="vault_id",
            )
        return self.secrets[0]
