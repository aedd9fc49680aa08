# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and playbook ``archive_lifecycle``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run

#: Words that no output may have: nothing the user did explains them.
CRASHES = ("Traceback", "MODULE FAILURE", "object has no attribute", "is undefined")
EAST = "kr-east1"
LIST: dict[str, Any] = {
    "archive_lifecycle_encryption": True,
    "archive_lifecycle_object_lifecycle": 30,
    "archive_lifecycle_buckets": [
        {"name": "app-archive", "archiving_source_bucket_name": "west-app-logs", "versioning": True},
        {
            "name": "old-archive",
            "archiving_source_bucket_name": "west-recovered",
            "object_lifecycle": "7",
            "state": "inactive",
        },
        {"name": "far-archive", "region": EAST, "archiving_source_bucket_name": "east-app-logs", "encryption": "no"},
        "plain-archive",
    ],
}
BUCKETS = [
    *("CreateBucket", "SetBucketVersioning", "SetBucketEncryption"),
    *("CreateBucket", "SetBucketEncryption"),
    *("CreateBucket", "SetBucketEncryption"),
    *("CreateBucket", "SetBucketEncryption"),
]
POLICIES = ["CreateArchivingPolicy", "CreateArchivingPolicy", "SetArchivingPolicyState", "CreateArchivingPolicy"]


def _play(controller: Controller, variables: dict[str, Any], **options: Any) -> Run:
    run = controller.playbook("scp.storage.archive_lifecycle", variables=variables, **options)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _writes(run: Run) -> list[str]:
    return [call["operation"] for call in run.calls if call["write"]]


def _report(run: Run) -> dict[str, dict[str, Any]]:
    facts = [result.result.get("ansible_facts") or {} for result in run]
    report = [each["archive_lifecycle_report"] for each in facts if each.get("archive_lifecycle_report")][-1]
    return {entry["name"]: entry for entry in report}


def test_life(controller: Controller) -> None:
    """Check mode predicts it, a run does it, another one writes nothing, and a change changes what it says."""
    predicted = _play(controller, LIST, arguments=["--check"]).succeeded()
    assert _writes(predicted) == []
    assert [operation for entry in _report(predicted).values() for operation in entry["operations"]] == BUCKETS
    said = predicted["scp.storage.archive_lifecycle : Say what buckets would archive that are not there yet"]
    assert [item.result["msg"].split()[0] for item in said.items] == [
        "west-app-logs",
        "west-recovered",
        "east-app-logs",
    ]

    run = _play(controller, LIST).succeeded()
    assert _writes(run) == [*BUCKETS, *POLICIES]
    report = _report(run)
    assert [entry["message"] for entry in report.values()] == [""] * 4
    assert [entry["state"] for entry in report.values()] == ["ACTIVE"] * 4
    assert [entry["encryption"] for entry in report.values()] == [True, True, False, True]
    assert report["app-archive"]["versioning"] is True
    assert [(entry["policy"] or {}).get("object_lifecycle") for entry in report.values()] == ["30", "7", "30", None]
    assert report["old-archive"]["policy"]["state"] == "INACTIVE"

    again = _play(controller, LIST).succeeded()
    assert _writes(again) == []
    assert again.count("changed") == 0
    assert _report(again) == {name: {**entry, "operations": []} for name, entry in report.items()}

    later = {
        **LIST,
        "archive_lifecycle_object_lifecycle": "60",
        "archive_lifecycle_buckets": LIST["archive_lifecycle_buckets"][:2],
    }
    predicted = _play(controller, later, arguments=["--check"]).succeeded()
    run = _play(controller, later).succeeded()
    assert _writes(run) == ["SetArchivingPolicy"]
    assert _report(predicted)["app-archive"]["operations"] == _report(run)["app-archive"]["operations"] == _writes(run)


@pytest.mark.newest_core
def test_what_stands_in_the_way(controller: Controller) -> None:
    """It is said for all buckets at once, and nothing is changed."""
    buckets = [
        {"name": "taken-archive", "source": "west-app-logs", "region": "kr-west1"},
        {"name": "late-archive", "state": "DELETING"},
    ]
    controller.simulator.patch_world({"archivestorage": {"buckets": buckets}})
    wanted = [
        {"name": "taken-archive", "archiving_source_bucket_name": "west-recovered"},
        "new-archive",
        "Bad_Name",
        "late-archive",
    ]
    run = _play(controller, {**LIST, "archive_lifecycle_buckets": wanted})
    assert run.rc != 0
    assert _writes(run) == []
    for words in (
        "3 of 4 buckets",
        "nothing was changed",
        "'west-app-logs'",
        "'west-recovered'",
        "'Bad_Name'",
        "late-archive",
    ):
        assert words in run[-1].message


@pytest.mark.newest_core
def test_a_bucket_that_fails(controller: Controller) -> None:
    """All others are worked on, and the end says which it was."""
    wanted = [
        {"name": "lost-archive", "archiving_source_bucket_name": "none-such"},
        {"name": "fine-archive", "archiving_source_bucket_name": "west-app-logs"},
    ]
    run = _play(controller, {**LIST, "archive_lifecycle_buckets": wanted})
    assert run.rc != 0
    for words in ("1 of 2 buckets", "lost-archive", "none-such", "Run it again"):
        assert words in run[-1].message
    assert _report(run)["fine-archive"]["policy"]["state"] == "ACTIVE"
    assert _report(run)["lost-archive"]["message"]


@pytest.mark.parametrize(
    ("buckets", "words"),
    [
        ([], ("empty",)),
        ({"name": "app-archive"}, ("must be a list",)),
        ("[{name: app", ("archive_lifecycle_buckets is a text that cannot be read", "line 1", "as JSON")),
        (
            [{"nam": "app-archive"}, 3, "a-archive", "a-archive"],
            ("Item 1", "nam is not known", "no name", "same as item 3"),
        ),
        (
            [
                {"name": "a-archive", "versioning": "maybe", "state": "asleep", "tags": "team"},
                {"name": "b-archive", "archiving_source_bucket_name": "logs", "object_lifecycle": "soon"},
                {"name": "c-archive", "object_lifecycle": 3},
            ],
            (
                "versioning is maybe",
                "state is asleep",
                "tags must be",
                "object_lifecycle is soon",
                "go with an archiving_source",
            ),
        ),
    ],
)
def test_mistakes(controller: Controller, buckets: Any, words: tuple[str, ...]) -> None:
    """All that is wrong with the list is said at once, before any call."""
    run = _play(controller, {"archive_lifecycle_buckets": buckets})
    assert run.rc != 0
    assert run.calls == []
    assert [word for word in words if word not in run[-1].message] == []


def test_a_survey(controller: Controller) -> None:
    """The list can be a text."""
    run = _play(
        controller, {"archive_lifecycle_buckets": "a-archive, b-archive", "archive_lifecycle_versioning": "true"}
    )
    assert _writes(run.succeeded()) == ["CreateBucket", "SetBucketVersioning"] * 2
