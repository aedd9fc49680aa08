# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of a backup policy: which backup each server gets, and every mistake in it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.workflows.backup_policy import (
    ServerBackup,
    read_servers,
)
from tests.unit.workflows.stages import unused_stages

DAILY = {"type": "FULL", "frequency": "DAILY", "start_time": "01:00"}


def read(servers: Any, **options: Any) -> list[ServerBackup]:
    return read_servers({"server_category": "VIRTUAL_SERVER", **options, "servers": servers}, unused_stages())


def refused(servers: Any, **options: Any) -> str:
    with pytest.raises(StorageError) as error:
        read(servers, **options)
    return error.value.message


@pytest.mark.parametrize(
    ("item", "name", "category"),
    [
        ("web1", "web1-image", "AGENTLESS"),
        ({"server": "web1"}, "web1-image", "AGENTLESS"),
        ({"server": "web1", "name": "mine"}, "mine", "AGENTLESS"),
        ({"server": "web1", "filesystem_paths": ["/data"]}, "web1-files", "AGENT"),
        ({"server": "web1", "is_all_filesystem": "yes"}, "web1-files", "AGENT"),
        ({"server": "web1", "is_all_filesystem": False}, "web1-image", "AGENTLESS"),
        ({"server": "db1", "server_category": "BAREMETAL_SERVER"}, "db1-files", "AGENT"),
        ({"server": "db1", "policy_category": "AGENT"}, "db1-files", "AGENT"),
    ],
)
def test_backup_is_of_images_or_of_files_with_a_name_that_says_so(item: Any, name: str, category: str) -> None:
    (backup,) = read([item])
    assert (backup.name, backup.policy_category) == (name, category)


def test_backup_gets_defaults_that_it_does_not_have() -> None:
    listed = ["web1", {"server": "web2", "retention_period": "YEAR_1", "dr_enabled": "no", "schedules": [DAILY]}]
    web1, web2 = read(listed, retention_period="MONTH_1", dr_enabled=True, schedules=[{**DAILY, "start_time": "2:00"}])
    assert web1.options == {
        "retention_period": "MONTH_1",
        "dr_enabled": True,
        "schedules": [{**DAILY, "start_time": "2:00"}],
    }
    assert web2.options == {"retention_period": "YEAR_1", "dr_enabled": False, "schedules": [DAILY]}


def test_backup_without_options_leaves_them_unchanged() -> None:
    (backup,) = read("web1", schedules=[], retention_period="", backup_region=None, dr_enabled=None)
    assert backup.backup("kr-west1") == {
        "kind": "backup",
        "region": "kr-west1",
        "name": "web1-image",
        "server": "web1",
        "server_category": "VIRTUAL_SERVER",
        "policy_category": "AGENTLESS",
    }
    assert backup.agent("kr-west1").keys() == {"kind", "region", "server", "server_category"}


def test_backup_reads_texts_of_surveys() -> None:
    text = '[{server: web1, schedules: [{type: FULL, frequency: DAILY, start_time: "01:00"}], tags: {team: web}}]'
    (backup,) = read(text)
    assert backup.options == {"schedules": [DAILY], "tags": [{"key": "team", "value": "web"}]}
    (backup,) = read([{"server": "web1", "filesystem_paths": "/data, /etc", "subnet_id": "net"}])
    assert backup.options == {"filesystem_paths": ["/data", "/etc"]}
    assert backup.agent("kr-west1")["subnet_id"] == "net"


@pytest.mark.parametrize(
    ("servers", "words"),
    [
        ([], ("The list is empty. Name at least one server",)),
        ({"server": "web1"}, ("servers must be a list of names, or of dictionaries with a server",)),
        ("server: web1", ("servers must be a list",)),
        ("[{server: web1", ("servers is a text that cannot be read", "line 1", "as JSON")),
        ([{"name": "x"}], ("Item 1: it has no server",)),
        (
            [{"server": "web1", "retention": "WEEK_2"}],
            ("retention is not a known key, did you mean retention_period?",),
        ),
        (
            [{"server": "web1", "retention_period": "FOREVER"}],
            ("retention_period 'FOREVER' is not supported", "WEEK_2"),
        ),
        ([{"server": "web1", "server_category": "PHONE"}], ("server_category 'PHONE' is not supported",)),
        ([{"server": "web1", "dr_enabled": "maybe"}], ("dr_enabled 'maybe' is invalid. Use true or false",)),
        ([{"server": "web1", "schedules": {"type": "FULL"}}], ("schedules must be a list",)),
        (
            ["web1", {"server": "x", "name": "web1-image"}],
            ("Item 2 (x): the name 'web1-image' is the name of the backup of Item 1 (web1) too",),
        ),
    ],
)
def test_servers_report_mistakes(servers: Any, words: tuple[str, ...]) -> None:
    message = refused(servers)
    assert [word for word in words if word not in message] == [], message


def test_servers_report_what_modules_find_wrong() -> None:
    params = {"servers": ["web1", "web2"], "variable_prefix": "backup_policy_"}
    with pytest.raises(StorageError) as error:
        read_servers(params, unused_stages("kr-west1", "schedules must have exactly one entry of type FULL"))
    assert error.value.message == (
        "backup_policy_servers has mistakes, and nothing was changed. 2 items: schedules must have exactly one entry of"
        " type FULL: Item 1 (web1), Item 2 (web2)."
    )


def test_one_server_can_have_several_backups() -> None:
    assert [one.name for one in read(["web1", {"server": "web1", "name": "other"}])] == ["web1-image", "other"]
