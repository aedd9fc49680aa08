# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of a large fleet is complete and right, host by host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.playbooks import Controller
from tests.integration.inventory_data import EAST, WEST, compared, crowd, crowd_as_hosts
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core


def test_many_servers_and_volumes(tmp_path: Path) -> None:
    """As many as the largest page holds several times over, in two regions: all pages are read, and once each."""
    seed = crowd(servers=2_000, volumes=10_000)
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(seed), encoding="utf-8")
    with Simulator("--seed", str(file)) as simulator:
        controller = Controller(simulator, tmp_path)
        config = {"regions": [WEST, EAST], "sources": ["bm_volumes"], "keyed_groups": [{"key": "scp_region"}]}
        # The simulator takes its time for pages of a thousand volumes, one after the other.
        found = controller.inventory({**config, "timeout": 600}).succeeded()
    assert compared(found.hosts) == crowd_as_hosts(seed, zoned=simulator.generations == "new")
    assert [len(found.group(f"_{region.replace('-', '_')}")) for region in (WEST, EAST)] == [1_000, 1_000]
    pages = [(call["region"], call["path"]) for call in found.in_a_version]
    assert len(pages) == len(set(pages)) == 10
