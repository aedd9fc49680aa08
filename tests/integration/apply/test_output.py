# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-playbook prints, and a list as text."""

from __future__ import annotations

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import task

pytestmark = pytest.mark.module("scp_storage_apply")


def test_what_a_person_sees(controller: Controller) -> None:
    """Progress is one line now and then, and a diff has a heading for each thing that differs."""
    controller.simulator.switch(pfs_create_seconds=100)
    things = [{"kind": "pfs_volume", "name": f"train_{number}", "capacity_tb": 10} for number in range(10)]
    run = controller.run([task("scp_storage_apply", {"resources": things}, diff=True)]).succeeded()
    lines = [line for line in run.stderr.splitlines() if line.startswith("[localhost]")]
    assert len(lines) == 1, lines
    assert lines[0].startswith("[localhost] 0 of 10 resources done after 3s: waiting for volume train_0")
    assert lines[0].endswith("and 7 more")
    assert "+++ after: pfs_volume train_3 in kr-west1" in run.stdout


def test_a_list_as_text(controller: Controller) -> None:
    """Ad-hoc calls and surveys know nothing else; mistakes are reported as those of any list."""
    bucket = '{"kind": "archive_bucket", "name": "shop-logs"}'
    things = f'[{{"kind": "pfs_volume", "name": "train", "capacity_tb": 10}}, {bucket}]'
    wrong = things.replace("pfs_volume", "tape")
    run = controller.run(
        [
            task("scp_storage_apply", f"concurrency=2 resources='{things}'", name="made"),
            task("scp_storage_apply", f"resources='{wrong}'", name="wrong", ignore_errors=True),
        ]
    ).succeeded()
    assert sorted(run["made"].accepted) == ["CreateBucket", "CreateVolume"]
    assert "resource 1: there is no kind 'tape'" in run["wrong"].message
