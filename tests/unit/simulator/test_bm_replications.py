# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Block Storage (BM): replication of volumes and of groups (platform-behaviour.md §7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.fixture import Simulator

from .bare_metal import EAST, PREFIX, BmApi, bm

__all__ = ["bm"]

WEST = "kr-west1"
DAY = 86400.0


class Pair:
    """A replication of a volume or a group, as both of its ends see it."""

    def __init__(self, api: BmApi, noun: str, source: str, fields: dict[str, Any]) -> None:
        """Begin it, and wait until it works."""
        self.api = api
        self.noun = noun
        self.source = source
        body = {"cycle": "5MIN", "name": "copy", "region": EAST, **fields}
        self.target = api.ok("POST", self.path(), body)["resource_id"]
        self.names = (noun.replace("-", "_"), noun.replace("-", "_").removesuffix("s") + "_id")

    def path(self, end: str = "") -> str:
        """The path of the replication at an end."""
        return f"/v1/{self.noun}/{end or self.source}/replications"

    def show(self, *, target: bool = False) -> dict[str, Any]:
        """The replication, with ``ends`` for both nouns."""
        end, region = (self.target, EAST) if target else (self.source, WEST)
        found: dict[str, Any] = self.api.ok("GET", self.path(end), region=region)["result"]
        return {**found, "ends": found[f"related_{self.names[0]}"]}

    def call(self, method: str, what: str, body: Any = None, *, target: bool = False) -> Any:
        """Change it from one of its ends."""
        end, region = (self.target, EAST) if target else (self.source, WEST)
        return self.api(method, self.path(end) + what, body, region=region)

    def policy(self, policy: str, *, target: bool = False, seconds: float = 5) -> Any:
        """Break it or take it up again, and wait."""
        answer = self.call("PUT", "/policy", {"policy": policy}, target=target)
        self.api.simulator.advance(seconds)
        return answer

    def states(self) -> list[str]:
        """The states of both ends."""
        shown = self.api.group if self.noun == "volume-groups" else self.api.show
        return [str(shown(self.source)["state"]), str(shown(self.target, EAST)["state"])]

    def auth(self) -> list[str]:
        """What both ends allow."""
        return [end["auth"] for end in self.show()["ends"]]


def begin(api: BmApi, kind: str = "volume", *, wait: bool = True, **fields: Any) -> Pair:
    if kind == "volume":
        pair = Pair(api, "volumes", api.made(rate=50), fields)
    else:
        group, _ignored = api.grouped()
        pair = Pair(api, "volume-groups", group, {"replication_volume_name_prefix": "dr-", **fields})
    api.simulator.advance(5 if wait else 0)
    return pair


both = pytest.mark.parametrize("kind", ["volume", "group"])


def test_a_volume_gets_a_target(bm: BmApi, simulator: Simulator) -> None:
    pair = begin(bm, wait=False)
    assert pair.states() == ["EDITING", "CREATING"]
    shown = pair.show()
    assert (shown["sync_state"], pair.auth()) == ("UNINITIALIZED", ["READ_WRITE", "UNKNOWN"])
    simulator.advance(5)
    assert pair.states() == ["IN_USE", "AVAILABLE"]
    source, target = bm.show(pair.source), bm.show(pair.target, EAST)
    for name in ("disk_type", "size_gb", "qos", "snapshot_rate"):
        assert target[name] == source[name]
    assert (target["name"], target["purpose"], target["attachments"]) == ("copy", "REPL", [])
    assert (source["has_replication"], source["has_origin"]) == (True, False)
    assert (target["has_replication"], target["has_origin"]) == (False, True)
    assert bm.ok("GET", "/v1/volumes")["volumes"][0]["has_relation"] is True
    assert pair.show() == pair.show(target=True)
    assert {name: value for name, value in pair.show().items() if name != "ends"} == {
        "lag_time": "00:00:00", "sync_cycle": "5MIN", "sync_state": "SNAPMIRROED",
        "related_volumes": [
            {"auth": "READ_WRITE", "id": pair.source, "name": "bs-01", "purpose": "ORG", "region": WEST},
            {"auth": "READ", "id": pair.target, "name": "copy", "purpose": "REPL", "region": EAST},
        ],
    }  # fmt: skip
    simulator.switch(bm_replication_related="other", bm_sync_state_synced="SNAPMIRRORED")
    assert [end["id"] for end in pair.show()["ends"]] == [pair.target]
    assert pair.show(target=True)["sync_state"] == "SNAPMIRRORED"


