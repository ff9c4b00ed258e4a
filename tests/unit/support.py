# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module as Ansible does, and the OAuth clients and calls that the tests are about."""

from __future__ import annotations

import contextlib
import copy
import functools
import importlib
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
import yaml
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import with_environment
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare, connect
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import OAuthOpsError
from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from tests.unit.transport import TOKEN, Call, refusal

PACKAGE = "ansible_collections.oauthops.iam.plugins"
ACCOUNT = "9a7806061c88ada191ed06f989cc3dac"
CLIENT_ID = "30e8fa4a9d2746f5a1b3c9d7e6f50418"
OTHER_ID = "4c11bb6b2ae8491d8a94d2f1a0c5e7b3"
SECRET = "unit-test-secret-c7ad44cbad762a5d"
CLIENTS = f"/accounts/{ACCOUNT}/oauth_clients"
CLIENT = f"{CLIENTS}/{CLIENT_ID}"
ROTATE = f"{CLIENT}/rotate_secret"
TXT = "cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592"
CONNECTION: Mapping[str, Any] = {"api_token": TOKEN, "account_id": ACCOUNT}


@dataclass(frozen=True)
class ModuleResult:
    """What the controller gets from a module: its result's keys as attributes.

    C(text) is what a registered variable holds, C(secrets) what was registered for ansible-core 2.22 and later to hide.
    """

    data: Mapping[str, Any]
    text: str
    secrets: frozenset[str] = frozenset()

    def __getattr__(self, key: str) -> Any:
        try:
            return self.data[key]
        except KeyError:
            raise AttributeError(f"the result has no {key}: {self.data}") from None

    def __contains__(self, key: str) -> bool:
        return key in self.data

    @property
    def failed(self) -> bool:
        return bool(self.data.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.data.get("changed"))

    @property
    def msg(self) -> str:
        return str(self.data.get("msg", ""))

    @property
    def error(self) -> dict[str, Any]:
        """Empty for what ansible-core refuses before the module begins, and for a success."""
        return dict(self.data.get("error", {}))

    @property
    def code(self) -> str | None:
        return self.error.get("code")

    @property
    def option(self) -> str | None:
        return self.error.get("option")

    @property
    def warnings(self) -> list[str]:
        """Their texts; ansible-core 2.19 and later sends more than the text."""
        found = self.data.get("warnings", [])
        return [item if isinstance(item, str) else item["event"]["msg"] for item in found]

    @property
    def shown(self) -> str:
        """What the output of the run shows of it."""
        if not HIDDEN_BY_CORE:
            return self.text
        core = importlib.import_module("ansible.module_utils.secrets")
        with no_secret_known():
            core.register_secrets(self.secrets)
            return str(core.mask_secrets(self.text))

    @property
    def keys(self) -> set[str]:
        return set(self.data) - {"invocation", "warnings"}


def run_module(module_name: str, check: bool = False, diff: bool = True, **params: Any) -> ModuleResult:
    """Run a module's main() with C(params) and the connection; an option that is None is left out."""
    given = {key: value for key, value in {**CONNECTION, **params}.items() if value is not None}
    return run_as_given(module_name, given, check=check, diff=diff)


def run_as_given(module_name: str, given: Mapping[str, Any], *, check: bool, diff: bool = True) -> ModuleResult:
    module = importlib.import_module(f"{PACKAGE}.modules.{module_name}")
    output = io.StringIO()
    internal = {"check_mode": check, "diff": diff}
    if "inject_invocation" in PASS_VARS:  # ansible-core 2.21 and later return the parameters on request alone
        internal["inject_invocation"] = True
    arguments = {**given, **{f"_ansible_{name}": value for name, value in internal.items()}}
    with contextlib.ExitStack() as stack:
        for manager in (no_secret_known(), _module_args(arguments), contextlib.redirect_stdout(output)):
            stack.enter_context(manager)
        with contextlib.suppress(SystemExit):
            module.main()
    data = json.loads(output.getvalue())
    secrets = frozenset(data.pop("_ansible_new_secrets", []))
    return ModuleResult(data, json.dumps(data), secrets)


