# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drill of all kinds: what it makes, measures, reports and removes; and options that cannot work."""

from __future__ import annotations

import json

from tests.harness.playbooks import Controller
from tests.harness.tasks import task
from tests.integration.dr.drill_fixtures import (
    AGE,
    ALL,
    EAST,
    HIDDEN,
    LAG,
    WEST,
    assert_untouched,
    by_name,
    check_file,
    drill,
    drill_world,
    report,
    things,
)
from tests.integration.dr.scenario import assert_no_crash, failure, servers, writes

PASSWORD = "drill-Secret-1"
REMOVED = ("DeleteVolume", "DeleteVolumeReplication")


def test_a_drill_of_all_kinds(controller: Controller) -> None:
    """Copies are made, opened to servers, checked by the user's tasks, measured, written down and removed."""
    simulator = controller.simulator
    drill_world(simulator)
    before = things(simulator)
    seen = controller.folder / "seen"
    seen.mkdir()
    note = task(
        "ansible.builtin.copy",
        {"dest": f"{seen}/{{{{ dr_drill_copy.of }}}}", "content": "{{ dr_drill_copy | to_json }}", "mode": "0600"},
    )
    run = drill(
        controller,
        variables={
            "dr_drill_check_tasks": check_file(controller.folder, note),
            "dr_drill_access_rules": json.dumps(servers(simulator, "east-web1")),
            "dr_drill_attachments": servers(simulator, "east-db1"),
            "dr_drill_cifs_passwords": {"office": PASSWORD},
            "dr_drill_report_dir": str(controller.folder),
            "dr_drill_rto": "10m",
            "dr_drill_rpo": "3h",
        },
        verbosity=3,
    ).succeeded()
    assert_no_crash(run)
    assert_untouched(simulator, before)
    made = [name for name in writes(run) if name not in REMOVED]
    assert made[:6] == [
        "CreateVolume",
        "CreateVolumeReplication",
        "CreateVolume",
        "SetVolumeReplication",
        "CreateVolumeRecovery",
        "CreateVolumeGroupRecovery",
    ]
    assert made.count("AttachVolume") == 3
    assert PASSWORD not in run.output

    found = report(run)
    volumes = by_name(found)
    assert found["passed"]
    assert {volume["result"] for volume in volumes.values()} == {"passed"}
    assert [volumes[item["name"]]["way"] for item in ALL] == ["replica", "source", "replica", "replica"]
    assert (found["rto"], found["rpo"]) == ({"seconds": 600, "met": True}, {"seconds": 10800, "met": True})
    for volume in volumes.values():
        assert 0 < volume["recovery_seconds"] <= found["recovery_seconds"] < found["seconds"]
        assert AGE <= volume["data_age_seconds"] < AGE + 300
        assert volume["checks"][-1] == {"check": "check.yml", "passed": True, "told": "no task failed"}
    # The simulator's time runs faster than ours, and with it grows how far a replica is behind.
    assert LAG <= volumes["ledger"]["data_loss_seconds"] == volumes["ledger"]["replica_lag_seconds"] < AGE
    assert volumes["web_data"]["data_loss_seconds"] == volumes["web_data"]["data_age_seconds"]
    assert volumes["web_data"]["replica_lag_seconds"] is None
    assert len(found["removed"]) == 6
    assert not found["left_behind"]

    copies = {file.name: json.loads(file.read_text()) for file in seen.iterdir()}
    assert sorted(copies) == ["billing", "ledger", "office", "web_data"]
    assert copies["office"]["region"] == EAST
    assert copies["office"]["path"].startswith("\\\\")
    assert [volume["state"] for volume in copies["billing"]["volumes"]] == ["IN_USE", "IN_USE"]
    (written,) = controller.folder.glob("dr_drill_*.json")
    assert json.loads(written.read_text()) == found
    text = written.with_suffix(".md").read_text()
    assert text.startswith("# Disaster recovery drill, ")
    assert "**Passed**" in text
    assert "(target 600 s: met)" in text or "(target 0:10 h: met)" in text
    assert PASSWORD not in written.read_text() + text


def test_mistakes(controller: Controller) -> None:
    """Options that cannot work are reported together, before any call."""
    run = drill(
        controller,
        [{"name": "web_data", "kinde": "bm_volume"}],
        variables={"dr_target_region": WEST},
    )
    assert "kinde is not known; the keys are name, kind, region" in failure(run)
    assert "region and target_region are both kr-west1" in failure(run)
    run = drill(
        controller,
        [HIDDEN],
        variables={
            "dr_drill_prefix": "Drill!",
            "dr_drill_rto": "soon",
            "dr_drill_check_tasks": "check.yml",
            "dr_drill_report_dir": "/nowhere",
            "dr_drill_attachments": [{"object_id": "x"}],
            "dr_drill_cifs_passwords": PASSWORD,
        },
    )
    assert failure(run) == (
        "dr_drill cannot begin, and nothing was changed."
        " dr_drill_prefix is Drill!; it is 2 to 6 lower-case letters and digits, a letter first."
        " dr_drill_rto is soon; it is a number with a unit, for example 90s, 15m, 2h or 1d, or nothing."
        " dr_drill_check_tasks is check.yml; give the file's whole path, from / on."
        " dr_drill_report_dir is /nowhere, and there is no such folder on this machine."
        " dr_drill_cifs_passwords must be a dictionary: a password by each name of the list."
        " Each of dr_drill_attachments has an object_type (BM or MNGC) and an object_id (of the server), and nothing"
        " else."
    )
    assert not run.calls
    run = drill(controller, [HIDDEN], variables={"dr_drill_report_dir": "reports"})
    assert "dr_drill_report_dir is reports; give the folder's whole path, from / on." in failure(run)
