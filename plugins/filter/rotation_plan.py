# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.rotation_plan: what the next run of a rotation has to do. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rotation_plan
short_description: What a rotation has to do next
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Compares what Cloudflare says of a client with what a store holds of it, and says what the next step of a rotation
    is. The role P(oauthops.iam.oauth_client_rotate#role) carries it out.
  - Cloudflare does not tell how old a secret is. Ages are counted from C(minted_at) in the store.
options:
  _input:
    description:
      - The client, as P(oauthops.iam.cloudflare_oauth_client_info#module) returns it.
    type: dict
    required: true
  record:
    description:
      - What the store holds, with the keys C(client_id), C(client_secret), C(minted_at) and C(rotation).
    type: dict
    required: true
  handed_over:
    description:
      - Whether a minted secret lies in the handover file that the record names.
    type: bool
    default: false
  max_age:
    description:
      - Rotate only when the secret is older, such as V(90d), V(1w12h) or a number of seconds. Empty rotates whenever no
        rotation is open.
    type: str
    default: ''
  overlap:
    description:
      - How long both secrets stay valid at least, in the same form.
    type: str
    default: ''
  finalize:
    description:
      - Whether the older secret may be deleted. V(only) mints nothing.
    type: str
    choices: ['false', 'true', only]
    default: 'false'
  replace_lost:
    description:
      - Whether a secret that was minted and lost is replaced, for which the older one has to go first.
    type: bool
    default: false
  now:
    description:
      - The moment that ages are counted to, as C(minted_at) is written. Left out, it is the present.
    type: str
"""

EXAMPLES = r"""
- name: Is the secret due?
  ansible.builtin.debug:
    msg: "{{ client | oauthops.iam.rotation_plan(record, max_age='90d') }}"
  vars:
    client: {client_id: 0123456789abcdef0123456789abcdef, has_rotated_secret: false}
    record: {client_id: 0123456789abcdef0123456789abcdef, client_secret: '...', minted_at: '2026-01-31T08:00:00Z'}
"""

RETURN = r"""
_value:
  description:
    - C(step) is one of C(rotate), C(store), C(continue), C(settle), C(replace), C(lost), C(foreign) and C(nothing).
    - C(finalize) is whether the older secret may be deleted in this run.
    - C(reason) says why, in a sentence.
  type: dict
  sample:
    step: nothing
    finalize: false
    reason: The secret was minted at 2026-01-31T08:00:00Z and is younger than 90d.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import moment, present

MINTING = "minting-"
CLOCKS_DIFFER = timedelta(hours=1)
UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def duration(name: str, value: object) -> timedelta | None:
    """A length of time such as 90d or 3600; nothing for an empty one. Raises AnsibleFilterError for any other text."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    match = DURATION.fullmatch(text)
    if not match:
        raise AnsibleFilterError(f"{name}: {text!r} is no length of time such as 90d, 1w12h, 30m or 3600.")
    try:
        return timedelta(**{unit: int(number or 0) for unit, number in zip(UNITS.values(), match.groups())})
    except OverflowError:
        raise AnsibleFilterError(f"{name}: {text!r} is longer than time is counted.") from None


def age(record: Mapping[str, Any], now: datetime) -> timedelta | None:
    """How old the secret in the store is; nothing when the store does not say."""
    minted_at = record.get("minted_at")
    if not minted_at:
        return None
    old = now - moment("minted_at in the store", str(minted_at))
    if old < -CLOCKS_DIFFER:
        raise AnsibleFilterError(f"minted_at in the store: {minted_at} is in the future. Correct it in the store.")
    return old


def holds_secret(record: Mapping[str, Any]) -> bool:
    """Null is a secret that is there and that the store never shows."""
    return "client_secret" in record and record["client_secret"] != ""


def is_due(record: Mapping[str, Any], old: timedelta | None, max_age: timedelta | None) -> bool:
    return not holds_secret(record) or max_age is None or old is None or old >= max_age


def has_overlapped(old: timedelta | None, overlap: timedelta | None) -> bool:
    return overlap is None or (old is not None and old >= overlap)


def next_step(
    client: Mapping[str, Any], record: Mapping[str, Any], *, handed_over: bool, due: bool, mint: bool, replace: bool
) -> str:
    """The decision itself; every value is documented under C(step)."""
    rotation = str(record.get("rotation") or "")
    minting = rotation.startswith(MINTING)
    if minting and handed_over:
        return "store"
    if client.get("has_rotated_secret"):
        if rotation == "open" and holds_secret(record):
            return "continue"
        if replace:
            return "replace"
        return "lost" if minting else "foreign"
    if rotation == "open":
        return "settle"
    if due:
        return "rotate" if mint else "nothing"
    return "settle" if minting else "nothing"


REASONS = {
    "rotate": "No rotation is open, and the secret is due: {age}.",
    "store": "A secret was minted for {client_id} in an earlier run, which ended before the store held it.",
    "continue": "A rotation is open, and the store holds the newer secret.",
    "settle": "No rotation is open any more, which the store does not know yet.",
    "nothing": "No rotation is open, and none is to be made: {age}.",
    "replace": "A second secret of {client_id} that this store never received was replaced.",
    "lost": (
        "A second secret of {client_id} was minted in an earlier run, and the answer that held it was lost; Cloudflare "
        "does not show it again. The older secret, which the store holds, goes on working, unless somebody has deleted "
        "it since. To get a usable one, the older has to go first, and applications cannot authenticate until the next "
        "one is deployed: choose the moment, then run with oauth_client_rotate_replace_lost=true, which does all of it "
        "in one go."
    ),
    "foreign": (
        "A rotation of {client_id} is open that was not made through this store, so the store does not hold the newer "
        "secret, and finalizing would delete the one it holds. If you have the newer secret, put it into the store "
        "together with rotation=open, and run again. If nobody has it, run with oauth_client_rotate_replace_lost=true "
        "at a moment when applications may be cut off until the next secret is deployed."
    ),
}


def described_age(record: Mapping[str, Any], max_age: object) -> str:
    if not record.get("minted_at"):
        return "the store does not say when it was minted"
    return f"it was minted at {record['minted_at']}" + (f", and the limit is {max_age}" if max_age else "")


def rotation_plan(
    client: Mapping[str, Any],
    record: Mapping[str, Any],
    handed_over: bool = False,
    max_age: str = "",
    overlap: str = "",
    finalize: str = "false",
    replace_lost: bool = False,
    now: str = "",
) -> dict[str, Any]:
    """The next step of a rotation; raises AnsibleFilterError when a length or a moment cannot be read."""
    today = present(now)
    limit = duration("max_age", max_age)
    old = age(record, today)
    due, mint = is_due(record, old, limit), finalize != "only"
    step = next_step(client, record, handed_over=handed_over, due=due, mint=mint, replace=replace_lost and mint)
    overlapped = has_overlapped(old, duration("overlap", overlap))
    reason = REASONS[step].format(client_id=client["client_id"], age=described_age(record, max_age))
    return {"step": step, "finalize": step == "continue" and finalize != "false" and overlapped, "reason": reason}


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"rotation_plan": rotation_plan}
