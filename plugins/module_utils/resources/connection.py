# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection itself: where calls go, as whom, and whether they get there."""

from __future__ import annotations

from typing import Any

from ..client.errors import StorageError
from ..client.parallel import map_concurrently
from ..client.session import Call
from ..engine.resource import Info
from ..operations import archivestorage, backup, baremetal_blockstorage, filestorage, parallel_filestorage

#: For each service a cheap reading call that shows whether the key is accepted.
PROBES: dict[str, Call] = {
    probe.service: probe
    for probe in (
        filestorage.LIST_VOLUMES,
        parallel_filestorage.LIST_VOLUMES,
        baremetal_blockstorage.LIST_VOLUMES,
        backup.LIST_BACKUPS,
        archivestorage.LIST_BUCKETS,
    )
}


class Connection(Info):
    """``scp_connection_info``: look at every service once."""

    plural = "services"

    def read(self) -> dict[str, Any]:
        settings = self.client.settings
        asked = self.params.get("services") or list(PROBES)
        return {
            "connection": {
                "region": self.region,
                "environment": settings.environment_of(self.region),
                "account_id": settings.account_id,
                "temporary_credentials": bool(settings.auth_token),
                "language": settings.language,
            },
            self.plural: map_concurrently(self._look, asked),
        }

    def _look(self, service: str) -> dict[str, Any]:
        """One service; what goes wrong is part of the answer."""
        probe = PROBES[service]
        result: dict[str, Any] = {
            "service": service,
            "endpoint": None,
            "versions": [],
            "used_version": dict(self.client.settings.api_versions).get(service, probe.version),
            "usable": False,
            "problem": None,
        }
        try:
            result["endpoint"], result["versions"] = self.client.versions(service)
            self.client.call(probe, query={probe.paging.size: 1} if probe.paging else {})
        except StorageError as error:
            return {**result, "problem": error.message}
        return {**result, "usable": True}
