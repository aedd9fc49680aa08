# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control interface."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.simulator.fixture import ControlRefused, Simulator

from .conftest import Api

SECRETS = ("simulator-secret-worth-nothing", "simulator-session-token", "cifspwd0!!")


def test_index(simulator: Simulator) -> None:
    found = simulator.control("GET", "")
    assert (found["bugs"], found["violations"]) == (0, 0)
    assert "GET /_control/state" in found["control"]


def test_operations(api: Api, simulator: Simulator) -> None:
    volume = api.volume(protocol="CIFS", cifs_password="cifspwd0!!")
    log = simulator.operations()
    assert [entry["operation"] for entry in log] == ["CreateVolume", "ShowVolume"]
    first = log[0]
    assert set(first) == {
        "sequence", "time", "service", "region", "operation", "version", "method", "path", "status", "write", "fault",
        "violation", "bug", "body", "caller",
    }  # fmt: skip
    assert (first["service"], first["region"], first["method"]) == ("filestorage", "kr-west1", "POST")
    assert (first["path"], first["status"], first["write"]) == ("/filestorage/kr-west1/v1/volumes", 202, True)
    assert first["body"]["name"] == "my_volume"
    assert log[1]["path"].endswith(volume["id"])
    assert log[1]["body"] is None
    assert [entry["operation"] for entry in simulator.operations(log[0]["sequence"])] == ["ShowVolume"]
    assert len(simulator.writes()) == 1
    simulator.clear_operations()
    assert simulator.operations() == []
    api("GET", "/v1/volumes?name=a%20b")
    assert simulator.operations()[0]["sequence"] == log[1]["sequence"] + 1
    assert simulator.operations()[0]["path"].endswith("?name=a%20b")


def test_caller_that_a_request_names_is_in_the_log(api: Api, simulator: Simulator) -> None:
    api("GET", "/v1/volumes")
    api.extra["X-Simulator-Caller"] = "mine"
    api("GET", "/v1/volumes")
    assert [entry["caller"] for entry in simulator.operations()] == [None, "mine"]
    assert [entry["violation"] for entry in simulator.operations()] == [None, None]


@pytest.mark.parametrize("path", ["/_control/clock", "/filestorage/kr-west1/v1/volumes"])
def test_time_passes_before_a_request_that_says_so(api: Api, simulator: Simulator, path: str) -> None:
    simulator.scale(0)
    before = simulator.now()
    api.send("GET", path, headers={"X-Simulator-Advance": "60.5"})
    assert (simulator.now() - before).total_seconds() == pytest.approx(60.5)


@pytest.mark.parametrize("seconds", ["-1", "soon", "nan", "inf", "2e9", ""])
def test_time_that_cannot_pass_is_refused(api: Api, simulator: Simulator, seconds: str) -> None:
    before = simulator.control("GET", "clock")["now"]
    answer = api.send("GET", "/filestorage/kr-west1/v1/volumes", headers={"X-Simulator-Advance": seconds})
    assert answer.status == 400
    names = "X-Simulator-Advance and X-Simulator-Event-Within"
    assert answer.body == {"error": f"{names} must be numbers of seconds from 0 to 1e+09"}
    assert simulator.operations() == []
    assert simulator.control("GET", "clock")["now"][:16] == before[:16]


#: Times are shown in microseconds, so that two of them differ by so much from what they stand for.
SHOWN = 2e-6


@pytest.mark.parametrize(("within", "passed"), [(5, 0.2), (60, 20.0)])
def test_time_goes_on_to_an_event_that_is_due_soon(
    api: Api, simulator: Simulator, within: float, passed: float
) -> None:
    simulator.scale(0)
    simulator.switch(filestorage_create_seconds=20)
    api("POST", "/v1/volumes", {"name": "my_volume", "protocol": "NFS", "type_name": "SSD"})
    before = simulator.now()
    simulator.pass_time(0.2, event_within=within)
    assert (simulator.now() - before).total_seconds() == pytest.approx(passed, abs=SHOWN)
    # Nothing is under way any more, or too far ahead.
    simulator.pass_time(0.2, event_within=within if passed < 1 else 0)
    assert (simulator.now() - before).total_seconds() == pytest.approx(passed + 0.2, abs=SHOWN)


def test_time_that_is_owed_passes_with_the_next_request(api: Api, simulator: Simulator) -> None:
    """With the fixture itself, a request with its headers, or at once where that is asked for."""

    simulator.scale(0)
    before = simulator.now()
    simulator.pass_time(10)
    simulator.pass_time(5)
    assert (simulator.now() - before).total_seconds() == pytest.approx(15)
    simulator.pass_time(10)
    api.send("GET", "/filestorage/kr-west1/v1/volumes", headers=simulator.passing())
    assert simulator.passing() == {}
    assert (simulator.now() - before).total_seconds() == pytest.approx(25)
    simulator.pass_time(10)
    simulator.catch_up()
    assert simulator.passing() == {}
    assert (simulator.now() - before).total_seconds() == pytest.approx(35)