def test_a_group_gets_a_target(bm: BmApi) -> None:
    pair = begin(bm, "group")
    assert pair.states() == ["AVAILABLE", "AVAILABLE"]
    source, target = bm.group(pair.source), bm.group(pair.target, EAST)
    assert (target["name"], target["purpose"]) == ("copy", "REPL")
    assert [volume["name"] for volume in target["member_volumes"]] == ["dr-bs-01", "dr-bs-02"]
    assert {bm.show(volume["id"], EAST)["purpose"] for volume in target["member_volumes"]} == {"REPL"}
    assert (source["has_replication"], target["has_origin"]) == (True, True)
    assert [(end["name"], end["auth"]) for end in pair.show()["ends"]] == [("vg-01", "READ_WRITE"), ("copy", "READ")]
    assert pair.show() == pair.show(target=True)


@both
def test_the_answer_may_name_the_source(bm: BmApi, simulator: Simulator, kind: str) -> None:
    simulator.switch(bm_replication_answer="source")
    pair = begin(bm, kind)
    assert pair.target == pair.source


@pytest.mark.parametrize("region", [WEST, "kr-south1", "kr-north1"])
def test_where_replication_is_not_available(bm: BmApi, region: str) -> None:
    volume = bm.made(rate=50)
    answer = bm("POST", f"/v1/volumes/{volume}/replications", {"cycle": "5MIN", "name": "copy", "region": region})
    assert (answer.status, answer.error["detail"]) == (400, "Replication is not available.")


def test_what_can_not_be_replicated(bm: BmApi, simulator: Simulator) -> None:
    body = {"cycle": "5MIN", "name": "copy", "region": EAST}
    _ignored, volumes = bm.grouped()
    answer = bm("POST", f"/v1/volumes/{volumes[0]}/replications", body)
    assert (answer.status, answer.error["detail"]) == (400, "The volume is in a volume group.")
    pair = begin(bm)
    assert bm("POST", pair.path(), body).status == 409
    simulator.switch(bm_replication_second="400")
    assert bm("POST", pair.path(), body).status == 400
    back = bm("POST", pair.path(pair.target), {**body, "region": WEST}, region=EAST)
    assert back.status == 400
    assert bm("POST", f"/v1/volumes/{bm.made(rate=50)}/replications", {**body, "name": "my_copy"}).status == 400


def test_prefixes_make_names(bm: BmApi) -> None:
    group, _ignored = bm.grouped()
    for prefix in ("d_", "p" * 24):
        body = {"cycle": "5MIN", "name": "copy", "region": EAST, "replication_volume_name_prefix": prefix}
        assert bm("POST", f"/v1/volume-groups/{group}/replications", body).status == 400
    assert bm.names(region=EAST) == []


def test_where_there_is_none(bm: BmApi, simulator: Simulator) -> None:
    volume = bm.made()
    path = f"/v1/volumes/{volume}/replications"
    assert bm("GET", path).error["code"] == f"{PREFIX}Notfound.replication"
    assert bm("DELETE", path).status == 404
    assert bm("PUT", f"{path}/cycle", {"cycle": "5MIN"}).status == 404
    simulator.switch(bm_replication_none="empty")
    assert bm.ok("GET", path) == {"result": {"related_volumes": []}}


