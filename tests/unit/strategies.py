# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of any shape, for tests of what holds for any input."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._oauth import SHAPE

for_any = settings(deadline=None, max_examples=100, database=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
ODD_CLIENTS = st.fixed_dictionaries(
    {}, optional={**{name: JSON for name in SHAPE}, "client_secret": JSON, "unknown": JSON}
)
