# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures with backups and agents as the user sees them, and what is done about them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.modules import ModuleRunner
from tests.harness.tasks import task
from tests.modules.messages import Case, check_case, each
from tests.scenarios.backup import MONTHLY, NIGHTLY, SUNDAYS
from tests.simulator.fixture import Simulator

SERVICE = "backup"
WEST, EAST = "kr-west1", "kr-east1"
BACKUP, AGENT, TARGETS = "scp_backup", "scp_backup_agent", "scp_backup_target_info"
IMAGE = {
    "name": "new-image",
    "server": "west-web1",
    "server_category": "VIRTUAL_SERVER",
    "policy_category": "AGENTLESS",
    "schedules": [SUNDAYS],
}
FILES = {
    **IMAGE,
    "name": "new-files",
    "server": "west-db1",
    "server_category": "BAREMETAL_SERVER",
    "policy_category": "AGENT",
    "filesystem_paths": ["/new"],
}
NO_ID = "99999999-0000-4000-8000-000000000000"


def _world(simulator: Simulator) -> dict[str, Any]:
    """One of each that matters."""
    web, db = simulator.server("west-web2"), simulator.server("west-db1")
    image = {"server_uuid": web["id"], "server_name": web["name"]}
    files = {
        "server_uuid": db["id"],
        "server_name": db["name"],
        "server_category": "BAREMETAL_SERVER",
        "policy_category": "AGENT",
        "policy_type": "FILESYSTEM",
        "agent_id": "BACKUP_AGENT-one",
    }
    stopped = simulator.server("west-stopped2")
    return {
        "backups": [
            {"id": "id-of-images", "name": "images", **image},
            {"id": "id-of-sad", "name": "sad", "state": "ERROR", **image},
            *({"id": f"id-of-twin-{number}", "name": "twin", **image} for number in (1, 2)),
            {"id": "1234567890abcdef1234567890abcdef", "name": "late", "state": "DELETING", **image},
            {"id": "id-of-files", "name": "files", "filesystem_paths": ["/data", "/etc/"], **files},
            {"id": "id-of-all", "name": "all", "is_all_filesystem": True, **files},
            {
                "id": "id-of-copy",
                "name": "copy",
                "region": EAST,
                "role_type": "REPLICA",
                "origin_id": "id-of-files",
                **files,
            },
        ],
        "schedules": [{"backup_id": "id-of-images", "type": "FULL", "frequency": "DAILY", "start_time": "09:00:00"}],
        "agents": [
            {
                "id": "BACKUP_AGENT-one",
                "name": "agent_one",
                "server_uuid": db["id"],
                "server_name": db["name"],
                "server_category": "BAREMETAL_SERVER",
                "subnet_id": db["subnet_id"],
            },
            {
                "id": "BACKUP_AGENT-two",
                "name": "agent_two",
                "server_uuid": stopped["id"],
                "server_name": stopped["name"],
                "server_category": "BAREMETAL_SERVER",
            },
        ],
    }


