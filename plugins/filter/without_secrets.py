# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.without_secrets: a text that may be shown. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: without_secrets
short_description: Mask secrets in a text
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Replaces each of the secrets by C(********), as it is and as Base64, in a URL and in JSON.
  - A secret of which only a part is in the text, or that was encoded together with something else, is not found.
options:
  _input:
    description: The text, such as the message of a task that failed.
    type: str
    required: true
  secrets:
    description: The secrets. Those that are empty or null are left out.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the cause of the failure
  ansible.builtin.fail:
    msg: "{{ ansible_failed_result.msg | oauthops.iam.without_secrets([example_app_client_secret]) }}"
"""

RETURN = r"""
_value:
  description: The text, with C(********) in the place of each secret.
  type: str
  sample: The application does not accept ********.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, quote_plus

MASK = "********"


def forms(secret: str) -> set[str]:
    """How a secret may be written in a message."""
    octets = secret.encode("utf-8", "surrogateescape")
    in_urls = {quote(octets), quote(octets, safe=""), quote_plus(octets)}
    return {secret, base64.b64encode(octets).decode("ascii"), *in_urls, json.dumps(secret)[1:-1]}


def without_secrets(text: str, secrets: Iterable[object]) -> str:
    """The text with every form of the secrets masked, the longest first, as one may begin another."""
    hidden: set[str] = set().union(*(forms(str(secret)) for secret in secrets if secret))
    longest_first = sorted(hidden, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text) if hidden else text


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., str]]:
        return {"without_secrets": without_secrets}
