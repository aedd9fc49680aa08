# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads volumes and volume groups of Block Storage (BM), with all that they own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ...client.errors import NotFound
from ...client.parallel import map_concurrently
from ...client.session import Call
from ...engine.lookup import Finder, LookupSpec
from ..tags import TaggableInfo
from .lookup import show_owner
from .replication_state import Table, read_replication

#: Fields beside a volume's snapshots: its space for them, and how full that is.
SPACE = ("snapshot_capacity_mb", "snapshot_capacity_rate", "snapshot_total_usage")
#: ``purpose`` of what is neither a target nor a recovery.
ORIGINAL = "ORG"


class OwnerInfo(TaggableInfo):
    """Reads volumes or groups.

    :cvar filters: options beside the name that the list operation filters by.
    """

    kind: ClassVar[LookupSpec]
    snapshots: ClassVar[Call]
    replications: ClassVar[Table]
    filters: ClassVar[tuple[str, ...]] = ()

    def read(self) -> dict[str, Any]:
        found = self.select(self._found())
        if not self.gather:
            return {self.plural: found}
        gathered = map_concurrently(self._with_parts, found)
        return {self.plural: [owner for owner in gathered if owner is not None]}

    def _found(self) -> list[dict[str, Any]]:
        finder = Finder(self.client, self.kind)
        filters = {name: self.params.get(name) for name in self.filters}
        if identifier := self.params.get(self.kind.option):
            owner = show_owner(finder, identifier)
            return [owner] if owner is not None else []
        if name := self.params.get("name"):
            return finder.named(name, **filters)
        return self.client.read_list(self.kind.listing, query={**filters, "sort": "created_at:asc"})

    def _with_parts(self, owner: dict[str, Any]) -> dict[str, Any] | None:
        """One volume or group with what was gathered; ``None`` if it went in the meantime."""
        reads: list[Callable[[], dict[str, Any]]] = []
        if "detail" in self.gather:
            reads.append(lambda: self._shown(owner))
        if "snapshots" in self.gather:
            reads.append(lambda: self._snapshots(owner))
        if "replication" in self.gather:
            # What ``has_relation`` of a list means is not documented, so it does not rule a replication out.
            reads.append(lambda: {"replication": self._replication(owner)})
        result = dict(owner)
        try:
            for part in map_concurrently(lambda read: read(), reads):
                result.update(part)
        except NotFound:
            return None
        return result

    def _replication(self, owner: dict[str, Any]) -> dict[str, Any] | None:
        return read_replication(self.client, self.replications, owner["id"], owner=owner)

    def _shown(self, owner: dict[str, Any]) -> dict[str, Any]:
        path = {self.kind.option: owner["id"]}
        return dict(self.client.call(self.kind.show, path=path)[self.kind.unwrap])

    def _snapshots(self, owner: dict[str, Any]) -> dict[str, Any]:
        """The snapshots, and for a volume how full the space for them is (in MB and percent)."""
        if owner.get("is_snapshot_activated") is False and owner.get("purpose") == ORIGINAL:
            # Without space there are no snapshots, and ending it ends them (platform-behaviour.md §7). Whether that is
            # so for the target of a replication is not known.
            return {"snapshots": [], **dict.fromkeys(SPACE, 0)}
        answer = self.client.call(self.snapshots, path={self.kind.option: owner["id"]})
        return {"snapshots": answer["snapshots"], **{name: answer[name] for name in SPACE if name in answer}}
