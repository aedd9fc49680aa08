# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of snapshots, schedules and recoveries that scenarios of volumes and groups share."""

from __future__ import annotations

from typing import Any

from tests.scenarios.baremetal_blockstorage import volume
from tests.scenarios.steps import Step, far_hour
from tests.simulator.fixture import Simulator

YOUNG = {"max_age": "12h"}
NO_SERVERS: dict[str, Any] = {"attachments": [], "purge_attachments": True}


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


def unrated(name: str) -> Step:
    """A volume loses the space for snapshots, and what was in it."""
    return volume(f"no snapshots of {name}", {"name": name, "snapshot_rate": 0}, "DeleteVolumeSnapshotRate")


def unused_gone(name: str) -> Step:
    """A volume that no server uses goes."""
    return volume(f"the volume {name} goes", {"name": name, "state": "absent"}, "DeleteVolume")
