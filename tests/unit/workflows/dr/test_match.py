# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volume and replication an item means, and how a replication is."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.assess import (
    USABLE,
    blocker,
    possible_loss,
    too_late,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.model import (
    BLOCK,
    FILE,
    Found,
    Link,
    Volume,
    block_link,
    file_link,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.reading import ambiguous, match

WEST, EAST = "kr-west1", "kr-east1"
SOURCE, TARGET = "s" * 8, "t" * 8
WEB = Volume(1, FILE, "web", WEST, EAST, target_name="web")


def link(**fields: Any) -> Link:
    """Return a replication of the volume ``web``."""
    ends = {
        "source_id": SOURCE,
        "source_name": "web_a1b2c3",
        "source_region": WEST,
        "target_id": TARGET,
        "target_name": "web_d4e5f6",
        "target_region": EAST,
        "health": "ok",
        "replication_id": "rep-1",
    }
    return Link(**{**ends, **fields})


def owner(identifier: str = SOURCE, name: str = "web_a1b2c3") -> dict[str, Any]:
    return {"id": identifier, "name": name}


def test_match_finds_the_replication_from_either_end() -> None:
    assert match(WEB, "source", [(owner(), [link()])]).link == link()
    assert match(WEB, "target", [(owner(TARGET, "web_d4e5f6"), [link()])]).link == link()


@pytest.mark.parametrize(
    "other",
    [
        {"target_region": "kr-north1"},
        {"source_region": "kr-north1"},
        {"target_name": "other_d4e5f6"},
        {"source_id": "another", "source_name": "other"},
    ],
)
def test_match_reports_a_replication_that_joins_other_volumes(other: dict[str, Any]) -> None:
    found = match(WEB, "source", [(owner(), [link(**other)])])
    assert found.link is None
    assert "joins other volumes than web in kr-west1 and web in kr-east1" in found.message


def test_match_takes_the_one_of_several_volumes_that_is_replicated() -> None:
    found = match(WEB, "source", [(owner(), [link()]), (owner("other"), [])])
    assert (found.link, found.volume) == (link(), owner())


def test_match_refuses_several_replications_that_fit() -> None:
    twin = link(source_id="other", target_id="copy")
    found = match(WEB, "source", [(owner(), [link()]), (owner("other"), [twin])])
    assert f"several replications fit: {SOURCE}, other" in found.message


def test_match_keeps_all_volumes_where_none_is_replicated() -> None:
    found = match(WEB, "source", [(owner(), []), (owner("other"), [])])
    assert (found.link, found.message, len(found.volumes)) == (None, "", 2)
    assert f"fits 2 File Storage volumes in kr-west1 ({SOURCE}, other)" in ambiguous(WEB, found.volumes)
    assert ambiguous(WEB, found.volumes[:1]) == ""


def test_match_by_ids_ignores_names() -> None:
    volume = Volume(1, FILE, "anything", WEST, EAST, source_id=SOURCE, target_id=TARGET, target_name="anything")
    assert match(volume, "source", [(owner(), [link()])]).link == link()
    wrong = Volume(1, FILE, "web", WEST, EAST, target_id="other", target_name="web")
    assert match(wrong, "source", [(owner(), [link()])]).link is None


def test_match_of_block_storage_takes_names_as_they_are() -> None:
    volume = Volume(1, BLOCK, "web", WEST, EAST, target_name="web")
    assert match(volume, "source", [(owner(name="web"), [link(source_name="web", target_name="web")])]).link
    assert match(volume, "source", [(owner(), [link()])]).link is None


@pytest.mark.parametrize(
    ("policy", "status", "health"),
    [
        ("use", "available", "ok"),
        ("use", "creating", "creating"),
        ("", "creating", "creating"),
        ("paused", "available", "paused"),
        ("paused", "DELETING", "ending"),
        ("use", "error", "error"),
        ("paused", "Error_Deleting", "error"),
    ],
)
def test_health_of_file_storage(policy: str, status: str, health: str) -> None:
    ends = {
        "source_volume_id": SOURCE,
        "source_volume_region": WEST,
        "replication_volume_id": TARGET,
        "replication_volume_region": EAST,
    }
    shown = file_link({**ends, "replication_policy": policy, "replication_status": status})
    assert shown.health == health
    assert not shown.reports_lag


@pytest.mark.parametrize(
    ("shown", "health", "policy"),
    [
        ("ok", "ok", "RESYNC"),
        ("broken", "paused", "BREAK"),
        ("stalled", "stalled", "RESYNC"),
        ("error", "error", "RESYNC"),
        ("creating", "creating", "RESYNC"),
        ("resyncing", "creating", "RESYNC"),
        ("unknown", "unknown", "RESYNC"),
    ],
)
def test_health_of_block_storage(shown: str, health: str, policy: str) -> None:
    ends = {"source": {"id": SOURCE, "region": WEST}, "target": {"id": TARGET, "region": EAST}}
    made = block_link({**ends, "health": shown, "sync_cycle": "HOURLY", "lag_time": "00:10:00", "lag_seconds": 600})
    assert (made.health, made.policy, made.frequency, made.lag_seconds) == (health, policy, "hourly", 600)


def test_blocker_explains_each_health() -> None:
    def why(found: Found) -> str:
        return blocker(WEB, found, USABLE)

    assert {why(Found(link(health=health))) for health in ("ok", "paused", "stalled")} == {""}
    assert why(Found(volumes=[{"id": TARGET}])) == "it has no replication"
    assert why(Found()) == "kr-east1 has no replica web (check target_name and target_region)"
    assert why(Found(unread=True)) == "its replication could not be read"
    assert why(Found(message="ListVolumes failed.", unread=True)) == "ListVolumes failed"
    strange = why(Found(link(health="unknown", status="ODD")))
    assert strange == "its replication is in a state that is not known (ODD)"
    words = {"error": "error state", "creating": "still being set up", "ending": "being ended"}
    for health, word in words.items():
        assert word in why(Found(link(health=health)))


@pytest.mark.parametrize(
    ("fields", "limit", "words"),
    [
        ({"lag_seconds": 7200}, None, ""),
        ({"lag_seconds": 7201}, None, "2:00:01 behind, and the limit is twice its frequency, hourly"),
        ({"lag_seconds": 7201}, 10_000, ""),
        ({"lag_seconds": 7201}, 900, "the limit is 15m"),
        ({"lag_seconds": 7201, "health": "paused"}, 1, ""),
        ({"lag_seconds": 7201, "health": "stalled"}, 900, "the limit is 15m"),
        ({"lag_seconds": None}, None, "does not report how far"),
        ({"lag_seconds": None, "reports_lag": False}, None, ""),
        ({"lag_seconds": 100_000, "frequency": None}, None, ""),
        ({"lag_seconds": 200_000, "frequency": None}, None, "which is unknown"),
    ],
)
def test_too_late_compares_the_lag_with_the_limit(fields: dict[str, Any], limit: int | None, words: str) -> None:
    given = {"reports_lag": True, "frequency": "hourly", "lag_time": "2:00:01", **fields}
    reason = too_late(link(**given), limit, "15m")
    assert (words in reason) if words else reason == ""


@pytest.mark.parametrize(
    ("fields", "loss"),
    [
        ({"lag_seconds": 723}, "what was written in the last 0:12:03"),
        ({"frequency": "5min"}, "what was written since the last synchronization (5min)"),
        ({"frequency": None}, "what was written since the last synchronization (frequency unknown)"),
        ({"health": "paused"}, None),
    ],
)
def test_possible_loss_is_what_the_replica_does_not_have(fields: dict[str, Any], loss: str | None) -> None:
    assert possible_loss(link(**fields)) == loss


def test_possible_loss_of_nothing_is_none() -> None:
    assert possible_loss(None) is None
