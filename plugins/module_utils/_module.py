# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares: the connection options, the environment, and turning errors into failed tasks. Private.

The only place that knows AnsibleModule.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import with_environment
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import result_of
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import check_seconds
from ansible_collections.oauthops.iam.plugins.module_utils._api.transport import REQUESTS_IMPORT_ERROR
from ansible_collections.oauthops.iam.plugins.module_utils._files import FileAttributes

Params = Mapping[str, Any]
Result = dict[str, Any]
Run = Callable[[Params, bool], Result]
FileRun = Callable[[Params, bool, FileAttributes], Result]

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
SECRET_OPTIONS = ("api_token", "api_key")


def run_module(run: Run, options: Mapping[str, Any], **rules: Any) -> None:
    """Run an object's C(run(params, check_mode)) as a module; C(rules) are AnsibleModule's, such as required_if."""
    module = AnsibleModule(argument_spec={**CONNECTION_OPTIONS, **options}, supports_check_mode=True, **rules)
    if REQUESTS_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    params = with_environment(module.params, os.environ)
    module.no_log_values.update(params[option] for option in SECRET_OPTIONS if params[option])
    succeeded, result = result_of(lambda: run(checked(params), module.check_mode))
    if params["waited"]:
        result["waited"] = params["waited"]
    finish(module, succeeded, result)


def run_plain_module(run: Run, options: Mapping[str, Any], **rules: Any) -> None:
    """Run what has nothing to do with Cloudflare, and says itself which library it cannot do without."""
    module = AnsibleModule(argument_spec=dict(options), supports_check_mode=True, **rules)
    finish(module, *result_of(lambda: run(module.params, module.check_mode)))


def run_file_module(run: FileRun, options: Mapping[str, Any]) -> None:
    """Run what keeps a file, whose owner and mode only AnsibleModule knows how to set."""
    module = AnsibleModule(argument_spec=dict(options), supports_check_mode=True)
    finish(module, *result_of(lambda: run(module.params, module.check_mode, FileAttributes(module))))


def finish(module: AnsibleModule, succeeded: bool, result: Result) -> None:
    """Outside of any handler: ansible-core can be set to add an exception's own text, which may hold a secret."""
    for warning in result.pop("warnings", []):
        module.warn(warning)
    if succeeded:
        module.exit_json(**result)
    module.fail_json(**result)


def checked(params: Params) -> Params:
    check_seconds("timeout", params["timeout"], above_zero=True)
    check_seconds("retry_timeout", params["retry_timeout"])
    return params
