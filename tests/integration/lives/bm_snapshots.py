# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lives of snapshots, their schedules and recoveries of Block Storage (BM), of volumes and of groups alike."""

from __future__ import annotations

from typing import Any

from tests.integration.lives.bm import gone, group, rated, volume
from tests.integration.lives.story import Step, far_hour
from tests.simulator.fixture import Simulator

YOUNG = {"max_age": "12h"}
_NO_SERVERS: dict[str, Any] = {"attachments": [], "purge_attachments": True}


class Owner:
    """A volume or a group, as the steps of its snapshots name it."""

    def __init__(self, name: str, *, of_group: bool) -> None:
        """Name it."""
        self.name = name
        self.option = "volume_group" if of_group else "volume"
        self.module = f"scp_bm_{self.option}"
        self.prefix = "VolumeGroup" if of_group else "Volume"
        self.result = f"first_{name.replace('-', '_')}"

    def step(self, name: str, noun: str, args: dict[str, Any], verb: str, **more: Any) -> Step:
        """A step of one of the modules, that sends one operation."""
        operation = verb.replace(" ", self.prefix)
        return Step(name, f"{self.module}_{noun}", {self.option: self.name, **args}, (operation,), **more)

    def schedules(self, simulator: Simulator) -> list[Step]:
        """Every change that a schedule can go through."""
        daily, later, name = {"hour": far_hour(simulator)}, {"hour": far_hour(simulator, 16)}, self.name
        return [
            self.step(f"a schedule for {name}", "snapshot_schedule", daily, "Create SnapshotSchedule"),
            self.step(f"another hour for {name}", "snapshot_schedule", later, "Set SnapshotSchedule"),
            self.step(f"weekly for {name}", "snapshot_schedule", {"day_of_week": "MON"}, "Set SnapshotSchedule"),
            self.step(f"daily for {name}", "snapshot_schedule", {}, "Set SnapshotSchedule"),
            self.step(f"no schedule for {name}", "snapshot_schedule", {"state": "absent"}, "Delete SnapshotSchedule"),
        ]

    def young(self, **more: Any) -> Step:
        """A snapshot, if there is none that is young."""
        return self.step(f"a young snapshot of {self.name}", "snapshot", YOUNG, "Create Snapshot", **more)

    @property
    def named(self) -> dict[str, str]:
        """Keywords of a step whose snapshot later steps name."""
        return {"register": self.result}

    @property
    def first_id(self) -> str:
        """Id of that snapshot, for a playbook."""
        return f"{{{{ {self.result}.snapshot.snapshot_id }}}}"

    def taken(self) -> list[Step]:
        """Snapshots by age, kept in number."""
        return [
            self.young(),
            self._another("first", keywords=self.named),
            self.step(f"one snapshot of {self.name} kept", "snapshot", {**YOUNG, "keep": 1}, "Delete Snapshot"),
        ]

    def newer(self) -> Step:
        """A snapshot that may, or may not, go when the first one is restored."""
        return self._another("newer")

    def _another(self, which: str, **more: Any) -> Step:
        """A snapshot in every run."""
        return self.step(f"a {which} snapshot of {self.name}", "snapshot", {}, "Create Snapshot", repeats=True, **more)

    def restored(self) -> list[Step]:
        """Back to the first snapshot, and without it."""
        back = {"snapshot": self.first_id, "state": "restored"}
        gone = {"snapshot": self.first_id, "state": "absent"}
        return [
            self.step(f"go back with {self.name}", "snapshot", back, "Restore Snapshot", repeats=True),
            self.step(f"the snapshot of {self.name} goes", "snapshot", gone, "Delete Snapshot"),
        ]


def volume_snapshot_life(simulator: Simulator) -> list[Step]:
    """Snapshots of a volume, and its schedule."""
    data = Owner("s-data", of_group=False)
    return [
        rated(simulator, "s-data"),
        *data.schedules(simulator),
        *data.taken(),
        data.newer(),
        volume("s-data without servers", {"name": "s-data", **_NO_SERVERS}, "DetachVolume"),
        *data.restored(),
        _unrated("s-data"),
        _unused_gone("s-data"),
    ]


def group_snapshot_life(simulator: Simulator) -> list[Step]:
    """Snapshots of a group, and its schedule."""
    names = ["sg-data", "sg-log"]
    both = Owner("sg-all", of_group=True)
    return [
        *(rated(simulator, name) for name in names),
        group("the group sg-all", {"name": "sg-all", "volumes": names}, "CreateVolumeGroup"),
        *both.schedules(simulator),
        *both.taken(),
        *(volume(f"{name} without servers", {"name": name, **_NO_SERVERS}, "DetachVolume") for name in names),
        *both.restored(),
        group("no group sg-all", {"name": "sg-all", "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup"),
        *(_unrated(name) for name in names),
        *(_unused_gone(name) for name in names),
    ]


def volume_recovery_life(simulator: Simulator) -> list[Step]:
    """Two second volumes from a snapshot."""
    data = Owner("rec-data", of_group=False)
    return [
        rated(simulator, "rec-data"),
        data.young(keywords=data.named),
        data.step("recover rec-data", "recovery", {"snapshot": "latest", "name": "rec-copy"}, "Create Recovery"),
        data.step("once more", "recovery", {"snapshot": data.first_id, "name": "rec-copy-2"}, "Create Recovery"),
        _unused_gone("rec-copy"),
        _unused_gone("rec-copy-2"),
        _unrated("rec-data"),
        gone("rec-data"),
    ]


def group_recovery_life(simulator: Simulator) -> list[Step]:
    """Two second groups from a snapshot."""
    names = ["rg-data", "rg-log"]
    both = Owner("rg-all", of_group=True)

    def recover(name: str, snapshot: str, prefix: str) -> Step:
        args = {"snapshot": snapshot, "block_storage_name_prefix": prefix}
        return both.step(name, "recovery", args, "Create Recovery")

    copies = [f"{prefix}{name}" for prefix in ("a-", "b-") for name in names]
    return [
        *(rated(simulator, name) for name in names),
        group("the group rg-all", {"name": "rg-all", "volumes": names}, "CreateVolumeGroup"),
        both.young(keywords=both.named),
        recover("recover rg-all", "latest", "a-"),
        recover("recover rg-all once more", both.first_id, "b-"),
        *(
            group(f"no group {name}", {"name": name, "state": "absent"}, "RemoveVolumeGroupMemberOnVolumeGroup")
            for name in ("a-rg-all", "b-rg-all", "rg-all")
        ),
        *(_unused_gone(name) for name in copies),
        *(_unrated(name) for name in names),
        *(gone(name) for name in names),
    ]


def _unrated(name: str) -> Step:
    """A volume loses the space for snapshots, and what was in it."""
    return volume(f"no snapshots of {name}", {"name": name, "snapshot_rate": 0}, "DeleteVolumeSnapshotRate")


def _unused_gone(name: str) -> Step:
    """A volume that no server uses goes."""
    return volume(f"the volume {name} goes", {"name": name, "state": "absent"}, "DeleteVolume")


LIVES = {
    "bm-volume-snapshot": volume_snapshot_life,
    "bm-volume-group-snapshot": group_snapshot_life,
    "bm-volume-recovery": volume_recovery_life,
    "bm-volume-group-recovery": group_recovery_life,
}