@contextlib.contextmanager
def no_secret_known() -> Iterator[Callable[[], frozenset[str]]]:
    """Within, no secret is registered yet, as in a new process; the function returns what has been since."""
    if not HIDDEN_BY_CORE:
        yield frozenset
        return
    known, empty = _registries()
    state = {name: copy.deepcopy(value) for name, value in vars(empty).items() if name != "_lock"}
    with mock.patch.multiple(known, **state):
        yield known.track_new_secrets().flush


@functools.cache
def _registries() -> tuple[Any, Any]:
    """The secrets that ansible-core knows in this process, and an empty one: each new one would stay in memory."""
    core = importlib.import_module("ansible.module_utils._internal._secrets")
    return core._secret_masker, core.SecretMasker()


@contextlib.contextmanager
def refuses(
    code: str, option: str | None = None, *, changed: bool | None = None
) -> Iterator[pytest.ExceptionInfo[OAuthOpsError]]:
    """The body is to fail with this code, because of this option; C(changed) is what the result says, if given."""
    with pytest.raises(OAuthOpsError) as caught:
        yield caught
    assert {"code": code, "option": option}.items() <= caught.value.error().items()
    assert changed in (None, caught.value.result().get("changed", False))


def connection(**overrides: Any) -> dict[str, Any]:
    """The connection options as a module has them."""
    unset = dict.fromkeys(("api_token", "api_email", "api_key", "account_id", "api_url", "ca_path"))
    usual = {"timeout": 30.0, "retry_timeout": 60.0, "validate_certs": True}
    return with_environment({**unset, **usual, **CONNECTION, **overrides}, {})


def a_connection(**overrides: Any) -> Cloudflare:
    """The HTTP client alone."""
    return connect(connection(**overrides))


@contextlib.contextmanager
def _module_args(params: Mapping[str, Any]) -> Iterator[None]:
    """The way modules get their parameters in this ansible-core, and no warning of an earlier run."""
    for store in ("_global_warnings", "_global_deprecations"):
        getattr(warnings, store).clear()
    try:
        from ansible.module_utils import _internal
        from ansible.module_utils.testing import patch_module_args
    except ImportError:  # before ansible-core 2.19
        encoded = json.dumps({"ANSIBLE_MODULE_ARGS": dict(params)}).encode()
        with mock.patch.object(basic, "_ANSIBLE_ARGS", encoded):
            yield
        return
    with patch_module_args(dict(params)), mock.patch.object(_internal, "is_controller", False):
        yield


def a_client(**overrides: Any) -> dict[str, Any]:
    """A private client without a secret as Cloudflare describes it; empty optional keys are left out, as it does."""
    return {
        "client_id": CLIENT_ID,
        "client_name": "Example App",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": ["https://app.example.com/callback"],
        "scopes": ["account-settings.read", "dns.read"],
        "token_endpoint_auth_method": "none",
        "visibility": "private",
        "created_at": "2026-10-05T04:47:27Z",
        "updated_at": "2026-10-05T04:47:27Z",
        **overrides,
    }


def a_confidential_client(**overrides: Any) -> dict[str, Any]:
    return a_client(token_endpoint_auth_method="client_secret_basic", **overrides)


def a_verified_client(**overrides: Any) -> dict[str, Any]:
    """A client that lacks nothing for being published."""
    return a_client(
        **{
            "client_uri": "https://app.example.com/",
            "logo_uri": "https://app.example.com/logo.png",
            "client_uri_verification": {"status": "verified", "text": TXT},
            **overrides,
        }
    )


def options(**overrides: Any) -> dict[str, Any]:
    """The options that describe a_client(), all that creating it needs."""
    return {
        "client_name": "Example App",
        "redirect_uris": ["https://app.example.com/callback"],
        "scopes": ["account-settings.read", "dns.read"],
        "token_endpoint_auth_method": "none",
        **overrides,
    }


def creation(**overrides: Any) -> dict[str, Any]:
    """The body that creates a_client()."""
    return {**options(), "grant_types": ["authorization_code"], "response_types": ["code"], **overrides}