CASES = [
    Case(
        "nothing said of a new one",
        BACKUP,
        {"name": "new-image"},
        ("'new-image'", WEST, "server and server_category and schedules and policy_category"),
    ),
    Case("files of what", BACKUP, {**FILES, "filesystem_paths": None}, ("filesystem_paths or is_all_filesystem",)),
    Case("no such id", BACKUP, {"backup_id": NO_ID}, ("backup", NO_ID, WEST)),
    Case(
        "two of a name", BACKUP, {"name": "twin"}, ("fits 2 backups", "id-of-twin-1", "id-of-twin-2", "id of the one")
    ),
    Case(
        "times that cannot be",
        BACKUP,
        {**IMAGE, "schedules": [{**SUNDAYS, "start_time": "09:15"}, {**NIGHTLY, "start_time": "630"}, NIGHTLY]},
        ("schedules[0] {type: FULL", "09:15", "minutes 00 or 30", "schedules[1]", "630", "write it as '10:30'"),
    ),
    Case(
        "days that are missing",
        BACKUP,
        {
            **IMAGE,
            "schedules": [
                {**SUNDAYS, "start_day": None},
                {**MONTHLY, "type": "INCREMENTAL", "start_week": None, "start_day": "Monday"},
            ],
        },
        ("schedules[0]", "WEEKLY needs start_day", "schedules[1]", "MONTHLY needs start_week", "start_day must be one"),
    ),
    Case(
        "two full ones",
        BACKUP,
        {"name": "images", "schedules": [SUNDAYS, {**MONTHLY, "start_day": "MON"}]},
        ("exactly one entry of type FULL, and has 2", "SUN", "MONTHLY"),
        check=True,
    ),
    Case("no full one", BACKUP, {**IMAGE, "schedules": [NIGHTLY]}, ("exactly one entry of type FULL, and has 0",)),
    Case(
        "too many, and one twice",
        BACKUP,
        {
            **IMAGE,
            "schedules": [
                SUNDAYS,
                *({**NIGHTLY, "start_time": f"{hour}:00"} for hour in range(6)),
                {**NIGHTLY, "start_time": "05:00:00", "start_day": "MON"},
            ],
        },
        ("6 entries of type INCREMENTAL, and has 7", "schedules[7]", "the same as schedules[6]"),
    ),
    Case(
        "all that does not go together",
        BACKUP,
        {**IMAGE, "server_category": "BAREMETAL_SERVER", "policy_type": "FILESYSTEM", "filesystem_paths": ["data"]},
        ("AGENTLESS goes with policy_type VM_IMAGE", "AGENT and filesystem_paths", "'data'", "AGENT only", "Nothing"),
    ),
    Case(
        "paths and all of it",
        BACKUP,
        {**FILES, "is_all_filesystem": True},
        ("filesystem_paths and is_all_filesystem exclude each other",),
    ),
    Case("no paths", BACKUP, {"name": "files", "filesystem_paths": []}, ("filesystem_paths is empty",)),
    Case(
        "from all to nothing",
        BACKUP,
        {"name": "all", "is_all_filesystem": False},
        ("all (id-of-all)", "keeps all", "filesystem_paths must say"),
    ),
    Case("no replication there", BACKUP, {**FILES, "dr_enabled": True, "backup_region": "kr-south1"}, ("kr-south1",)),
    Case(
        "kept where it cannot be",
        BACKUP,
        {**IMAGE, "backup_region": "kr-south1"},
        ("backup_region kr-south1 keeps no backups of kr-west1", "possible: kr-east1, kr-west1"),
    ),
    Case(
        "no such server",
        BACKUP,
        {**IMAGE, "server": "west-web9"},
        ("no VIRTUAL_SERVER", "'west-web9'", WEST, "still there"),
    ),
    Case(
        "another kind of server",
        BACKUP,
        {**IMAGE, "server": "west-gpu1"},
        ("west-gpu1", "is a GPU_SERVER", "Set server_category to GPU_SERVER"),
    ),
    Case(
        "a server without an agent",
        BACKUP,
        {**FILES, "server": "west-db2"},
        ("west-db2", "has no backup agent", "scp_backup_agent"),
        check=True,
    ),
    Case(
        "a server that has one",
        BACKUP,
        {**IMAGE, "server": "west-web2"},
        ("west-web2", "no further image backup", "already", "delete it first"),
        switches={"backup_server_twice": "409"},
    ),
    Case(
        "paths that are kept",
        BACKUP,
        {**FILES, "filesystem_paths": ["/new", "/etc", "/data"]},
        ("/etc and /data", "under backup already", "files (id-of-files)", "AVAILABLE", "leave it out here"),
    ),
    Case(
        "a name that is taken out of sight",
        BACKUP,
        {**IMAGE, "name": "images"},
        ("'images' is taken", "does not see", "another name"),
        faults=({"kind": "list_lag", "operation": "ListBackups", "seconds": 1e9},),
    ),
    Case(
        "all that stays unchanged",
        BACKUP,
        {
            "backup_id": "id-of-images",
            **FILES,
            "filesystem_paths": ["/data"],
            "encrypt_enabled": False,
            "backup_region": EAST,
            "schedules": None,
        },
        (
            "name is 'images' and cannot be 'new-files'",
            "server_category is 'VIRTUAL_SERVER'",
            "policy_category is 'AGENTLESS' and cannot be 'AGENT'",
            "encrypt_enabled is True and cannot be False",
            "backup_region is 'kr-west1'",
            "server is 'west-web2 (",
            "'west-db1'",
            "another name",
        ),
    ),
    Case(
        "images get no replica",
        BACKUP,
        {"name": "images", "dr_enabled": True},
        ("dr_enabled (of a backup without an agent) is False and cannot be True",),
    ),
    Case(
        "a replica",
        BACKUP,
        {"name": "copy", "region": EAST, "retention_period": "YEAR_1"},
        ("copy (id-of-copy) in kr-east1 is a replica", "id-of-files in kr-west1", "option region"),
    ),
    Case(
        "a replica that is to go",
        BACKUP,
        {"name": "copy", "region": EAST, "state": "absent"},
        ("400", "It is a replica", "backup id-of-files in kr-west1", "dr_enabled"),
        sends=("DeleteBackup",),
    ),
    Case("in error", BACKUP, {"name": "sad"}, ("sad (id-of-sad)", "state ERROR", "state absent", "support")),
    Case(
        "going",
        BACKUP,
        {"backup_id": "1234567890abcdef1234567890abcdef"},
        ("late", "being deleted", "by name"),
    ),
    Case("an agent for no server", AGENT, {"server": "west-db99"}, ("'west-db99'", WEST, "still there")),
    Case(
        "an agent of another kind",
        AGENT,
        {"server": "west-db2", "server_category": "GPU_SERVER"},
        ("no GPU_SERVER", "'west-db2'", "server_category"),
    ),
    Case(
        "an agent that is used",
        AGENT,
        {"server": "west-db1", "state": "absent"},
        ("agent_one (BACKUP_AGENT-one)", "west-db1", "files (id-of-files)", "all (id-of-all)", "scp_backup with"),
    ),
    Case(
        "an agent elsewhere",
        AGENT,
        {"server": "west-db1", "subnet_id": "another", "server_category": "GPU_SERVER"},
        ("agent_one", "server_category is 'BAREMETAL_SERVER'", "cannot be 'GPU_SERVER'", "cannot be 'another'"),
    ),
    Case(
        "an agent in no subnet",
        AGENT,
        {"server": "west-db2", "subnet_id": "none-such"},
        ("404", "Subnet", "subnet_id in kr-west1"),
        sends=("CreateBackupAgent",),
    ),
    Case(
        "a check that is not waited for",
        AGENT,
        {"server": "west-db1", "check_connection": True, "wait": False},
        ("check_connection", "wait: false"),
    ),
    Case(
        "a new agent on a stopped server",
        AGENT,
        {"server": "west-stopped1", "check_connection": True},
        ("west-stopped1", "STOPPED", "Start the server first"),
    ),
    Case(
        "an agent on a stopped server",
        AGENT,
        {"server": "west-stopped2", "check_connection": True},
        ("agent_two", "no connection", "FAILED", "server west-stopped2 runs", "installer", "100.64."),
    ),
    Case(
        "an agent that is out of reach",
        AGENT,
        {"server": "west-db1", "check_connection": True},
        ("agent_one (BACKUP_AGENT-one) has no connection", "installed"),
        switches={"backup_connection_result": "FAILED", "backup_connection_checking": "INPROGRESS"},
    ),
    Case(
        "filters of another kind",
        TARGETS,
        {"kind": "regions", "server_name": "x", "vpc_id": "y"},
        ("kind regions has no use for server_name and vpc_id", "from_region"),
    ),
    Case("subnets for what", TARGETS, {"kind": "subnets"}, ("kind is subnets", "backup")),
    Case(
        "files of an image",
        TARGETS,
        {"kind": "file_restore_servers", "backup": "images"},
        ("ListAgentBackupRestoreTargetServers", "400", "image"),
    ),
]


