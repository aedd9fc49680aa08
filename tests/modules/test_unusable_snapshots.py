# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snapshots that cannot be restored neither count for ``keep``, nor keep others from being deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.modules import ModuleRunner

VOLUME = "00000000-0000-4000-8000-000000000001"
#: Hours ago, and state; the oldest first.
SNAPSHOTS = [
    (30, "available"),
    (26, "error"),
    (22, "creating"),
    (20, "available"),
    (15, "deleting"),
    (10, "available"),
    (3, "error"),
    (0.5, "creating"),
]


@pytest.mark.parametrize(
    ("module", "service", "deleted"),
    [
        ("scp_filestorage_snapshot", "filestorage", ["s0", "s1", "s2", "s3"]),
        ("scp_pfs_snapshot", "parallel-filestorage", ["s0", "s3"]),
    ],
)
def test_keep_deletes_what_the_service_can_delete_as_check_mode_says(
    runner: ModuleRunner, module: str, service: str, deleted: list[str]
) -> None:
    """Parallel File Storage refuses to delete a snapshot that is not usable."""
    now = datetime.now(UTC)
    listed = [
        {
            "id": f"00000000-0000-4000-8000-00000000000{number + 2}",
            "volume_id": VOLUME,
            "name": f"s{number}",
            "state": state,
            "created_at": (now - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        }
        for number, (hours, state) in enumerate(SNAPSHOTS)
    ]
    runner.simulator.patch_world({service: {"volumes": [{"id": VOLUME, "name": "ledger_aaaaaa"}], "snapshots": listed}})
    args = {"volume": "ledger", "max_age": "1h", "keep": 1}
    planned = runner.run_task(module, args, check=True)
    done = runner.run_task(module, args)
    assert not done.failed, done.message
    assert planned.result["deleted_snapshots"] == done.result["deleted_snapshots"] == deleted
    assert done.writes == ["DeleteSnapshot"] * len(deleted)
    assert not runner.run_task(module, args).changed
