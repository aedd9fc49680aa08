# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness measures what the other tests rely on."""

from __future__ import annotations

from tests.integration.harness import Controller, task


def test_route_is_the_one_asked_for(routed: Controller) -> None:
    """Only the module route starts a module process."""
    run = routed.run([task("scp_filestorage_volume_info")], verbosity=3).succeeded()
    assert ("Using module file" in run.stdout) is (routed.route == "module")
    assert run[0].reads == ["ListVolumes"]


def test_calls_belong_to_their_tasks(controller: Controller) -> None:
    """Each task has its own calls, each item of a loop too, and a failed task is told as such."""
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
