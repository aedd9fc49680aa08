# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the copies of a drill are called, made from, and compared with; and what is taken for one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.resources.baremetal_blockstorage.lookup import VOLUMES
from ansible_collections.scp.storage.plugins.module_utils.resources.filestorage.lookup import VOLUMES as FILES
from ansible_collections.scp.storage.plugins.module_utils.resources.snapshots import SnapshotRecord
from ansible_collections.scp.storage.plugins.module_utils.workflows.dr.model import (
    BLOCK,
    FILE,
    GROUP,
    Found,
    Link,
    Volume,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.copies import (
    CopyPlan,
    Rules,
    Sources,
    compare,
    copy_name,
    plan_copy,
)
from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.leftovers import (
    Leftover,
    Own,
    foreign_file,
    foreign_origin,
    protected_ids,
    removal,
    unrecognizable,
)

WEST, EAST = "kr-west1", "kr-east1"
OLD, NEW = (
    SnapshotRecord(name, f"web.2026-10-0{day}_142150", f"2026-10-0{day}T05:21:50") for name, day in (("a", 1), ("b", 2))
)
LINK = Link("s-1", "web", WEST, "t-1", "web", EAST, "ok", lag_seconds=600)
REPLICA = {"id": "t-1", "name": "web", "protocol": "NFS", "type_name": "SSD", "disk_type": "SSD", "size_gb": 10}
GROUP_REPLICA = {**REPLICA, "member_volumes": [{"id": "m-1", "name": "dr-data", "disk_type": "SSD", "size_gb": 10}]}


def volume(kind: str = FILE) -> Volume:
    return Volume(1, kind, "web", WEST, EAST, target_name="web")


def planned(kind: str = FILE, sources: Sources = Sources(), unfit: str = "", **rules: str) -> CopyPlan:  # noqa: B008
    """Return the plan of a volume whose replica is known."""
    shown: Mapping[str, Any] = GROUP_REPLICA if kind == GROUP else REPLICA
    return plan_copy(volume(kind), Found(LINK), shown, sources, Rules(**rules), unfit)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(FILE, "drill_993224b4fe8599"), (BLOCK, "drill-993224b4fe8599"), (GROUP, "drill-9932-")],
)
def test_copy_name_is_valid_and_made_of_the_id(kind: str, name: str) -> None:
    identifier = "00000000-0000-4000-8000-000000000003"
    assert copy_name("drill", kind, identifier) == name
    rule = FILES if kind == FILE else VOLUMES
    assert rule.rule.fullmatch(name + ("data" if kind == GROUP else ""))
    assert copy_name("drill", kind, "another") != name


@pytest.mark.parametrize(
    ("sources", "origin", "way", "snapshot"),
    [
        (Sources([OLD, NEW], [OLD]), "auto", "replica", NEW),
        (Sources([], [OLD, NEW]), "auto", "source", NEW),
        (Sources([OLD], [NEW]), "source", "source", NEW),
        (Sources([OLD], [NEW]), "replica", "replica", OLD),
        (Sources([], [OLD], replica_error="it was refused"), "auto", "source", OLD),
    ],
)
def test_plan_copy_takes_the_newest_snapshot_that_is_permitted(
    sources: Sources, origin: str, way: str, snapshot: SnapshotRecord
) -> None:
    plan = planned(sources=sources, origin=origin)
    assert (plan.way, plan.snapshot, plan.blocker) == (way, snapshot, "")
    assert (plan.source_id, plan.lag_seconds) == ("s-1", 600)
    assert plan.shown_snapshot is not None
    assert re.fullmatch(r"2026-10-0[12]T05:21:50Z", plan.shown_snapshot["taken_at"])


