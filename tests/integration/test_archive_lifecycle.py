# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and playbook ``archive_lifecycle``. Its cases are tests of the module (``tests/modules``) and of lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run

#: Words that no output may have: nothing the user did explains them.
CRASHES = ("Traceback", "MODULE FAILURE", "object has no attribute", "is undefined")
LIST: dict[str, Any] = {
    "archive_lifecycle_encryption": True,
    "archive_lifecycle_object_lifecycle": 30,
    "archive_lifecycle_tags": {"team": "web"},
    "archive_lifecycle_buckets": [
        {"name": "app-archive", "archiving_source_bucket_name": "west-app-logs", "versioning": True},
        {"name": "far-archive", "region": "kr-east1", "encryption": "no"},
    ],
}
OPERATIONS = [
    *("CreateBucket", "SetBucketVersioning", "SetBucketEncryption", "CreateArchivingPolicy"),
    *("CreateBucket", "SetBucketEncryption"),
]
MODULE = "scp.storage.archive_lifecycle : Converge buckets and policies"


def _play(controller: Controller, variables: dict[str, Any], **options: Any) -> Run:
    run = controller.playbook("scp.storage.archive_lifecycle", variables=variables, **options)
    assert not [word for word in CRASHES if word in run.output], run.output
    return run


def _report(run: Run) -> dict[str, dict[str, Any]]:
    facts = run["scp.storage.archive_lifecycle : Return the report"].result["ansible_facts"]
    return {entry["name"]: entry for entry in facts["archive_lifecycle_report"]}


def _writes(run: Run) -> list[str]:
    return sorted(call["operation"] for call in run.calls if call["write"])


def test_role_predicts_and_converges_buckets(controller: Controller) -> None:
    planned = _play(controller, LIST, arguments=["--check", "--diff"]).succeeded()
    assert (_writes(planned), planned[MODULE].operations) == ([], OPERATIONS)
    assert "archive_policy app-archive in kr-west1" in planned.output
    run = _play(controller, LIST).succeeded()
    assert (_writes(run), run[MODULE].operations) == (sorted(OPERATIONS), OPERATIONS)
    report = _report(run)
    assert [entry["change"] for entry in report.values()] == ["created", "created"]
    assert report["app-archive"]["policy"]["object_lifecycle"] == "30"
    table = run["scp.storage.archive_lifecycle : Show the report"].result["msg"]
    assert table[-1] == "2 created, 0 changed, 0 unchanged, 0 failed"
    again = _play(controller, LIST).succeeded()
    assert (_writes(again), again.count("changed")) == ([], 0)


def test_role_reports_all_blockers_and_changes_nothing(controller: Controller) -> None:
    wanted = [{"name": "app-archive", "archiving_source_bucket_name": "west-app-logs"}, "new-archive"]
    _play(controller, {**LIST, "archive_lifecycle_buckets": wanted[:1]}).succeeded()
    other = {**LIST["archive_lifecycle_buckets"][0], "archiving_source_bucket_name": "west-recovered"}
    run = _play(controller, {**LIST, "archive_lifecycle_buckets": [other, "new-archive"]})
    assert run.rc != 0
    assert _writes(run) == []
    assert run[-1].message.startswith(
        "archive_lifecycle: 1 of 2 buckets cannot be worked on, and nothing was changed. app-archive: "
    )


@pytest.mark.newest_core
def test_role_takes_texts_of_surveys_and_names_its_variables_in_mistakes(controller: Controller) -> None:
    texts = {"archive_lifecycle_buckets": "a-archive, b-archive", "archive_lifecycle_versioning": "true"}
    run = _play(controller, texts, arguments=["--check"]).succeeded()
    assert run[MODULE].operations == ["CreateBucket", "SetBucketVersioning"] * 2
    run = _play(controller, {**texts, "archive_lifecycle_buckets": '[{"nam": "app"}, 3]'})
    assert run.rc != 0
    assert run.calls == []
    words = ("archive_lifecycle: archive_lifecycle_buckets has mistakes", "did you mean name?", "Item 2: it must be")
    assert [word for word in words if word not in run[-1].message] == []
