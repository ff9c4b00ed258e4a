# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening a store without Ansible: a site that runs modules in this process, and a loader with vault secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Site, Store
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.opening import open_store
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord
from tests.unit.plugin_utils.stores.sites import a_site, run_module

OTHERS_VARIABLES = ("ANSIBLE_HASHI_VAULT_", "AWS_", "BAO_", "CONTROLLER_", "TOWER_", "VAULT_")
VAULT_ID, PASSWORD = "prod", "correct horse"
VAULT_SECRETS = [(VAULT_ID, VaultSecret(PASSWORD.encode()))]
SECRET, OLDER = "hush-hush-Zz_9", "older-secret-Yy_8"
HELD = {"client_id": "c1", "client_secret": OLDER, "minted_at": "2020-01-31T08:00:00Z", "rotation": "closed"}
SIBLING = {"note": "survives-Xx_7"}
Json = Any


def site(*, check_mode: bool = False) -> Site:
    loader = DataLoader()
    loader._vault.secrets = VAULT_SECRETS
    return a_site(run_module, loader, check_mode=check_mode)


@contextlib.contextmanager
def opened(definition: Mapping[str, Json], *, check_mode: bool = False) -> Iterator[Store]:
    store = open_store(definition, site(check_mode=check_mode))
    try:
        yield store
    finally:
        store.close()


@contextlib.contextmanager
def record_in(
    definition: Mapping[str, Json], client_id: str | None = "c1", *, check_mode: bool = False
) -> Iterator[StoredRecord]:
    with opened(definition, check_mode=check_mode) as store:
        yield StoredRecord(store, client_id)


@contextlib.contextmanager
def refuses(code: str, *secrets: str) -> Iterator[pytest.ExceptionInfo[UsageError]]:
    """The body is to fail with this code, and to say why in one line without any secret."""
    with pytest.raises(UsageError) as caught:
        yield caught
    message = caught.value.message
    assert caught.value.code == code, message
    assert [secret for secret in (SECRET, OLDER, *SIBLING.values(), PASSWORD, *secrets) if secret in message] == []
    assert message.isprintable()
    assert message.endswith(".")
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