@pytest.mark.parametrize(
    ("kind", "sources", "origin", "why"),
    [
        (
            FILE,
            Sources(),
            "auto",
            "there is no snapshot to make a copy from: neither its replica nor the volume has one, and",
        ),
        (FILE, Sources([NEW]), "source", "there is no snapshot to make a copy from: the volume has no snapshot, and"),
        (
            FILE,
            Sources(),
            "replica",
            "its replica shows no snapshot, and a drill takes none. With dr_from: auto it is drilled",
        ),
        (FILE, Sources(replica_error="it was refused"), "auto", "it was refused"),
        (
            FILE,
            Sources(source_error="it was refused"),
            "auto",
            "its replica shows no snapshot, and the volume could not be read: it was refused",
        ),
        (BLOCK, Sources([NEW]), "source", "block storage is drilled from snapshots of its replica only, because"),
        (
            BLOCK,
            Sources(),
            "auto",
            "its replica web (t-1) in kr-east1 has no snapshot, and a drill takes none, because that would change the"
            " replica. Take one there (scp_bm_volume_snapshot)",
        ),
        (GROUP, Sources(), "auto", "its replica web (t-1) in kr-east1 has no snapshot"),
    ],
)
def test_plan_copy_without_a_snapshot_says_why(kind: str, sources: Sources, origin: str, why: str) -> None:
    plan = planned(kind, sources, origin=origin, options="dr_")
    assert plan.blocker.startswith(why)
    assert (plan.way, plan.snapshot) == (None, None)
    # Copies of earlier drills are found all the same.
    assert plan.name


def test_plan_copy_of_a_replica_that_cannot_be_used_says_why() -> None:
    plan = planned(sources=Sources([NEW]), unfit="its replication is in an error state.")
    assert (plan.way, plan.blocker) == (None, "its replication is in an error state")


def test_plan_copy_without_a_replication_has_no_name_unless_the_id_is_given() -> None:
    assert plan_copy(volume(), Found(), {}, Sources(), Rules(), "it is missing").name == ""
    known = replace(volume(), source_id="s-1")
    assert plan_copy(known, Found(), {}, Sources(), Rules(), "it is missing").name == copy_name("drill", FILE, "s-1")


@pytest.mark.parametrize(("prefix", "advice"), [("drill", ". Use a shorter dr_prefix"), ("dr", "")])
def test_plan_copy_of_a_group_with_long_names_is_blocked(prefix: str, advice: str) -> None:
    shown = {**GROUP_REPLICA, "member_volumes": [{"id": "m-1", "name": "x" * 24}]}
    rules = Rules(prefix=prefix, options="dr_")
    plan = plan_copy(volume(GROUP), Found(LINK), shown, Sources([NEW]), rules)
    length = 24 + len(prefix) + 6
    assert (
        plan.blocker == f"the names of its copies would have {length} characters, and at most 28 are possible{advice}"
    )


def test_compare_passes_where_the_copy_is_like_the_replica() -> None:
    plan = planned(sources=Sources([NEW]))
    shown = {**REPLICA, "id": "c-1", "name": "drill_1", "state": "available", "path": "10.0.0.1:/drill_1"}
    copy = plan.describe_copy(shown, [shown])
    assert compare(plan, copy) == [
        {"check": "state", "passed": True, "found": "available"},
        {"check": "protocol", "passed": True, "found": "NFS"},
        {"check": "type_name", "passed": True, "found": "SSD"},
    ]
    assert (copy["path"], copy["of"], copy["source_id"], copy["replica_id"]) == (
        "10.0.0.1:/drill_1",
        "web",
        "s-1",
        "t-1",
    )


def test_compare_reports_what_differs() -> None:
    plan = planned(BLOCK, Sources([NEW]))
    shown = {**REPLICA, "id": "c-1", "name": "drill-1", "state": "ERROR", "size_gb": 20}
    bad = [check for check in compare(plan, plan.describe_copy(shown, [shown])) if not check["passed"]]
    assert bad == [
        {"check": "state", "passed": False, "found": "ERROR"},
        {"check": "size_gb", "passed": False, "found": "20, expected 10"},
    ]


def test_compare_of_a_group_finds_a_missing_member() -> None:
    plan = planned(GROUP, Sources([NEW]))
    checks = compare(plan, plan.describe_copy({"id": "g-1", "name": "drill-g"}, []))
    assert checks == [{"check": "volumes", "passed": False, "found": f", expected {plan.name}dr-data"}]
    member = {"id": "c-1", "name": f"{plan.name}dr-data", "state": "IN_USE", "disk_type": "SSD", "size_gb": 10}
    whole = compare(plan, plan.describe_copy({"id": "g-1", "name": "drill-g"}, [member]))
    assert all(check["passed"] for check in whole)
    assert [check["check"] for check in whole][1:] == [
        f"{plan.name}dr-data: {what}" for what in ("state", "disk_type", "size_gb")
    ]


