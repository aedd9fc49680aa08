# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which failures an inventory may tolerate: those that say that the account is refused, and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import (
    CallContext,
    CallError,
    NotOffered,
    StorageError,
    Unreachable,
    from_answer,
)
from ansible_collections.scp.storage.plugins.plugin_utils.inventory.collect import Unreadable, read_servers
from ansible_collections.scp.storage.plugins.plugin_utils.inventory.sources import Reader

WHERE = CallContext("backup", "ListBackups", "kr-west1", "GET")
GATEWAY = {"status": "UNAUTHORIZED", "name": "Request was rejected by gateway"}
NOT_ENTITLED = {**GATEWAY, "message": "Service Account catalog has not target's endpoint. target : scp-backup_hmac"}
VOLUME = {"id": "v1", "name": "data", "attachments": [{"id": "s1", "name": "", "type": "BM"}], "volume_group": None}
BACKUP = {"id": "b1", "name": "nightly", "server_name": "db1"}


def answered(status: int, body: dict[str, Any] | None = None) -> CallError:
    """Return the error that an answer becomes."""
    return from_answer(WHERE, status, {}, json.dumps(body or {"errors": [{"code": "X", "detail": "y"}]}).encode())


REFUSED = {
    "not entitled": answered(401, NOT_ENTITLED),
    "not in the catalogue": NotOffered("The endpoint catalogue has no backup."),
    "401": answered(401),
    "403": answered(403),
}
FAILED = {
    **{str(status): answered(status) for status in (400, 404, 409, 429, 500, 502, 503, 504)},
    "html 404": from_answer(WHERE, 404, {}, b"<html>"),
    "unreachable": Unreachable(WHERE, "could not connect"),
    "broken": CallError(WHERE, "was answered with something else"),
    "other": StorageError("The list does not end."),
}


class Client:
    """A client whose calls of some operations fail."""

    def __init__(self, failures: dict[str, StorageError]) -> None:
        self.failures = failures

    def read_list(self, operation: Any, **_options: Any) -> list[dict[str, Any]]:
        """Return what the list has."""
        if failure := self.failures.get(operation.name):
            raise failure
        if operation.name == "ListVolumes":
            return [VOLUME]
        return [BACKUP] if operation.name == "ListBackups" else []

    def call(self, operation: Any, **_options: Any) -> dict[str, Any]:
        """Return an object."""
        raise self.failures[operation.name]


def read(operation: str, failure: StorageError, tolerated: list[Unreadable] | None) -> list[str]:
    """Return the ids of servers, where one operation fails."""
    reader = Reader(Client({operation: failure}))  # type: ignore[arg-type]
    return [str(server["id"]) for server in read_servers(reader, ["bm_volumes", "backups"], ["kr-west1"], tolerated)]


@pytest.mark.parametrize("operation", ["ListBackups", "ListBackupTargets"])
@pytest.mark.parametrize("failure", REFUSED.values(), ids=REFUSED)
def test_inventory_tolerates_a_refusal_if_asked(operation: str, failure: StorageError) -> None:
    tolerated: list[Unreadable] = []
    assert "s1" in read(operation, failure, tolerated)
    assert [failure.message in problem.message for problem in tolerated] == [True]
    with pytest.raises(StorageError, match="set unreadable to warn"):
        read(operation, failure, None)


@pytest.mark.parametrize("operation", ["ListBackups", "ListBackupTargets"])
@pytest.mark.parametrize("failure", FAILED.values(), ids=FAILED)
def test_inventory_does_not_tolerate_a_failure(operation: str, failure: StorageError) -> None:
    for tolerated in ([], None):
        with pytest.raises(StorageError, match="so that no host is lost") as caught:
            read(operation, failure, tolerated)
        assert failure.message in caught.value.message
        assert "set unreadable" not in caught.value.message


def test_inventory_reports_a_failure_before_a_refusal() -> None:
    client = Client({"ListVolumes": REFUSED["403"], "ListBackups": FAILED["503"]})
    reader = Reader(client)  # type: ignore[arg-type]
    with pytest.raises(StorageError, match="503"):
        read_servers(reader, ["bm_volumes", "backups", "backup_agents"], ["kr-west1"], [])


class Unlisted(Client):
    """A client whose lists of access rules know nothing of a volume."""

    def __init__(self, shown: dict[str, Any] | None) -> None:
        gone = from_answer(WHERE, 404, {}, b'{"errors": [{"code": "Notfound.volume", "detail": "y"}]}')
        super().__init__(dict.fromkeys(("ListAccessRules", "ListAccessRule", "ShowVolume"), gone))
        self.shown = shown

    def call(self, operation: Any, **options: Any) -> dict[str, Any]:
        """Return the volume, if it is there."""
        return self.shown if self.shown is not None else super().call(operation, **options)


@pytest.mark.parametrize("source", ["filestorage_volumes", "pfs_volumes"])
def test_only_a_volume_that_went_meanwhile_is_left_out(source: str) -> None:
    """The servers of one that is there, and whose access rules are not found, would be deleted from AWX."""

    def found(shown: dict[str, Any] | None) -> list[str]:
        reader = Reader(Unlisted(shown))  # type: ignore[arg-type]
        return [str(server["id"]) for server in read_servers(reader, [source], ["kr-west1"], None)]

    assert found(None) == []
    with pytest.raises(StorageError, match="404"):
        found(VOLUME)
