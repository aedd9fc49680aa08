# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dry run of a list: what reads return once the plans so far have been carried out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallContext, NotFound
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.dry_run import (
    DryRunClient,
    PlannedChanges,
    display_ids,
)
from ansible_collections.scp.storage.plugins.module_utils.engine.overlay import created, deleted, updated, upserted
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import UNKNOWN_ID
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.lookup import VOLUMES
from tests.unit.client.conftest import make_settings

LIST, SHOW, ID, FIELD = VOLUMES.listing, VOLUMES.show, VOLUMES.option, VOLUMES.listing.paging.items  # type: ignore[union-attr]
WEST, EAST = "kr-west1", "kr-east1"
OLD = {"id": "old", "name": "data", "state": "fine"}


class Plain(Client):
    """Knows one volume, which the list shows with fewer fields, in one region."""

    def __init__(self) -> None:
        super().__init__(make_settings())
        self.asked: list[str] = []

    def call(self, operation: Any, *, region: str = "", path: Any = None, **_more: Any) -> dict[str, Any]:
        self.asked.append(operation.name)
        if operation.name == LIST.name:
            return {FIELD: [dict(OLD)] if region == WEST else None, "extra": 1}
        if region == WEST and path[ID] == "old":
            return {**OLD, "size": 1}
        raise NotFound(CallContext("filestorage", operation.name, region, "GET"), "was refused with 404", status=404)

    def read_list(self, operation: Any, *, region: str = "", **_more: Any) -> list[dict[str, Any]]:
        return list(self.call(operation, region=region)[FIELD] or [])


def rehearsing(*patches: list[Any]) -> DryRunClient:
    """A client that knows what plans in the west leave, one list of patches for each."""
    planned_changes = PlannedChanges()
    for one in patches:
        planned_changes.note(one, WEST)
    return DryRunClient(Plain(), planned_changes)


def names(client: Client, region: str) -> list[str]:
    """The names in a list, which reads the same by both ways."""
    items = client.read_list(LIST, region=region)
    answer = client.call(LIST, region=region)
    assert answer == {FIELD: items, "extra": 1}
    return [item["name"] for item in items]


@pytest.mark.parametrize(("region", "west", "east"), [("", ["data", "new"], []), (EAST, ["data"], ["new"])])
@pytest.mark.parametrize("leave", [created, upserted])
def test_dry_run_shows_what_is_planned_in_its_region_only(
    leave: Any, region: str, west: list[str], east: list[str]
) -> None:
    client = rehearsing(leave(VOLUMES, {"id": UNKNOWN_ID, "name": "new"}, region))
    assert (names(client, WEST), names(client, EAST)) == (west, east)
    where = region or WEST
    new = client.read_list(LIST, region=where)[-1]
    assert new == {"id": f"{UNKNOWN_ID} [1]", "name": "new"}
    assert client.call(SHOW, region=where, path={ID: new["id"]}) == new
    with pytest.raises(NotFound, match="is only planned"):
        client.call(SHOW, region=WEST if region else EAST, path={ID: new["id"]})


def test_dry_run_distinguishes_planned_resources_and_shows_one_id() -> None:
    client = rehearsing(*(created(VOLUMES, {"id": UNKNOWN_ID, "name": name}) for name in ("one", "two")))
    new = client.read_list(LIST, region=WEST)[1:]
    assert [item["id"] for item in new] == [f"{UNKNOWN_ID} [1]", f"{UNKNOWN_ID} [2]"]
    assert display_ids(new) == [{"id": UNKNOWN_ID, "name": "one"}, {"id": UNKNOWN_ID, "name": "two"}]


def test_dry_run_changes_only_fields_that_a_list_has() -> None:
    """A list shows less than its show operation, and still does; what is only planned is shown with all."""
    planned = f"{UNKNOWN_ID} [1]"
    client = rehearsing(
        created(VOLUMES, {"id": UNKNOWN_ID, "name": "new"}),
        upserted(VOLUMES, {"id": "old", "state": "resized", "size": 2}),
        updated(VOLUMES, planned, {"size": 3}),
    )
    assert client.read_list(LIST, region=WEST) == [
        {**OLD, "state": "resized"},
        {"id": planned, "name": "new", "size": 3},
    ]
    assert client.call(SHOW, region=WEST, path={ID: "old"}) == {**OLD, "state": "resized", "size": 2}
    assert client.call(SHOW, region=WEST, path={ID: planned}) == {"id": planned, "name": "new", "size": 3}


def test_dry_run_does_not_show_what_is_removed() -> None:
    client = rehearsing(deleted(VOLUMES, "old"))
    assert names(client, WEST) == []
    with pytest.raises(NotFound):
        client.call(SHOW, region=WEST, path={ID: "old"})


def test_dry_run_asks_nobody_for_what_is_only_planned() -> None:
    client = rehearsing()
    assert client.read_list(LIST, region=WEST, query={"volume_id": f"{UNKNOWN_ID} [7]"}) == []
    with pytest.raises(NotFound, match="is only planned"):
        client.call(SHOW, region=WEST, path={ID: f"{UNKNOWN_ID} [7]"})
    assert client._plain.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "leave",
    [
        lambda region: deleted(VOLUMES, "old", region),
        lambda region: updated(VOLUMES, "old", {"name": "other"}, region),
        lambda region: upserted(VOLUMES, {"id": "old", "name": "other"}, region),
    ],
    ids=["gone", "changed", "left"],
)
def test_dry_run_changes_and_removes_in_the_region_of_the_plan_only(leave: Any) -> None:
    elsewhere, here = rehearsing(leave(EAST)), rehearsing(leave(WEST))
    assert names(elsewhere, WEST) == ["data"]
    assert elsewhere.call(SHOW, region=WEST, path={ID: "old"})["name"] == "data"
    assert names(here, WEST) != ["data"]


@pytest.mark.parametrize("several", [False, True], ids=["filtered", "shared"])
def test_lookup_in_a_dry_run_finds_what_is_planned(several: bool) -> None:
    """What is shared is what the service lists; each lookup adds what is planned by then."""
    planned_changes = PlannedChanges()
    client = DryRunClient(Plain(), planned_changes)

    def found(name: str, region: str = WEST) -> list[str]:
        view = client.sharing(several=several)
        return [item["id"] for item in view.lookup(LIST, name, suffixed=True, region=region)]

    assert (found("data"), found("new")) == (["old"], [])
    planned_changes.note(created(VOLUMES, {"id": UNKNOWN_ID, "name": "new"}), WEST)
    assert (found("data"), found("new"), found("new", EAST)) == (["old"], [f"{UNKNOWN_ID} [1]"], [])
    view = client.sharing(several=several)
    assert [item["name"] for item in view.read_whole(LIST)] == ["data", "new"]
    assert view.lookup_whole(LIST, f"{UNKNOWN_ID} [1]")[0]["name"] == "new"
    planned_changes.note(deleted(VOLUMES, "old"), WEST)
    assert (found("data"), found("new")) == ([], [f"{UNKNOWN_ID} [1]"])


def test_dry_run_shares_lists_of_the_service() -> None:
    planned_changes = PlannedChanges()
    plain = Plain()
    client = DryRunClient(plain, planned_changes)
    for _entry in range(3):
        view = client.sharing(several=True)
        assert view.lookup(LIST, "data")
        planned_changes.note(updated(VOLUMES, "old", {"state": "new"}), WEST)
    assert plain.asked == [LIST.name]
    assert view.look is not None
    assert view.look.reused
    assert view.lookup(LIST, "data")[0]["state"] == "new"
