# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares: its options, the environment, and turning errors into failed tasks. Private.

The only place that knows AnsibleModule.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._api.abort import Run as AnsibleRun
from ._api.auth import with_environment
from ._api.errors import UsageError, invalid, result_of
from ._api.retry import check_seconds
from ._api.text import one_line
from ._api.transport import REQUESTS_IMPORT_ERROR

try:
    from ansible.module_utils.secrets import mask_secrets, register_secrets
except ImportError:  # ansible-core before 2.22
    mask_secrets = register_secrets = None

remove_values: Any
try:
    from ansible.module_utils.common.parameters import remove_values
except ImportError:  # a newer ansible-core, which hides what is registered
    remove_values = None

# ansible-core before 2.22 leaves it to those who make a result to hide secrets.
HIDDEN_BY_CORE = register_secrets is not None
Params = Mapping[str, Any]
Result = dict[str, Any]
Run = Callable[[Params, bool], Result]

CONNECTION_OPTIONS: Mapping[str, Any] = {
    "api_token": {"type": "str", "no_log": True},
    "api_email": {"type": "str"},
    "api_key": {"type": "str", "no_log": True},
    "account_id": {"type": "str"},
    "api_url": {"type": "str"},
    "timeout": {"type": "float", "default": 30.0},
    "retry_timeout": {"type": "float", "default": 60.0},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class Module:
    """A module, independent of where it runs: C(run(params, check_mode)), its options, and AnsibleModule's rules.

    C(libraries) are the Python packages that it needs. C(returns_secret) says that every result may hold a secret.
    """

    run: Run
    options: Mapping[str, Any]
    rules: Mapping[str, Any] = field(default_factory=dict)
    libraries: tuple[str, ...] = ()
    returns_secret: bool = False

    def complete(self, params: Params) -> Result:
        """The parameters with what the environment adds to them."""
        return dict(params)

    def attempt(self, _params: Params, work: Callable[[], Result]) -> tuple[bool, Result]:
        """Whether the work for these L(complete) parameters succeeded, and its result."""
        return result_of(work)

    def main(self) -> None:
        """Run as AnsibleModule, in a process of its own."""
        AnsibleRun.is_module = True
        module = AnsibleModule(argument_spec=dict(self.options), supports_check_mode=True, **self.rules)
        if "requests" in self.libraries and REQUESTS_IMPORT_ERROR:
            text = missing_required_lib("requests")
            module.fail_json(**UsageError("requirement_missing", text, exception=REQUESTS_IMPORT_ERROR).result())
        params = self.complete(module.params)
        secrets = set(secret_values(self.options, params))
        module.no_log_values.update(secrets)
        register(secrets)
        finish(module, *self.attempt(params, lambda: self.run(params, module.check_mode)))


class CloudflareModule(Module):
    """A module that sends requests to Cloudflare: it has the connection options, and returns what it C(waited) for."""

    def __init__(self, run: Run, options: Mapping[str, Any], rules: Mapping[str, Any] | None = None) -> None:
        super().__init__(run, {**CONNECTION_OPTIONS, **options}, rules or {}, ("requests",))

    def complete(self, params: Params) -> Result:
        return with_environment(params, os.environ)

    def attempt(self, params: Params, work: Callable[[], Result]) -> tuple[bool, Result]:
        def checked_work() -> Result:
            check_seconds("timeout", params["timeout"], above_zero=True)
            check_seconds("retry_timeout", params["retry_timeout"])
            return work()

        succeeded, result = result_of(checked_work)
        return succeeded, {**result, "waited": params["waited"]} if params["waited"] else result


def only_as_action(_params: Params, _check_mode: bool) -> Result:
    """The C(run) of a module whose work is done by its action plugin."""
    raise UsageError(
        "action_plugin_missing",
        "The action plugin of this module was not found. Install the whole collection on the controller, and use its "
        "fully qualified collection name (FQCN), such as oauthops.iam.vault_file_key.",
    )


def finish(module: AnsibleModule, succeeded: bool, result: Result) -> None:
    """End the module with its result.

    Never call it in an exception handler: ansible-core can add the exception's own text, which may hold a secret.
    """
    for warning in result.pop("warnings", []):
        module.warn(one_line(without(module.no_log_values, warning)))
    if succeeded:
        module.exit_json(**result)
    module.fail_json(**result)


def without(secrets: set[str], warning: str) -> str:
    """A warning without secrets: ansible-core 2.19 to 2.21 does not mask warnings, and shows them despite no_log."""
    if mask_secrets is not None:  # remove_values is deprecated then
        return str(mask_secrets(warning))
    return str(remove_values(warning, secrets)) if remove_values else warning


def check_not_empty(params: Params, *filters: str) -> None:
    """Raise UsageError for an empty filter: a value that is missing by mistake would list everything."""
    for option in filters:
        if params[option] == "":
            raise invalid(
                option,
                "it is empty, perhaps because a variable is not set. Set a value. To list everything, omit the option.",
            )


def secret_values(options: Mapping[str, Any], params: Params) -> Iterator[str]:
    """The texts in options that are no_log, those of suboptions included."""
    for name, option in options.items():
        value = params.get(name)
        if option.get("no_log"):
            yield from texts(value)
        elif option.get("options"):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    yield from secret_values(option["options"], part)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)
    elif value is not None and str(value).strip():
        yield str(value)


def register(secrets: set[str]) -> None:
    """Have ansible-core 2.22 and later mask these secrets in all output."""
    if register_secrets is not None:
        register_secrets(secrets)