# -- what is taken for a copy -----------------------------------------------------------------------------------------


def replication(source: str, target: str) -> dict[str, str]:
    return {"source_volume_name": source, "replication_volume_name": target}


@pytest.mark.parametrize(
    ("purpose", "replications", "foreign"),
    [
        ("none", [], False),
        ("original", [replication("drill_1_a1b2c3", "drill_1_d4e5f6")], False),
        ("original", [replication("drill_1_a1b2c3", "drill_1")], False),
        ("original", [replication("drill_1_a1b2c3", "web_d4e5f6")], True),
        ("replication", [replication("web_a1b2c3", "drill_1_d4e5f6")], True),
        ("backup", [], True),
    ],
)
def test_file_volume_is_a_copy_only_without_another_replication(
    purpose: str, replications: list[dict[str, str]], foreign: bool
) -> None:
    assert foreign_file(("drill_1",), {"purpose": purpose}, replications) is foreign


@pytest.mark.parametrize(
    ("purpose", "origin", "foreign"),
    [
        ("RECOVERY", "t-1", ""),
        ("CLONE", "m-1", ""),
        ("RECOVERY", "", ""),
        ("RECOVERY", "x-1", "x-1"),
        ("ORG", "", "something else"),
        ("ORG", "x-1", "x-1"),
    ],
)
def test_block_volume_is_a_copy_only_if_made_from_the_replica(purpose: str, origin: str, foreign: str) -> None:
    shown = {"purpose": purpose, "recovery": {"origin_volume": {"id": origin}} if origin else None}
    assert foreign_origin(planned(GROUP, Sources([NEW])), shown) == foreign


def test_protected_are_all_volumes_of_the_list_on_both_sides() -> None:
    plan = planned(GROUP, Sources([NEW]))
    found = Found(LINK, [{"id": "t-1"}])
    assert protected_ids([plan], {plan.volume.key: found}) == {"s-1", "t-1", "m-1"}


def leftover(identifier: str, kind: str = FILE, **fields: str) -> Leftover:
    return Leftover("key", kind, EAST, identifier, f"{identifier} in {EAST}", **fields)


def test_removal_ends_replications_and_groups_first() -> None:
    own = Own(
        files=[leftover("f-1", replication="f-2"), leftover("f-2", replication="f-2"), leftover("f-3")],
        replications=[leftover("f-2", "filestorage_replication")],
        groups=[leftover("g-1", GROUP)],
        blocks=[leftover("b-1", BLOCK, group="g-1"), leftover("b-2", BLOCK)],
    )
    about, resources, needs = removal(own)
    assert [one.id for one in about] == ["f-2", "g-1", "f-1", "f-3", "b-1", "b-2"]
    assert needs == [[], [], [0], [], [1], []]
    assert all(one["state"] == "absent" for one in resources)
    assert resources[0]["delete_target_volume"] is True


def test_left_over_copies_are_explained() -> None:
    own = Own(
        files=[leftover("f-1")],
        foreign=[("key", "drill_1 in kr-east1 has the name of a copy, but it is not one")],
        unread=[("key", "it was refused."), ("other", "not this")],
    )
    assert own.why_not("key", "it is attached.", "dr_drill_", asks_source=True) == (
        "f-1 in kr-east1 could not be removed: it is attached;"
        " drill_1 in kr-east1 has the name of a copy, but it is not one. It is left alone. Rename or remove it, or"
        " choose another dr_drill_prefix;"
        " copies of an earlier drill could not be looked for: it was refused. With dr_drill_from: replica, no call goes"
        " to the region of the volumes"
    )
    assert own.why_not("other", "", "", asks_source=False) == (
        "copies of an earlier drill could not be looked for: not this"
    )
    assert Own(files=[leftover("f-1")]).why_not("key", "", "", asks_source=False) == (
        "f-1 in kr-east1 could not be removed: it is still there"
    )
    assert own.why_not("third", "", "", asks_source=True) == ""


def test_copies_of_a_volume_without_replication_and_id_cannot_be_recognized() -> None:
    assert unrecognizable(volume(), Found(LINK)) == ""
    assert unrecognizable(replace(volume(), source_id="s-1"), Found()) == ""
    assert unrecognizable(volume(), Found(message="It was refused.")) == (
        "It was refused, so copies of it cannot be recognized. Give its id as source_id"
    )