def test_refused_calls_are_logged_too(api: Api, simulator: Simulator) -> None:
    assert api.send("GET", "/filestorage/kr-west1/v1/volumes").status == 404
    api.access_key = "NOBODY"
    assert api("GET", "/v1/volumes").status == 401
    assert [(e["status"], e["operation"]) for e in simulator.operations()] == [
        (404, "ListVolumes"),
        (401, "ListVolumes"),
    ]


def test_no_secret_is_shown(api: Api, simulator: Simulator) -> None:
    api.volume(protocol="CIFS", cifs_password="cifspwd0!!")
    shown = json.dumps([simulator.world(), simulator.operations()])
    assert not [secret for secret in SECRETS if secret in shown]


def test_clock(simulator: Simulator) -> None:
    simulator.scale(0)
    before = simulator.control("GET", "clock")
    assert simulator.control("GET", "clock") == before
    after = simulator.control("PUT", "clock", {"advance": 90})
    passed = datetime.fromisoformat(after["now"]) - datetime.fromisoformat(before["now"])
    assert passed.total_seconds() == pytest.approx(90)
    assert simulator.control("PUT", "clock", {"scale": 1000})["scale"] == 1000


@pytest.mark.parametrize(
    ("method", "path", "document", "text"),
    [
        ("PUT", "clock", {"advance": -1}, "time does not go back"),
        ("PUT", "clock", {"scale": "fast"}, "must be a number"),
        ("PUT", "clock", {"later": 1}, "it takes scale, advance, now, korean_hour"),
        ("PUT", "clock", {"now": 1}, "now must be a time in ISO 8601"),
        ("PUT", "clock", {"korean_hour": 24}, "less than 24"),
        ("PUT", "clock", {"announce_delays": 1}, "announce_delays must be true or false"),
        ("PUT", "clock", [], "must be a JSON object"),
        ("PUT", "clock", None, "must be JSON"),
        ("POST", "clock", {}, "does not take POST"),
        ("GET", "weather", None, "GET /_control/ lists"),
        ("GET", "operations?since=x", None, "sequence number"),
        ("PUT", "switches", {"replication_delete_second": 1}, "replication_delete_seconds"),
        ("PUT", "switches", {"snapshot_delete_busy": "often"}, "takes off, 409, 500, not 'often'"),
        ("PUT", "switches", {"clock_skew_seconds": -1}, "a number from 0"),
        ("PUT", "world", {"servants": []}, "unknown part 'servants'"),
        ("PUT", "world", {"servers": [{"nam": "a"}]}, r"servers\[0\] has an unknown field 'nam'"),
        ("PUT", "world", {"servers": [{"name": "a", "state": "ON"}]}, "state 'ON'; it is one of RUNNING, STOPPED"),
        ("PUT", "world", {"object_buckets": [{"name": "b", "objects": ["c"]}]}, "each of its objects is an object"),
        (
            "PUT",
            "world",
            {"object_buckets": [{"objects": [{"path": "c", "size": -1}]}]},
            "of which only path is needed",
        ),
        ("PUT", "world", {"object_buckets": [{"objects": [{"path": "c", "modified_at": "now"}]}]}, "ISO 8601"),
        ("PATCH", "world", {"subnets": [{"name": "a", "cidr": "10.0.0.1/24"}]}, "'10.0.0.1/24'; it is a network"),
        ("PATCH", "world", {"backup": {"schedules": [{"start_time": "1:00"}]}}, "must be HH:MM:SS"),
        ("PATCH", "world", {"backup": {"histories": [{"backup_start_time": "now"}]}}, "must be a time"),
        ("PATCH", "world", {"archivestorage": {"recovery_histories": [{"end_at": "now"}]}}, "end_at must be a time"),
        ("PATCH", "world", {"servers": [{"name": 1}]}, r"servers\[0\].name must be a text"),
        ("PATCH", "world", {"servers": [{"name": "a", "type": "PC"}]}, "one of VM"),
        ("PATCH", "world", {"filestorage": {"volumes": [{"region": "kr-north1"}]}}, "one of kr-west1"),
        ("PATCH", "world", {"filestorage": {"folders": []}}, "no 'folders'"),
        ("PATCH", "world", {"key_pairs": [{"access_key": "a"}]}, "needs an access_key and a secret_key"),
        ("PUT", "world", [], "must be a JSON object"),
    ],
)
def test_mistakes_are_explained(simulator: Simulator, method: str, path: str, document: object, text: str) -> None:
    before = simulator.world()
    with pytest.raises(ControlRefused, match=text):
        simulator.control(method, path, document)
    assert simulator.world() == before