@each(CASES)
def test_message(runner: ModuleRunner, case: Case) -> None:
    """Each failure is one paragraph with the words that help, and only what the service alone can show is sent."""
    runner.simulator.patch_world({SERVICE: _world(runner.simulator)})
    check_case(runner, case)


@pytest.mark.module(BACKUP, "scp_backup_run")
def test_a_job_is_waited_for(runner: ModuleRunner) -> None:
    """A backup is not deleted while a job of it runs: the task says so, and deletes it then."""
    _delete_beside_a_job(runner, "409")


@pytest.mark.module(BACKUP, "scp_backup_run")
def test_a_job_that_no_history_shows_is_waited_for(runner: ModuleRunner) -> None:
    """The service answers 500 to deleting then, and a job shows a little after it has begun."""
    _delete_beside_a_job(runner, "500")


def _delete_beside_a_job(runner: ModuleRunner, status: str) -> None:
    simulator = runner.simulator
    simulator.patch_world({SERVICE: _world(simulator)})
    simulator.switch(backup_delete_busy=status, backup_job_seconds=400, backup_history_seconds=20)
    absent = {"name": "images", "state": "absent"}
    run = runner.run(
        [
            task("scp_backup_run", {"backup": "images", "wait": False}, name="run"),
            task(BACKUP, {**absent, "wait_timeout": 2}, name="soon", ignore_errors=True),
            task(BACKUP, absent, name="go", check=True),
            task(BACKUP, absent, name="done"),
            task(BACKUP, absent, name="again"),
        ]
    ).succeeded()
    assert run["soon"].failed
    assert "must end before it can be deleted" in run["soon"].message, run["soon"].message
    assert run["soon"].operations == []
    assert run["go"].operations == run["done"].operations == run["done"].accepted == ["DeleteBackup"]
    assert not run["again"].changed
    assert "id-of-images" not in {one["id"] for one in simulator.world()[SERVICE]["backups"]}


