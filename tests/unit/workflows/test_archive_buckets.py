# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of an archive lifecycle: what each bucket is to have, and every mistake in it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.workflows.archive_lifecycle import Bucket, read_buckets
from tests.unit.workflows.stages import unused_stages

SOURCE = {"archiving_source_bucket_name": "logs"}


def read(buckets: Any, **options: Any) -> list[Bucket]:
    return read_buckets({**options, "buckets": buckets}, unused_stages())


def refused(buckets: Any, **options: Any) -> str:
    with pytest.raises(StorageError) as error:
        read(buckets, **options)
    return error.value.message


def test_bucket_gets_defaults_that_it_does_not_have() -> None:
    listed = [
        "plain",
        {"name": "own", "versioning": "no", "encryption": "", "tags": {"team": "web"}, "region": "kr-east1"},
        {"name": "archive", **SOURCE},
        {"name": "week", **SOURCE, "object_lifecycle": "7", "state": "inactive"},
    ]
    tags = [{"key": "team", "value": "all"}]
    plain, own, archive, week = read(listed, versioning=True, encryption=True, tags=tags, object_lifecycle="30")
    assert (plain.settings, plain.tags, plain.region) == (
        {"versioning": True, "encryption": True},
        tuple(tags),
        "kr-west1",
    )
    assert (own.settings, own.tags) == ({"versioning": False, "encryption": True}, ({"key": "team", "value": "web"},))
    assert (own.region, own.source, own.days) == ("kr-east1", "", None)
    assert (archive.source, archive.days, archive.state) == ("logs", 30, "active")
    assert (week.days, week.state) == (7, "inactive")


def test_bucket_without_settings_leaves_them_unchanged() -> None:
    (bucket,) = read("plain")
    assert bucket.entries() == [{"kind": "archive_bucket", "region": "kr-west1", "name": "plain"}]


def test_bucket_that_archives_has_a_policy() -> None:
    (bucket,) = read([{"name": "archive", **SOURCE}], object_lifecycle=30)
    assert [entry["kind"] for entry in bucket.entries()] == ["archive_bucket", "archive_policy"]
    assert bucket.entries()[1] == {
        "kind": "archive_policy",
        "region": "kr-west1",
        "bucket": "archive",
        "archiving_source_bucket_name": "logs",
        "object_lifecycle": "30",
        "state": "active",
    }


@pytest.mark.parametrize(
    ("buckets", "words"),
    [
        ([], ("The list is empty. Name at least one bucket",)),
        ({"name": "app"}, ("buckets must be a list",)),
        ("[{name: app", ("buckets is a text that cannot be read", "line 1", "as JSON")),
        ([{"nam": "app"}], ("nam is not a known key, did you mean name?", "it has no name")),
        ([{"name": "app", "kind": "archive_bucket"}], ("kind is not a known key",)),
        ([3], ("it must be a name",)),
        (["a", {"name": "a"}], ("Item 2 (a): it is the same bucket as Item 1 (a)",)),
        ([{"name": "a", "versioning": "maybe"}], ("versioning 'maybe' is invalid. Use true or false",)),
        ([{"name": "a", "encryption": 7}], ("encryption 7 is invalid",)),
        ([{"name": "a", "tags": "team"}], ("tags[0] is not a dictionary. Give a dictionary such as {team: web}",)),
        ([{"name": "a", **SOURCE, "state": "asleep"}], ("state 'asleep' is not supported", "active, inactive")),
        ([{"name": "a", **SOURCE, "object_lifecycle": "soon"}], ("object_lifecycle 'soon' is invalid", "of days")),
        ([{"name": "a", **SOURCE, "object_lifecycle": 0}], ("object_lifecycle 0 is invalid",)),
        ([{"name": "a", **SOURCE}], ("it has no object_lifecycle (days). Set it here, or for all buckets with",)),
        ([{"name": "a", "object_lifecycle": 3}], ("object_lifecycle and state need archiving_source_bucket_name",)),
        ([{"name": "a", "state": "inactive"}], ("object_lifecycle and state need archiving_source_bucket_name",)),
        ([{"name": "a", "region": "over there"}], ("region",)),
    ],
)
def test_buckets_report_mistakes(buckets: Any, words: tuple[str, ...]) -> None:
    message = refused(buckets)
    assert [word for word in words if word not in message] == [], message


def test_buckets_report_all_mistakes_at_once_and_each_once() -> None:
    listed = [{"name": "a", **SOURCE, "object_lifecycle": "soon"}, {"name": "b", "versioning": "maybe"}]
    message = refused(listed)
    assert (message.count("Item 1 (a)"), message.count("Item 2 (b)")) == (1, 1)


def test_buckets_report_a_mistake_in_the_days_of_all() -> None:
    message = refused([{"name": "a", **SOURCE}], object_lifecycle="soon", variable_prefix="archive_lifecycle_")
    assert message.startswith("archive_lifecycle_buckets has mistakes")
    assert "archive_lifecycle_object_lifecycle: 'soon' is invalid" in message
    assert "Item 1" not in message


def test_buckets_report_what_modules_find_wrong() -> None:
    with pytest.raises(StorageError, match=r"Item 1 \(Bad\): that is not a name"):
        read_buckets({"buckets": ["Bad"]}, unused_stages("kr-west1", "that is not a name"))
