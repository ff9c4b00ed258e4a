# SPDX-License-Identifier: GPL-3.0-or-later
"""What only AWS Secrets Manager does: versions and their labels, deletion, values of other kinds, as moto has them."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.aws_secrets_manager import AwsSecretsManager
from tests.integration.servers.aws import Aws
from tests.integration.stores.opened import HELD, OLDER, SECRET, SIBLING, opened, record_in, refuses

NAME = "apps/one"
DEFINITION: dict[str, Any] = {"type": "aws_secrets_manager", "name": NAME}


@pytest.fixture
def account(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Aws:
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    return aws


def labels(account: Aws) -> list[list[str]]:
    return sorted(account.versions(NAME).values())


def held_at(account: Aws, stage: str) -> Any:
    return json.loads(account.value_at(NAME, stage) or "null")


def test_each_write_makes_one_version_and_leaves_no_label_of_ours(account: Aws) -> None:
    with record_in(DEFINITION) as record:
        record.read()
        record.change(HELD)
        assert labels(account) == [["AWSCURRENT"]]
        record.change({"rotation": "open"})
        assert labels(account) == [["AWSCURRENT"], ["AWSPREVIOUS"]]
        record.change({"client_secret": SECRET})
    assert labels(account) == [[], ["AWSCURRENT"], ["AWSPREVIOUS"]]  # moto goes on listing the oldest
    assert held_at(account, "AWSCURRENT") == {**HELD, "rotation": "open", "client_secret": SECRET}
    assert held_at(account, "AWSPREVIOUS") == {**HELD, "rotation": "open"}


def test_writers_that_cross_lose_nothing(account: Aws) -> None:
    account.write(NAME, json.dumps({**HELD, **SIBLING}))
    with record_in(DEFINITION) as first, record_in(DEFINITION) as second:
        first.read()
        second.read()
        first.change({"client_secret": SECRET})
        with refuses("store_conflict"):
            second.change({"rotation": "open"})
        assert held_at(account, "AWSCURRENT") == {**HELD, **SIBLING, "client_secret": SECRET}
        assert held_at(account, "AWSPREVIOUS") == {**HELD, **SIBLING}
        second.read()
        second.change({"rotation": "open"})
    assert held_at(account, "AWSCURRENT") == {**HELD, **SIBLING, "client_secret": SECRET, "rotation": "open"}
    assert held_at(account, "AWSPREVIOUS") == {**HELD, **SIBLING, "client_secret": SECRET}
    assert not any("oauthops-writing" in each for each in labels(account))


def test_writers_that_both_create_lose_nothing(account: Aws) -> None:
    with record_in(DEFINITION) as first, record_in(DEFINITION) as second:
        first.read()
        second.read()
        first.change(HELD)
        with refuses("store_conflict"):
            second.change({**HELD, "client_secret": SECRET})
    assert held_at(account, "AWSCURRENT") == HELD
    assert labels(account) == [[], ["AWSCURRENT"]]


def test_a_request_that_was_repeated_is_no_conflict(account: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 asks again when an answer is lost, and the first request has moved the label."""
    account.write(NAME, json.dumps(HELD))
    with record_in(DEFINITION) as record:
        record.read()
        assert isinstance(record.store, AwsSecretsManager)
        client = record.store._secret
        ask = client.ask

        def repeated(method: str, *names: str, **given: Any) -> Any:
            if method != "create_secret":
                ask(method, *names, **given)
            return ask(method, *names, **given)

        monkeypatch.setattr(client, "ask", repeated)
        record.change({"client_secret": SECRET})
    assert held_at(account, "AWSCURRENT") == {**HELD, "client_secret": SECRET}
    assert labels(account) == [["AWSCURRENT"], ["AWSPREVIOUS"]]


def test_a_secret_without_a_value_is_empty(account: Aws) -> None:
    """As tools that prepare a secret create it."""
    account.create_without_value(NAME)
    with record_in(DEFINITION) as record:
        assert record.read() == {}
        record.change(HELD)
    assert held_at(account, "AWSCURRENT") == HELD
    assert labels(account) == [["AWSCURRENT"]]


def test_its_policy_stays(account: Aws) -> None:
    policy = {"Version": "2012-10-17", "Statement": []}
    account.write(NAME, json.dumps(HELD))
    account.put_resource_policy(NAME, policy)
    with record_in(DEFINITION) as record:
        record.read()
        record.change({"rotation": "open"})
    assert account.get_resource_policy(NAME) == policy