@pytest.mark.module(BACKUP)
@pytest.mark.parametrize("what", ["create", "delete"])
def test_a_backup_that_ends_in_error(runner: ModuleRunner, what: str) -> None:
    """It is reported, stays known, and can be removed in the end."""
    simulator = runner.simulator
    simulator.switch(**{f"backup_{what}_ends_in": "ERROR"})
    absent = {"name": "new-image", "state": "absent"}
    run = runner.run(
        [task(BACKUP, IMAGE, name=name, ignore_errors=True) for name in ("make", "again")]
        + [task(BACKUP, absent, name="remove", ignore_errors=True)]
    ).succeeded()
    if what == "create":
        for name in ("make", "again"):
            assert run[name].failed
            assert "is in state ERROR" in run[name].message
            assert run[name].result["backup"]["name"] == "new-image"
        assert run["make"].operations == ["CreateBackup"]
        assert run["again"].writes == []
    else:
        assert run["remove"].failed
        assert "its deletion went wrong" in run["remove"].message
        simulator.switch(backup_delete_ends_in="gone")
        run = runner.run([task(BACKUP, absent, name="remove")]).succeeded()
    assert run["remove"].operations == ["DeleteBackup"]
    assert simulator.resources() == {}


@pytest.mark.module(AGENT)
def test_an_agent_that_ends_in_error(runner: ModuleRunner) -> None:
    """It is reported, stays known, and can be removed."""
    runner.simulator.switch(backup_agent_create_ends_in="ERROR")
    run = runner.run(
        [task(AGENT, {"server": "west-db1"}, name=name, ignore_errors=True) for name in ("make", "again")]
        + [task(AGENT, {"server": "west-db1", "state": "absent"}, name="remove")]
    ).succeeded()
    for name in ("make", "again"):
        assert run[name].failed
        assert "is in state ERROR" in run[name].message
        assert run[name].result["agent"]["server_name"] == "west-db1"
    assert run["again"].writes == []
    assert run["remove"].operations == ["DeleteBackupAgent"]
    assert runner.simulator.resources() == {}


