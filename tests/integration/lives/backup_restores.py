# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of runs, restores and restore points of Backup."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.backup import agent, agent_gone, files, gone, image
from tests.integration.lives.story import Step
from tests.simulator.fixture import Simulator


def run(name: str, backup: str, max_age: str | None = None) -> Step:
    """A run of a backup, in every run of the task or by age."""
    args = {"backup": backup, **({"max_age": max_age} if max_age else {})}
    return Step(name, "scp_backup_run", args, ("ManualBackup",), repeats=max_age is None)


def restored(backup: str, server: str, **more: Any) -> Step:
    """A new server out of the newest restore point."""
    args = {
        "backup": backup,
        "restore_point": "latest",
        "restore_server_name": server,
        "server_type_id": "s1v2m4",
        **more,
    }
    return Step(f"the server {server}", "scp_backup_restore", args, ("RestoreBackup",))


def fewer(name: str, backup: str, how: dict[str, Any], **more: Any) -> Step:
    """Restore points go."""
    args = {"backup": backup, "state": "absent", **how}
    return Step(name, "scp_backup_restore_point", args, ("DeleteBackupRestoreTarget",), **more)


def come_back(backup: str, to: str, **more: Any) -> Step:
    """Files come back, over those that are there."""
    args = {
        "backup": backup,
        "restore_point": "latest",
        "filesystem_paths": [{"source": "/data/app", "destination": "/data/app"}],
        "overwrite": True,
        **more,
    }
    return Step(f"files come back to {to}", "scp_backup_file_restore", args, ("RestoreAgentBackup",), repeats=True)


def run_life(simulator: Simulator) -> list[Step]:
    """A backup of images that is run twice, restored in two regions, and loses its restore points."""
    world = simulator.world()
    subnet = next(net["id"] for net in world["subnets"] if net["name"] == "east-app-subnet")
    group = next(found["id"] for found in world["security_groups"] if found["name"] == "east-web-sg")
    elsewhere = {"restore_region": "kr-east1", "networks": [{"subnet_id": subnet}], "security_groups": [group]}
    return [
        image("run-image", "west-web2"),
        run("a run of run-image", "run-image", max_age="12h"),
        run("one more run of run-image", "run-image"),
        fewer("one restore point of run-image", "run-image", {"keep": 1}, keywords={"register": "run_image"}),
        restored("run-image", "run-restored"),
        restored("run-image", "run-standby", **elsewhere),
        fewer(
            "no restore point of run-image",
            "run-image",
            {"restore_points": ["{{ run_image.restore_point.restore_target_id }}"]},
        ),
        gone("run-image"),
    ]


def file_life(_simulator: Simulator) -> list[Step]:
    """A backup of files that is run, and brings them back to two servers."""
    return [
        agent("west-db4", check_connection=True),
        agent("west-db5"),
        files("run-files", "west-db4", filesystem_paths=["/data"]),
        run("a run of run-files", "run-files", max_age="12h"),
        come_back("run-files", "west-db4"),
        come_back("run-files", "west-db5", server="west-db5"),
        gone("run-files"),
        agent_gone("west-db4"),
        agent_gone("west-db5"),
    ]


LIVES = {"backup-run": run_life, "backup-run-files": file_life}
