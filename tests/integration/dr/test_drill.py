# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill of all kinds, and one that fails, through the playbook. Cases are tests of the module (tests/modules/dr)."""

from __future__ import annotations

import json

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task
from tests.integration.dr.drill_fixtures import check_file, drill, report
from tests.integration.dr.scenario import assert_no_crash, failure, servers, writes
from tests.modules.dr.drills import HIDDEN, LEDGER, SHOWN, assert_untouched, by_name, drill_world, things

PASSWORD = "drill-Secret-1"
#: What a task with no_log must not give away.
SECRET = "hunter2-Of-The-Server"


def test_drill_of_all_kinds_checks_measures_reports_and_removes(controller: Controller) -> None:
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    seen = controller.folder / "seen"
    seen.mkdir()
    note = task(
        "ansible.builtin.copy",
        {"dest": f"{seen}/{{{{ dr_drill_copy.of }}}}", "content": "{{ dr_drill_copy | to_json }}", "mode": "0600"},
    )
    variables = {
        "dr_drill_check_tasks": check_file(controller.folder, note),
        "dr_drill_access_rules": json.dumps(servers(simulator, "east-web1")),
        "dr_drill_attachments": servers(simulator, "east-db1"),
        "dr_drill_cifs_passwords": {"office": PASSWORD},
        "dr_drill_report_dir": str(controller.folder),
        "dr_drill_rto": "10m",
        "dr_drill_rpo": "3h",
    }
    plain = {**variables, "dr_drill_report_dir": ""}
    planned = drill(controller, variables=plain, arguments=["--check", "--diff"]).succeeded()
    assert not writes(planned)
    assert {volume["result"] for volume in report(planned)["volumes"]} == {"planned"}
    run = drill(controller, variables=variables, verbosity=3).succeeded()
    assert_no_crash(run)
    assert_untouched(simulator, before)
    assert PASSWORD not in run.output + planned.output

    found = report(run)
    assert sorted(report(planned)["operations"]) == sorted(found["operations"])
    assert sorted(found["operations"]) == sorted(name for result in run for name in result.accepted)
    assert found["passed"]
    volumes = by_name(found)
    assert sorted(volumes) == ["billing", "ledger", "office", "web_data"]
    for volume in volumes.values():
        assert 0 < volume["recovery_seconds"] <= found["recovery_seconds"]
        assert volume["checks"][-1] == {"check": "check.yml", "passed": True, "found": "no task failed"}
    assert len(found["removed"]) == 6
    assert not found["left_behind"]
    copies = {file.name: json.loads(file.read_text()) for file in seen.iterdir()}
    assert sorted(copies) == sorted(volumes)
    assert copies["ledger"]["volumes"][0]["iscsi_target_ips"]

    (written,) = controller.folder.glob("dr_drill_*.json")
    assert json.loads(written.read_text()) == found
    text = written.with_suffix(".md").read_text()
    assert text.startswith("# Disaster recovery drill, ")
    assert "**Passed**: 4 of 4 drilled" in text
    assert PASSWORD not in written.read_text() + text


@pytest.mark.newest_core
def test_drill_whose_checks_fail_is_red_and_leaves_nothing(controller: Controller) -> None:
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    simulator.fault("status", operation="CreateVolumeRecovery", status=403, times=None)
    checks = [
        task(
            "ansible.builtin.command",
            {"argv": ["sh", "-c", "echo {{ item }} is wrong >&2; test {{ dr_drill_copy.of }} != office"]},
            name="Compare checksums",
            loop=["The checksum", "The date"],
        ),
        task(
            "ansible.builtin.assert",
            {"that": "dr_drill_copy.of != 'web_data'", "fail_msg": f"{SECRET} was refused."},
            name="Log in",
            no_log=True,
        ),
    ]
    run = drill(controller, variables={"dr_drill_check_tasks": check_file(controller.folder, *checks)})
    simulator.clear_faults()
    message = failure(run)
    assert message.startswith("The drill did not pass. web_data (kr-west1 to kr-east1): Log in: it failed, and no_log")
    assert "office (kr-west1 to kr-east1): Compare checksums: " in message
    assert "return code: The checksum is wrong; " in message
    assert "The date is wrong" in message
    assert "ledger (kr-west1 to kr-east1): " in message
    assert SECRET not in message + json.dumps(report(run))
    results = {name: volume["result"] for name, volume in by_name(report(run)).items()}
    assert results == {"web_data": "failed", "office": "failed", "ledger": "failed", "billing": "passed"}
    assert_no_crash(run)
    assert_untouched(simulator, before)


@pytest.mark.newest_core
def test_drill_that_keeps_its_copies_is_followed_by_a_removal(controller: Controller) -> None:
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    kept = drill(controller, [SHOWN, LEDGER], variables={"dr_drill_keep": True}).succeeded()
    assert report(kept)["kept"]
    assert things(simulator) != before
    gone = drill(controller, [SHOWN, LEDGER], variables={"dr_drill_state": "absent"}).succeeded()
    assert len(report(gone)["removed"]) == 2
    assert_untouched(simulator, before)


@pytest.mark.newest_core
def test_drill_with_mistakes_calls_nothing(controller: Controller) -> None:
    variables = {"dr_drill_check_tasks": "check.yml", "dr_drill_report_dir": "/nowhere"}
    run = drill(controller, [HIDDEN], variables=variables)
    assert failure(run) == (
        "dr_drill_check_tasks 'check.yml' is not the full path of a file on this machine."
        " dr_drill_report_dir '/nowhere' is not the full path of a folder on this machine. Create the folder."
        " Nothing was changed."
    )
    assert not run.calls
    run = drill(controller, [HIDDEN], variables={"dr_drill_prefix": "Drill!", "dr_drill_rto": "soon"})
    assert "dr_drill_prefix 'Drill!' is invalid." in failure(run)
    assert "dr_drill_rto 'soon' is not an age." in failure(run)
    assert not run.calls
