# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the zone of a resource is another one than a task asks for."""

from __future__ import annotations

import pytest

from ansible_collections.scp.storage.plugins.module_utils.resources import zones


@pytest.mark.parametrize(
    ("present", "asked", "differs"),
    [
        ("kr-east1-a", "kr-east1-a", False),
        ("kr-east1-a", "kr-east1-b", True),
        ("kr-east1-a", None, False),
        (None, "kr-east1-a", False),
        ("", "kr-east1-a", False),
        ("kr-east1", "kr-east1-a", False),
        ("kr-west1", "kr-east1-a", True),
    ],
)
def test_zone_differs_where_both_are_known(present: str | None, asked: str | None, differs: bool) -> None:
    assert zones.differs(present, asked) == differs
    option = {zones.TARGET_ZONE: asked}
    expected = {zones.TARGET_ZONE: (present, asked)} if differs else {}
    assert zones.unlike(present, option, zones.TARGET_ZONE) == expected
