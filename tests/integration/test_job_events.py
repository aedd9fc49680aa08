# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job events stay small, however much there is in the account: AWX cuts what is longer than about 0.7 MB."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.dr.drill_fixtures import drill
from tests.modules.dr.drills import BLOCKS, FILES, LEDGER, drill_world, file_id
from tests.modules.dr.volumes import EAST

#: Bytes of the result of one task, loop items included.
LARGEST_EVENT = 40_000
MANY = 150


def assert_small_events(run: Run) -> None:
    """Assert that no task shows what grows with the account."""
    sizes = {result.name: len(json.dumps(result.result)) for result in run}
    assert {name: size for name, size in sizes.items() if size > LARGEST_EVENT} == {}


@pytest.mark.newest_core
def test_events_do_not_grow_with_the_account(controller: Controller, tmp_path: Path) -> None:
    """Many volumes, snapshots and buckets beside those of the list, read by the report, a policy and a drill."""
    simulator = controller.simulator
    drill_world(simulator)
    taken = "2026-10-01T03:00:00.000000"
    snapshots = [
        {
            "volume_id": file_id(1),
            "name": f"web_data_aaaaaa.2026-10-01_12{number // 60:02}{number % 60:02}",
            "created_at": taken,
        }
        for number in range(4 * MANY)
    ]
    simulator.patch_world(
        {
            FILES: {"volumes": [{"name": f"other{number}_aaaaaa"} for number in range(MANY)], "snapshots": snapshots},
            BLOCKS: {"volumes": [{"name": f"other-{number}", "region": EAST} for number in range(MANY)]},
        }
    )
    limits = {"storage_report_regions": ["kr-west1", EAST], "storage_report_folder": str(tmp_path / "report")}
    report = controller.playbook("scp.storage.storage_report", variables=limits).succeeded()
    assert_small_events(report)
    written = json.loads((tmp_path / "report" / "storage_report.json").read_text(encoding="utf-8"))
    assert len(written["volumes"]) > 2 * MANY
    listed = {"snapshot_policy_volumes": ["web_data"], "snapshot_policy_max_age": "900d"}
    policy = controller.playbook("scp.storage.snapshot_policy", variables=listed).succeeded()
    assert_small_events(policy)
    (entry,) = policy["scp.storage.snapshot_policy : Return the report"].result["ansible_facts"][
        "snapshot_policy_report"
    ]
    assert entry["snapshots"] == 4 * MANY
    assert_small_events(drill(controller, [LEDGER]).succeeded())
