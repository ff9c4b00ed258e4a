#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# One would guess: GetSecretValue without a version and with VersionStage=AWSCURRENT are the same request, as AWS
# documents it: AWSCURRENT is what is returned when neither is given. So does moto, which tests are run against.
#
# Instead: moto remembers a version of its own for the request without a stage. update_secret_version_stage moves
# AWSCURRENT to another version, and describe_secret and VersionStage=AWSCURRENT return the new one. The request
# without a stage keeps returning the old value. put_secret_value, which moves the label by itself, changes both.
#
# Why it matters: a writer can write a version beside the current one, and then move AWSCURRENT from the version that
# was read. This keeps two writers from overwriting each other, and AWS's own rotation ends like this. A test of an
# application that reads without a stage still sees the secret that was replaced. The rotation looks broken where it
# is not. Ask moto with VersionStage=AWSCURRENT, which is the same to AWS.
#
# Seen:
#   moto 5.2.5, boto3 1.44.8
#   describe_secret after moving: old ['AWSPREVIOUS'], new ['AWSCURRENT', 'pending']
#   get_secret_value with VersionStage=AWSCURRENT: new
#   get_secret_value without a stage: old
#   get_secret_value without a stage, after put_secret_value alone: newest
set -euo pipefail

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
  'moto[secretsmanager]==5.2.5' boto3==1.44.8 botocore==1.44.8

env -i "PATH=$PATH" "HOME=$place" LC_ALL=C.UTF-8 "$place/venv/bin/python" - <<'PY'
import sys
from importlib.metadata import version

import boto3
from moto import mock_aws

print(f"moto {version('moto')}, boto3 {version('boto3')}")
with mock_aws():
    client = boto3.client(
        "secretsmanager", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    old = client.create_secret(Name="client", SecretString="old")["VersionId"]
    new = client.put_secret_value(SecretId="client", SecretString="new", VersionStages=["pending"])["VersionId"]
    client.update_secret_version_stage(
        SecretId="client", VersionStage="AWSCURRENT", RemoveFromVersionId=old, MoveToVersionId=new
    )
    stages = client.describe_secret(SecretId="client")["VersionIdsToStages"]
    by_stage = client.get_secret_value(SecretId="client", VersionStage="AWSCURRENT")["SecretString"]
    by_default = client.get_secret_value(SecretId="client")["SecretString"]
    client.put_secret_value(SecretId="client", SecretString="newest")
    put = client.get_secret_value(SecretId="client")["SecretString"]
seen = [
    f"describe_secret after moving: old {sorted(stages[old])}, new {sorted(stages[new])}",
    f"get_secret_value with VersionStage=AWSCURRENT: {by_stage}",
    f"get_secret_value without a stage: {by_default}",
    f"get_secret_value without a stage, after put_secret_value alone: {put}",
]
print("\n".join(seen))
expected = [
    "describe_secret after moving: old ['AWSPREVIOUS'], new ['AWSCURRENT', 'pending']",
    "get_secret_value with VersionStage=AWSCURRENT: new",
    "get_secret_value without a stage: old",
    "get_secret_value without a stage, after put_secret_value alone: newest",
]
if seen != expected:
    sys.exit("the behaviour is another one now")
PY
