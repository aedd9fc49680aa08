# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of workflows select volumes and servers by tags."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import TaskResult

pytestmark = pytest.mark.module("scp_snapshot_policy", "scp_dr_plan", "scp_dr_plan_info", "scp_backup_policy")

DAILY = {"snapshots": "daily"}
WEST, EAST = "kr-west1", "kr-east1"


@pytest.fixture
def volumes(runner: ModuleRunner) -> ModuleRunner:
    """Three volumes, of which two have the tag."""
    for name, tags in (("web_a", DAILY), ("web_b", {**DAILY, "team": "web"}), ("web_c", {"team": "web"})):
        args = {"name": name, "protocol": "NFS", "type_name": "SSD", "tags": tags}
        assert runner.run_task("scp_filestorage_volume", args).changed
    return runner


def policy(runner: ModuleRunner, items: Any, **options: Any) -> TaskResult:
    return runner.run_task("scp_snapshot_policy", {"volumes": items, "max_age": "1d", **options})


def names(run: TaskResult) -> list[str]:
    return [one["name"] for one in run.result["volumes"]]


def test_snapshots_of_volumes_with_a_tag(volumes: ModuleRunner) -> None:
    run = policy(volumes, [{"tagged": DAILY}])
    assert not run.failed, run.message
    assert names(run) == ["web_a", "web_b"]
    assert run.accepted == ["CreateSnapshot"] * 2
    assert run.reads.count("ListTags") == 1
    again = policy(volumes, "[{tagged: {snapshots: daily}}]")
    assert (again.changed, again.writes) == (False, [])


def test_item_that_names_a_volume_is_its_policy(volumes: ModuleRunner) -> None:
    run = policy(volumes, [{"name": "web_b", "max_age": "2h"}, {"tagged": DAILY, "max_age": "1h"}])
    assert [(one["name"], one["max_age"]) for one in run.result["volumes"]] == [("web_b", "2h"), ("web_a", "1h")]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"tagged": {"snapshots": "weekly"}}, "no File Storage volume in kr-west1 has the tags snapshots=weekly"),
        ({"tagged": {}}, "tagged must be a dictionary of tags with at least one key"),
        ({"tagged": {"snapshots": ["daily"]}}, "tagged must be a dictionary of tags"),
        ({"tagged": DAILY, "name": "web_a"}, "it has both name and tagged. Set only one of them"),
        ({"tagged": DAILY, "kind": "backup"}, "kind backup cannot be selected by tags"),
        ({"tagged": DAILY, "region": "../x"}, "region"),
    ],
)
def test_mistake_in_a_selection(volumes: ModuleRunner, item: dict[str, Any], words: str) -> None:
    run = policy(volumes, [item])
    assert run.failed
    assert run.writes == []
    assert words in run.message
    assert "Item 1" in run.message


def test_tags_that_may_not_be_read(volumes: ModuleRunner) -> None:
    volumes.simulator.switch(denied="resourcemanager")
    run = policy(volumes, [{"tagged": DAILY}])
    assert run.failed
    assert "The tags cannot be read." in run.message
    assert "Grant the user of this key the IAM actions of Resource Manager" in run.message


def test_volume_of_which_only_the_tags_are_left_is_not_selected(volumes: ModuleRunner) -> None:
    volumes.simulator.switch(resource_stale_seconds=100_000)
    volumes.run_task("scp_filestorage_volume", {"name": "web_a", "state": "absent"})
    assert names(policy(volumes, [{"tagged": DAILY}])) == ["web_b"]


def test_disaster_recovery_of_volumes_with_a_tag(volumes: ModuleRunner) -> None:
    plan = {"volumes": [{"tagged": DAILY}], "region": WEST, "target_region": EAST}
    run = volumes.run_task("scp_dr_plan", {**plan, "state": "present"})
    assert not run.failed, run.message
    assert sorted(one["name"] for one in run.result["replicas"]) == ["web_a", "web_b"]
    # The region of the volumes is lost: what is left knows which ones are meant.
    volumes.simulator.fault("status", status=503, region=WEST, service="filestorage", times=None)
    status = volumes.run_task("scp_dr_plan_info", plan)
    assert sorted(one["name"] for one in status.result["replicas"]) == ["web_a", "web_b"]


def test_backups_of_servers_with_a_tag(runner: ModuleRunner) -> None:
    server = runner.simulator.server("west-web1")
    service = {"service": "virtualserver", "resource_type": "server", "resource_id": server["id"]}
    assert runner.run_task("scp_tag", {**service, "tags": {"backup": "daily"}}).changed
    schedules = [{"type": "FULL", "frequency": "DAILY", "start_time": "03:00"}]
    run = runner.run_task("scp_backup_policy", {"servers": [{"tagged": {"backup": "daily"}}], "schedules": schedules})
    assert not run.failed, run.message
    assert [one["server"] for one in run.result["servers"]] == ["west-web1"]
    assert run.accepted == ["CreateBackup"]


def test_backups_of_bare_metal_servers_with_a_tag(runner: ModuleRunner) -> None:
    server = runner.simulator.server("west-db1")
    service = {"service": "baremetal", "resource_type": "baremetal", "resource_id": server["id"]}
    assert runner.run_task("scp_tag", {**service, "tags": {"backup": "daily"}}).changed
    schedules = [{"type": "FULL", "frequency": "DAILY", "start_time": "03:00"}]
    chosen = {"tagged": {"backup": "daily"}, "server_category": "BAREMETAL_SERVER", "is_all_filesystem": True}
    run = runner.run_task("scp_backup_policy", {"servers": [chosen], "schedules": schedules}, check=True)
    assert not run.failed, run.message
    assert [one["server"] for one in run.result["servers"]] == ["west-db1"]
