# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of each volume in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...engine.workflow import Change, Converged
from .model import UNKNOWN_REGION, Found, Health, Link, Side, Volume, link_of


@dataclass
class Outcome:
    """A volume of the list, and all that a run found and did.

    :ivar before: what was found before anything was done.
    :ivar link: the replication, as far as it is known by now.
    :ivar ended: the replication has gone.
    :ivar target_deleted: so has the replica.
    :ivar uncertain: the outcome of a call about the replication is not known.
    :ivar failures: why steps failed.
    :ivar note: what else there is to report.
    :ivar ends: the volumes at both ends, as far as they were read in full.
    """

    volume: Volume
    before: Found
    link: Link | None = None
    ended: bool = False
    target_deleted: bool = False
    uncertain: bool = False
    created: bool = False
    failures: list[str] = field(default_factory=list)
    note: str = ""
    possible_loss: str | None = None
    operations: list[str] = field(default_factory=list)
    ends: dict[Side, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.link = self.before.link

    @property
    def health(self) -> Health:
        """The replication's own health; what failed beside it does not count."""
        if self.ended:
            return "missing"
        if self.link is not None:
            return self.link.health
        return "unknown" if self.before.unread or self.uncertain else "missing"

    @property
    def active_side(self) -> Side | None:
        """The end whose data servers use, or would after a plan; ``None`` where it is not known."""
        if self.health == "unknown":
            return None
        return "target" if self.health == "paused" else "source"

    @property
    def active_region(self) -> str:
        """The region of that end."""
        return self.volume.end_region(self.active_side) if self.active_side else UNKNOWN_REGION

    @property
    def active_region_before(self) -> str:
        """The same before the run."""
        if self.before.health == "unknown":
            return UNKNOWN_REGION
        return self.volume.target_region if self.before.health == "paused" else self.volume.region

    @property
    def message(self) -> str:
        """What went wrong with the volume, or is noteworthy."""
        return " ".join(dict.fromkeys(self.failures)) or self.note

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.failures:
            return "failed"
        if not self.operations:
            return "unchanged"
        if self.ended:
            return "deleted"
        return "created" if self.created else "changed"

    def fail(self, message: str) -> None:
        """Note why a step failed."""
        self.failures.append(message)

    def remark(self, text: str) -> None:
        """Note something in addition."""
        self.note = f"{self.note.rstrip('.')}. {text}" if self.note else text

    def add(self, done: Converged, about: str, *, will_settle: bool = False) -> None:
        """Note what became of one resource.

        :param about: the role of the resource: ``source``, ``target``, ``replication``, or another one.
        :param will_settle: whether this is a plan whose real run waits until it has settled.
        """
        self.operations += done.operations
        for warning in done.result.get("warnings", ()):
            self.remark(warning)
        if done.change == "failed":
            self.fail(done.message)
        if about == "replication":
            self._add_replication(done, will_settle=will_settle)
        elif about in ("source", "target") and done.result.get("volume"):
            self.ends["source" if about == "source" else "target"] = done.result["volume"]

    def _add_replication(self, done: Converged, *, will_settle: bool) -> None:
        shown = done.result.get("replication")
        if shown:
            self.link = link_of(self.volume.kind, shown)
            if will_settle and done.change == "created":
                self.link = replace(self.link, health="ok")
        self.created |= done.change == "created"
        if done.change == "failed" and self.link is None:
            error = done.result.get("error") or {}
            lost = str(error.get("operation")).startswith("Create") and not 400 <= int(error.get("status") or 0) < 500
            self.uncertain = shown is None or lost
