# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a definition that is wrong, and what the environment adds to one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORES
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores import vault_login
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.opening import open_store, secrets_of
from tests.unit.plugin_utils.stores.sites import a_site
from tests.unit.support import refuses

VAULT = {"type": "hashi_vault", "path": "apps/one", "url": "https://vault.example.com", "token": "s.hidden"}
AWS = {"type": "aws_secrets_manager", "name": "apps/one"}
AWX = {
    "type": "awx_credential",
    "name": "One",
    "credential_type": "OAuth client",
    "controller_host": "awx.example.com",
    "controller_oauthtoken": "hidden",
}
COMPLETE: dict[str, dict[str, Any]] = {
    "json_file": {"type": "json_file", "path": "/etc/app.json"},
    "vault_file": {"type": "vault_file", "path": "/etc/vault.yml", "key": "app"},
    "hashi_vault": VAULT,
    "aws_secrets_manager": AWS,
    "awx_credential": AWX,
    "command": {"type": "command", "read": ["/bin/true"], "write": ["/bin/true"]},
    "module": {"type": "module", "name": "example.com.keep", "write_to": "value"},
}
OTHERS_VARIABLES = ("ANSIBLE_HASHI_VAULT_", "AWS_", "CONTROLLER_", "TOWER_", "VAULT_")


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(OTHERS_VARIABLES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def params(definition: dict[str, Any]) -> dict[str, Any]:
    store = open_store(definition, a_site())
    store.close()
    return dict(store.params)


def message(definition: Any, code: str = "invalid_option", option: str = "store") -> str:
    with refuses(code, option) as caught:
        open_store(definition, a_site())
    assert "hidden" not in caught.value.message
    return caught.value.message


def test_every_type_is_known() -> None:
    assert COMPLETE.keys() == STORES.keys()


@pytest.mark.parametrize("kind", COMPLETE)
def test_what_is_complete_is_opened_without_asking_anything(kind: str) -> None:
    store = open_store(COMPLETE[kind], a_site())
    assert store.type == kind
    assert store.place
    store.close()


@pytest.mark.parametrize("definition", [None, "", "json_file", [], ["json_file"], 5, {}, {"type": ""}, {"path": "/x"}])
def test_a_definition_is_a_mapping_with_a_type(definition: Any) -> None:
    text = message(definition)
    assert all(kind in text for kind in STORES)
    assert {"str", "int", "NoneType"}.isdisjoint(text.split())


@pytest.mark.parametrize(
    ("kind", "near"), [("jsonfile", "json_file"), ("vault", "vault_file"), ("hashivault", "hashi_vault"), ("ftp", None)]
)
def test_a_type_that_is_nearly_right_is_named(kind: str, near: str | None) -> None:
    assert message({"type": kind}).endswith(f" Did you mean {near}?" if near else ").")


@pytest.mark.parametrize(
    ("definition", "name", "hint"),
    [
        ({**COMPLETE["json_file"], "key": "app"}, "key", "vault_file"),
        ({**COMPLETE["json_file"], "pth": "/x"}, "pth", "path"),
        ({**VAULT, "region": ""}, "region", "aws_secrets_manager"),
        ({**AWX, "nothing_like_it_at_all": 1}, "nothing_like_it_at_all", "expected ca_path"),
    ],
)
def test_an_unknown_option_is_named(definition: dict[str, Any], name: str, hint: str) -> None:
    text = message(definition)
    assert repr(name) in text
    assert hint in text


@pytest.mark.parametrize(
    ("definition", "name"),
    [
        ({**VAULT, "validate_certs": "perhaps"}, "validate_certs"),
        ({**VAULT, "timeout": "later"}, "timeout"),
        ({**VAULT, "auth_method": "radius"}, "auth_method"),
        ({**VAULT, "auth_method": "approle"}, "role_id"),
        ({**VAULT, "auth_method": "jwt", "jwt": "hidden"}, "role"),
        ({**VAULT, "auth_method": "kubernetes", "role": "app"}, "jwt"),
        ({**VAULT, "auth_method": "userpass", "username": "me"}, "password"),
        ({**VAULT, "auth_method": "ldap"}, "username"),
        ({**VAULT, "auth_method": "cert", "cert_auth_public_key": "/x"}, "cert_auth_private_key"),
        ({**VAULT, "token": ""}, "token"),
        ({**VAULT, "url": None}, "url"),
        ({**VAULT, "path": ""}, "path"),
        ({**AWS, "secret_key": "hidden"}, "access_key"),
        ({**AWS, "profile": "a", "access_key": "b", "secret_key": "hidden"}, "profile"),
        ({**AWX, "controller_oauthtoken": ""}, "controller_oauthtoken"),
        ({**AWX, "controller_username": "me"}, "controller_password"),
        ({**COMPLETE["command"], "write": None}, "write"),
        ({**COMPLETE["module"], "options": "hidden"}, "options"),
        ({**COMPLETE["module"], "write_to": ""}, "write_to"),
        ({**COMPLETE["vault_file"], "vault_password": "hidden", "vault_password_file": "/x"}, "vault_password"),
    ],
)
def test_what_is_wrong_or_missing_is_named(definition: dict[str, Any], name: str) -> None:
    text = message(definition)
    assert name in text
    assert f"for the type {definition['type']}" in text


@pytest.mark.parametrize(
    ("definition", "option"),
    [
        ({**COMPLETE["command"], "read": []}, "store.read"),
        ({**VAULT, "timeout": 0}, "store.timeout"),
        ({**AWS, "timeout": -1}, "store.timeout"),
        ({**AWX, "timeout": "nan"}, "store.timeout"),
        ({**AWX, "timeout": 1e10}, "store.timeout"),
        ({**AWX, "ca_path": "/does/not/exist.pem"}, "store.ca_path"),
        ({**VAULT, "ca_cert": "/does/not/exist.pem"}, "store.ca_cert"),
    ],
)
def test_a_value_that_no_store_can_use_is_refused(definition: dict[str, Any], option: str) -> None:
    message(definition, option=option)


@pytest.mark.parametrize(
    ("kind", "library"),
    [("hashi_vault", "hvac"), ("aws_secrets_manager", "boto3"), ("awx_credential", "requests")],
)
def test_a_library_that_is_missing_is_named(kind: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    text = message(COMPLETE[kind], "requirement_missing", "store.type")
    assert library in text
    assert sys.executable in text


def test_no_library_is_needed_for_the_types_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("hvac", "boto3", "botocore"):
        monkeypatch.setitem(sys.modules, library, None)
    for kind in ("json_file", "vault_file", "command", "module", "awx_credential"):
        open_store(COMPLETE[kind], a_site()).close()


def test_secrets_of_a_wrong_definition_are_known() -> None:
    definition = {"type": "nothing", "token": "one", "vault_password": "two", "secret_key": "three", "path": "four"}
    assert set(secrets_of(definition)) == {"one", "two", "three"}
    assert list(secrets_of(["token"])) == []


def test_an_empty_text_is_not_set() -> None:
    found = params({**VAULT, "mount": "", "namespace": "", "timeout": "", "ca_cert": ""})
    assert (found["mount"], found["namespace"], found["timeout"]) == ("secret", None, 30.0)


@pytest.mark.parametrize("option", vault_login.VARIABLES)
def test_vault_s_variables_give_what_is_not_set(option: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {"timeout": "7", "auth_method": "userpass", "ca_cert": str(tmp_path)}
    rest = {"auth_method": "approle", "role_id": "role", "username": "me", "password": "hidden"}
    given = {name: value for name, value in {**VAULT, **rest}.items() if name != option}
    for variable in reversed(vault_login.VARIABLES[option]):
        value = values.get(option, f"from {variable}")
        monkeypatch.setenv(variable, value)
        assert params(given)[option] == (7.0 if option == "timeout" else value)
    if option in rest | VAULT:
        assert params({**VAULT, **rest})[option] == {**VAULT, **rest}[option]


def test_the_token_is_read_from_the_file_for_tokens_alone(tmp_path: Path) -> None:
    given = {name: value for name, value in VAULT.items() if name != "token"}
    (tmp_path / ".vault-token").write_text("s.from-file\n")
    assert params(given)["token"] == "s.from-file"
    assert params(VAULT)["token"] == "s.hidden"
    assert params({**given, "auth_method": "approle", "role_id": "role"})["token"] is None


def test_a_pod_s_own_token_logs_in_to_kubernetes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("of the pod\n")
    monkeypatch.setattr(vault_login, "SERVICE_ACCOUNT_TOKEN", tmp_path / "token")
    given = {**VAULT, "auth_method": "kubernetes", "role": "app"}
    assert params(given)["jwt"] == "of the pod"
    assert params({**given, "jwt": "given"})["jwt"] == "given"


@pytest.mark.parametrize(
    ("variable", "given", "checked"),
    [
        (None, {}, True),
        ("", {}, True),
        ("1", {}, False),
        ("true", {}, False),
        ("0", {}, True),
        ("nonsense", {}, True),
        ("1", {"validate_certs": True}, True),
    ],
)
def test_certificates_are_checked_unless_it_is_switched_off(
    variable: str | None, given: dict[str, bool], checked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable is not None:
        monkeypatch.setenv("VAULT_SKIP_VERIFY", variable)
    assert params({**VAULT, **given})["validate_certs"] is checked


@pytest.mark.parametrize("prefix", ["CONTROLLER", "TOWER"])
def test_the_controller_s_variables_give_what_is_not_set(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"HOST": "awx.example.com", "OAUTH_TOKEN": "t", "USERNAME": "me", "PASSWORD": "p", "VERIFY_SSL": "no"}
    for name, value in told.items():
        monkeypatch.setenv(f"{prefix}_{name}", value)
    found = params({"type": "awx_credential", "name": "One", "credential_type": "OAuth client"})
    assert found["controller_host"] == "awx.example.com"
    assert (found["controller_oauthtoken"], found["controller_username"]) == ("t", "me")
    assert (found["controller_password"], found["validate_certs"]) == ("p", False)


def test_the_newer_variable_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWER_HOST", "older.example.com")
    monkeypatch.setenv("CONTROLLER_HOST", "newer.example.com")
    assert params({**AWX, "controller_host": None})["controller_host"] == "newer.example.com"
    assert params(AWX)["controller_host"] == "awx.example.com"


def test_an_aws_region_may_be_in_either_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    assert params(AWS)["region"] is None
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    assert params(AWS)["region"] == "eu-central-1"


def test_a_wrong_value_of_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_HASHI_VAULT_AUTH_METHOD", "radius")
    with pytest.raises(UsageError) as caught:
        open_store(VAULT, a_site())
    assert "auth_method" in caught.value.message
