# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One path of each role and kind through playbooks. All cases are tests of the module (tests/modules/dr)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.dr.scenario import (
    ALL_KINDS,
    CONFIRMED,
    DELETING,
    DISCARDING,
    EAST,
    UNPROTECTED_BLOCKS,
    WEST,
    block_replications,
    block_storage,
    blocks,
    changed,
    failure,
    play,
    protected_blocks,
    replicas,
    replications,
    story,
    table,
    volumes,
    writes,
)

SET_UP = ("dr_replication", ALL_KINDS)
FAIL_OVER = ("dr_failover", ALL_KINDS)
FAILING_OVER = "dr_failover : Fail over the volumes"
STATUS = ("dr_status", ALL_KINDS)
FAIL_BACK = ("dr_failback", {**ALL_KINDS, **DISCARDING})
TEAR_DOWN = ("dr_teardown", {**ALL_KINDS, **DELETING})


@pytest.fixture(autouse=True)
def _block_storage(controller: Controller) -> None:
    block_storage(controller.simulator)


@pytest.mark.parametrize("route", ["in_process", pytest.param("module", marks=pytest.mark.full_routes)], indirect=True)
def test_life(routed: Controller) -> None:
    """Set up, fail over, fail back and tear down one of each kind, twice each; the results have one shape."""
    controller, simulator = routed, routed.simulator
    steps = [step for step in (SET_UP, FAIL_OVER, FAIL_BACK, TEAR_DOWN) for _ignored in range(2)]
    runs = story(controller, *steps)
    for again in runs[1::2]:
        assert (changed(again), writes(again)) == ([], [])
    made, over, back, ended = runs[::2]
    assert sorted(writes(made)) == sorted(
        [
            *["CreateVolume", "CreateVolumeReplication", "CreateVolumeSnapshotRate"],
            *["CreateVolumeReplication", "CreateVolumeGroupReplication"],
        ]
    )
    policies = ["SetVolumeGroupReplicationPolicy", "SetVolumeReplication", "SetVolumeReplicationPolicy"]
    assert sorted(writes(over)) == sorted(writes(back)) == policies
    for run, health in ((made, "ok"), (over, "paused"), (back, "ok"), (ended, "missing")):
        found = replicas(run)
        assert [item["health"] for item in found] == [health] * 3
        assert [item["kind"] for item in found] == ["filestorage_volume", "bm_volume", "bm_volume_group"]
        assert {item["active_region"] for item in found} == {EAST if health == "paused" else WEST}
    assert ":/scp_web_data_" in replicas(over)[0]["target_path"]
    assert table(over)[1].endswith(replicas(over)[0]["target_path"])
    assert blocks(simulator) == UNPROTECTED_BLOCKS
    assert volumes(simulator) == {("web_data", WEST, "none"): 1}


@pytest.mark.newest_core
def test_check_mode_shows_a_plan_and_hands_over_nothing(controller: Controller) -> None:
    """Check mode with a diff shows by volume what would be done, and sends nothing that does it."""
    arguments = ["--check", "--diff"]
    (planned,) = story(controller, SET_UP, arguments=arguments)
    (made,) = story(controller, SET_UP)
    checked = story(controller, FAIL_OVER, ("dr_teardown", {**ALL_KINDS, **DELETING}), arguments=arguments)
    assert [writes(run) for run in (planned, *checked)] == [[]] * 3
    plan = planned["scp.storage.dr_replication : Give the volumes replicas"]
    assert sorted(plan.operations or []) == sorted(writes(made))
    lines = table(checked[0])
    assert lines[0] == "PLAN: this is check mode, and nothing was changed."
    assert "HEALTH NOW" in lines[1]
    assert any("web_data (kr-west1 to kr-east1): SetVolumeReplication. Possible data loss:" in line for line in lines)
    assert lines[-1].startswith("Plan, nothing was changed: 0 created, 3 changed")
    assert "+++ after: web_data (kr-west1 to kr-east1)" in checked[0].output
    assert "possible_data_loss" in checked[0].output
    assert "dr_replicas_artifact" not in checked[0].output
    assert blocks(controller.simulator) == protected_blocks()


@pytest.mark.newest_core
def test_replicas_go_from_role_to_role(controller: Controller) -> None:
    """What one role returns is accepted by the next, in one play; regions are in it. Replicas stay."""
    roles = ["dr_replication", "dr_failover", "dr_failback", "dr_teardown"]
    tasks = [
        {
            "name": role,
            "ansible.builtin.include_role": {"name": f"scp.storage.{role}"},
            "vars": {f"{role}_volumes": "{{ dr_replicas }}" if role != roles[0] else ALL_KINDS["dr_volumes"]},
        }
        for role in roles
    ]
    variables = {
        "dr_replication_region": WEST,
        "dr_replication_target_region": EAST,
        "dr_protocol": "NFS",
        "dr_type_name": "HDD",
        **DISCARDING,
        **CONFIRMED,
    }
    run = controller.run(tasks, variables=variables).succeeded()
    assert [item["health"] for item in replicas(run)] == ["missing"] * 3
    assert blocks(controller.simulator) == protected_blocks(purpose="ORG")
    assert block_replications(controller.simulator) == []