def lists(*clients: Mapping[str, Any], **call: Any) -> Call:
    info = {"count": len(clients), "page": 1, "per_page": 20, "total_count": len(clients)}
    return Call("GET", CLIENTS, list(clients), **{"info": info, **call})


def reads(client: Mapping[str, Any], **call: Any) -> Call:
    return Call("GET", CLIENT, client, **call)


def patches(body: Mapping[str, Any], answer: Mapping[str, Any] | None = None, **call: Any) -> Call:
    return Call("PATCH", CLIENT, answer, body, **call)


def creates(body: Mapping[str, Any], answer: Mapping[str, Any] | None = None, **call: Any) -> Call:
    return Call("POST", CLIENTS, answer, body, **call)


def created(body: Mapping[str, Any], answer: Mapping[str, Any], *others: Mapping[str, Any]) -> tuple[Call, Call]:
    """A creation that goes well: the request, and the list that shows the new client, C(others) beside it."""
    return creates(body, answer), lists({**answer, "client_secret": None}, *others)


def behind(call: Call) -> list[Call]:
    """A read that does not show what was written, as often as a task asks."""
    return [call] * 5


def offers(*scopes: str) -> Call:
    """The catalog of scopes."""
    found = [{"id": scope, "name": scope.upper(), "category": "other", "scopes": []} for scope in scopes]
    return Call("GET", "/oauth/scopes", found, info={"total_count": len(found)})


def offers_usual_scopes() -> Call:
    return offers("account-settings.read", "dns.read", "dns.write", "zone.read")


def refused(status: int, code: int = 1000, message: str = "No.", pointer: str | None = None) -> dict[str, Any]:
    """The arguments of a Call that Cloudflare refuses."""
    source = {"source": {"pointer": pointer}} if pointer else {}
    return {"status": status, "content": refusal({"code": code, "message": message, **source})}


GONE = refused(404, 7003, "Not found.")
LAGS = [0.5, 1.0, 2.0, 4.0]
BAD_GATEWAY: Mapping[str, Any] = {
    "status": 502,
    "content": b"<html>bad gateway</html>",
    "answer_headers": {"content-type": "text/html; charset=UTF-8"},
}


def error_of(method: str, path: str, status: int | None) -> dict[str, Any]:
    """The first keys of a result's C(error)."""
    return {"method": method, "path": path, "status": status}


def partly(result: ModuleResult) -> dict[str, Any]:
    """The part of a result's C(error) that error_of() describes."""
    return {key: result.error[key] for key in ("method", "path", "status")}


@dataclass(frozen=True)
class Documentation:
    """A module's documentation with its fragments, as yaml.

    C(options) and C(attributes) are merged from the fragments, C(own) is the module's DOCUMENTATION alone.
    """

    own: Mapping[str, Any]
    options: Mapping[str, Any]
    attributes: Mapping[str, Mapping[str, Any]]
    examples: list[Any]
    returned: Mapping[str, Any]


def documentation(module_name: str) -> Documentation:
    module = importlib.import_module(f"{PACKAGE}.modules.{module_name}")
    own = yaml.safe_load(module.DOCUMENTATION)
    parts = [own, *(_fragment(name) for name in own["extends_documentation_fragment"])]
    merged: dict[str, dict[str, Any]] = {"options": {}, "attributes": {}}
    for part in parts:
        for section, entries in merged.items():
            for name, entry in part.get(section, {}).items():
                entries[name] = {**entry, **entries.get(name, {})}
    examples, returned = yaml.safe_load(module.EXAMPLES), yaml.safe_load(module.RETURN)
    return Documentation(own, merged["options"], merged["attributes"], examples, returned)


def _fragment(full_name: str) -> dict[str, Any]:
    """A documentation fragment such as oauthops.iam._attributes.manager."""
    _namespace, _collection, name, *variant = full_name.split(".")
    fragment = importlib.import_module(f"{PACKAGE}.doc_fragments.{name}").ModuleDocFragment
    found: dict[str, Any] = yaml.safe_load(getattr(fragment, (variant or ["DOCUMENTATION"])[0].upper()))
    return found
