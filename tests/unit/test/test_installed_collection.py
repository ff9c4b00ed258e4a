# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.test.installed_collection import installed_collection


def test_a_collection_is_there_or_not() -> None:
    assert installed_collection("oauthops.iam")
    assert not installed_collection("oauthops.nothing")
    assert not installed_collection("nobody.nothing")


@pytest.mark.parametrize("name", ["", "oauthops", "oauthops.iam.module", "a b.c", None, 3])
def test_what_is_no_name_of_a_collection_is_refused(name: object) -> None:
    with pytest.raises(AnsibleFilterError, match=r"expected namespace\.name"):
        installed_collection(name)
