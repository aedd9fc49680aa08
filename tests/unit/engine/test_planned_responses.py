# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a dry run of a batch answers after the plan of a resource, for kinds that say nothing else about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.engine.overlay import ResponsePatch
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import UNKNOWN_ID, Step
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from ansible_collections.scp.storage.plugins.module_utils.operations import filestorage as api
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.lookup import VOLUMES
from tests.unit.client.conftest import make_settings

State = dict[str, Any]
OLD = {"id": "old", "name": "data", "state": "available"}
OTHER = {"id": "other", "name": "logs", "state": "available"}


class Unlisted(Resource[State]):
    """A kind that no other one refers to."""

    def find(self) -> State:
        return {}

    def next_step(self, state: State) -> Step[State] | None:
        return None

    def view(self, state: State) -> dict[str, Any]:
        return state

    def managed(self, state: State) -> dict[str, Any] | None:
        return None


class Listed(Unlisted):
    """A kind that is looked up in a list; an empty state is a missing resource."""

    kind = VOLUMES
    settled_state = "available"

    def listed(self, state: State) -> Mapping[str, Any] | None:
        return state or None


class Lasting(Listed):
    """A kind that the API cannot delete."""

    deletable = False


class Ruled(Listed):
    """A kind with a list that comes with it."""

    def further_responses(self, before: State, after: State) -> Iterable[ResponsePatch]:
        return [ResponsePatch(api.LIST_ACCESS_RULES, lambda _items: [before, after], {"volume_id": after["id"]})]


def responses(handler: type[Resource[State]], after: State, state: str = "present") -> list[ResponsePatch]:
    """Return what a plan from ``OLD`` leads to."""
    resource = handler({"state": state}, Client(make_settings()))
    return list(resource.planned_responses(OLD, after))


def listed_after(patches: list[ResponsePatch]) -> list[State]:
    """Return the items of the list operation after a plan, beside which nothing changes."""
    (patch,) = (patch for patch in patches if patch.operation is VOLUMES.listing)
    items: list[State] = patch.edit([OLD, OTHER])
    return items


def shown_after(patches: list[ResponsePatch], identifier: str) -> State | None:
    """Return the answer of the show operation for an id after a plan."""
    (patch,) = (
        patch for patch in patches if patch.operation is VOLUMES.show and patch.about == {VOLUMES.option: identifier}
    )
    shown: State | None = patch.edit({**OLD, "size": 1})
    return shown


def test_kind_that_is_not_looked_up_changes_no_answer() -> None:
    assert responses(Unlisted, OLD) == []


def test_missing_resource_changes_no_answer() -> None:
    assert responses(Ruled, {}) == []


def test_changed_resource_is_answered_in_its_settled_state() -> None:
    patches = responses(Listed, {**OLD, "name": "new", "state": "editing"})

    assert len(patches) == 2
    assert listed_after(patches) == [{**OLD, "name": "new"}, OTHER]
    assert shown_after(patches, "old") == {**OLD, "name": "new", "size": 1}


def test_created_resource_is_answered_in_its_settled_state() -> None:
    new = {"id": UNKNOWN_ID, "name": "new", "state": "creating"}
    patches = responses(Listed, new)

    assert listed_after(patches) == [OLD, OTHER, {**new, "state": "available"}]
    assert shown_after(patches, UNKNOWN_ID) == {**new, "state": "available"}


def test_deleted_resource_is_no_longer_answered() -> None:
    patches = responses(Listed, {**OLD, "state": "deleting"}, "absent")

    assert listed_after(patches) == [OTHER]
    assert shown_after(patches, "old") is None


def test_absent_resource_that_cannot_be_deleted_remains_in_its_settled_state() -> None:
    patches = responses(Lasting, {**OLD, "state": "editing"}, "absent")

    assert listed_after(patches) == [OLD, OTHER]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_further_responses_follow_those_of_the_resource(state: str) -> None:
    patches = responses(Ruled, {**OLD, "size": 2}, state)

    assert [patch.operation for patch in patches] == [VOLUMES.listing, VOLUMES.show, api.LIST_ACCESS_RULES]
    assert patches[-1].edit([]) == [OLD, {**OLD, "size": 2}]
    assert patches[-1].about == {"volume_id": "old"}
