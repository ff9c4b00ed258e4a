# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decrypts and encrypts files with Ansible Vault. Private."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common.text.converters import to_bytes
from ansible.parsing.vault import (
    AnsibleVaultFormatError,
    VaultLib,
    VaultSecret,
    get_file_vault_secret,
    parse_vaulttext_envelope,
)

from ..module_utils._api.errors import UsageError, invalid

UNLABELLED = "default"  # the one label that ansible-vault does not write into the header of a file
Secrets = Sequence[tuple[str, VaultSecret]]


def _setting(name: str) -> Any:
    """A constant that ansible-core makes at run time."""
    return getattr(constants, name)


def secrets_of(params: Mapping[str, Any], loader: Any) -> Secrets:
    """The vault secrets of the options, or else those that the run was started with."""
    label = params["vault_id"] or _setting("DEFAULT_VAULT_IDENTITY")
    if not re.fullmatch(r"[!-:<-~]+", label):
        raise invalid(
            "vault_id", f"{label!r} is not a valid vault ID (expected printable ASCII without spaces and semicolons)."
        )
    if params["vault_password"] is not None:
        if not params["vault_password"].strip():
            raise invalid(
                "vault_password", "it is empty. Set it, or omit it to use the vault passwords that Ansible has loaded."
            )
        return [(label, VaultSecret(to_bytes(params["vault_password"]).strip()))]
    if params["vault_password_file"]:
        return [(label, _from_file(params["vault_password_file"], label, loader))]
    # what DataLoader was given by the command line; it has no other way to ask for it in ansible-core 2.16 to 2.22
    loaded: Secrets = loader._vault.secrets
    if not loaded:
        raise UsageError(
            "vault_password_missing",
            "vault_password: no vault password is set. Set vault_password or vault_password_file, or start Ansible "
            "with --vault-password-file, --vault-id or --ask-vault-pass. In AWX, add a vault credential to the job "
            "template.",
            option="vault_password",
        )
    return loaded


def _from_file(path: str, label: str, loader: Any) -> VaultSecret:
    if not os.path.isfile(path):
        text = f"vault_password_file: there is no file {path} on the controller. Correct the path."
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
    """The vault secrets and the vault ID with which a file is decrypted and encrypted again."""

    secrets: Secrets
    path: str
    wanted_label: str | None

    def opened(self, content: bytes) -> tuple[str, str | None, VaultSecret]:
        """Decrypt a file: its text, the label in its header, and the secret that opened it."""
        if not VaultLib.is_encrypted(content):
            text = f"path: {self.path} is not encrypted with ansible-vault. Run: ansible-vault encrypt {self.path}"
            raise UsageError("vault_not_encrypted", text, option="path")
        try:
            _body, _version, _cipher, label = parse_vaulttext_envelope(content, default_vault_id=UNLABELLED)
            plain, _id, secret = VaultLib(self.secrets).decrypt_and_get_vault_id(content)
            return bytes(plain).decode(), label, secret
        except AnsibleVaultFormatError:
            text = f"path: {self.path} is damaged: its vault format cannot be read. Restore it from a backup."
            raise UsageError("vault_damaged", text, option="path") from None
        except AnsibleError:
            raise UsageError("vault_not_decrypted", self._locked(label), option="path") from None
        except UnicodeDecodeError:
            text = f"path: {self.path} is not UTF-8 text (expected a YAML file)."
            raise UsageError("foreign_content", text, option="path") from None

    def _locked(self, label: str) -> str:
        wanted = _identity(label)
        only_matching = _setting("DEFAULT_VAULT_ID_MATCH")
        if only_matching and wanted not in dict(self.secrets):
            return (
                f"path: {self.path} has the vault ID {wanted}, and DEFAULT_VAULT_ID_MATCH allows no other (loaded: "
                f"{self._labels()}). Start Ansible with the secret of this vault ID, or set vault_id and "
                "vault_password."
            )
        tried = wanted if only_matching else self._labels()
        return (
            f"path: {self.path} cannot be decrypted. The vault password is wrong, or the file is damaged. Vault IDs "
            f"that were tried: {tried}. Check with: ansible-vault view {self.path}"
        )

    def closed(self, text: str, label: str | None, secret: VaultSecret | None) -> bytes:
        """Encrypt the text: as asked, or else as before, or else as ansible-vault encrypts a new file."""
        if self.wanted_label:
            label, secret = self._labelled(self.wanted_label, "vault_id")
        elif secret is None:
            label, secret = self._for_new()
        encrypted: bytes = VaultLib(self.secrets).encrypt(text, secret, vault_id=label)
        return encrypted

    def _for_new(self) -> tuple[str, VaultSecret]:
        if _setting("DEFAULT_VAULT_ENCRYPT_IDENTITY"):
            return self._labelled(_setting("DEFAULT_VAULT_ENCRYPT_IDENTITY"), "DEFAULT_VAULT_ENCRYPT_IDENTITY")
        if len(dict(self.secrets)) > 1:
            raise UsageError(
                "missing_option",
                f"vault_id: {self.path} is new, and vault passwords with several IDs are loaded. Set the ID to encrypt "
                f"it with (expected one of {self._labels()}).",
                option="vault_id",
            )
        return self.secrets[0]

    def _labelled(self, label: str, setting: str) -> tuple[str, VaultSecret]:
        """The secret of a label that can be read again."""
        found = next((secret for name, secret in self.secrets if name == label), None)
        if found is None:
            text = (
                f"{setting}: no vault password with the ID {label!r} is loaded (loaded: {self._labels()}). Correct the "
                "ID, or pass the password, for example with --vault-id."
            )
            raise UsageError("vault_password_missing", text, option="vault_id")
        if _setting("DEFAULT_VAULT_ID_MATCH") and _identity(label) not in dict(self.secrets):
            text = (
                f"{setting}: {label!r} is not written into the file, and Ansible would look for the vault ID "
                f"{_identity(label)!r} (DEFAULT_VAULT_IDENTITY). Set another vault_id."
            )
            raise UsageError("invalid_option", text, option="vault_id")
        return label, found

    def _labels(self) -> str:
        return ", ".join(sorted(dict(self.secrets)))


def _identity(label: str) -> str:
    """The vault ID that ansible-core matches for a label in the header of a file."""
    identity: str = _setting("DEFAULT_VAULT_IDENTITY") if label == UNLABELLED else label
    return identity
