# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.oauthops.iam.plugins.modules import rfc2136_txt_value
from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import ModuleInProcess


class ActionModule(ModuleInProcess):
    modules = (rfc2136_txt_value,)
    libraries = ("dns",)