@pytest.mark.newest_core
def test_refusals_name_variables_and_show_the_table_first(controller: Controller) -> None:
    story(controller, SET_UP, FAIL_OVER)
    for playbook, variables, words in (
        ("dr_failback", {}, ["dr_failback_discard_target_changes", "overwrites"]),
        ("dr_teardown", {}, ["dr_teardown_confirm"]),
        ("dr_failover", {"dr_volumes": ["web_data", "never_was"]}, ["dr_failover_force", "never_was", "1 of 2"]),
        ("dr_replication", {"dr_volumes": ["new_data"], "dr_create": False}, ["dr_replication_create is false"]),
        ("dr_failover", {"dr_only": "absent"}, ["dr_failover_only names absent"]),
    ):
        refused = play(controller, playbook, {**ALL_KINDS, **variables})
        message = failure(refused)
        assert [word for word in words if word not in message] == [], message
        assert writes(refused) == []
        if "only" not in message:
            assert table(refused)[0].startswith("VOLUME")
            assert replicas(refused)


@pytest.mark.newest_core
def test_status_shows_one_table_and_fails_on_request(controller: Controller) -> None:
    run = story(controller, SET_UP, ("dr_failover", {**ALL_KINDS, "dr_only": "ledger"}), STATUS)[-1]
    lines: list[str] = run["Show the replicas"].result["msg"]
    assert [line.split()[:4] for line in lines[1:4]] == [
        ["web_data", WEST, EAST, "ok"],
        ["ledger", WEST, EAST, "paused"],
        ["billing", WEST, EAST, "ok"],
    ]
    assert lines[-1] == "2 ok, 1 paused"
    failed = play(controller, "dr_status", {**ALL_KINDS, "dr_status_fail_on": "paused,error"})
    assert "1 of 3 volumes has a health that is to fail the run (paused, error). ledger (kr-west1 to" in failure(failed)
    skipped = play(controller, "dr_status", {**ALL_KINDS, "dr_status_fail_on": "paused", "dr_skip": ["ledger"]})
    assert skipped.rc == 0


@pytest.mark.newest_core
def test_failover_runs_tasks_before_and_after(controller: Controller) -> None:
    """Not if the failover is refused; afterwards the replicas are known, and what servers are to mount."""
    order = [f"scp.storage.{name}" for name in ("dr_failover : before", FAILING_OVER, "dr_common : after")]
    before, fail_over, after = order

    def ran(run: Run) -> list[str]:
        return [result.name for result in run if result.name in order]

    marks = {}
    for name, message in (("before", "writers stop"), ("after", "{{ dr_mounts | map(attribute='path') | list }}")):
        file = controller.folder / f"{name}.yml"
        file.write_text(f'- name: {name}\n  ansible.builtin.debug:\n    msg: "{message}"\n', encoding="utf-8")
        marks[f"dr_failover_{name}_tasks"] = str(file)
    only = {"dr_volumes": [{"name": "web_data", "mount_path": "/srv/web"}], **marks}
    for name in marks:
        missing = play(controller, "dr_failover", {**only, name: "/nowhere/tasks.yml"})
        assert failure(missing) == (
            f"There is no such file on this machine: {name} /nowhere/tasks.yml. Give its full path."
            " Nothing was changed."
        )
        assert ran(missing) == []
    refused = play(controller, "dr_failover", only)
    assert "has no replica web_data" in failure(refused)
    assert ran(refused) == [fail_over]
    forced = play(controller, "dr_failover", {**only, "dr_failover_force": True})
    assert ran(forced.succeeded()) == [fail_over]
    story(controller, ("dr_replication", only))
    planned = play(controller, "dr_failover", only, arguments=["--check"]).succeeded()
    assert ran(planned) == [before, fail_over, after]
    over, again = story(controller, ("dr_failover", only), ("dr_failover", only))
    assert ran(over) == [before, fail_over, after]
    assert over[after].result["msg"] == ["/srv/web"]
    assert replications(controller.simulator) == {("web_data", WEST, "web_data", EAST, "paused"): 1}
    # What a run before it may not have come to is done again; nothing is stopped for nothing.
    assert ran(again) == [fail_over, after]


def test_list_as_text(controller: Controller) -> None:
    """A survey can give the list as names, or as YAML."""
    text = "- web_data\n- {name: web_logs, frequency: hourly}\n"
    empty: dict[str, Any] = {"dr_frequency": "", "dr_snapshot_rate": "", "dr_only": "", "dr_cifs_passwords": ""}
    names, again = story(
        controller,
        ("dr_replication", {"dr_volumes": "web_data, web_logs", **empty}),
        ("dr_replication", {"dr_volumes": text}),
    )
    assert [item["name"] for item in replicas(names)] == ["web_data", "web_logs"]
    assert (changed(again), writes(again)) == ([], [])


@pytest.mark.newest_core
def test_mistakes_are_reported_before_any_call(controller: Controller) -> None:
    """In the list, and in names of variables of the role and of the playbook."""
    given = [{"name": "web_data", "freqency": "daily"}, {"name": "web_logs", "target_region": WEST}, {"name": "office"}]
    for playbook in ("dr_replication", "dr_failover", "dr_failback", "dr_teardown"):
        run = play(controller, playbook, {"dr_volumes": given, "dr_region": "", "dr_target_region": EAST})
        message = failure(run)
        assert "freqency is not a known key, did you mean frequency?" in message
        assert f"3 items: it has no region. Give it here, or for all volumes as {playbook}_region" in message
        assert run.calls == []
    role = {"name": "scp.storage.dr_replication"}
    variables = {"dr_replication_volumes": ["web_data"], "dr_replication_frequence": "daily"}
    run = controller.run([{"ansible.builtin.include_role": role, "vars": variables}])
    assert failure(run) == (
        "dr_replication_frequence is not a variable of the role dr_replication. Did you mean dr_replication_frequency?"
        " Nothing was changed."
    )
    assert "Did you mean dr_volumes?" in failure(play(controller, "dr_failover", {"dr_volums": "x"}))