def test_a_secret_that_is_about_to_be_deleted_is_not_an_empty_place(account: Aws) -> None:
    account.write(NAME, json.dumps(HELD))
    account.schedule_deletion(NAME)
    with opened(DEFINITION) as store, refuses("store_unreadable") as refused:
        store.read()
    assert f"restore-secret --secret-id {NAME}" in refused.value.message


@pytest.mark.parametrize("text", [OLDER, f'["{OLDER}"]', "5", f'{{"client_secret": "{OLDER}"'])
def test_a_value_of_another_kind_is_left_as_it_is(account: Aws, text: str) -> None:
    account.write(NAME, text)
    with opened(DEFINITION) as store, refuses("foreign_content"):
        store.read()
    assert account.read(NAME) == text


def test_a_binary_value_is_left_as_it_is(account: Aws) -> None:
    account.write_binary(NAME, json.dumps(HELD).encode())
    with opened(DEFINITION) as store, refuses("foreign_content"):
        store.read()


def test_numbers_of_others_stay_exact(account: Aws) -> None:
    numbers = {"huge": 12345678901234567890, "half": 1.5, "whole": 1.0}
    account.write(NAME, json.dumps({**HELD, **numbers}))
    with record_in(DEFINITION) as record:
        record.read()
        record.change({"rotation": "open"})
    assert account.read(NAME) == json.dumps({**HELD, **numbers, "rotation": "open"})


@pytest.mark.parametrize("check_mode", [False, True])
def test_nothing_is_created_by_an_arn(account: Aws, check_mode: bool) -> None:
    arn = f"arn:aws:secretsmanager:{account.region}:123456789012:secret:apps/one-a1B2c3"
    with record_in({**DEFINITION, "name": arn}, check_mode=check_mode) as record:
        record.read()
        with refuses("store_unwritable"):
            record.change(HELD)


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ({}, {"AWS_DEFAULT_REGION": "", "AWS_ENDPOINT_URL": ""}),
        ({"profile": "nobody"}, {}),
        ({"endpoint_url": "nowhere"}, {}),
        ({"endpoint_url": "http://keeper:Uu_4-hidden@127.0.0.1:1", "timeout": 1}, {}),
        ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}),
        ({"name": ""}, {}),
    ],
)
def test_what_is_missing_is_not_an_empty_place(
    account: Aws, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code = "invalid_option" if options.get("name") == "" else "store_unreadable"
    with refuses(code, "Uu_4-hidden"), opened({**DEFINITION, **options}) as store:
        store.read()


def test_tls_is_checked_with_the_bundle(account: Aws) -> None:
    url = account.url.replace("http:", "https:")
    with opened({**DEFINITION, "endpoint_url": url, "timeout": 2}) as store, refuses("store_unreadable"):
        store.read()
    options = {"endpoint_url": url, "aws_ca_bundle": "/does/not/exist.pem", "timeout": 2}
    with opened({**DEFINITION, **options}) as store, refuses("store_unreadable"):
        store.read()


@pytest.mark.parametrize(
    ("held", "actions"),
    [
        (HELD, ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")),
        (None, ("GetSecretValue", "CreateSecret")),
    ],
    ids=["replace", "create"],
)
def test_few_rights_are_enough(account: Aws, held: dict[str, str] | None, actions: tuple[str, ...]) -> None:
    if held:
        account.write(NAME, json.dumps(held))
    keys = account.user_for(*actions)
    with account.checking_rights(), record_in({**DEFINITION, **keys}) as record:
        record.read()
        record.change({**HELD, "client_secret": SECRET})
    assert held_at(account, "AWSCURRENT") == {**HELD, "client_secret": SECRET}
    assert not any("oauthops-writing" in each for each in labels(account))


def test_keys_that_are_wrong_are_in_no_message(account: Aws) -> None:
    account.write(NAME, json.dumps(HELD))
    keys = account.user_for("GetSecretValue", "PutSecretValue")
    with account.checking_rights(), record_in({**DEFINITION, **keys}) as record:
        record.read()
        with refuses("store_unwritable", keys["secret_key"]):
            record.change({"client_secret": SECRET})
    wrong = str(uuid.uuid4())
    definition = {**DEFINITION, **keys, "secret_key": wrong}
    with account.checking_rights(), opened(definition) as store, refuses("store_unreadable", wrong):
        store.read()
    assert held_at(account, "AWSCURRENT") == HELD
