# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of any shape, for tests of what holds for any input."""

from __future__ import annotations

from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import SHAPE

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
ODD_CLIENTS = st.fixed_dictionaries(
    {}, optional={**{name: JSON for name in SHAPE}, "client_secret": JSON, "unknown": JSON}
)

# What readers of YAML, and Ansible after them, take for something else than text.
TRAPS = (
    "{{ lookup('pipe', 'id') }}", "{% raw %}", "{# no #}", "{{", "{{ oauth_clients }}",
    "#jinja2:variable_start_string:'['\n[x", "yes", "No", "on", "OFF", "true", "y", "n", "~", "null", "Null",
    "", " ", "=", "<<", "!!str", "!unsafe x", "!vault |", "1:20", "0x1F", "0o17", "017", "1_000", "1e3", "1.5",
    ".inf", ".NaN", "-1", "+1", "2026-01-31", "2026-01-31T08:00:00Z", " leading", "trailing ", "two  blanks",
    "tab\there", "a: b", "a:", ":a", "a #b", "#a", "- a", "? a", "&a", "*a", "%a", "@a", "`a", "|", ">", "[a",
    "{a: b}", "a, b", "'", '"', "it's", '"quoted"', "\\n", "---", "...", "--- a", "a\n--- b\n", "a\nb", "\n",
    "a\n", "\r\n", "\u0000", "\u0007", "\u001b[31m", "\u007f", "\u0085", "\u00a0", "\u00ad", "\u2028", "\u2029",
    "\ufeff", "a\ufeff", "\ufffd", "\uffff", "\U0001f600", "\U0010ffff", "M\u00fcller & S\u00f6hne",
    "\u202eabc", "e\u0301", "$ANSIBLE_VAULT;1.1;AES256\n6162", "__omit_place_holder__x", "x" * 300,
    "word " * 60,
)  # fmt: skip
CHARACTERS = st.characters(exclude_categories=["Cs"])  # halves of a pair, which no answer of Cloudflare can hold
NASTY = st.sampled_from(TRAPS) | st.text(CHARACTERS, max_size=20) | st.lists(st.sampled_from(TRAPS)).map("".join)
