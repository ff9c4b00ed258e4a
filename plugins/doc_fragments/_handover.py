# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a minted secret waits, and how long one run waits for another. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  lock_timeout:
    description: How many seconds to wait for another run that works on the same client in the same O(handover_dir).
    type: float
    default: 60
  handover_dir:
    description:
      - The directory in the controller where a minted secret waits until the store holds it, and where the locks are.
      - It is made with mode V(0700), and has to belong to the user that Ansible runs as.
      - After a run that was killed, the file there is the only copy of the secret. So the directory has to outlive the
        run. In an execution environment, mount a volume there.
      - If omitted, the environment variable E(OAUTHOPS_HANDOVER_DIR) is used, else C(oauthops.iam) in
        C(ANSIBLE_HOME), which is V(~/.ansible) by default.
    type: path
"""