def test_switches(api: Api, simulator: Simulator) -> None:
    shown = simulator.control("GET", "switches")["switches"]
    answer = simulator.control("PUT", "switches", {"snapshot_delete_busy": "409"})["switches"]
    assert {name: switch["value"] for name, switch in answer.items()} == {"snapshot_delete_busy": "409"}
    simulator.control("PUT", "switches", {"snapshot_delete_busy": shown["snapshot_delete_busy"]["value"]})
    assert shown["replication_delete_seconds"]["default"] == 20.0
    assert shown["snapshot_delete_busy"]["choices"] == ["off", "409", "500"]
    assert all(switch["meaning"] for switch in shown.values())
    simulator.switch(filestorage_create_seconds=0, snapshot_delete_busy=409)
    api("POST", "/v1/volumes", {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"})
    assert api("GET", "/v1/volumes").body["filestorages"][0]["state"] == "available"
    simulator.reset()
    assert simulator.control("GET", "switches")["switches"] == shown


def test_the_world_can_be_changed(api: Api, simulator: Simulator) -> None:
    simulator.patch_world(
        {
            "servers": [{"id": "own-1", "name": "own", "type": "VM", "region": "kr-west1"}],
            "filestorage": {
                "volumes": [{"id": "v1", "name": "mine_abc123"}, {"id": "v2", "name": "bad_abc123", "state": "error"}]
            },
        }
    )
    assert api.show("v1")["path"].endswith(":/scp_mine_abc123")
    assert api.show("v2")["state"] == "error"
    rule = {"object_id": "own-1", "object_type": "VM", "action": "add"}
    assert api("PUT", "/v1/volumes/v1/access-rules", rule).status == 202
    simulator.patch_world(
        {"filestorage": {"volumes": [{"id": "v1", "path": "10.9.9.9:/moved"}, {"id": "v2", "removed": True}]}}
    )
    assert api.show("v1")["path"] == "10.9.9.9:/moved"
    assert api("GET", "/v1/volumes/v2").status == 404
    simulator.control("DELETE", "world")
    assert api("GET", "/v1/volumes").body["count"] == 0


def test_the_world_can_be_put_back(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    kept = simulator.world()
    simulator.reset()
    simulator.put_world(kept)
    # The stars of the secrets stand for the secrets that are known.
    assert api.show(volume["id"])["name"] == volume["name"]
    assert simulator.world() == kept


def test_kept_state_comes_back_as_often_as_wanted(api: Api, simulator: Simulator) -> None:
    volume = api.volume()
    kept, checkpoint = simulator.world(), simulator.checkpoint()
    for _time in range(2):
        api.volume(name="other_data")
        assert simulator.counts() == {"filestorage.volumes": 2}
        simulator.go_back(checkpoint)
        assert simulator.world() == kept
        assert simulator.counts() == {"filestorage.volumes": 1}
    assert api.show(volume["id"])["name"] == volume["name"]
    other = simulator.checkpoint()
    assert simulator.control("GET", "checkpoints") == {"checkpoints": [checkpoint, other]}
    simulator.control("DELETE", "checkpoints")
    with pytest.raises(ControlRefused, match=f"there is no checkpoint '{checkpoint}'; there are: none"):
        simulator.go_back(checkpoint)
    simulator.checkpoint()
    simulator.reset()
    assert simulator.control("GET", "checkpoints") == {"checkpoints": []}
    with pytest.raises(ControlRefused, match="must be a name"):
        simulator.control("POST", "checkpoints", {"nam": "before"})


def test_what_was_due_is_due_again_in_a_kept_state(api: Api, simulator: Simulator) -> None:
    simulator.switch(filestorage_create_seconds=3600)
    made = api("POST", "/v1/volumes", {"name": "my_volume", "protocol": "NFS", "type_name": "HDD"}).body["volume_id"]
    checkpoint = simulator.checkpoint()
    assert api.show(made)["state"] == "creating"
    for _time in range(2):
        simulator.advance(3600)
        assert api.show(made)["state"] == "available"
        # The next time, it is due at once: time does not go back.
        simulator.go_back(checkpoint)


def test_seeded_chance_repeats(api: Api, simulator: Simulator) -> None:
    def made() -> list[str]:
        simulator.switch(random_seed="seven")
        simulator.control("DELETE", "world")
        return [volume[field] for volume in (api.volume(), api.volume()) for field in ("id", "name", "path")]

    first = made()
    assert made() == first
    assert len(set(first)) == 6


def test_reset(api: Api, simulator: Simulator) -> None:
    simulator.advance(86400)
    simulator.fault("status", times=None)
    simulator.scale(7)
    simulator.reset()
    assert simulator.faults() == []
    assert simulator.operations() == []
    assert simulator.control("GET", "clock")["scale"] == 1
    now = simulator.now()
    assert abs((datetime.now(now.tzinfo) - now).total_seconds()) < 5
