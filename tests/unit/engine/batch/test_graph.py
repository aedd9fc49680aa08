# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What waits for what: pure, for lists that are checked."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.session import Client
from ansible_collections.scp.storage.plugins.module_utils.client.settings import resolve
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.graph import Graph, _reached, build
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.kinds import Reference, ResourceKind
from ansible_collections.scp.storage.plugins.module_utils.engine.batch.resource_list import Entry, read_entries
from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import Storage

GONE = {"state": "absent"}


class Asked:
    """A resource that is to be there."""

    wants_absent = False


def graph(*things: dict[str, Any]) -> Graph:
    """The graph of a list."""
    client = Client(resolve({"access_key": "a", "secret_key": "b", "region": "kr-west1"}, {}))
    return build(read_entries(Storage.kinds, things, {}, client), Storage.kinds)


def volume(name: str, **more: Any) -> dict[str, Any]:
    """A block volume."""
    return {"kind": "bm_volume", "name": name, **more}


def group(name: str, *volumes: str, **more: Any) -> dict[str, Any]:
    """A volume group."""
    return {"kind": "bm_volume_group", "name": name, "volumes": list(volumes), **more}


def schedule(owner: str, **more: Any) -> dict[str, Any]:
    """The snapshot schedule of a block volume."""
    return {"kind": "bm_volume_snapshot_schedule", "volume": owner, "hour": 3, **more}


def test_children_need_their_parents() -> None:
    made = graph(group("pair", "one-volume", "two-volume"), volume("one-volume"), volume("two-volume"))

    assert made.order == (1, 2, 0)
    assert made.needs == ({1, 2}, set(), set())
    assert made.needed(1)
    assert not made.needed(0)


def test_parents_that_go_need_their_children_to_be_gone() -> None:
    made = graph(volume("one-volume", **GONE), schedule("one-volume", **GONE))

    assert made.order == (1, 0)
    assert made.needs == ({1}, set())


def test_a_child_goes_before_its_parent_is_changed_which_does_not_need_it() -> None:
    made = graph(volume("one-volume", snapshot_rate=0), schedule("one-volume", **GONE))

    assert made.after == ({1}, set())
    assert made.needs == (set(), set())


def test_what_is_not_listed_brings_its_children_into_an_order() -> None:
    """A member has no separate schedule, so that goes first."""
    made = graph(group("pair", "one-volume"), schedule("one-volume", **GONE))

    assert made.after == ({1}, set())
    assert made.needs == (set(), set())


def test_siblings_come_one_after_the_other() -> None:
    recovery = {"kind": "bm_volume_recovery", "volume": "one-volume", "snapshot": "latest", "name": "one-copy"}
    snapshot = {"kind": "bm_volume_snapshot", "volume": "one-volume", "max_age": "1d"}
    made = graph(recovery, snapshot, schedule("one-volume"), volume("one-volume"))

    assert made.order == (3, 2, 1, 0)
    assert made.after == ({1, 3}, {2, 3}, {3}, set())
    assert made.needs == ({1, 3}, {3}, {3}, set())


def test_graph_reference_that_does_not_count_hides_no_other() -> None:
    resource_kind = ResourceKind(
        Storage.kinds["pfs_volume"].spec,
        identified_by=("name",),
        references=(Reference("unused", "box", when=lambda _params: False), Reference("shelf", "shelf")),
    )
    shelf = ResourceKind(resource_kind.spec, identified_by=("name",))
    entries = [
        Entry(1, "box", resource_kind, "kr-west1", {"unused": "x", "shelf": "high", "name": "red"}, Asked()),  # type: ignore[arg-type]
        Entry(2, "shelf", shelf, "kr-west1", {"name": "high"}, Asked()),  # type: ignore[arg-type]
    ]
    assert build(entries, ("shelf", "box")).needs == ({1}, set())


