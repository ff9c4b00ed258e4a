# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.awx_objects: what AWX is to have. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_objects
short_description: Define the AWX objects that manage OAuth clients
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - Returns the definitions of all objects that the role P(oauthops.iam.oauth_client_awx#role) sets up, as options of
    the modules of awx.awx. Nothing is read or changed.
options:
  _input:
    description:
      - All variables of the role, without the prefix C(oauth_client_awx_) of their names.
      - C(credential_type) is the content of the file C(credential_type.json) of the role.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the names of the job templates
  ansible.builtin.debug:
    msg: "{{ (example_options | oauthops.iam.awx_objects).controller_templates | map(attribute='name') }}"
"""

RETURN = r"""
_value:
  description:
    - The objects by the names that the roles of infra.aap_configuration read, such as C(controller_projects). Empty
      keys are left out.
  type: dict
  sample:
    controller_projects:
      - name: Cloudflare OAuth project
        organization: Default
        scm_type: git
        scm_url: https://git.example.com/oauth-clients.git
        scm_branch: main
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils._action import plain
from ..plugin_utils._awx_objects import awx_objects as objects
from ..plugin_utils._options import reason_of


def awx_objects(options: Any) -> dict[str, list[dict[str, Any]]]:
    """The objects, in which nothing is a template of this play.

    Raises AnsibleFilterError if an option is missing or invalid.
    """
    try:
        return cast("dict[str, list[dict[str, Any]]]", wrap_var(objects(plain(options))))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnsibleFilterError(
            f"awx_objects: invalid input (expected all variables of the role oauthops.iam.oauth_client_awx): "
            f"{reason_of(error)}."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"awx_objects": awx_objects}