@both
def test_lag_follows_the_cycle(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    simulator.advance(299)
    assert pair.show()["lag_time"] == "00:04:59"
    simulator.advance(2)
    assert pair.show()["lag_time"] == "00:00:01"
    answer = pair.call("PUT", "/cycle", {"cycle": "WEEKLY"})
    assert answer.body == {"cycle": "WEEKLY", pair.names[1]: pair.source}
    assert (pair.show()["sync_cycle"], pair.states()) == ("5MIN", ["EDITING", "EDITING"])
    simulator.advance(1)
    assert pair.show()["sync_cycle"] == "WEEKLY"
    assert "EDITING" not in pair.states()
    simulator.advance(5 * DAY)
    assert pair.show()["lag_time"] == "120:00:02"
    simulator.advance(2 * DAY)
    assert pair.show()["lag_time"] == "00:00:02"


@both
def test_break_and_resync(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    answer = pair.policy("BREAK", seconds=0)
    cycle = "sync_cycle" if kind == "volume" else "cycle"
    assert answer.body == {cycle: "5MIN", "sync_state": "SNAPMIRROED"}
    assert pair.states() == ["EDITING", "EDITING"]
    assert pair.call("PUT", "/policy", {"policy": "BREAK"}).status == 409
    simulator.advance(1)
    assert (pair.show()["sync_state"], pair.auth()) == ("BROKEN_OFF", ["READ_WRITE", "READ_WRITE"])
    assert "EDITING" not in pair.states()
    simulator.advance(3600)
    # No transfer comes any more.
    assert pair.show()["lag_time"] == "01:00:01"
    simulator.switch(bm_sync_state_broken="BREAK")
    assert pair.show()["sync_state"] == "BREAK"
    answer = pair.policy("RESYNC", seconds=0)
    assert answer.body["sync_state"] == "RESYNCING"
    assert (pair.show()["lag_time"], pair.auth()) == ("01:00:01", ["READ_WRITE", "READ"])
    simulator.advance(5)
    shown = pair.show()
    assert (shown["sync_state"], shown["lag_time"]) == ("SNAPMIRROED", "00:00:00")


@both
def test_stop_before_deleting(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    assert pair.call("DELETE", "").status == 400
    simulator.switch(bm_delete_unbroken="409")
    assert pair.call("DELETE", "").status == 409
    pair.policy("BREAK")
    answer = pair.call("DELETE", "")
    assert answer.status == (202 if kind == "volume" else 200)
    if kind == "group":
        assert answer.body == {"result": True}
    assert pair.call("DELETE", "").status == 409
    assert pair.show()["sync_state"] == "BROKEN_OFF"
    simulator.advance(5)
    for target in (False, True):
        assert pair.call("GET", "", target=target).status == 404
    shown = bm.group if kind == "group" else bm.show
    former = shown(pair.target, EAST)
    assert (former["state"], former["purpose"], former["has_origin"]) == ("AVAILABLE", "ORG", False)
    if kind == "volume":
        assert bm("DELETE", f"/v1/volumes/{pair.target}", region=EAST).status == 202


@both
@pytest.mark.parametrize("side", ["source", "target", "both"])
def test_which_side_takes_changes(bm: BmApi, simulator: Simulator, kind: str, side: str) -> None:
    simulator.switch(bm_replication_side=side)
    pair = begin(bm, kind)
    for end in ("source", "target"):
        good = side in (end, "both")
        is_target = end == "target"
        answers = [pair.call("PUT", "/cycle", {"cycle": "DAILY"}, target=is_target)]
        simulator.advance(1)
        answers += [pair.policy(policy, target=is_target) for policy in ("BREAK", "RESYNC")]
        assert [answer.status for answer in answers] == [200 if good else 400] * 3
    if side != "both":
        other = pair.call("DELETE", "", target=side == "source")
        assert (other.status, side in other.error["detail"]) == (400, True)


def test_the_same_policy_again(bm: BmApi, simulator: Simulator) -> None:
    pair = begin(bm)
    assert pair.policy("RESYNC").status == 200
    assert pair.show()["sync_state"] == "SNAPMIRROED"
    pair.policy("BREAK")
    assert pair.policy("BREAK").status == 200
    simulator.switch(bm_policy_same="400")
    assert pair.policy("BREAK").status == 400
    assert pair.policy("RESYNC").status == 200
    assert pair.policy("RESYNC").status == 400


@both
def test_resync_may_want_the_target_free(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    volume = pair.target if kind == "volume" else bm.group(pair.target, EAST)["member_volumes"][0]["id"]
    pair.policy("BREAK")
    bm.ok("POST", f"/v1/volumes/{volume}/attachments", {"attachments": bm.servers("east-db1")}, region=EAST)
    simulator.advance(2)
    simulator.switch(bm_resync_attached="400")
    assert pair.policy("RESYNC").status == 400
    simulator.switch(bm_resync_attached="accept")
    assert pair.policy("RESYNC").status == 200


@both
def test_a_replication_may_fail(bm: BmApi, simulator: Simulator, kind: str) -> None:
    simulator.switch(bm_fails="replicate")
    pair = begin(bm, kind)
    assert (pair.show()["sync_state"], pair.auth()) == ("ERROR", ["READ_WRITE", "UNKNOWN"])
    assert pair.states()[1] == "ERROR"
    assert pair.call("PUT", "/policy", {"policy": "BREAK"}).status == 409
    assert pair.call("DELETE", "").status in (200, 202)
    simulator.advance(5)
    volumes = [pair.target]
    if kind == "group":
        volumes = [volume["id"] for volume in bm.group(pair.target, EAST)["member_volumes"]]
        body = {"volume_ids": volumes}
        bm.ok("PUT", f"/v1/volume-groups/{pair.target}/members/remove", body, region=EAST)
        simulator.advance(3)
        assert bm("GET", f"/v1/volume-groups/{pair.target}", region=EAST).status == 404
    for volume in volumes:
        assert bm("DELETE", f"/v1/volumes/{volume}", region=EAST).status == 202


@both
def test_a_target_is_not_for_writing(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    path = f"/v1/{pair.noun}/{pair.target}"
    assert bm("POST", f"{path}/snapshots", region=EAST).status == 400
    assert bm("POST", f"{path}/snapshot-schedules", {"hour": 3}, region=EAST).status == 400
    simulator.switch(bm_snapshot_on_target="allow")
    snapshot = bm.ok("POST", f"{path}/snapshots", region=EAST)["snapshot_id"]
    assert bm("PUT", f"{path}/snapshots/{snapshot}/restore", region=EAST).status == 400
    pair.policy("BREAK")
    assert bm("PUT", f"{path}/snapshots/{snapshot}/restore", region=EAST).status == 200


def test_a_replicated_group_keeps_its_members(bm: BmApi, simulator: Simulator) -> None:
    pair = begin(bm, "group")
    body = {"volume_ids": [bm.group(pair.source)["member_volumes"][0]["id"]]}
    path = f"/v1/volume-groups/{pair.source}/members/remove"
    assert bm("PUT", path, body).status == 400
    simulator.switch(bm_group_change_with_replication="allow")
    assert bm("PUT", path, body).status == 200


@both
def test_transfers_may_pause_for_lack_of_space(bm: BmApi, simulator: Simulator, kind: str) -> None:
    pair = begin(bm, kind)
    volume = pair.source if kind == "volume" else bm.group(pair.source)["member_volumes"][0]["id"]
    simulator.switch(bm_snapshot_base_percent=30.0, bm_snapshot_growth_percent=0)

    def fill() -> None:
        for _ignored in range(4):
            bm.take(f"/volumes/{volume}")
        simulator.advance(900)

    fill()
    assert pair.show()["sync_state"] == "SNAPMIRROED"
    simulator.switch(bm_replication_pauses_when_full=True)
    fill()
    assert (pair.show()["sync_state"], pair.show()["lag_time"]) == ("PAUSED", "00:15:00")
    bm.ok("PUT", f"/v1/volumes/{volume}/snapshot-rates", {"snapshot_rate": 100})
    simulator.advance(1)
    assert (pair.show()["sync_state"], pair.show()["lag_time"]) == ("SNAPMIRROED", "00:00:00")
