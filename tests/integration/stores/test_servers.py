# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers that stand in for secret stores, as the collections that speak to such stores see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.ansible_runs import Ansible, Run
from tests.integration.servers.aws import Aws
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.openbao import OpenBao

READ_ONLY = 'path "secret/data/*" { capabilities = ["read"] }'
FIELDS = {"client_id": False, "client_secret": True, "old_secret": True}


def lookup(expression: str) -> dict[str, Any]:
    return {"name": "look up", "ansible.builtin.set_fact": {"found": f"{{{{ {expression} }}}}"}}


class TestOpenBao:
    @pytest.fixture
    def ansible(self, ansible_with_stores: Ansible, openbao: OpenBao) -> Ansible:
        ansible_with_stores.environment.update(openbao.environment)
        return ansible_with_stores

    @staticmethod
    def write(cas: int, text: str) -> dict[str, Any]:
        options = {"path": "apps/one", "cas": cas, "data": {"client_secret": text}}
        return {"name": "write", "community.hashi_vault.vault_kv2_write": options}

    def test_what_a_module_writes_is_read_by_another(self, ansible: Ansible, openbao: OpenBao) -> None:
        read = {"name": "read", "community.hashi_vault.vault_kv2_get": {"path": "apps/one"}}
        run = ansible.play([self.write(0, "first"), self.write(1, "second"), read])
        assert run.status == 0, run.output
        assert run.result("read")["metadata"]["version"] == 2
        assert openbao.read("apps/one") == {"client_secret": "second"}
        assert openbao.version("apps/one") == 2

    def test_a_stale_version_is_refused(self, ansible: Ansible, openbao: OpenBao) -> None:
        openbao.write("apps/one", {"client_secret": "mine"})
        assert ansible.play([self.write(0, "theirs")]).failure == "InvalidRequest writing to 'apps/one'"
        assert openbao.read("apps/one") == {"client_secret": "mine"}

    def test_a_token_can_have_fewer_rights(self, ansible: Ansible, openbao: OpenBao) -> None:
        ansible.environment["VAULT_TOKEN"] = openbao.token_for(READ_ONLY)
        assert ansible.play([self.write(0, "theirs")]).failure == "Permission denied writing to 'apps/one'"
        openbao.write("apps/one", {"client_secret": "mine"})
        run = ansible.play([lookup("lookup('community.hashi_vault.vault_kv2_get', 'apps/one').secret")])
        assert run.fact("found") == {"client_secret": "mine"}

    def test_a_reset_forgets_versions_too(self, openbao: OpenBao) -> None:
        openbao.write("apps/one", {"client_secret": "mine"})
        openbao.reset()
        assert (openbao.read("apps/one"), openbao.version("apps/one")) == (None, 0)


class TestAws:
    @pytest.fixture
    def ansible(self, ansible_with_stores: Ansible, aws: Aws) -> Ansible:
        ansible_with_stores.environment.update(aws.environment)
        return ansible_with_stores

    def test_a_secret_is_looked_up(self, ansible: Ansible, aws: Aws) -> None:
        aws.write("apps/one", "first")
        aws.write("apps/one", "second")
        run = ansible.play([lookup("lookup('amazon.aws.secretsmanager_secret', 'apps/one')")])
        assert run.status == 0, run.output
        assert run.fact("found") == aws.read("apps/one") == "second"
        assert sorted(aws.versions("apps/one").values()) == [["AWSCURRENT"], ["AWSPREVIOUS"]]

    def test_what_is_missing_is_said_to_be(self, ansible: Ansible, aws: Aws) -> None:
        assert aws.read("apps/one") is None
        run = ansible.play([lookup("lookup('amazon.aws.secretsmanager_secret', 'apps/one')")])
        assert "Failed to find secret apps/one (ResourceNotFound)" in run.failure

    def test_a_resource_policy_is_kept(self, aws: Aws) -> None:
        policy = {"Version": "2012-10-17", "Statement": []}
        aws.write("apps/one", "text")
        assert aws.get_resource_policy("apps/one") is None
        aws.put_resource_policy("apps/one", policy)
        assert aws.get_resource_policy("apps/one") == policy


