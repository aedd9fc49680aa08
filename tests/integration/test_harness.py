# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness measures what the other tests rely on."""

from __future__ import annotations

import marshal
import shutil
import time
from pathlib import Path

from tests.harness.playbooks import COMPILED, Controller
from tests.harness.tasks import task


def test_route_is_the_one_asked_for(routed: Controller) -> None:
    """Only the module route starts a module process."""
    run = routed.run([task("scp_filestorage_volume_info")], verbosity=3).succeeded()
    assert ("Using module file" in run.stdout) is (routed.route == "module")
    assert run[0].reads == ["ListVolumes"]


def test_what_is_compiled_is_kept_and_nothing_of_the_task_is(controller: Controller, tmp_path: Path) -> None:
    """The next run compiles nothing again: it takes what is kept, whatever that says."""
    controller.route = "module"
    # As another clone would, so that this test begins with nothing, and changes nothing for others.
    compiled = tmp_path / "tests" / "harness" / "compiled"
    shutil.copytree(COMPILED, compiled)
    controller.environ["PYTHONPATH"] = str(compiled)
    kept = tmp_path / ".cache" / "compiled"
    options = {"name": "kept_nowhere", "zone": "nowhere"}
    controller.run([task("scp_filestorage_volume_info", options)])
    files = [file for file in kept.rglob("*") if file.is_file()]
    # The controller's, with the module, and the archive's.
    assert len(files) > 100
    for file in files:
        assert b"kept_nowhere" not in file.read_bytes()
        code = compile("raise RuntimeError('from what was kept')", str(file), "exec")
        file.write_bytes(marshal.dumps(code))
    run = controller.run([task("scp_filestorage_volume_info", options)])
    assert "from what was kept" in run.output


def test_nothing_outlives_a_killed_run(controller: Controller) -> None:
    """A killed run makes no more calls, though its worker was in the middle of one."""
    simulator = controller.simulator
    simulator.fault("delay", operation="CreateVolume", seconds=2)
    volume = {"name": "one", "protocol": "NFS", "type_name": "SSD", "file_unit_recovery_enabled": True}
    running = controller.start(
        [{"hosts": "localhost", "gather_facts": False, "tasks": [task("scp_filestorage_volume", volume)]}]
    )
    end = time.monotonic() + 60
    while not simulator.writes():
        assert time.monotonic() < end, "nothing was ever written"
        time.sleep(0.05)
    running.kill()
    calls = len(simulator.operations())
    # Longer than the call would have taken.
    time.sleep(3)
    assert len(simulator.operations()) == calls
    assert running.finish().recap == {}


def test_calls_belong_to_their_tasks(controller: Controller) -> None:
    """Each task has its own calls, each item of a loop too, and a failed task is reported as such."""
    run = controller.run(
        [
            task("scp_filestorage_volume_info", name="read"),
            task(
                "scp_filestorage_volume",
                {"name": "{{ item }}", "protocol": "NFS", "type_name": "SSD"},
                name="make",
                loop=["one", "two"],
            ),
            task("scp_filestorage_volume", {"name": "one", "protocol": "CIFS"}, name="refused"),
        ]
    )
    assert run.rc == 2
    assert [result.status for result in run] == ["ok", "ok", "failed"]
    assert [result.writes for result in run] == [[], ["CreateVolume", "CreateVolume"], []]
    assert [item.writes for item in run["make"].items] == [["CreateVolume"], ["CreateVolume"]]
    assert run.recap["localhost"]["failures"] == 1
    assert run.count("changed") == 1
    assert "protocol" in run["refused"].message