def test_an_independent_thing_waits_for_nothing() -> None:
    things = [thing for number in range(50) for thing in (schedule(f"volume-{number}"), volume(f"volume-{number}"))]
    made = graph(*things)

    assert [sorted(after) for after in made.after] == [
        [] if number % 2 else [number + 1] for number in range(len(things))
    ]


def test_a_volume_goes_after_the_groups_that_release_it() -> None:
    made = graph(volume("one-volume", **GONE), group("pair", "two-volume", purge_volumes=True), group("other", **GONE))

    assert made.after[0] == {1, 2}
    assert made.needs[0] == set()
    assert made.order[-1] == 0


def test_a_group_that_goes_lets_its_members_be_used_otherwise() -> None:
    made = graph(
        group("pair", "one-volume"),
        schedule("two-volume"),
        volume("three-volume", snapshot_rate=0),
        group("other", **GONE),
    )

    assert made.after == ({3}, {3}, {3}, set())
    assert [made.needed(entry) for entry in range(4)] == [False, False, False, True]


def test_what_a_group_lets_go_may_be_possible_afterwards() -> None:
    """A list does not show whose member a volume is: all that is not for the group itself may have to wait for it."""
    made = graph(
        group("pair", "one-volume", purge_volumes=True),
        volume("one-volume"),
        schedule("two-volume"),
        group("other", "three-volume"),
        {"kind": "pfs_volume", "name": "train"},
    )

    assert made.holders == (set(), set(), {0}, {0}, set())
    assert made.after[2:] == (set(), set(), set())
    assert [made.needed(entry) for entry in range(5)] == [True, True, False, False, False]


def test_names_count_in_their_region_only() -> None:
    made = graph(schedule("one-volume"), volume("one-volume", region="kr-east1"))

    assert made.after == (set(), set())


def test_an_id_means_an_entry_by_that_id_only() -> None:
    made = graph(schedule("a-volume-id"), volume("one-volume", volume_id="a-volume-id"), volume("two-volume"))

    assert made.needs == ({1}, set(), set())


@pytest.mark.parametrize(("asked", "listed"), [("media", "media_2m060u"), ("media_2m060u", "media")])
def test_names_with_and_without_the_suffix_of_the_service(asked: str, listed: str) -> None:
    snapshot = {"kind": "filestorage_snapshot", "volume": asked, "max_age": "1d"}
    made = graph(snapshot, {"kind": "filestorage_volume", "name": listed})

    assert made.needs == ({1}, set())


def test_word_is_not_a_suffix() -> None:
    snapshot = {"kind": "filestorage_snapshot", "volume": "web_backup", "max_age": "1d"}
    made = graph(snapshot, {"kind": "filestorage_volume", "name": "web", **GONE})

    assert made.needs == (set(), set())


def test_what_a_replication_makes_is_there_after_it() -> None:
    replication = {"kind": "bm_volume_replication", "volume": "one-volume", "name": "copy", "target_region": "kr-east1"}
    made = graph(volume("copy", region="kr-east1"), replication, volume("copy"))

    assert made.needs == ({1}, set(), set())


def test_volume_of_another_name_is_not_the_target_of_a_replication() -> None:
    """The target is known by the name that was asked for, with or without the suffix of the service."""
    replication = {"kind": "filestorage_replication", "volume": "media", "name": "copy", "target_region": "kr-east1"}
    east = {"kind": "filestorage_volume", "region": "kr-east1"}
    made = graph(replication, {**east, "name": "other"}, {**east, "name": "copy_2m060u"})

    assert made.needs == (set(), set(), {0})
    assert made.after == (set(), set(), {0})


def test_what_a_group_recovery_makes_begins_with_its_prefix() -> None:
    recovery = {"volume_group": "pair", "snapshot": "latest", "block_storage_name_prefix": "copy-"}
    made = graph(volume("copy-of-one"), {"kind": "bm_volume_group_recovery", **recovery}, volume("copy-"))

    assert made.needs == ({1}, set(), set())


