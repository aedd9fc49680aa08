# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks hand to later jobs (``set_stats``), and what those make of it."""

from __future__ import annotations

import json
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.dr.scenario import EAST, WEST, replications

SHOWN = {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}
REGIONS = {"dr_region": WEST, "dr_target_region": EAST}


def artifacts(run: Run) -> dict[str, Any]:
    """What the run handed on."""
    line = next((line for line in run.stdout.splitlines() if line.strip().startswith("RUN:")), "RUN: {}")
    found: dict[str, Any] = json.loads(line.partition("RUN:")[2])
    return found


def test_job_is_judged_by_itself_whatever_an_earlier_job_handed_on(controller: Controller) -> None:
    """Neither the report nor the list of an earlier job counts: a failure fails, and each job has its own volumes."""
    simulator = controller.simulator
    volume = {"id": "1" * 32, "name": "ledger", "snapshot_rate": 20}
    copy = {**volume, "id": "2" * 32, "region": EAST, "purpose": "REPL"}
    taken = {"owner_id": copy["id"], "name": "x___2.2026-10-01_120000", "created_at": "2026-10-01T03:00:00.000000"}
    replicated = {"source_id": volume["id"], "target_id": copy["id"], "cycle": "MONTHLY"}
    simulator.patch_world(
        {
            "filestorage": {"volumes": [{"name": "shop_data_aaaaaa"}, {"name": "billing_data_aaaaaa"}]},
            "baremetal-blockstorage": {
                "volumes": [volume, copy],
                "snapshots": [taken],
                "replications": [replicated],
            },
        }
    )
    simulator.fault("status", status=400, operation="CreateVolumeRecovery", times=None)
    good: dict[str, Any] = {"passed": True, "failures": [], "volumes": [], "message": ""}
    reports = ("snapshot_policy_report", "dr_drill_report", "archive_lifecycle_report")
    earlier: dict[str, Any] = {
        name: [good] if name != "dr_drill_report" else good
        for report in reports
        for name in (report, f"{report}_artifact")
    }
    policy = {"snapshot_policy_max_age": "12h", "snapshot_policy_volumes": ["no_such_volume"]}
    failed = controller.playbook("scp.storage.snapshot_policy", variables={**earlier, **policy})
    assert "no_such_volume" in failed[-1].message
    ledger = {**REGIONS, "dr_volumes": [{"name": "ledger", "kind": "bm_volume"}]}
    broken = controller.playbook("scp.storage.dr_drill", variables={**earlier, **ledger})
    assert "did not pass" in broken[-1].message
    assert 0 not in (failed.rc, broken.rc)
    assert artifacts(failed) == artifacts(broken) == {}

    both = [{"name": "shop_data"}, {"name": "billing_data"}]
    first, *_others = both
    one_after_another = [
        {"import_playbook": "scp.storage.dr_replication", "vars": {**REGIONS, "dr_volumes": both}},
        {"import_playbook": "scp.storage.dr_failover", "vars": {**REGIONS, "dr_volumes": [first]}},
    ]
    handed = artifacts(controller.playbook(one_after_another, environ=SHOWN).succeeded())
    # The last one counts, and is not added to the first.
    assert [replica["name"] for replica in handed["dr_replicas_artifact"]] == ["shop_data"]
    asked = {**REGIONS, "dr_volumes": both[1:], **handed}
    planned = controller.playbook("scp.storage.dr_failover", variables=asked, arguments=["--check"], environ=SHOWN)
    assert artifacts(planned.succeeded()) == {}
    plan = planned["scp.storage.dr_common : Show the replicas"].result["msg"]
    assert plan[0] == "PLAN: this is check mode, and nothing was changed."
    assert "HEALTH NOW  HEALTH THEN" in plan[1]
    assert plan[2].split()[3:5] == ["ok", "paused"]
    assert [word for word in plan[2].split() if word.startswith("kr-")] == [WEST, EAST, WEST, EAST]
    controller.playbook("scp.storage.dr_failover", variables=asked).succeeded()
    assert sorted((name, policy) for name, *_rest, policy in replications(simulator)) == [
        ("billing_data", "paused"),
        ("shop_data", "paused"),
    ]
