# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook ``backup_restore``: a server and a moment make a new server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run

PLAYBOOK = "scp.storage.backup_restore"
ASKED = {"backup_restore_server": "west-web1", "backup_restore_server_type_id": "s1v2m4"}
RESTORE = "Restore it, and wait"


@pytest.fixture
def world(controller: Controller) -> Controller:
    """Two image backups of a server and one of its files, with a restore point each day."""
    server = controller.simulator.server("west-web1")
    of_server = {"server_uuid": server["id"], "server_name": server["name"], "server_subnet_id": server["subnet_id"]}
    backups: list[dict[str, Any]] = [
        {"id": name, "name": name, **of_server, **more}
        for name, more in (
            ("odd", {}),
            ("even", {}),
            ("files", {"policy_category": "AGENT", "policy_type": "FILESYSTEM"}),
        )
    ]
    points = [
        {
            "id": f"day-{day}",
            "backup_id": "files" if day == 7 else "odd" if day % 2 else "even",
            "backup_start_time": f"2026-10-0{day}T15:00:00.000000",
            "schedule_name": "FULL_DAILY_00:00:00-chg4By",
            "expires_at": 4102444800.0,
            "broken": day == 3,
        }
        for day in range(1, 8)
    ]
    others = [{"id": "other", "name": "other", "server_uuid": "x", "server_name": "west-web10"}]
    controller.simulator.patch_world({"backup": {"backups": [*backups, *others], "restore_targets": points}})
    return controller


def _run(controller: Controller, *arguments: str, **variables: Any) -> Run:
    given = {f"backup_restore_{name}": value for name, value in variables.items()}
    return controller.playbook(PLAYBOOK, variables={**ASKED, **given}, arguments=arguments)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-10-06T15:00:00Z", 6),
        ("2026-10-06T14:59:59+09:00", 5),
        ("2026-10-04T00:00:00+09:00", 2),
    ],
)
def test_newest_before(world: Controller, moment: str, day: int) -> None:
    """Of all of the server's images, the newest of the moment or before it that can be restored."""
    predicted = _run(world, "--check", moment=moment).succeeded()
    assert predicted[RESTORE].operations == ["RestoreBackup"]
    assert predicted[RESTORE].result["restore_point"]["restore_target_id"] == f"day-{day}"
    assert world.simulator.writes() == []


@pytest.mark.newest_core
def test_restored_once(world: Controller) -> None:
    """The newest of all where no moment is given; run again, nothing is done."""
    run = _run(world).succeeded()
    assert run[RESTORE].operations == ["RestoreBackup"]
    assert run[RESTORE].result["restore"]["backup_start_time"] == "2026-10-06T15:00:00"
    assert run[RESTORE].result["restore"]["restore_state"] == "COMPLETED"
    assert world.simulator.server("west-web1-restored")["server_type"] == "s1v2m4"
    again = _run(world).succeeded()
    assert again.count("changed") == 0


@pytest.mark.newest_core
def test_elsewhere(world: Controller) -> None:
    """With all that a survey can ask for."""
    simulator = world.simulator
    subnets = [net["id"] for net in simulator.world()["subnets"] if net["region"] == "kr-east1"]
    groups = [group["id"] for group in simulator.world()["security_groups"] if group["region"] == "kr-east1"]
    _run(
        world,
        backup="odd",
        moment="2026-10-04T15:00:00Z",
        server_name="web-standby",
        region="kr-west1",
        target_region="kr-east1",
        subnet_ids=", ".join(subnets),
        security_group_ids=",".join(groups),
        allow_partial="false",
        wait_timeout="600",
    ).succeeded()
    made = simulator.server("web-standby")
    assert (made["region"], made["security_groups"]) == ("kr-east1", groups)
    (done,) = simulator.world()["backup"]["restore_histories"]
    assert (done["backup_id"], done["point_id"]) == ("odd", "day-1")


@pytest.mark.newest_core
def test_refusals(world: Controller) -> None:
    """What is missing or does not fit is reported with what to do, before anything is sent."""
    for variables, words in (
        ({"server": ""}, ("backup_restore_server", "backup_restore_server_type_id")),
        ({"server": "absent"}, ("No image of server absent", "in this region: none")),
        ({"backup": "files"}, ("called files", "odd", "even")),
        ({"moment": "2026-10-01"}, ("No image of server west-web1", "before 2026-10-01", "even, odd")),
        ({"moment": "yesterday"}, ("backup_end_time 'yesterday' is not a time",)),
        ({"server_name": "west-web2"}, ("west-web2 is taken",)),
        ({"subnet_ids": "[a"}, ("backup_restore_subnet_ids is a text that cannot be read", "line 1")),
        ({"security_group_ids": "[a"}, ("backup_restore_security_group_ids is a text that cannot be read",)),
    ):
        run = _run(world, **variables)
        assert run.rc != 0
        message = next(result for result in run if result.failed)
        reported = message.message + "".join(item.message for item in message.items)
        assert [word for word in words if word not in reported] == [], reported
        assert run.count("failures") == 1
    assert world.simulator.writes() == []


@pytest.mark.newest_core
def test_the_name_of_another_moment(world: Controller) -> None:
    """A server that is there already, as it was at another moment, is not taken for the one that is asked for."""
    _run(world, backup="odd", moment="2026-10-02").succeeded()
    run = _run(world, backup="odd")
    assert run.rc != 0
    assert "2026-10-01T15:00:00" in run[-1].message
    assert "another restore_server_name" in run[-1].message
    assert len(world.simulator.writes()) == 1


@pytest.mark.newest_core
def test_the_name_of_another_moment_nine_hours_apart(world: Controller) -> None:
    """Nine hours may be Korean time, but not where an image of that very time is there, or of another schedule."""
    for hour, schedule in (("06", "FULL_DAILY_00:00:00-chg4By"), ("07", "INCREMENTAL_DAILY_07:00:00-x")):
        later = f"2026-10-05T{hour}:00:00.000000"
        earlier = f"2026-10-04T{int(hour) + 15}:00:00.000000"
        points = [
            {"id": f"{hour}-later", "backup_start_time": later, "schedule_name": schedule},
            {"id": f"{hour}-earlier", "backup_start_time": earlier, "schedule_name": "FULL_DAILY_00:00:00-chg4By"},
        ]
        world.simulator.patch_world(
            {"backup": {"restore_targets": [{"backup_id": "odd", "expires_at": 4102444800.0, **one} for one in points]}}
        )
        asked = {"backup": "odd", "server_name": f"rescued-{hour}"}
        _run(world, **asked, moment=f"{later[:19]}Z").succeeded()
        run = _run(world, **asked, moment=f"{earlier[:19]}Z")
        assert run.rc != 0
        assert f"was restored before, from the image of {later[:19]}" in run[-1].message
    assert [call["operation"] for call in world.simulator.writes()] == ["RestoreBackup"] * 2
