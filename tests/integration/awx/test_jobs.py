# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs and workflows of AWX, run through ansible-runner as AWX runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.awx.awx import Awx, Job, Refused
from tests.integration.awx.setting_up import ANSWERS, Made
from tests.integration.dr.scenario import CRASHES, EAST, WEST
from tests.simulator.fixture import Simulator

pytestmark = pytest.mark.newest_core

NODES = {"protect", "fail_over", "fail_back"}


@pytest.fixture
def awx(made: Made, fast_simulator: Simulator, tmp_path: Path) -> Awx:
    """An AWX that was set up with the simulator's key pair."""
    assert made.one("credential")["inputs"]["endpoint_url"].startswith(fast_simulator.url)
    return Awx(made, tmp_path)


def _assert_nothing_secret(awx: Awx, *jobs: Job) -> None:
    """Assert that nothing that AWX keeps of jobs has the key pair in it."""
    for job in jobs:
        assert awx.made.one("credential")["inputs"]["secret_key"] not in job.shown
        assert awx.made.one("credential")["inputs"]["access_key"] not in job.shown
        assert not [word for word in CRASHES if word in job.shown], job.shown


def test_disaster_recovery(awx: Awx, fast_simulator: Simulator) -> None:
    """Protect, fail over, fail back, end the protection: each node works on its own list and hands on what it found."""
    jobs = awx.run_workflow("Web shop - disaster recovery", approve=["approve_fail_over", "approve_fail_back"])
    assert jobs.keys() == NODES
    for job in jobs.values():
        job.succeeded()
        assert job.changed
    ids = [replica["target_id"] for replica in jobs["protect"].artifacts["dr_replicas_artifact"]]
    assert len(ids) == len(ANSWERS["awx_setup_applications"][0]["volumes"])
    # A node works on its own list, whatever the nodes before it hand on.
    assert jobs["fail_over"].extra_vars["dr_replicas_artifact"] == jobs["protect"].artifacts["dr_replicas_artifact"]
    assert jobs["fail_over"].extra_vars["dr_volumes"] == jobs["protect"].extra_vars["dr_volumes"]
    assert [replica["active_region"] for replica in jobs["fail_over"].artifacts["dr_replicas_artifact"]] == [EAST, EAST]
    assert [replica["active_region"] for replica in jobs["fail_back"].artifacts["dr_replicas_artifact"]] == [WEST, WEST]
    assert [replica["target_id"] for replica in jobs["fail_back"].artifacts["dr_replicas_artifact"]] == ids

    fast_simulator.clear_operations()
    assert awx.run_workflow("Web shop - end protection", approve=[]) == {}
    assert not fast_simulator.operations()
    ended = awx.run_workflow("Web shop - end protection", approve=["approve_end_protection"])
    ended["end_protection"].succeeded()
    assert not fast_simulator.world()["filestorage"]["replications"]
    _assert_nothing_secret(awx, *jobs.values(), *ended.values())


def test_disaster(awx: Awx, fast_simulator: Simulator) -> None:
    """A region that is lost prevents no failover; a denied approval ends the workflow there."""
    typed = {
        "dr_volumes": "web_data, {name: office, target_name: office_copy}",
        "dr_region": WEST,
        "dr_target_region": EAST,
        "dr_protocol": "NFS",
        "dr_type_name": "SSD",
    }
    protected = awx.launch("Protect volumes", {**typed, "dr_volumes": f"[{typed['dr_volumes']}]"}).succeeded()
    assert protected.extra_vars["dr_snapshot_rate"] == protected.extra_vars["dr_cifs_passwords"] == ""
    awx.launch("Keep snapshots", {"snapshot_policy_volumes": "web_data", "snapshot_policy_max_age": "1d"}).succeeded()
    fast_simulator.clear_operations()
    where = {name: typed[name] for name in ("dr_region", "dr_target_region")}
    drilled = awx.launch("Drill disaster recovery", {**where, "dr_volumes": "web_data"}, check=True).succeeded()
    assert not fast_simulator.writes()
    fast_simulator.fault("reset", region=WEST, times=None)
    jobs = awx.run_workflow("Web shop - disaster recovery", approve=["approve_fail_over"])
    assert jobs.keys() == {"protect", "fail_over"}
    assert jobs["protect"].rc != 0
    jobs["fail_over"].succeeded()
    assert jobs["fail_over"].changed
    assert {write["region"] for write in fast_simulator.writes()} == {EAST}
    _assert_nothing_secret(awx, protected, drilled, *jobs.values())


