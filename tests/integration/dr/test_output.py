# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users and other users's logs get to see: no secret, and a table."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.integration.dr.scenario import DELETING, DISCARDING, play, replicas, story, table

PASSWORD = "s3cret-Pw!42"
CIFS = {"dr_protocol": "CIFS", "dr_volumes": ["web_data"]}


@pytest.mark.newest_core
def test_no_secret_in_the_most_verbose_output(controller: Controller) -> None:
    """CIFS volumes: neither their password nor the key is in what Ansible prints, also when a run fails."""
    simulator = controller.simulator
    extra = {**CIFS, **DISCARDING, **DELETING}
    # In a file, as in -vvvv Ansible prints its command line.
    file = controller.folder / "passwords.yml"
    file.write_text(f'{{"dr_cifs_passwords": {{"web_data": "{PASSWORD}"}}}}', encoding="utf-8")
    outputs = []
    simulator.fault("status", status=403, operation="CreateVolumeReplication")
    for playbook in ("dr_replication", "dr_replication", "dr_failover", "dr_failback", "dr_teardown"):
        run = play(controller, playbook, extra, arguments=["--diff", "-e", f"@{file}"], verbosity=4)
        assert (run.rc != 0) == (not outputs)
        outputs.append(run.output)
        outputs.append(str([result.result for result in run]))
    assert_unprotected_cifs(controller)
    outputs.append(str(simulator.operations()))
    for output in outputs:
        assert PASSWORD not in output
        assert simulator.secret_key not in output


def assert_unprotected_cifs(controller: Controller) -> None:
    """Only the CIFS source is left."""
    (volume,) = controller.simulator.world()["filestorage"]["volumes"]
    assert volume["protocol"] == "CIFS"


def test_passwords_of_the_wrong_type(controller: Controller) -> None:
    """A password that is given as it should not be is not shown either."""
    file = controller.folder / "passwords.yml"
    file.write_text(f'{{"dr_replication_cifs_passwords": ["{PASSWORD}"]}}', encoding="utf-8")
    run = controller.playbook("scp.storage.dr_replication", variables=CIFS, arguments=["-e", f"@{file}"], verbosity=4)
    assert run.rc != 0
    assert PASSWORD not in run.output


def test_table(controller: Controller) -> None:
    """The table has a line for each volume, in columns."""
    run = story(controller, ("dr_replication", {}), ("dr_failover", {}))[1]
    lines = table(run)
    column = lines[0].index("MOUNT PATH")
    assert [line[column:] for line in lines[1:3]] == [replica["target_path"] for replica in replicas(run)]
    assert [line.split()[:5] for line in lines[1:3]] == [
        [item["name"], item["source_region"], item["target_region"], "paused", item["frequency"]]
        for item in replicas(run)
    ]
    assert lines[3] == "0 created, 2 changed, 0 unchanged, 0 failed"
