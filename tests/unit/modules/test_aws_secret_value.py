# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of a secret in AWS Secrets Manager, over a client that answers as boto3's does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import OAuthOpsError
from ansible_collections.oauthops.iam.plugins.module_utils._aws_secret import AGAIN, Secret
from ansible_collections.oauthops.iam.plugins.module_utils._aws_secret import ensure as ensure_value
from ansible_collections.oauthops.iam.plugins.modules import aws_secret_value as module
from tests.unit.support import ModuleResult, run_as_given

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-a1B2c3"
VALUE = {"client_id": "abc", "client_secret": "sekret"}
TEXT = json.dumps(VALUE)


class ClientError(Exception):
    """As botocore's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"An error occurred ({code}): {message}")
        self.response = {"Error": {"Code": code, "Message": message}}


MISSING = ClientError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


@dataclass
class Client:
    """Answers or raises what it was given, and keeps what it was asked."""

    answers: dict[str, Any]
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __getattr__(self, action: str) -> Any:
        def call(**given: Any) -> Any:
            self.asked.append((action, given))
            answer = self.answers[action]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    @property
    def writes(self) -> list[tuple[str, dict[str, Any]]]:
        return [call for call in self.asked if call[0] not in {"describe_secret", "get_secret_value"}]


def a_client(value: Any = TEXT, **answers: Any) -> Client:
    text = value if isinstance(value, str) else json.dumps(value)
    usual = {
        "describe_secret": {"ARN": ARN},
        "get_secret_value": {"ARN": ARN, "VersionId": "one", "SecretString": text},
        "put_secret_value": {"ARN": ARN, "VersionId": "two"},
        "create_secret": {"ARN": ARN, "VersionId": "first"},
    }
    return Client({**usual, **answers})


def ensure(client: Client, value: Any = None, name: str = "app", check_mode: bool = False) -> dict[str, Any]:
    return ensure_value(Secret(client, name), value, check_mode=check_mode)


def refusal(client: Client, value: Any = None, **options: Any) -> dict[str, Any]:
    with pytest.raises(OAuthOpsError) as caught:
        ensure(client, value, **options)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "sekret" not in json.dumps(caught.value.result())
    return caught.value.result()


def test_reading_changes_nothing() -> None:
    client = a_client()
    assert ensure(client) == {"changed": False, "value": VALUE, "arn": ARN, "version_id": "one"}
    assert client.asked == [("describe_secret", {"SecretId": "app"}), ("get_secret_value", {"SecretId": ARN})]


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_same_value_is_not_written(check_mode: bool) -> None:
    client = a_client()
    same = dict(reversed(VALUE.items()))
    assert ensure(client, same, check_mode=check_mode)["changed"] is False
    assert client.writes == []


def test_another_value_is_put_and_nothing_else_is_touched() -> None:
    client = a_client({"n": 1})
    assert ensure(client, {"n": True}) == {"changed": True, "value": {"n": 1}, "arn": ARN, "version_id": "two"}
    assert client.writes == [("put_secret_value", {"SecretId": ARN, "SecretString": '{"n": true}'})]


def test_a_secret_that_is_not_there_is_created() -> None:
    client = a_client(describe_secret=MISSING)
    assert ensure(client) == {"changed": False, "value": None, "arn": None, "version_id": None}
    assert ensure(client, VALUE) == {"changed": True, "value": None, "arn": ARN, "version_id": "first"}
    assert client.writes == [("create_secret", {"Name": "app", "SecretString": json.dumps(VALUE)})]


def test_a_secret_without_a_value_gets_one() -> None:
    client = a_client(get_secret_value=MISSING)
    assert ensure(client) == {"changed": False, "value": None, "arn": ARN, "version_id": None}
    assert ensure(client, {})["changed"] is True
    assert client.writes == [("put_secret_value", {"SecretId": ARN, "SecretString": "{}"})]


@pytest.mark.parametrize(("answers", "arn"), [({}, ARN), ({"describe_secret": MISSING}, None)])
def test_check_mode_only_reads(answers: dict[str, Any], arn: str | None) -> None:
    client = a_client({"n": 1}, **answers)
    found = {"n": 1} if arn else None
    assert ensure(client, VALUE, check_mode=True) == {"changed": True, "value": found, "arn": arn, "version_id": None}
    assert client.writes == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_arn_is_not_created(check_mode: bool) -> None:
    client = a_client(describe_secret=MISSING)
    told = refusal(client, VALUE, name=ARN, check_mode=check_mode)
    assert told["error"] == {"code": "invalid_option", "option": "name"}
    assert "give a name instead of an ARN" in told["msg"]
    assert client.writes == []


@pytest.mark.parametrize(
    ("client", "code"),
    [
        (a_client(describe_secret={"ARN": ARN, "DeletedDate": "today"}), "aws_secret_deleted"),
        (a_client(get_secret_value={"SecretBinary": b"sekret"}), "foreign_content"),
        (a_client("sekret"), "foreign_content"),
        (a_client('["sekret"]'), "foreign_content"),
    ],
)
def test_a_value_of_somebody_else_is_not_replaced(client: Client, code: str) -> None:
    assert refusal(client, VALUE)["error"]["code"] == code
    assert refusal(client)["error"]["code"] == code
    assert client.writes == []


def test_a_refused_read_has_awss_words_and_a_remedy() -> None:
    denied = ClientError("AccessDeniedException", "User x is not authorized.")
    told = refusal(a_client(describe_secret=denied), VALUE)
    assert (told["error"]["code"], told["error_code"]) == ("aws_failed", "AccessDeniedException")
    assert told["msg"] == (
        "DescribeSecret of the secret app failed (AccessDeniedException): User x is not authorized. Give the "
        "credentials the permission secretsmanager:DescribeSecret, and the use of the secret's KMS key."
    )


@pytest.mark.parametrize(
    ("fault", "error_code", "quoted"),
    [
        (ClientError("ValidationException", "Value 'sekret' at 'secretString'"), "ValidationException", False),
        (ValueError("Invalid type for parameter SecretString, value: sekret"), "ValueError", False),
        (ClientError("InvalidRequestException", "It is a replica."), "InvalidRequestException", True),
    ],
)
def test_a_refused_write_never_quotes_the_value(fault: Exception, error_code: str, quoted: bool) -> None:
    told = refusal(a_client({"n": 1}, put_secret_value=fault), VALUE)
    assert told["error_code"] == error_code
    assert ("replica" in told["msg"]) is quoted
    assert told["msg"].endswith(AGAIN)


def run(monkeypatch: pytest.MonkeyPatch, client: Client, **given: Any) -> ModuleResult:
    class AnsibleAWSModule(basic.AnsibleModule):
        def client(self, service: str) -> Client:
            assert service == "secretsmanager"
            return client

    monkeypatch.setattr(module, "AWS_IMPORT_ERROR", None)
    monkeypatch.setattr(module, "AnsibleAWSModule", AnsibleAWSModule, raising=False)
    return run_as_given("aws_secret_value", {"name": "app", **given}, check=False)


def test_the_module_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, a_client(), value={"n": 1}).version_id == "two"
    failed = run(monkeypatch, a_client(describe_secret=ClientError("Broken", "Why.")))
    assert failed.failed
    assert (failed.code, failed.error_code) == ("aws_failed", "Broken")


def test_without_amazon_aws_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AWS_IMPORT_ERROR", "Traceback")
    result = run_as_given("aws_secret_value", {"name": "app", "region": "eu-central-1"}, check=False)
    assert (result.failed, result.code) == (True, "requirement_missing")
    assert result.msg == module.MISSING


class ReadTimeoutError(Exception):
    """As botocore's errors of the network, which have no response."""

    response = None


@pytest.mark.parametrize("action", ["describe_secret", "put_secret_value"])
def test_a_fault_of_the_network_is_told(action: str) -> None:
    fault = ReadTimeoutError("Read timeout on endpoint URL")
    told = refusal(a_client({"n": 1}, **{action: fault}), VALUE)
    assert told["error_code"] == "ReadTimeoutError"
    assert (AGAIN in told["msg"]) is (action == "put_secret_value")
