# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume with servers, QoS and space for snapshots is created, changed and removed; another one of the other type."""

from __future__ import annotations

from tests.scenarios.baremetal_blockstorage import HDD, SSD, gone, server, volume
from tests.scenarios.steps import Step
from tests.simulator.fixture import Simulator


def scenario(simulator: Simulator) -> list[Step]:
    """Return the steps."""
    servers = [server(simulator, name) for name in ("west-db1", "west-db2", "west-mngc1")]
    named = [{"object_type": "BM", "object_name": "west-db1"}]
    data = {"name": "db-data"}
    return [
        volume(
            "make a volume",
            {**data, **SSD, "attachments": servers[:1], "tags": [{"key": "team", "value": "x"}]},
            "CreateVolume",
        ),
        volume(
            "more of everything",
            {**data, "qos": {"iops": 6000}, "snapshot_rate": 20, "attachments": servers},
            "SetVolumeQoS",
            "CreateVolumeSnapshotRate",
            "AttachVolume",
        ),
        volume("more space", {**data, "snapshot_rate": 40}, "SetVolumeSnapshotRate"),
        volume("no snapshots", {**data, "snapshot_rate": 0}, "DeleteVolumeSnapshotRate"),
        volume(
            "other servers",
            {**data, "attachments": servers[1:2], "purge_attachments": True},
            "DetachVolume",
        ),
        volume("no servers", {**data, "attachments": [], "purge_attachments": True}, "DetachVolume"),
        volume("a server by its name", {**data, "attachments": named}, "AttachVolume"),
        volume("an HDD volume", {"name": "db-archive", **HDD, "attachments": servers[2:]}, "CreateVolume"),
        gone("db-archive"),
        gone("db-data"),
    ]
