# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection itself: where calls go, as whom, and whether they get there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from ..client.errors import StorageError
from ..client.parallel import map_concurrently
from ..client.session import Call, Client
from ..client.versions import Offer
from ..engine.resource import Info
from ..operations import (
    archivestorage,
    backup,
    baremetal,
    baremetal_blockstorage,
    filestorage,
    multinodegpucluster,
    parallel_filestorage,
    resourcemanager,
    virtualserver,
    vpc,
)
from . import zones

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
#: The same for services that names of servers, and tags, are read from. Not every user needs them.
OTHER_PROBES: dict[str, Call] = {
    probe.service: probe
    for probe in (
        resourcemanager.LIST_TAGS,
        virtualserver.LIST_VIRTUAL_SERVERS,
        baremetal.LIST_BAREMETALS,
        multinodegpucluster.LIST_GPU_NODES,
        vpc.LIST_SUBNETS,
    )
}
#: Services of which newer versions require a zone for what is created.
ZONED = frozenset(
    create.service
    for create in (filestorage.CREATE_VOLUME, parallel_filestorage.CREATE_VOLUME, baremetal_blockstorage.CREATE_VOLUME)
    if zones.ZONE in create.requires(create.versions[-1])
)


def deprecation_of(service: str, region: str, version: str, offer: Offer | None, today: date) -> str:
    """Return the warning about a version that is in use and ends; empty where it does not."""
    if offer is None or not offer.ending(today):
        return ""
    ends = f"ends on {offer.ends}" if offer.ends else "is deprecated"
    status = f" (status {offer.status})" if offer.status else ""
    zones = "set a zone (SCP_ZONE or zones), which newer versions require, and " if service in ZONED else ""
    return (
        f"Version {version} of {service} in {region}, which this collection uses, {ends}{status}. Before that,"
        f" {zones}update the collection scp.storage."
    )


def read_deprecations(client: Client, services: Iterable[tuple[str, str]]) -> list[str]:
    """Return the warnings about versions in use, for services in regions; a host that cannot say it has none."""
    found = map_concurrently(lambda place: _deprecation(client, *place), list(services))
    return list(dict.fromkeys(filter(None, found)))


def _deprecation(client: Client, service: str, region: str) -> str:
    try:
        client.versions(service, region)
        version, offer = client.version_in_use(PROBES[service], region)
    except StorageError:
        return ""
    return deprecation_of(service, region, version, offer, client.now().date())


class Connection(Info):
    """``scp_connection_info``: look at every service once."""

    plural = "services"

    def read(self) -> dict[str, Any]:
        settings = self.client.settings
        asked = self.params.get("services") or list(PROBES)
        services = map_concurrently(self._look, asked)
        warnings = [one["deprecation"] for one in services if one["deprecation"]]
        return {
            **({"warnings": warnings} if warnings else {}),
            "connection": {
                "region": self.region,
                "environment": settings.environment_of(self.region),
                "account_id": settings.account_id,
                "temporary_credentials": bool(settings.auth_token),
                "language": settings.language,
            },
            self.plural: services,
        }

    def _look(self, service: str) -> dict[str, Any]:
        """One service; what goes wrong is part of the answer."""
        probe = PROBES.get(service) or OTHER_PROBES[service]
        result: dict[str, Any] = {
            "service": service,
            "endpoint": None,
            "versions": [],
            "used_version": None,
            "deprecation": None,
            "usable": False,
            "problem": None,
        }
        try:
            result["endpoint"], result["versions"] = self.client.versions(service, regional=probe.regional)
            version, offer = self.client.version_in_use(probe)
            result["used_version"] = version or None
            result["deprecation"] = (
                deprecation_of(service, self.region, version, offer, self.client.now().date()) or None
            )
            self.client.call(probe, query={probe.paging.size: 1} if probe.paging else {})
        except StorageError as error:
            return {**result, "problem": error.message}
        return {**result, "usable": True}
