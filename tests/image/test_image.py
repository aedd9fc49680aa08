# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in the image that ``make image`` builds, isolated as AWX isolates them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.collection_path import ROOT
from tests.harness.playbooks import Controller
from tests.image.__main__ import IMAGE, environment, has
from tests.integration.awx.awx import Awx
from tests.integration.awx.setting_up import ANSWERS, set_up
from tests.integration.dr.scenario import CRASHES
from tests.simulator.fixture import Simulator

DEMO = yaml.safe_load((ROOT / "playbooks" / "vars" / "dr.example.yml").read_text())
#: What AWX shows ansible-runner on a machine with podman; the last is for the simulator, which is on this machine.
ISOLATION = (
    *("--process-isolation", "--process-isolation-executable", "podman", "--container-image", IMAGE),
    *("--container-option=--user=root", "--container-option=--network=host"),
)


@pytest.fixture
def awx(simulator: Simulator, tmp_path: Path) -> Awx:
    """An AWX whose jobs run in the image."""
    assert has(IMAGE), "make image comes first"
    simulator.scale(20)
    made = set_up(Controller(simulator, tmp_path), ANSWERS)
    made.run.succeeded()
    return Awx(made, tmp_path, ISOLATION, environment())


def test_the_playbook_of_the_demo(awx: Awx, simulator: Simulator) -> None:
    """It protects volumes, and the second time changes nothing."""
    volumes = [volume for volume in DEMO["dr_volumes"] if isinstance(volume, str) or "kind" not in volume]
    typed = {name: str(DEMO[name]) for name in ("dr_region", "dr_target_region", "dr_protocol", "dr_type_name")}
    answers = {**typed, "dr_volumes": yaml.safe_dump(volumes)}
    first = awx.launch("Protect volumes", answers).succeeded()
    assert first.changed == 2
    assert [write["operation"] for write in simulator.writes()].count("CreateVolumeReplication") == len(volumes)
    simulator.clear_operations()
    again = awx.launch("Protect volumes", answers).succeeded()
    assert again.changed == 0
    assert simulator.operations()
    assert not simulator.writes()
    for job in (first, again):
        assert simulator.secret_key not in job.shown
        assert not [word for word in CRASHES if word in job.shown]
        # The collection is that of the image, and not this clone.
        assert "/usr/share/ansible/collections/ansible_collections/scp/storage" in job.shown
        assert str(ROOT) not in job.shown


def test_nothing_stays(awx: Awx) -> None:
    """No container is left of a job."""
    awx.launch("Keep snapshots", {"snapshot_policy_volumes": "no_such_volume"})
    listed = subprocess.run(
        ["podman", "ps", "--all", "--quiet", "--filter", f"ancestor={IMAGE}"],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert listed.stdout == ""
