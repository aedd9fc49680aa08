# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A source volume that is gone is not replaced by an empty one."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.integration.dr.scenario import (
    BILLING,
    BLOCK_COPIES,
    EAST,
    LEDGER,
    WEST,
    failure,
    play,
    replicas,
    volumes,
    writes,
)


@pytest.mark.newest_core
def test_replication_refuses_to_replace_a_lost_source(controller: Controller) -> None:
    """A volume of the replica's name in the target region prevents the creation of the source, for each kind."""
    simulator = controller.simulator
    simulator.patch_world(
        {
            "filestorage": {"volumes": [{"name": "web_data_abc123", "region": EAST, "type_name": "SSD"}]},
            "baremetal-blockstorage": {
                "volumes": [{"id": "5" * 32, "name": BLOCK_COPIES["bm_volume"][0], "region": EAST}],
                "volume_groups": [{"id": "6" * 32, "name": BILLING["target_name"], "region": EAST}],
            },
        }
    )
    run = play(controller, "dr_replication", {"dr_volumes": ["web_data", "new_data", LEDGER, BILLING]})
    message = failure(run)
    assert "3 of 4" in message
    assert "File Storage volume web_data does not exist in kr-west1 and was not created" in message
    assert "kr-east1 has web_data_abc123" in message
    assert "its replica ledger in kr-east1 may have its data" in message
    assert "its replica billing-copy in kr-east1 may have its data" in message
    assert writes(run) == ["CreateVolume", "CreateVolumeReplication"]
    assert [item["health"] for item in replicas(run)][:2] == ["missing", "ok"]
    assert volumes(simulator) == {
        ("web_data", EAST, "none"): 1,
        ("new_data", WEST, "original"): 1,
        ("new_data", EAST, "replication"): 1,
    }


@pytest.mark.newest_core
def test_replication_creates_a_source_only_on_request_and_certainty(controller: Controller) -> None:
    """Neither ``dr_create: false`` nor a target region that cannot be read lets a source be created."""
    simulator = controller.simulator
    scheduled = play(controller, "dr_replication", {"dr_volumes": ["new_data"], "dr_create": False})
    assert "dr_replication_create is false" in failure(scheduled)
    simulator.fault("status", status=403, region=EAST, operation="ListVolumes", times=None)
    unread = play(controller, "dr_replication", {"dr_volumes": ["new_data"]})
    assert "whether its replica exists in kr-east1 could not be read" in failure(unread)
    assert [*writes(scheduled), *writes(unread)] == []
