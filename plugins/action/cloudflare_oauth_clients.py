# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.oauthops.iam.plugins.modules import cloudflare_oauth_clients
from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import ModuleInProcess


class ActionModule(ModuleInProcess):
    modules = (cloudflare_oauth_clients,)
