# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.oauthops.iam.plugins.modules import secret_file_value
from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import ModuleInProcess


class ActionModule(ModuleInProcess):
    modules = (secret_file_value,)
    libraries = ()
