# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Information about servers, VPC endpoints and subnets: what names stand for, and who made a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..client.errors import StorageError, is_refusal
from ..client.parallel import map_concurrently
from ..engine.resource import Info
from .objects import SERVER_TYPES, ObjectFinder, describe, type_of

#: Options whose value is compared with the field of the same name.
_EXACT = ("name", "vpc_id", "zone", "owner")


class ServerInfo(Info):
    """``scp_server_info``."""

    plural = "servers"

    @classmethod
    def default_region(cls, params: Mapping[str, Any]) -> str:
        return next(iter(params.get("regions") or ()), "")

    def read(self) -> dict[str, Any]:
        types = list(dict.fromkeys(self.params.get("object_types") or SERVER_TYPES))
        regions = list(dict.fromkeys(self.params.get("regions") or [self.region]))
        places = [(region, object_type) for region in regions for object_type in types]
        found = map_concurrently(self._of_type, places)
        errors = [(place, one) for place, one in zip(places, found, strict=True) if isinstance(one, StorageError)]
        if errors and (self.params.get("object_types") or len(errors) == len(places)):
            raise errors[0][1]
        servers = [server for one in found if not isinstance(one, StorageError) for server in one]
        unread = [
            {"region": region, "object_type": object_type, "message": error.message}
            for (region, object_type), error in errors
        ]
        order = {object_type: number for number, object_type in enumerate(types)}
        servers.sort(key=lambda one: (regions.index(one["region"]), order[one["object_type"]], one["name"], one["id"]))
        return {self.plural: servers, "unread": unread}

    def _of_type(self, place: tuple[str, str]) -> Sequence[dict[str, Any]] | StorageError:
        """Return what there is of one type in one region, or why the account may not read it."""
        region, object_type = place
        finder = ObjectFinder(self.client, region)
        try:
            listed = finder.listed(object_type)
        except StorageError as error:
            if not is_refusal(error):
                raise
            title = type_of(object_type).title
            way_out = "leave the type out of object_types"
            return finder.unreadable(error, object_type, f"Information about {title}s is not available", way_out)
        suits = type_of(object_type).suits
        shown = [{**describe(object_type, item), "region": region} for item in listed if suits(item)]
        return [one for one in shown if self._fits(one)]

    def _fits(self, shown: Mapping[str, Any]) -> bool:
        params = self.params
        identifier, address, state = params.get("server_id"), params.get("address"), params.get("state")
        return (
            identifier in (None, shown["id"])
            and (address is None or address in shown["addresses"])
            and (state is None or str(shown["state"]).lower() == state.lower())
            and all(params.get(name) in (None, shown.get(name)) for name in _EXACT)
        )
