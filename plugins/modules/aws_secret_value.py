#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aws_secret_value
short_description: Keep the value of a secret in AWS Secrets Manager
version_added: 0.1.0
description:
  - Reads the value of a secret, which is a JSON object, and replaces it when O(value) is given.
  - Nothing but the value is touched. C(community.aws.secretsmanager_secret) removes a resource policy and a rotation
    that it was not given, and C(amazon.aws) can only read secrets.
  - A secret that does not exist is created, with the settings that AWS gives it by default.
  - The credentials need the permissions C(secretsmanager:DescribeSecret) and C(secretsmanager:GetSecretValue), for
    writing also C(secretsmanager:PutSecretValue) or C(secretsmanager:CreateSecret), and the use of the KMS key.
  - Set C(no_log=true) on the task, because RV(value) is what the secret holds.
author:
  - The oauthops.iam authors (@oauthops)
requirements:
  - the collection C(amazon.aws) on the controller
  - boto3 and botocore on the target
extends_documentation_fragment:
  - oauthops.iam._attributes
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes.anywhere
options:
  name:
    description:
      - The name of the secret, or its ARN. A secret can be created only by name.
    type: str
    required: true
  value:
    description:
      - What the secret is to hold. Left out, the secret is only read.
    type: dict
  region:
    description:
      - The AWS region; else E(AWS_REGION), E(AWS_DEFAULT_REGION) or the profile's.
    type: str
    aliases: [aws_region]
  access_key:
    description:
      - The AWS access key ID; else E(AWS_ACCESS_KEY_ID) or E(AWS_ACCESS_KEY), or what boto3 finds.
    type: str
    aliases: [aws_access_key_id, aws_access_key]
  secret_key:
    description:
      - The AWS secret access key; else E(AWS_SECRET_ACCESS_KEY) or E(AWS_SECRET_KEY), or what boto3 finds.
    type: str
    aliases: [aws_secret_access_key, aws_secret_key]
  session_token:
    description:
      - The session token of temporary credentials; else E(AWS_SESSION_TOKEN).
    type: str
    aliases: [aws_session_token]
  profile:
    description:
      - A profile of AWS's configuration files on the target, instead of keys; else E(AWS_PROFILE) or
        E(AWS_DEFAULT_PROFILE).
    type: str
    aliases: [aws_profile]
  endpoint_url:
    description:
      - The address to send requests to instead of AWS's; else E(AWS_URL).
    type: str
    aliases: [aws_endpoint_url]
  aws_ca_bundle:
    description:
      - A file of certificate authorities to trust; else E(AWS_CA_BUNDLE).
    type: path
  validate_certs:
    description:
      - Whether the certificate of the server is checked.
    type: bool
    default: true
  aws_config:
    description:
      - Settings of botocore, as U(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html)
        describes them.
    type: dict
  debug_botocore_endpoint_logs:
    description:
      - Whether the AWS actions that were called are returned as C(resource_actions); else
        E(ANSIBLE_DEBUG_BOTOCORE_LOGS).
    type: bool
    default: false
seealso:
  - module: oauthops.iam.secret_file_value
  - module: oauthops.iam.vault_file_key
"""

EXAMPLES = r"""
- name: Read the credentials of an application
  oauthops.iam.aws_secret_value:
    name: oauth/example-app
    region: eu-central-1
  register: stored
  no_log: true

- name: Store the credentials of an application
  oauthops.iam.aws_secret_value:
    name: oauth/example-app
    region: eu-central-1
    value:
      client_id: "{{ example_app_client_id }}"
      client_secret: "{{ example_app_client_secret }}"
  no_log: true
"""

RETURN = r"""
value:
  description: The value before the task; null when the secret does not exist or has no value yet.
  returned: success
  type: dict
  sample: {client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418, client_secret: the secret}
arn:
  description: The ARN of the secret; null when it does not exist, in check mode also when it would be created.
  returned: success
  type: str
  sample: arn:aws:secretsmanager:eu-central-1:123456789012:secret:oauth/example-app-a1B2c3
version_id:
  description: The current version of the value after the task; null when there is none, and in check mode when there
    would be another one.
  returned: success
  type: str
  sample: 2b7d1c9e-4c0f-4f0e-9d3e-0c1a5b6d7e8f
error_code:
  description: AWS's code of the error, or the name of boto3's.
  returned: when a request failed
  type: str
  sample: AccessDeniedException
error:
  description: Why the task failed. What ansible-core itself refuses has no such key.
  returned: when the task failed
  type: dict
  contains:
    code:
      description: One of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors).
      type: str
      sample: aws_failed
    option:
      description: The option to change, as the task writes it. V(none) when it is not the fault of one option.
      type: str
      sample: ~
"""

import traceback
from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError, result_of
from ansible_collections.oauthops.iam.plugins.module_utils._aws_secret import Secret, ensure
from ansible_collections.oauthops.iam.plugins.module_utils._module import Module, finish

AWS_IMPORT_ERROR = None
try:
    from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
except ImportError:
    AWS_IMPORT_ERROR = traceback.format_exc()

OPTIONS: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "value": {"type": "dict"},
}
# What AnsibleAWSModule adds, for telling that it is not there before anything about the options.
AWS_OPTIONS: Mapping[str, Any] = {
    "region": {"type": "str", "aliases": ["aws_region"]},
    "access_key": {"type": "str", "aliases": ["aws_access_key_id", "aws_access_key"], "no_log": False},
    "secret_key": {"type": "str", "aliases": ["aws_secret_access_key", "aws_secret_key"], "no_log": True},
    "session_token": {"type": "str", "aliases": ["aws_session_token"], "no_log": True},
    "profile": {"type": "str", "aliases": ["aws_profile"]},
    "endpoint_url": {"type": "str", "aliases": ["aws_endpoint_url"]},
    "aws_ca_bundle": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "aws_config": {"type": "dict"},
    "debug_botocore_endpoint_logs": {"type": "bool", "default": False},
}
MISSING = (
    "This module needs the collection amazon.aws on the controller: ansible-galaxy collection install amazon.aws. It "
    "must be a version for this ansible-core."
)


def run_without_aws(_params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    raise UsageError("requirement_missing", MISSING, exception=AWS_IMPORT_ERROR)


def main() -> None:
    if AWS_IMPORT_ERROR:
        Module(run_without_aws, {**AWS_OPTIONS, **OPTIONS}).main()
    module = AnsibleAWSModule(argument_spec=dict(OPTIONS), supports_check_mode=True)
    secret = Secret(module.client("secretsmanager"), module.params["name"])
    finish(module, *result_of(lambda: ensure(secret, module.params["value"], check_mode=module.check_mode)))


if __name__ == "__main__":
    main()
