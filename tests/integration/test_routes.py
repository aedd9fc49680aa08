# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task returns the same, byte for byte, whether it runs in the controller's process or as a module."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run, task
from tests.simulator.fixture import Simulator

_REQUEST_ID = re.compile(r"[0-9a-f-]{32,36}(?=\"|\])")
VOLUME = {"name": "web_data", "protocol": "NFS", "type_name": "SSD"}
REPLICATION = {"volume": "web_data", "name": "web_copy", "target_region": "kr-east1", "replication_frequency": "hourly"}
SCHEDULE = {
    "volume": "web_data",
    "frequency": "WEEKLY",
    "day_of_week": "SUN",
    "hour": "3",
    "snapshot_retention_count": 30,
}
PARALLEL = {"name": "train_data", "capacity_tb": 10}
BUCKET = {"name": "app-archive", "versioning": True}
POLICY = {"bucket": "app-archive", "archiving_source_bucket_name": "west-app-logs"}
MANY = [{"kind": "pfs_volume", **PARALLEL}, {"kind": "archive_bucket", **BUCKET}]
EVERYTHING = ["access_rules", "snapshots", "snapshot_schedule", "replications"]


def _world(controller: Controller) -> list[dict[str, str]]:
    """Make one of everything, and hold time still; the rules of the volume."""
    server = controller.simulator.server("west-web1")
    rules = [{"object_type": "VM", "object_id": server["id"]}]
    controller.run(
        [
            task("scp_filestorage_volume", {**VOLUME, "access_rules": rules}),
            task("scp_filestorage_snapshot_schedule", SCHEDULE),
            task("scp_filestorage_snapshot", {"volume": "web_data"}),
            task("scp_filestorage_replication", REPLICATION),
            task("scp_pfs_volume", {**PARALLEL, "access_rules": [{"object_id": _node(controller)}]}),
            task("scp_pfs_snapshot", {"volume": "train_data"}),
            task("scp_archive_bucket", BUCKET),
            task("scp_archive_policy", {**POLICY, "object_lifecycle": 30}),
        ]
    ).succeeded()
    controller.simulator.scale(0)
    return rules


def _node(controller: Controller) -> str:
    return str(controller.simulator.server("west-gpunode1")["id"])


