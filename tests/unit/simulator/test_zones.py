# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs in Parallel File Storage 1.1 and Block Storage (BM) 1.4: zones (platform-behaviour.md §13)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .bare_metal import EAST, BmApi, bm
from .test_pfs_volumes import ASKED, PfsApi, pfs

__all__ = ["bm", "pfs"]

NEW_BM = "baremetal-blockstorage 1.4"
NEW_PFS = "parallel-filestorage 1.1"


@pytest.fixture
def new_bm(simulator: Simulator) -> BmApi:
    simulator.scale(0)
    return BmApi(simulator, version=NEW_BM)


@pytest.fixture
def new_pfs(simulator: Simulator) -> PfsApi:
    simulator.scale(0)
    return PfsApi(simulator, version=NEW_PFS)


# --- Parallel File Storage -----------------------------------------------------------------------------------------


def test_pfs_volume_in_a_zone(new_pfs: PfsApi, pfs: PfsApi) -> None:
    made = new_pfs("POST", "/v1/volumes", {**ASKED, "zone": "kr-west1-b"})
    assert (made.status, made.body["zone"]) == (202, "kr-west1-b")
    older = pfs.volume("older")
    assert "zone" not in older
    assert "zone" not in pfs.show(made.body["id"])
    zones = {v["id"]: v["zone"] for v in new_pfs("GET", "/v1/volumes").body["parallel_filestorages"]}
    assert zones == {made.body["id"]: "kr-west1-b", older["id"]: "kr-west1-a"}
    pfs.simulator.switch(zone_of_older="none")
    assert new_pfs.show(older["id"])["zone"] == ""


@pytest.mark.violations_expected
def test_pfs_requires_a_valid_zone(new_pfs: PfsApi, pfs: PfsApi) -> None:
    assert new_pfs("POST", "/v1/volumes", ASKED).error["detail"] == ["Field required"]
    assert pfs("POST", "/v1/volumes", {**ASKED, "zone": "kr-west1-a"}).status == 400
    answer = new_pfs("POST", "/v1/volumes", {**ASKED, "zone": "kr-east1-a"})
    assert (answer.status, answer.error["code"]) == (400, "parallel-filestorage.BadRequest.Invalid.zone")


# --- Block Storage (BM) --------------------------------------------------------------------------------------------


def test_bm_volume_in_a_zone(new_bm: BmApi, bm: BmApi) -> None:
    new, old = new_bm.made("bs-01", zone="kr-west1-b"), bm.made("bs-02")
    assert (new_bm.show(new)["zone"], "zone" in bm.show(new)) == ("kr-west1-b", False)
    zones = {v["id"]: v.get("zone") for v in new_bm.ok("GET", "/v1/volumes")["volumes"]}
    assert zones == {new: "kr-west1-b", old: "kr-west1-a"}
    assert all("zone" not in v for v in bm.ok("GET", "/v1/volumes")["volumes"])
    bm.simulator.switch(zone_of_older="none")
    assert "zone" not in new_bm.show(old)


@pytest.mark.violations_expected
def test_bm_requires_a_valid_zone(new_bm: BmApi, bm: BmApi) -> None:
    answer = new_bm.asked()
    assert (answer.status, answer.error["detail"]) == (400, ["Zone input is required."])
    assert new_bm.asked(zone="kr-east1-a").status == 400
    assert bm.asked(zone="kr-west1-a").status == 400
    answer = new_bm.asked(zone="kr-west1-a", attachments=[])
    assert (answer.status, answer.error["code"]) == (400, "NoServersRequest")
    assert bm.asked(attachments=[]).error["code"] != "NoServersRequest"


def replica(zone: str = "kr-east1-b", **more: Any) -> dict[str, Any]:
    return {"name": "copy-01", "region": EAST, "cycle": "5MIN", "zone": zone, **more}


@pytest.mark.violations_expected
def test_bm_replication_of_a_volume_has_zones(new_bm: BmApi, bm: BmApi) -> None:
    volume = new_bm.made(rate=100, zone="kr-west1-b")
    path = f"/v1/volumes/{volume}/replications"
    assert new_bm("POST", path, replica("kr-west1-a")).status == 400
    without = replica()
    del without["zone"]
    assert new_bm("POST", path, without).error["detail"] == ["Zone input is required."]
    new_bm.ok("POST", path, replica())
    new_bm.simulator.advance(60)
    related = new_bm.ok("GET", path)["result"]["related_volumes"]
    assert {end["region"]: end["zone"] for end in related} == {"kr-west1": "kr-west1-b", EAST: "kr-east1-b"}
    assert all("zone" not in end for end in bm.ok("GET", path)["result"]["related_volumes"])
    [target] = new_bm.ok("GET", "/v1/volumes", region=EAST)["volumes"]
    assert target["zone"] == "kr-east1-b"


def test_bm_group_and_its_replication_have_zones(new_bm: BmApi, bm: BmApi) -> None:
    volumes = [new_bm.made(name, rate=100, zone="kr-west1-b") for name in ("bs-01", "bs-02")]
    body = {"name": "vg-01", "volume_ids": volumes, "zone": "kr-west1-b"}
    assert new_bm("POST", "/v1/volume-groups", {**body, "zone": "kr-west1-c"}).status == 400
    group = new_bm.ok("POST", "/v1/volume-groups", body)["resource_id"]
    new_bm.simulator.advance(3)
    assert (new_bm.group(group)["zone"], "zone" in bm.group(group)) == ("kr-west1-b", False)
    [listed] = new_bm.ok("GET", "/v1/volume-groups")["volume_groups"]
    assert listed["zone"] == "kr-west1-b"
    path = f"/v1/volume-groups/{group}/replications"
    new_bm.ok("POST", path, replica(replication_volume_name_prefix="copy-"))
    new_bm.simulator.advance(60)
    related = new_bm.ok("GET", path)["result"]["related_volume_groups"]
    assert {end["region"]: end["zone"] for end in related} == {"kr-west1": "kr-west1-b", EAST: "kr-east1-b"}
    assert {v["zone"] for v in new_bm.ok("GET", "/v1/volumes", region=EAST)["volumes"]} == {"kr-east1-b"}


def test_bm_recovery_is_in_the_zone_of_its_origin(new_bm: BmApi) -> None:
    volume = new_bm.made(rate=100, zone="kr-west1-b")
    snapshot = new_bm.take(f"/volumes/{volume}")
    body = {"name": "again-01", "snapshot_id": snapshot}
    made = new_bm.ok("POST", f"/v1/volumes/{volume}/recoveries", body)["resource_id"]
    assert new_bm.show(made)["zone"] == "kr-west1-b"


def test_bm_day_of_the_change(new_bm: BmApi, bm: BmApi) -> None:
    volume = bm.made()
    bm.simulator.switch(baremetal_blockstorage_generations="new")
    assert bm("GET", f"/v1/volumes/{volume}").error["code"] == "NoSuchVersion"
    assert new_bm.show(volume)["zone"] == "kr-west1-a"