#: What users type into the surveys of other job templates, and what the simulator makes of it.
TYPED: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "Keep snapshots",
        {"snapshot_policy_volumes": "web_data", "snapshot_policy_max_age": "12h", "snapshot_policy_keep": 14},
        ["CreateSnapshot"],
    ),
    (
        "Keep snapshots",
        {"snapshot_policy_volumes": "web_data", "snapshot_policy_schedule": "{hour: 3, snapshot_retention_count: 7}"},
        ["CreateSnapshotSchedule"],
    ),
    (
        "Back up servers",
        {
            "backup_servers": "[{server: west-web1}]",
            "backup_schedules": "[{type: FULL, frequency: WEEKLY, start_day: SUN, start_time: '01:00'}]",
            "backup_policy_first_backup": "true",
        },
        ["CreateBackup", "ManualBackup"],
    ),
    (
        "Restore a server",
        {"backup_restore_server": "west-web1", "backup_restore_server_type_id": "s1v2m4"},
        ["RestoreBackup"],
    ),
    (
        "Archive buckets",
        {
            "archive_lifecycle_buckets": "- {name: app-archive, archiving_source_bucket_name: west-app-logs}",
            "archive_lifecycle_object_lifecycle": "30",
            "archive_lifecycle_versioning": "true",
        },
        ["CreateBucket", "SetBucketVersioning", "CreateArchivingPolicy"],
    ),
]


def test_surveys(awx: Awx, fast_simulator: Simulator, tmp_path: Path) -> None:
    """Texts that users type, and the defaults of what they leave out, do what they say."""
    fast_simulator.patch_world({"filestorage": {"volumes": [{"name": "web_data_2m060u", "type_name": "SSD"}]}})
    jobs = []
    report = (
        "Report storage",
        {"storage_report_folder": str(tmp_path / "reports"), "storage_report_exempt": "x, y"},
        [],
    )
    for template, answers, operations in [*TYPED, report]:
        fast_simulator.clear_operations()
        job = awx.launch(template, answers)
        assert job.succeeded().changed
        assert [write["operation"] for write in fast_simulator.writes()] == operations
        jobs.append(job)
    assert list((tmp_path / "reports").glob("*.html"))
    _assert_nothing_secret(awx, *jobs)


def test_the_inventory_source(awx: Awx, fast_simulator: Simulator) -> None:
    """It finds servers with the credential, and groups them."""
    server = fast_simulator.server("west-db1")
    block = {"volumes": [{"id": "b1", "name": "data"}], "attachments": [{"volume_id": "b1", "server_id": server["id"]}]}
    fast_simulator.patch_world({"baremetal-blockstorage": block})
    found = awx.inventory()
    assert [volume["name"] for volume in found["_meta"]["hostvars"]["west-db1"]["scp_bm_volumes"]] == ["data"]
    assert found["attached"]["hosts"] == found["region_kr_west1"]["hosts"] == ["west-db1"]


@pytest.mark.parametrize(
    ("template", "answers", "problem"),
    [
        ("Fail over", {}, "dr_volumes: is needed"),
        ("Fail over", {"dr_volumes": ["web_data"]}, "dr_volumes: must be a text"),
        ("Fail over", {"dr_volumes": "web_data", "dr_failover_force": "yes"}, "dr_failover_force: must be one of"),
        (
            "Keep snapshots",
            {"snapshot_policy_volumes": "x", "snapshot_policy_keep": -1},
            "snapshot_policy_keep: must be",
        ),
    ],
)
def test_a_survey_refuses_what_does_not_fit(awx: Awx, template: str, answers: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused, match=problem):
        awx.launch(template, answers)
