# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replication of File Storage with both of its ends (platform-behaviour.md §5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from ...client.settings import region_of


@dataclass(frozen=True)
class End:
    """One end of a replication.

    :ivar leftovers: its system snapshots (``snapmirror.*``).
    :ivar dropped: ids of those that this task deleted, which may show for a while.
    :ivar rules: its access rules, read only where the volume is to be deleted.
    :ivar phase: whether its volume is there, on its way out, or gone.
    """

    region: str
    volume_id: str
    leftovers: tuple[dict[str, Any], ...] = ()
    dropped: frozenset[str] = frozenset()
    rules: tuple[dict[str, Any], ...] = ()
    is_target: bool = False
    phase: Literal["there", "going", "gone"] = "there"


@dataclass(frozen=True)
class Targets:
    """Where a volume can be replicated to.

    :ivar places: names of regions, or of zones; ``None`` where they are not known.
    """

    places: tuple[str, ...] | None = None
    by_zone: bool = False

    @property
    def regions(self) -> list[str]:
        """The names of the regions."""
        return list(dict.fromkeys(map(region_of, self.places or ()) if self.by_zone else self.places or ()))

    def refusal(self, volume: str, region: str, zone: str | None, *, explicit: bool) -> str:
        """Return why a volume cannot be replicated to a region and a zone; empty if it can, or if that is not known.

        :param volume: what it is called, with its region.
        :param explicit: the task gives the zone; otherwise the settings do.
        """
        if self.places is None:
            return ""
        if self.by_zone and zone and (explicit or region in self.regions):
            if zone in self.places:
                return ""
            wanted = f"target_zone {zone!r}" if explicit else f"zone {zone!r} (SCP_ZONE, or zones of the settings)"
        elif region in self.regions:
            return ""
        else:
            wanted = f"target_region {region!r}"
        return (
            f"Volume {volume} cannot be replicated to {wanted}. The service lists these"
            f" {'zones' if self.by_zone else 'regions'} for its type: {', '.join(self.places) or 'none'}."
        )


@dataclass(frozen=True)
class ReplicationState:
    """A replication as seen from the volume that the task names.

    :ivar near: the end that the task names; ``None`` where that volume does not exist.
    :ivar far: the other end, where it is known.
    :ivar volume: the near volume as the service shows it.
    :ivar targets: where a new replication can go to, as far as it was read.
    """

    near: End | None = None
    far: End | None = None
    replication: dict[str, Any] | None = None
    volume: dict[str, Any] | None = None
    targets: Targets = Targets()

    @property
    def ends(self) -> tuple[End, ...]:
        """Both ends, the far one first: the near one keeps the trace of a removal that was interrupted."""
        return tuple(end for end in (self.far, self.near) if end is not None)

    def with_end(self, end: End) -> ReplicationState:
        """The state with one end replaced."""
        if self.near is not None and self.near.volume_id == end.volume_id:
            return replace(self, near=end)
        return replace(self, far=end)