@pytest.mark.parametrize(("prefix", "waiting"), [("one", set()), ("one-", {1})])
@pytest.mark.parametrize("listed", [True, False])
def test_a_prefix_does_not_make_a_product_of_its_own_source(prefix: str, waiting: set[int], listed: bool) -> None:
    recovery = {"kind": "bm_volume_group_recovery", "volume_group": "pair", "snapshot": "latest"}
    made = graph(
        group("pair", "one-volume"),
        {**recovery, "block_storage_name_prefix": prefix},
        volume("one-web"),
        *[volume("one-volume")] * listed,
    )

    assert made.after[:3] == ({3} if listed else set(), {0}, waiting)


def test_a_target_goes_after_its_replication() -> None:
    """Whether the replication says where it is or not."""
    replication = {"kind": "filestorage_replication", "volume": "media", **GONE}
    target = {"kind": "filestorage_volume", "name": "copy", "region": "kr-east1", **GONE}
    named = {**replication, "name": "copy", "target_region": "kr-east1"}

    assert graph(target, replication).after[0] == {1}
    assert graph(target, named).needs[0] == {1}


def test_backups_of_files_need_the_agent() -> None:
    backup = {"kind": "backup", "server": "west-db2"}
    agent = {"kind": "backup_agent", "server": "west-db2"}
    files = {**backup, "name": "files", "policy_type": "FILESYSTEM"}

    assert graph(files, agent, {**backup, "name": "image"}).needs == ({1}, set(), set())
    assert graph({**agent, **GONE}, {"kind": "backup", "name": "files", **GONE}).after == ({1}, set())


def test_graph_resource_that_goes_does_not_need_what_it_is_made_from() -> None:
    bare = Storage.kinds["pfs_volume"].spec
    shelf = (Reference("shelf", "shelf"),)
    kinds = {
        "wood": ResourceKind(bare, references=shelf),
        "box": ResourceKind(bare, references=shelf, requires=("wood",)),
    }

    def made(box: Asked) -> Graph:
        entries = [
            Entry(number, kind, kinds[kind], "kr-west1", {"shelf": "high"}, resource)  # type: ignore[arg-type]
            for number, (kind, resource) in enumerate((("box", box), ("wood", Asked())), 1)
        ]
        return build(entries, kinds)

    gone = Asked()
    gone.wants_absent = True
    assert made(Asked()).needs == ({1}, set())
    assert made(gone).needs == (set(), set())


def test_graph_removals_come_first() -> None:
    made = graph(volume("one-volume"), {"kind": "pfs_volume", "name": "train", **GONE}, volume("two-volume", **GONE))

    assert made.order[2] == 0


def test_graph_follows_all_branches() -> None:
    ways = {"a": ["b", "c"], "b": ["d", "e"], "c": ["f"], "d": [], "e": ["g"], "f": [], "g": ["a"]}
    assert _reached(["a"], ways.__getitem__) == set("abcdefg")
    assert _reached(["c", "d"], ways.__getitem__) == set("cdf")


@pytest.mark.parametrize(
    ("things", "words"),
    [
        ([volume("one-volume"), volume("one-volume", **GONE)], "is the same as resource 1"),
        ([volume("one-volume", volume_id="id"), volume("one-volume")], "is the same as resource 1"),
        ([schedule("one-volume"), schedule("one-volume", hour=4)], "is the same as resource 1"),
        ([schedule("one-volume"), volume("one-volume", **GONE)], "needs resource 2"),
        ([group("pair", "one-volume"), volume("one-volume", **GONE)], "needs resource 2"),
    ],
)
def test_what_can_not_be(things: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(StorageError, match=words):
        graph(*things)


def test_a_large_list_takes_no_time_worth_speaking_of() -> None:
    """It is linear in all that matters; a circle of a thousand would take a million looks."""
    names = [f"volume-{number}" for number in range(1000)]
    made = graph(*map(schedule, names), *map(volume, names))

    assert made.order[:1000] == tuple(range(1000, 2000))
