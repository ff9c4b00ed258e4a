# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ..modules.rfc2136_txt_value import MODULE
from ..plugin_utils._action import ModuleAction


class ActionModule(ModuleAction):
    module = MODULE
