# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of Block Storage (BM) for the tests, and the short words in which they speak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .conftest import Answer, Api

EAST = "kr-east1"
PREFIX = "baremetal-blockstorage."
QOS = {"iops": 5000, "throughput": 250}
SSD = {"name": "bs-01", "disk_type": "SSD", "size_gb": 100, "qos": QOS}
HDD = {"name": "bs-01", "disk_type": "HDD", "size_gb": 100}


@dataclass
class BmApi(Api):
    """Calls Block Storage (BM)."""

    service: str = "baremetal-blockstorage"
    version: str = "baremetal-blockstorage 1.3"

    def server(self, name: str) -> dict[str, str]:
        """A server as attachments name it."""
        found = self.simulator.server(name)
        return {"object_id": found["id"], "object_type": found["type"]}

    def servers(self, *names: str) -> list[dict[str, str]]:
        """Servers as attachments name them."""
        return [self.server(name) for name in names]

    def asked(self, *names: str, **fields: Any) -> Answer:
        """Ask for a volume for these servers."""
        return self("POST", "/v1/volumes", {**SSD, "attachments": self.servers(*(names or ("west-db1",))), **fields})

    def made(self, name: str = "bs-01", *, rate: int = 0, free: bool = False, **fields: Any) -> str:
        """A volume, in use unless it is to be ``free``, with a snapshot rate unless that is 0; its id."""
        answer = self.asked(**{"name": name, **fields})
        assert answer.status == 202, answer.body
        volume = str(answer.body["resource_id"])
        self.simulator.advance(5)
        if rate:
            self.ok("POST", f"/v1/volumes/{volume}/snapshot-rates", {"snapshot_rate": rate})
            self.simulator.advance(1)
        if free:
            self.ok(
                "DELETE", f"/v1/volumes/{volume}/attachments", {"attachments": [self.server("west-db1")["object_id"]]}
            )
            self.simulator.advance(2)
        return volume

    def grouped(self, *names: str, free: bool = False) -> tuple[str, list[str]]:
        """A group of new volumes; its id and theirs."""
        volumes = [self.made(name, rate=100, free=free) for name in names or ("bs-01", "bs-02")]
        answer = self("POST", "/v1/volume-groups", {"name": "vg-01", "volume_ids": volumes})
        assert answer.status == 202, answer.body
        self.simulator.advance(3)
        return str(answer.body["resource_id"]), volumes

    def ok(self, method: str, path: str, body: Any = None, *, region: str = "") -> Any:
        """The body of an answer that is not a refusal."""
        answer = self(method, path, body, region=region)
        assert answer.status in (200, 202), answer.body
        return answer.body

    def show(self, identifier: str, region: str = "") -> dict[str, Any]:
        """A volume as it is shown."""
        found: dict[str, Any] = self.ok("GET", f"/v1/volumes/{identifier}", region=region)["result"]
        return found

    def group(self, group_id: str, region: str = "") -> dict[str, Any]:
        """A group as it is shown."""
        found: dict[str, Any] = self.ok("GET", f"/v1/volume-groups/{group_id}", region=region)["result"]
        return found

    def state(self, volume_id: str, region: str = "") -> str:
        """The state of a volume."""
        return str(self.show(volume_id, region)["state"])

    def patch(self, volume_id: str, **fields: Any) -> None:
        """Change a volume behind the service's back."""
        self.simulator.patch_world({"baremetal-blockstorage": {"volumes": [{"id": volume_id, **fields}]}})

    def names(self, query: str = "", region: str = "") -> list[str]:
        """The names in a list of volumes."""
        return [volume["name"] for volume in self.ok("GET", f"/v1/volumes{query}", region=region)["volumes"]]

    def taken(self, path: str) -> list[str]:
        """The ids of the snapshots of ``/volumes/…`` or ``/volume-groups/…``."""
        return [snapshot["snapshot_id"] for snapshot in self.ok("GET", f"/v1{path}/snapshots")["snapshots"]]

    def take(self, path: str) -> str:
        """A new snapshot of ``/volumes/…`` or ``/volume-groups/…``; its id."""
        return str(self.ok("POST", f"/v1{path}/snapshots")["snapshot_id"])


@pytest.fixture
def bm(simulator: Simulator) -> BmApi:
    """A client of Block Storage (BM). Time stands still unless it is advanced."""
    simulator.scale(0)
    return BmApi(simulator)
