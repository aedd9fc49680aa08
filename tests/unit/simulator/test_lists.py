# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of the simulator take work in proportion to what they return, whatever else there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.simulator.app import known_switches
from tests.simulator.clock import Clock
from tests.simulator.faults import Faults, Target
from tests.simulator.service import Call
from tests.simulator.services import find_services
from tests.simulator.state import World
from tests.simulator.tables import Table

REGION, ACCOUNT = "kr-west1", "account"
SIZE, PAGE = 200, 20
#: Records that a whole list may look at for each that it returns: itself, and what belongs to it.
MOST_LOOKS = 8


@dataclass(frozen=True)
class Listing:
    """A paged list.

    :ivar seed: what so many of its resources, with all that belongs to them, are in a seed.
    :ivar whole: this is a whole seed, and not the service's part of one.
    """

    service: str
    operation: str
    query: dict[str, Any]
    seed: Callable[[int], dict[str, list[dict[str, Any]]]]
    by_page: bool = False
    whole: bool = False


def named(number: int) -> dict[str, Any]:
    return {"id": f"{number:032x}", "name": f"data_{number}_abc123", "account_id": ACCOUNT}


def file_volumes(count: int) -> dict[str, list[dict[str, Any]]]:
    return {"volumes": [{**named(number), "type_name": "SSD"} for number in range(count)]}


def block_volumes(count: int) -> dict[str, list[dict[str, Any]]]:
    ids = [f"{number:032x}" for number in range(count)]
    return {
        "volumes": [{**named(number), "group_id": f"{number:033x}"} for number in range(count)],
        "volume_groups": [
            {"id": f"{number:033x}", "name": f"g{number}", "account_id": ACCOUNT} for number in range(count)
        ],
        "attachments": [{"volume_id": one, "server_id": "server"} for one in ids],
        "replications": [{"source_id": one, "target_id": f"copy {one}"} for one in ids],
    }


def agents(count: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "agents": [named(number) for number in range(count)],
        "backups": [{**named(number), "agent_id": f"{number:032x}"} for number in range(count)],
    }


def servers(count: int) -> dict[str, list[dict[str, Any]]]:
    return {"servers": [{**named(number), "type": "BM"} for number in range(count)]}


def tagged(count: int) -> dict[str, Any]:
    tags = [{"key": "team", "value": "web"}]
    return {"filestorage": {"volumes": [{**named(number), "tags": tags} for number in range(count)]}}


RESOURCES = dict.fromkeys(("id", "resource_name", "service_name", "resource_type", "region", "sort"))
TAGS = ("account_id", "key", "value", "resource_identifier", "resource_type", "service", "offering", "region", "sort")

LISTINGS = [
    Listing("filestorage", "ListVolumes", {"name": None, "type_name": None, "sort": None}, file_volumes),
    Listing(
        "parallel-filestorage",
        "ListVolumes",
        {"name": None, "sort": None},
        lambda count: {"volumes": [named(number) for number in range(count)]},
    ),
    Listing(
        "baremetal-blockstorage",
        "ListVolumes",
        {"name": None, "object_name": None, "volume_group_name": None, "sort": None},
        block_volumes,
    ),
    Listing("baremetal-blockstorage", "ListVolumeGroups", {"name": None, "sort": None}, block_volumes),
    Listing(
        "backup",
        "ListBackupAgents",
        {"name": None, "server_name": None, "server_backup_agent_ip": None, "sort": None},
        agents,
        by_page=True,
    ),
    Listing("backup", "ListBackups", {"name": None, "server_name": None, "sort": None}, agents, by_page=True),
    Listing("baremetal", "ListBaremetals", {"server_name": None, "sort": None}, servers, by_page=True, whole=True),
    Listing("resourcemanager", "ListResources", RESOURCES, tagged, by_page=True, whole=True),
    Listing("resourcemanager", "ListTags", dict.fromkeys(TAGS), tagged, by_page=True, whole=True),
]


def looks(listing: Listing, count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many records reading all pages of a list looks at."""
    world = World(Clock(0), known_switches(), find_services())
    world.replace(listing.seed(count) if listing.whole else {listing.service: listing.seed(count)})
    seen = 0
    iterate, having = Table.__iter__, Table.having

    def iterating(table: Table[Any]) -> Iterator[Any]:
        nonlocal seen
        seen += len(table)
        return iterate(table)

    def finding(table: Table[Any], field: str, value: object) -> list[Any]:
        nonlocal seen
        seen += len(table) * (field not in table._indexes)
        found = having(table, field, value)
        seen += len(found)
        return found

    monkeypatch.setattr(Table, "__iter__", iterating)
    monkeypatch.setattr(Table, "having", finding)
    received = 0
    for page in range(count // PAGE):
        place = {"page": page, "size": PAGE} if listing.by_page else {"offset": page * PAGE, "limit": PAGE}
        target = Target(listing.service, REGION, listing.operation, "GET")
        call = Call(REGION, "1.1", ACCOUNT, {}, {**listing.query, **place}, None, target, Faults(), world)
        reply = world.services[listing.service].handlers[listing.operation](call)
        received += max(len(part) for part in reply.body.values() if isinstance(part, list))
    monkeypatch.undo()
    assert received == count
    return seen


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: f"{one.service}-{one.operation}")
def test_list_looks_at_records_in_proportion_to_what_it_returns(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (looks(listing, count, monkeypatch) for count in (SIZE, 4 * SIZE))
    assert few <= MOST_LOOKS * SIZE
    assert many <= 4.2 * few


def test_list_that_was_read_shows_what_has_changed_since() -> None:
    """Pages are cut from what was found for the first, until anything changes."""
    world = World(Clock(0), known_switches(), find_services())
    world.replace({"filestorage": file_volumes(1)})
    service = world.services["filestorage"]
    query = {"name": None, "type_name": None, "sort": None, "offset": 0, "limit": PAGE}
    target = Target("filestorage", REGION, "ListVolumes", "GET")

    def names() -> list[str]:
        call = Call(REGION, "1.1", ACCOUNT, {}, query, None, target, Faults(), world)
        return [volume["name"] for volume in service.handlers["ListVolumes"](call).body["filestorages"]]

    assert names() == ["data_0_abc123"]
    world.merge({"filestorage": {"volumes": [{"id": named(0)["id"], "name": "other_abc123"}]}})
    assert names() == ["other_abc123"]
    world.merge({"filestorage": {"volumes": [{"id": named(0)["id"], "removed": True}]}})
    assert names() == []


@dataclass(slots=True)
class Part:
    """Something that belongs to an owner."""

    id: str = ""
    account_id: str = ""
    created_at: str = ""
    owner_id: str = ""


def test_index_of_a_table_follows_its_records() -> None:
    table: Table[Any] = Table("parts", Part, lambda _row: None)  # type: ignore[type-var]

    def of(owner: str) -> list[str]:
        return [part.id for part in table.having("owner_id", owner)]

    table.merge([{"id": "1", "owner_id": "a"}, {"id": "2", "owner_id": "b"}])
    assert (of("a"), of("b"), of("c")) == (["1"], ["2"], [])
    table.add(Part(id="3", owner_id="a"))
    assert of("a") == ["1", "3"]
    table.merge([{"id": "1", "owner_id": "b"}])
    assert (of("a"), of("b")) == (["3"], ["1", "2"])
    table.add(Part(id="3", owner_id="b"))
    assert (of("a"), of("b")) == ([], ["1", "2", "3"])
    table.remove("2")
    assert of("b") == ["1", "3"]
    table.clear()
    assert of("b") == []
