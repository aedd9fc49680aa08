# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole lifecycle by both routes."""

from __future__ import annotations

import json

import pytest

from tests.harness.playbooks import Controller
from tests.modules.apply.topologies import changes, check_played, nothing_left, played, shuffled, whole

pytestmark = pytest.mark.module("scp_storage_apply")

UNKNOWN = "known after it is made"


def test_a_whole_life(routed: Controller) -> None:
    """Something of every kind is made, changed and removed; each time check mode foretells every entry."""
    simulator = routed.simulator
    lists = {"made": whole(simulator), "changed": changes(simulator), "gone": shuffled(nothing_left())}
    run = routed.run([step for name, things in lists.items() for step in played(name, things)])
    for name in lists:
        check_played(run, name)
    # Ids of what is only planned are told as everywhere.
    foretold = json.dumps(run["check made"].result)
    assert UNKNOWN in foretold
    assert f"{UNKNOWN} [" not in foretold
    entries = run["made"].result["resources"]
    assert [entry["kind"] for entry in entries] == [thing["kind"] for thing in lists["made"]]
    objects = [next(value for value in entry.values() if isinstance(value, dict)) for entry in entries]
    assert all(objects)
    assert simulator.resources() == {}
