# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the snapshot space of a volume fills.

Reserved are ``snapshot_rate`` percent of the volume's size. Each snapshot takes ``bm_snapshot_base_percent`` of the
size at once; and the newest of them takes ``bm_snapshot_growth_percent`` more each day, which stays when the next one
comes: that is what was written between the two. When the space is fuller than ``bm_snapshot_space_limit`` percent,
the oldest snapshots go until it is not. A member's part of a group's snapshot takes the rest of it along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...service import event
from ..common import moment_of
from .models import Snapshot, Volume

if TYPE_CHECKING:
    from .service import BareMetalBlockStorage

_DAY = 86400.0


class Space:
    """Measures the snapshot space of volumes, and makes room."""

    def __init__(self, service: BareMetalBlockStorage) -> None:
        """Work on the tables of ``service``."""
        self._service = service
        self._world = service.world

    def capacity(self, volume: Volume) -> float:
        """What is reserved, in MB."""
        return volume.size_gb * 1024 * volume.snapshot_rate / 100

    def sizes(self, volume: Volume) -> dict[str, float]:
        """What each snapshot of a volume takes, in MB by its id, the oldest first."""
        snapshots = self._service.snapshots_of(volume.id)
        moments = [*(moment_of(snapshot.created_at) for snapshot in snapshots), self._world.now]
        base, growth = self._base(volume), self._growth(volume)
        return {
            snapshot.id: base + growth * max(0.0, end - begin)
            for snapshot, (begin, end) in zip(snapshots, pairwise(moments), strict=True)
        }

    def _total(self, volume: Volume, snapshots: Sequence[Snapshot]) -> float:
        """What snapshots without a gap between them take together, in MB."""
        if not snapshots:
            return 0.0
        age = max(0.0, self._world.now - moment_of(snapshots[0].created_at))
        return len(snapshots) * self._base(volume) + age * self._growth(volume)

    def _base(self, volume: Volume) -> float:
        """MB that each snapshot takes at once."""
        return self._world.switches.number("bm_snapshot_base_percent") * volume.size_gb * 1024 / 100

    def _growth(self, volume: Volume) -> float:
        """MB that the newest snapshot takes more each second."""
        return self._world.switches.number("bm_snapshot_growth_percent") * volume.size_gb * 1024 / 100 / _DAY

    def settle(self, volume: Volume) -> None:
        """Make room if it is needed, and look again when it will be."""
        service = self._service
        limit = self.capacity(volume) * self._world.switches.count("bm_snapshot_space_limit") / 100
        snapshots = service.snapshots_of(volume.id)
        room = limit - self._total(volume, snapshots)
        dropped = False
        # A hair's breadth, as the next look comes when the limit is reached exactly.
        while snapshots and room <= 1e-6:
            service.snapshot_part.remove_whole(snapshots.pop(0))
            room = limit - self._total(volume, snapshots)
            dropped = True
        if dropped:
            service.replication_part.space_is_short(volume)
        volume.space_revision += 1
        growth = self._growth(volume)
        if snapshots and growth:
            seconds = max(1.0, room / growth)
            service.after(seconds, "space_full", volume_id=volume.id, revision=volume.space_revision)

    @event("space_full")
    def _full(self, data: Mapping[str, Any]) -> None:
        """It is time to look again."""
        volume = self._service.volumes.get(data["volume_id"])
        if volume is not None and volume.space_revision == data["revision"]:
            self.settle(volume)
