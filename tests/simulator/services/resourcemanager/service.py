# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource Manager put together: its look-ups, and the operations on resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ...behaviors import REGIONS
from ...errors import ApiError, validation_error
from ...service import Call, Reply, Service, event, operation
from ...state import World
from ..common import moment_of, name_matches, sorted_as
from ..neighbours import AUTHOR, page_size, zulu
from .behaviors import SWITCHES
from .entries import BY_NAME, KINDS, Entry, Kind, Stale, decode_srn, entries, parse_srn, srn_of
from .tags import Tags

COMPONENTS = ("region", "service", "resource_type", "resource_identifier")


class ResourceManager(Service):
    """Resource Manager, which has no region."""

    name = "resourcemanager"
    switches = SWITCHES

    def __init__(self, world: World) -> None:
        """Look at the other services of ``world``."""
        super().__init__(world)
        self.stale = self.table("stale", Stale)
        self.use(self, Tags(self))

    def after_all(self) -> None:
        """Register for the removal of each resource."""
        for kind in KINDS:
            kind.table(self.world).on_remove(partial(self._gone, kind))

    # --- finding ------------------------------------------------------------------------------------------------

    def entry(self, call: Call) -> Entry:
        """The entry that the path names, by SRN or by its parts.

        :raises ApiError: 400 for what is not an SRN, 404 where there is no such entry, or not yet.
        """
        if "srn" in call.path:
            try:
                account_id, *parts = decode_srn(call.path["srn"])
            except ValueError:
                raise validation_error("Value error, invalid srn") from None
        else:
            account_id, parts = call.account_id, [call.path[name] for name in COMPONENTS]
        return self._entry(call, account_id, *parts)

    def entry_of(self, call: Call, srn: str) -> Entry:
        """The entry of an SRN in a body.

        :raises ApiError: as above.
        """
        try:
            return self._entry(call, *parse_srn(srn))
        except ValueError:
            raise validation_error("Value error, invalid srn") from None

    def _entry(self, call: Call, account_id: str, region: str, service: str, kind_name: str, identifier: str) -> Entry:
        kind = BY_NAME.get((service, kind_name))
        found = None
        if kind is not None and region in REGIONS and account_id == call.account_id:
            row = kind.table(self.world).get(identifier)
            row = row if row is not None and kind.shows(row) else None
            row = row or self.stale.get(srn_of(account_id, region, service, kind_name, identifier))
            found = Entry(kind, row) if row is not None else None
        if found is None or (found.account_id, found.region) != (account_id, region) or not self._ripe(found):
            raise ApiError(404, "ResourceManager.NotFound.resource", "The resource does not exist.")
        return found

    def _ripe(self, entry: Entry) -> bool:
        """Whether an entry is listed yet."""
        delay = self.world.switches.number("resource_delay_seconds")
        return not delay or self.world.now - moment_of(entry.created_at) >= delay

    def entries(self, call: Call) -> list[Entry]:
        """The caller's entries, the newest first."""
        mine = (e for e in entries(self.world, self.stale) if e.account_id == call.account_id and self._ripe(e))
        return sorted(mine, key=lambda entry: (entry.created_at, entry.srn), reverse=True)

    def listed(self, call: Call, find: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        """Return what ``find`` returns, for all pages at once. With a delay, the result depends on the time."""
        return find() if self.world.switches.number("resource_delay_seconds") else call.known(find)

    def page(self, call: Call, rows: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
        """One page of a list, with the other fields of the answer."""
        page, size = call.query["page"] or 0, page_size(call)
        shown, count = call.numbered(rows, page, size)
        sort = [call.query["sort"]] if call.query["sort"] else None
        return shown, {"count": count, "page": page, "size": size, "sort": sort}

    # --- resources ----------------------------------------------------------------------------------------------

    @operation("ListResources")
    def list(self, call: Call) -> Reply:
        """One page of the caller's resources in all regions."""
        shown, beside = self.page(call, self.listed(call, lambda: self._found(call)))
        return Reply(200, {**beside, "resources": [self._shown(entry) for entry in shown]})

    def _found(self, call: Call) -> Sequence[Any]:
        query = call.query
        how = self.world.switches.text("name_filter")
        compared = self.world.switches.text("resource_service_name")
        rows = self.entries(call)
        if query["id"]:
            rows = [entry for entry in rows if entry.resource_id == query["id"]]
        if query["resource_name"]:
            rows = [entry for entry in rows if name_matches(entry.name, query["resource_name"], how)]
        if query["resource_type"]:
            rows = [entry for entry in rows if entry.kind.type == query["resource_type"]]
        if query["region"]:
            rows = [entry for entry in rows if entry.region == query["region"]]
        if query["service_name"]:
            names: Mapping[str, Any] = {
                "name": lambda kind: (kind.service,),
                "title": lambda kind: (kind.title,),
                "either": lambda kind: (kind.service, kind.title),
            }
            rows = [entry for entry in rows if query["service_name"] in names[compared](entry.kind)]
        return rows if not query["sort"] else sorted_as(rows, query["sort"], ("created_at", "name"))

    @operation("ShowResource", "ShowResourceByComponents")
    def show(self, call: Call) -> Reply:
        """One resource."""
        return Reply(200, {"resource": self._shown(self.entry(call))})

    @staticmethod
    def _shown(entry: Entry) -> dict[str, Any]:
        return {
            "account_id": entry.account_id,
            "created_at": zulu(entry.created_at),
            "created_by": AUTHOR,
            "id": entry.resource_id,
            "modified_at": zulu(entry.created_at),
            "modified_by": AUTHOR,
            "product_name": entry.kind.title,
            "region": entry.region,
            "resource_name": entry.name,
            "resource_type": entry.kind.type,
            "resource_type_display_name": entry.kind.type.replace("-", " ").title(),
            "service": entry.kind.service,
            "service_name": entry.kind.title,
            "srn": entry.srn,
            "state": getattr(entry.row, "state", None),
            "tags": entry.tags,
        }

    # --- what is gone -------------------------------------------------------------------------------------------

    def _gone(self, kind: Kind, row: Any) -> None:
        """Handle the removal of a resource. Its entry can remain for some time."""
        seconds = self.world.switches.number("resource_stale_seconds")
        if not seconds or not kind.shows(row):
            return
        entry = Entry(kind, row)
        stale = Stale(
            id=entry.srn,
            account_id=entry.account_id,
            created_at=entry.created_at,
            service=kind.service,
            type=kind.type,
            resource_id=entry.resource_id,
            name=entry.name,
            region=entry.region,
            state=str(getattr(row, "state", "")),
            tags=entry.tags,
        )
        self.stale.add(stale)
        self.after(seconds, "entry_gone", srn=stale.id)

    @event("entry_gone")
    def _entry_gone(self, data: Mapping[str, Any]) -> None:
        """Remove an entry without a resource."""
        self.stale.remove(data["srn"])