@pytest.mark.module(BACKUP, AGENT)
def test_where_servers_for_images_can_not_be_listed(runner: ModuleRunner) -> None:
    """The service was seen to answer 500 then; servers are found as those that have an agent, or have none."""
    simulator = runner.simulator
    simulator.switch(backup_vm_targets="500")
    agent = {"server": "west-web2"}
    run = runner.run(
        [
            task(AGENT, agent),
            task(BACKUP, IMAGE, name="one without an agent"),
            task(BACKUP, {**IMAGE, "name": "other", **agent}, name="one with an agent"),
            task(BACKUP, {**IMAGE, "name": "third", "server": "nobody"}, name="nobody", ignore_errors=True),
        ]
    ).succeeded()
    for name in ("one without an agent", "one with an agent"):
        assert run[name].operations == ["CreateBackup"]
    assert "no VIRTUAL_SERVER" in run["nobody"].message


@pytest.mark.module(BACKUP)
def test_a_replica_that_stays_on_its_own(runner: ModuleRunner) -> None:
    """Where the service leaves it when its original is gone, it is deleted in its own region."""
    simulator = runner.simulator
    simulator.switch(backup_dr_off="stays")
    name = {"name": "new-files"}
    run = runner.run(
        [
            task(AGENT, {"server": "west-db1"}),
            task(BACKUP, {**FILES, "dr_enabled": True}),
            task(BACKUP, {**name, "state": "absent"}, name="original"),
            task(BACKUP, {**name, "region": EAST, "state": "absent"}, name="replica"),
            task(AGENT, {"server": "west-db1", "state": "absent"}),
        ]
    ).succeeded()
    assert run["original"].operations == ["UpdateReplicationUse", "DeleteBackup"]
    assert run["replica"].operations == ["DeleteBackup"]
    assert simulator.resources() == {}


@pytest.mark.module(BACKUP)
def test_a_new_backup_waits_for_the_old_one(runner: ModuleRunner) -> None:
    """One of the same name that is on its way out is not a backup any more, and yet its name is not free."""
    simulator = runner.simulator
    simulator.switch(backup_delete_seconds=60)
    run = runner.run(
        [
            task(BACKUP, IMAGE),
            task(BACKUP, {"name": "new-image", "state": "absent", "wait": False}, name="go"),
            task(BACKUP, IMAGE, name="predict", check=True),
            task(BACKUP, IMAGE, name="again"),
        ]
    ).succeeded()
    assert run["predict"].operations == run["again"].operations == ["CreateBackup"]
    assert run["again"].accepted == ["CreateBackup"]
    assert run[0].result["backup"]["id"] != run["again"].result["backup"]["id"]


@pytest.mark.module(BACKUP, "scp_backup_info")
def test_a_replica_beside_its_original(runner: ModuleRunner) -> None:
    """Where a backup is kept in another region its replica comes back to its own; their name means the original."""
    simulator = runner.simulator
    asked = {**FILES, "backup_region": EAST, "dr_enabled": True}
    run = runner.run(
        [
            task(AGENT, {"server": "west-db1"}),
            task(BACKUP, asked, name="make"),
            task(BACKUP, {**asked, "retention_period": "YEAR_1"}, name="change"),
            task("scp_backup_info", {"name": "new-files", "gather": ["detail"]}, name="both"),
            task(BACKUP, {"name": "new-files", "state": "absent"}, name="remove"),
            task(AGENT, {"server": "west-db1", "state": "absent"}),
        ]
    ).succeeded()
    assert run["change"].operations == ["UpdateRetentionPeriod"]
    assert run["change"].result["backup"]["id"] == run["make"].result["backup"]["id"]
    both = {backup["role_type"]: backup for backup in run["both"].result["backups"]}
    assert both["REPLICA"]["origin_backup_id"] == both["ORIGINAL"]["id"]
    assert run["remove"].operations == ["UpdateReplicationUse", "DeleteBackup"]
    assert simulator.resources() == {}
