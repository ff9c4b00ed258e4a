# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ..modules.cloudflare_oauth_client import MODULE
from ..plugin_utils._action import ModuleAction


class ActionModule(ModuleAction):
    module = MODULE