def _tasks(rules: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Tasks that change nothing: unchanged ones, check mode, reading, and failures of all kinds."""
    writing: list[tuple[str, dict[str, Any]]] = [
        ("scp_filestorage_volume", {**VOLUME, "access_rules": rules, "wait_timeout": "60"}),
        ("scp_filestorage_snapshot", {"volume": "web_data", "max_age": "1d", "keep": "3"}),
        ("scp_filestorage_snapshot_schedule", {**SCHEDULE, "hour": 3}),
        ("scp_filestorage_replication", {**REPLICATION, "wait": "yes"}),
        ("scp_pfs_volume", {**PARALLEL, "capacity_tb": "10", "access_rules": []}),
        ("scp_pfs_snapshot", {"volume": "train_data", "max_age": "1d"}),
        ("scp_archive_bucket", {**BUCKET, "versioning": "yes", "encryption": "false"}),
        ("scp_archive_policy", {**POLICY, "object_lifecycle": "030"}),
        ("scp_storage_apply", {"resources": [{"kind": "filestorage_snapshot_schedule", **SCHEDULE}, *MANY]}),
        ("scp_archive_object", {"bucket": "app-archive", "state": "absent", "paths": "none,such/"}),
        ("scp_archive_job", {"bucket": "app-archive", "kind": "recovery", "state": "cancelled"}),
    ]
    checked: list[tuple[str, dict[str, Any]]] = [
        (
            "scp_filestorage_volume",
            {"name": "new_data", "protocol": "CIFS", "type_name": "HDD", "cifs_password": "S3cret!pass"},
        ),
        ("scp_filestorage_volume", {**VOLUME, "access_rules": [], "purge_access_rules": True}),
        ("scp_filestorage_snapshot", {"volume": "web_data"}),
        ("scp_filestorage_snapshot_schedule", {"volume": "web_data", "state": "absent"}),
        ("scp_filestorage_replication", {"volume": "web_data", "replication_policy": "paused"}),
        ("scp_filestorage_replication", {"volume": "web_data", "state": "absent", "delete_target_volume": True}),
        ("scp_pfs_volume", {**PARALLEL, "capacity_tb": 20, "access_rules": [], "purge_access_rules": True}),
        ("scp_pfs_volume", {"name": "train_data", "state": "absent"}),
        ("scp_pfs_snapshot", {"volume": "train_data"}),
        ("scp_archive_bucket", {"name": "new-archive", "encryption": True, "tags": [{"key": "team"}]}),
        ("scp_archive_policy", {**POLICY, "state": "inactive"}),
        (
            "scp_storage_apply",
            {
                "concurrency": "1",
                "resources": [
                    {"kind": "filestorage_snapshot_schedule", **SCHEDULE, "volume": "new_data"},
                    {"kind": "filestorage_volume", **VOLUME, "name": "new_data"},
                    *MANY,
                    {"kind": "archive_policy", **POLICY, "state": "inactive"},
                ],
            },
        ),
    ]
    reading: list[tuple[str, dict[str, Any]]] = [
        ("scp_filestorage_volume_info", {"gather": EVERYTHING, "query": "volumes[].{name: base_name, path: path}"}),
        ("scp_filestorage_volume_info", {"name": "no_such_data"}),
        ("scp_filestorage_snapshot_info", {"volume": "web_data"}),
        ("scp_filestorage_replication_info", {"volume": "web_data", "gather": "regions"}),
        ("scp_pfs_volume_info", {"gather": "access_rules,snapshots", "query": "volumes[].mount_path"}),
        ("scp_pfs_snapshot_info", {"volume": "train_data"}),
        (
            "scp_archive_bucket_info",
            {"gather": "versioning,encryption,policies", "query": "buckets[].policies[].state"},
        ),
        ("scp_archive_policy_info", {"bucket": "app-archive"}),
        ("scp_archive_object_info", {"bucket": "app-archive", "object_path": "/"}),
        ("scp_archive_job_info", {"bucket": "app-archive", "gather": "detail"}),
    ]
    failing: list[tuple[str, dict[str, Any]]] = [
        ("scp_filestorage_volume", {"nam": "web_data"}),
        ("scp_filestorage_volume", {"protocol": "NFS"}),
        ("scp_filestorage_volume", {"name": "web_data", "wait_timeout": "soon"}),
        ("scp_filestorage_volume", {"name": "web_data", "protocol": "SMB"}),
        ("scp_filestorage_volume", {"name": "web_data", "access_rules": [{"object_type": "VM"}]}),
        ("scp_filestorage_volume", {"name": "Web-Data", "protocol": "NFS", "type_name": "SSD"}),
        ("scp_filestorage_volume", {"name": "web_data", "protocol": "CIFS", "cifs_password": "short"}),
        ("scp_filestorage_volume", {"name": "web_data", "secret_key": "wrong secret key"}),
        ("scp_filestorage_volume", {"name": "web_data", "region": "kr-nowhere1"}),
        ("scp_filestorage_volume", {"name": "web_data", "state": "absent"}),
        ("scp_filestorage_snapshot", {"volume": "web_data", "state": "absent"}),
        ("scp_filestorage_snapshot", {"volume": "web_data", "max_age": "old"}),
        ("scp_filestorage_replication", {"volume": "no_such_data", "access_key": "wrong access key"}),
        ("scp_filestorage_replication_info", {"volume": "web_data", "gather": ["everything"]}),
        ("scp_filestorage_volume_info", {"query": "volumes["}),
        ("scp_pfs_volume", {**PARALLEL, "capacity_tb": 1}),
        ("scp_pfs_volume", {**PARALLEL, "access_rules": [{"object_type": "VM", "object_id": "x"}]}),
        ("scp_pfs_snapshot", {"volume": "train_data", "keep": 50}),
        ("scp_archive_bucket", {"name": "Bad_Name"}),
        ("scp_archive_policy", {**POLICY, "archiving_source_bucket_name": "west-recovered"}),
        ("scp_archive_object", {"bucket": "app-archive", "paths": ["/"]}),
        ("scp_archive_job", {"bucket": "app-archive", "kind": "archiving"}),
        ("scp_storage_apply", {"resources": [{"kind": "pfs_volum", **PARALLEL}]}),
        ("scp_storage_apply", {"resources": MANY, "concurrency": "many"}),
        (
            "scp_storage_apply",
            {
                "resources": [
                    {"kind": "pfs_snapshot", "volume": "other_data", "max_age": "1d"},
                    *MANY,
                    {"kind": "pfs_volume", "name": "other_data"},
                ]
            },
        ),
        (
            "scp_archive_recovery",
            {"bucket": "app-archive", "recovery_target_bucket_name": "x", "source_object_path": "none"},
        ),
    ]
    tasks = [task(module, args, diff=True, name=f"unchanged {module}") for module, args in writing]
    tasks += [task(module, args, diff=True, check=True, name=f"check {module}") for module, args in checked]
    tasks += [task(module, args, name=f"read {module}") for module, args in reading]
    tasks += [task(module, args, diff=True, ignore_errors=True, name=f"fail {module}") for module, args in failing]
    looped = task("scp_filestorage_volume_info", {"name": "{{ item }}"}, loop=["web_data", "no_such_data"], name="loop")
    return [*tasks, looped]


def _result_texts(run: Run) -> list[str]:
    """All results as text; only the ids that the service gives to single requests are alike everywhere."""
    return [
        f"{result.name} {_REQUEST_ID.sub('', json.dumps(result.result, indent=1, sort_keys=True))}" for result in run
    ]


def test_same_results_by_both_routes(fast_simulator: Simulator, tmp_path: Path) -> None:
    """Results, invocation included, are the same text."""
    here = Controller(fast_simulator, tmp_path / "here")
    module = Controller(fast_simulator, tmp_path / "module", "module")
    # In the controller's process, a result that nothing can read leaves out what costs further calls.
    tasks = [{**one, "register": "read"} for one in _tasks(_world(here))]
    for controller in (here, module):
        # Newer ansible-cores leave the invocation out unless it is asked for.
        controller.environ["ANSIBLE_INJECT_INVOCATION"] = "1"
    runs = [controller.run(tasks, verbosity=3).succeeded() for controller in (here, module)]
    for run in runs:
        assert [call for call in run.calls if call["write"]] == []
        for result in run:
            kind = result.name.partition(" ")[0]
            assert result.failed is (kind == "fail"), (result.name, result.result)
            assert result.changed is (kind == "check"), (result.name, result.result)
    for one, other in zip(*map(_result_texts, runs), strict=True):
        assert one == other
    assert "invocation" in runs[0][0].result