class TestAwx:
    @pytest.fixture
    def ansible(self, ansible_with_stores: Ansible, awx: Awx) -> Ansible:
        ansible_with_stores.environment.update(awx.environment)
        awx.add_credential_type("OAuth client", FIELDS)
        return ansible_with_stores

    @staticmethod
    def credential(ansible: Ansible, *options: str, **inputs: str) -> Run:
        described = {"name": "One", "credential_type": "OAuth client", "organization": "Default", "inputs": inputs}
        return ansible.play([{"name": "put", "awx.awx.credential": described}], *options)

    def test_a_credential_is_created_and_changed(self, ansible: Ansible, awx: Awx) -> None:
        created = self.credential(ansible, client_id="id", client_secret="first", old_secret="kept")
        assert created.changed == ["put"], created.output
        changed = self.credential(ansible, client_id="id", client_secret="second", old_secret="$encrypted$")
        assert changed.changed == ["put"], changed.output
        assert awx.inputs("One") == {"client_id": "id", "client_secret": "second", "old_secret": "kept"}
        assert awx.requests(writes_only=True) == ["POST /api/v2/credentials/", "PATCH /api/v2/credentials/1/"]

    def test_inputs_replace_all_inputs(self, ansible: Ansible, awx: Awx) -> None:
        awx.add_credential("One", 1, {"client_id": "id", "client_secret": "first"})
        self.credential(ansible, client_secret="second")
        assert awx.inputs("One") == {"client_secret": "second"}

    def test_check_mode_writes_nothing(self, ansible: Ansible, awx: Awx) -> None:
        assert self.credential(ansible, "--check", client_secret="first").changed == ["put"]
        assert awx.credentials() == []

    def test_secrets_are_hidden_from_a_lookup(self, ansible: Ansible, awx: Awx) -> None:
        awx.add_credential("One", 1, {"client_id": "id", "client_secret": "first"})
        query = {"name": "One", "credential_type__name": "OAuth client", "organization__name": "Default"}
        run = ansible.play([lookup(f"lookup('awx.awx.controller_api', 'credentials', query_params={query})")])
        assert run.status == 0, run.output
        assert run.fact("found")["inputs"] == {"client_id": "id", "client_secret": "$encrypted$"}

    def test_an_unknown_input_is_refused(self, ansible: Ansible, awx: Awx) -> None:
        assert "'wrong' was unexpected" in self.credential(ansible, wrong="text").failure
        assert awx.credentials() == []

    def test_a_wrong_token_is_refused(self, ansible: Ansible) -> None:
        ansible.environment["CONTROLLER_OAUTH_TOKEN"] = "wrong"
        assert "(HTTP 401)" in self.credential(ansible, client_id="id").failure

    def test_writes_can_be_forbidden(self, ansible: Ansible, awx: Awx) -> None:
        awx.read_only = True
        assert "(HTTP 403)" in self.credential(ansible, client_id="id").failure

    def test_a_password_does_instead_of_a_token(self, ansible: Ansible, awx: Awx) -> None:
        del ansible.environment["CONTROLLER_OAUTH_TOKEN"]
        ansible.environment.update(awx.login_environment)
        options = {"name": "Other type", "kind": "cloud", "inputs": {"fields": [{"id": "text", "label": "Text"}]}}
        run = ansible.play([{"name": "type", "awx.awx.credential_type": options}])
        assert run.changed == ["type"], run.output
        writes = ["POST /api/v2/tokens/", "POST /api/v2/credential_types/", "DELETE /api/v2/tokens/1/"]
        assert awx.requests(writes_only=True) == writes

    def test_lists_have_pages(self, ansible: Ansible, awx: Awx) -> None:
        for number in range(30):
            awx.add_credential(f"Number {number}", 1, {"client_id": "id"})
        run = ansible.play([lookup("query('awx.awx.controller_api', 'credentials', return_all=true) | length")])
        assert run.fact("found") == 30
