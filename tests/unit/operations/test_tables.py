# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of operations against the contract, and the IAM actions against platform-behaviour.md §11."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.paging import Paging
from ansible_collections.scp.storage.plugins.module_utils.operations import (
    archivestorage,
    backup,
    baremetal_blockstorage,
    filestorage,
    parallel_filestorage,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation

CONTRACTS = Path(__file__).parents[2] / "simulator" / "contract"
#: Every table; a new service adds a line here and its actions below.
TABLES: dict[str, ModuleType] = {
    "filestorage": filestorage,
    "parallel-filestorage": parallel_filestorage,
    "baremetal-blockstorage": baremetal_blockstorage,
    "backup": backup,
    "archivestorage": archivestorage,
}
#: By operationId, without the service.
ACTIONS = {
    "filestorage": {
        "CreateVolume": "CreateVolume",
        "ShowVolume": "ShowVolume",
        "ListVolumes": "ListVolumes",
        "SetVolume": "SetVolume",
        "DeleteVolume": "DeleteVolume",
        "ListAccessRules": "ListVolumeAccessRules",
        "SetAccessRule": "SetVolumeAccessRule",
        "CreateSnapshot": "CreateVolumeSnapshot",
        "ListSnapshots": "ListVolumeSnapshots",
        "DeleteSnapshot": "DeleteVolumeSnapshot",
        "RestoreSnapshot": "SetVolumeSnapshot",
        "CreateSnapshotSchedule": "CreateVolumeSnapshotSchedule",
        "ListSnapshotSchedule": "ListVolumeSnapshotSchedules",
        "SetSnapshotSchedule": "SetVolumeSnapshotSchedule",
        "DeleteSnapshotSchedule": "DeleteVolumeSnapshotSchedule",
        "CreateVolumeReplication": "CreateVolumeReplication",
        "ListVolumeReplications": "ListVolumeReplications",
        "ShowVolumeReplication": "ShowVolumeReplication",
        "SetVolumeReplication": "SetVolumeReplication",
        "DeleteVolumeReplication": "DeleteVolumeReplication",
        "ListVolumeReplicationRegion": "ListVolumeReplicationRegions",
        "ListVolumeReplicationZones": "ListVolumeReplicationZones",
    },
    # The names of its actions are not known.
    "parallel-filestorage": dict.fromkeys(
        (operation.name for operation in vars(parallel_filestorage).values() if isinstance(operation, Operation)), ""
    ),
    "baremetal-blockstorage": {
        "CreateVolume": "CreateVolume",
        "ShowVolume": "ShowVolume",
        "ListVolumes": "ListVolumes",
        "DeleteVolume": "DeleteVolume",
        "AttachVolume": "CreateVolumeAttachments",
        "DetachVolume": "DeleteVolumeAttachments",
        "SetVolumeQoS": "",
        "CreateVolumeSnapshot": "CreateVolumeSnapshot",
        "CreateVolumeSnapshotRate": "CreateVolumeSnapshotRate",
        "ListVolumeSnapshots": "ListVolumeSnapshots",
        "SetVolumeSnapshotRate": "SetVolumeSnapshotRate",
        "DeleteVolumeSnapshot": "DeleteVolumeSnapshot",
        "DeleteVolumeSnapshotRate": "DeleteVolumeSnapshotRate",
        "RestoreVolumeSnapshot": "RestoreVolumeSnapshot",
        "CreateVolumeSnapshotSchedule": "CreateVolumeSnapshotSchedule",
        "SetVolumeSnapshotSchedule": "SetVolumeSnapshotSchedule",
        "DeleteVolumeSnapshotSchedule": "DeleteVolumeSnapshotSchedule",
        "CreateVolumeRecovery": "CreateVolumeRecovery",
        "CreateVolumeReplication": "CreateVolumeReplication",
        "ShowVolumeReplication": "ShowVolumeReplication",
        "SetVolumeReplicationCycle": "SetVolumeReplicationCycle",
        "SetVolumeReplicationPolicy": "SetVolumeReplicationPolicy",
        "DeleteVolumeReplication": "DeleteVolumeReplication",
        "CreateVolumeGroup": "CreateVolumeGroup",
        "ShowVolumeGroup": "ShowVolumeGroup",
        "ListVolumeGroups": "ListVolumeGroups",
        "AddVolumeGroupMemberOnVolumeGroup": "AddVolumeGroupMembers",
        "RemoveVolumeGroupMemberOnVolumeGroup": "RemoveVolumeGroupMembers",
        "CreateVolumeGroupSnapshot": "CreateVolumeGroupSnapshot",
        "ListVolumeGroupSnapshots": "ListVolumeGroupSnapshots",
        "DeleteVolumeGroupSnapshot": "DeleteVolumeGroupSnapshot",
        "RestoreVolumeGroupSnapshot": "RestoreVolumeGroupSnapshot",
        "CreateVolumeGroupSnapshotSchedule": "CreateVolumeGroupSnapshotSchedule",
        "SetVolumeGroupSnapshotSchedule": "SetVolumeGroupSnapshotSchedule",
        "DeleteVolumeGroupSnapshotSchedule": "DeleteVolumeGroupSnapshotSchedule",
        "CreateVolumeGroupRecovery": "CreateVolumeGroupRecovery",
        "CreateVolumeGroupReplication": "CreateVolumeGroupReplication",
        "ShowVolumeGroupReplication": "ShowVolumeGroupReplication",
        "SetVolumeGroupReplicationCycle": "SetVolumeGroupReplicationCycle",
        "SetVolumeGroupReplicationPolicy": "SetVolumeGroupReplicationPolicy",
        "DeleteVolumeGroupReplication": "DeleteVolumeGroupReplication",
    },
    "backup": {
        "CreateBackupAgent": "CreateBackupAgent",
        "ShowBackupAgent": "ShowBackupAgent",
        "ShowBackupAgentInstallFilePath": "ShowBackupAgentInstallFilePath",
        "ListBackupAgents": "ListBackupAgents",
        "ListTargetsOfBackupAgent": "ListBackupAgentTargets",
        "CheckBackupMasterConnectionState": "CheckBackupAgentConnectionState",
        "DeleteBackupAgent": "DeleteBackupAgent",
        "CreateBackup": "CreateBackup",
        "ShowBackup": "ShowBackup",
        "ListAgentBackupRestoreTargetServers": "ListAgentBackupRestoreTargetServers",
        "ListBackupHistories": "ListBackupHistories",
        "ListBackupRegionRelationship": "ListBackupRegionRelationship",
        "ListBackupRestoreHistories": "ListRestoreHistories",
        "ListBackupRestoreSubnets": "ListRestoreSubnets",
        "ListBackupRestoreTargets": "ListRestoreTargets",
        "ListBackupSchedules": "ListBackupSchedules",
        "ListBackupTargets": "ListBackupTargets",
        "ListBackups": "ListBackups",
        "ListFilesystemPath": "",
        "CheckBackupNameDuplicate": "CheckDuplicationBackupName",
        "CheckBackupRestoreServerNameDuplicate": "CheckDuplicationRestoreServerName",
        "CheckFilesystemPathDuplication": "CheckDuplicationFilesystem",
        "SetBackupSchedule": "SetBackupSchedule",
        "SetFilesystemPath": "SetFilesystemBackupPath",
        "UpdateReplicationUse": "",
        "UpdateRetentionPeriod": "SetBackupRetentionPeriod",
        "ManualBackup": "CreateManualBackup",
        "RestoreAgentBackup": "RestoreAgentBackup",
        "RestoreBackup": "RestoreBackup",
        "DeleteBackup": "DeleteBackup",
        "DeleteBackupRestoreTarget": "DeleteRestoreTarget",
    },
    # The names of its actions are not known.
    "archivestorage": dict.fromkeys(
        (operation.name for operation in vars(archivestorage).values() if isinstance(operation, Operation)), ""
    ),
}
#: Names that a count has in the platform's answers.
COUNTS = {"count", "total_count"}
#: Query parameters that move along a list, and that size a page.
POSITIONS = {"offset", "page", "marker"}
SIZES = {"limit", "size"}


def entries(table: ModuleType) -> list[Operation]:
    """All operations of a table."""
    return [value for value in vars(table).values() if isinstance(value, Operation)]


def number(version: str) -> tuple[int, ...]:
    """What versions are ordered by."""
    return tuple(int(part) for part in version.split("."))


class Contract:
    """What one version of a service has: that of the printed reference, or a newer one."""

    def __init__(self, service: str, version: str = "") -> None:
        file = CONTRACTS / "later" / f"{service}-{version}.openapi.json"
        if not version or not file.exists():
            file = CONTRACTS / f"{service}.openapi.json"
        self.document = json.loads(file.read_text(encoding="utf-8"))
        own = self.document["info"]["version"]
        assert version in ("", own)
        self.operations = {
            operation["operationId"]: {**operation, "method": method.upper(), "path": path}
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
            if number(operation.get("x-version-ceiling", own)) >= number(own)
        }

    def fields(self, name: str) -> set[str]:
        """The parameters of the query and the fields of the body of an operation."""
        entry = self.operations[name]
        query = {parameter["name"] for parameter in entry.get("parameters", []) if parameter["in"] == "query"}
        return query | set(self.content(entry.get("requestBody", {})).get("properties", {}))

    def required(self, name: str) -> set[str]:
        """Those of them that are required."""
        entry = self.operations[name]
        parameters = [parameter for parameter in entry.get("parameters", []) if parameter["in"] == "query"]
        query = {parameter["name"] for parameter in parameters if parameter.get("required")}
        return query | set(self.content(entry.get("requestBody", {})).get("required", ()))

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema, where it is a reference the one that is meant."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def content(self, part: dict[str, Any]) -> dict[str, Any]:
        """The schema of a request body or an answer; empty where it has none."""
        return self.resolved(part.get("content", {}).get("application/json", {}).get("schema", {}))

    def answer(self, name: str) -> dict[str, Any]:
        """The schema of the successful answer of an operation."""
        responses = self.operations[name]["responses"]
        return self.content(next(response for status, response in responses.items() if status.startswith("2")))

    def arrays(self, name: str) -> list[str]:
        """The fields of the answer that are arrays."""
        properties = self.answer(name).get("properties", {})
        return [field for field, schema in properties.items() if "array" in self.types(schema)]

    def types(self, schema: dict[str, Any]) -> list[str]:
        """What a value may be."""
        found = self.resolved(schema).get("type", [])
        return [found] if isinstance(found, str) else list(found)


CASES = [(service, operation) for service, table in TABLES.items() for operation in entries(table)]
each = pytest.mark.parametrize(("service", "operation"), CASES, ids=[f"{s}-{o.name}" for s, o in CASES])
paged = pytest.mark.parametrize(
    ("service", "operation"),
    [case for case in CASES if case[1].paging],
    ids=lambda value: getattr(value, "name", value),
)


@pytest.mark.parametrize("service", TABLES)
def test_all_operations_are_there_and_no_more(service: str) -> None:
    names = [operation.name for operation in entries(TABLES[service])]
    printed = [operation.name for operation in entries(TABLES[service]) if not operation.since]
    assert sorted(printed) == sorted(Contract(service).operations)
    assert sorted(names) == sorted(ACTIONS[service])


@pytest.mark.parametrize(
    ("service", "count"),
    [
        ("filestorage", 21),
        ("parallel-filestorage", 11),
        ("baremetal-blockstorage", 41),
        ("backup", 31),
        ("archivestorage", 25),
    ],
)
def test_number_of_operations(service: str, count: int) -> None:
    assert len([operation for operation in entries(TABLES[service]) if not operation.since]) == count


def nullable(contract: Contract, name: str) -> set[str]:
    """The fields of the body that may be null."""
    properties = contract.content(contract.operations[name].get("requestBody", {})).get("properties", {})
    return {field for field, schema in properties.items() if "null" in contract.types(schema)}


NEWER = [(service, version) for service in TABLES for version in TABLES[service].SERVICE.newer]


@pytest.mark.parametrize(("service", "version"), NEWER)
def test_newer_version_has_the_operations_of_its_contract(service: str, version: str) -> None:
    names = [operation.name for operation in entries(TABLES[service]) if version in operation.versions]
    assert sorted(names) == sorted(Contract(service, version).operations)


@pytest.mark.parametrize(("service", "version"), NEWER)
def test_newer_version_takes_the_fields_of_its_contract(service: str, version: str) -> None:
    """Fields that moved are where the contract has them, and zones are known to be required."""
    contract = Contract(service, version)
    for operation in entries(TABLES[service]):
        if version not in operation.versions:
            continue
        places = {
            name: path.split(".")[0]
            for change in operation.changes
            if number(change.since) <= number(version)
            for name, path in change.places.items()
        }
        # A name with a blank is a value that a field takes.
        taken = {places.get(name, name) for name in operation.takes(version) if " " not in name}
        assert taken <= contract.fields(operation.name), operation.name
        assert contract.required(operation.name) <= taken, operation.name
        required = {places.get(name, name) for name in operation.requires(version)}
        assert required <= contract.required(operation.name), operation.name
        if "zone" in contract.required(operation.name) - nullable(contract, operation.name):
            assert "zone" in required, operation.name


@each
def test_method_path_and_version(service: str, operation: Operation) -> None:
    entry = Contract(service, operation.version).operations[operation.name]
    assert (operation.method, operation.path) == (entry["method"], entry["path"])
    assert f"{operation.service} {operation.version}" == entry["x-api-version"]
    assert operation.service == service
    assert operation.writes == (entry["method"] != "GET")


@each
def test_query_and_body(service: str, operation: Operation) -> None:
    contract = Contract(service, operation.version)
    entry = contract.operations[operation.name]
    asked = [parameter["name"] for parameter in entry.get("parameters", []) if parameter["in"] == "query"]
    assert sorted(operation.query) == sorted(asked)
    body = contract.content(entry.get("requestBody", {}))
    assert sorted(operation.body) == sorted(body.get("properties", {}))


@each
def test_placeholders_are_the_path_parameters(service: str, operation: Operation) -> None:
    entry = Contract(service, operation.version).operations[operation.name]
    named = {parameter["name"] for parameter in entry.get("parameters", []) if parameter["in"] == "path"}
    assert {part[1:-1] for part in operation.path.split("/") if part.startswith("{")} == named


@each
def test_what_it_answers(service: str, operation: Operation) -> None:
    fields = Contract(service, operation.version).answer(operation.name).get("properties", {})
    if operation.answers:
        assert list(fields) == [operation.answers]


@each
def test_lists_are_marked_as_lists(service: str, operation: Operation) -> None:
    """Every list of objects is paged by the table; a list of plain values is not a list of things."""
    contract = Contract(service, operation.version)
    arrays = contract.arrays(operation.name) if operation.method == "GET" and operation.name.startswith("List") else []
    of_objects = [
        field
        for field in arrays
        if contract.resolved(contract.resolved(contract.answer(operation.name)["properties"][field])["items"]).get(
            "type"
        )
        == "object"
    ]
    assert ([operation.paging.items] if operation.paging else []) == of_objects


@paged
def test_paging(service: str, operation: Operation) -> None:
    contract, pages = Contract(service, operation.version), operation.paging
    assert isinstance(pages, Paging)
    answer = contract.answer(operation.name)
    assert pages.items in answer["properties"]
    assert pages.count in COUNTS & set(answer["properties"]) or (
        not pages.count and not COUNTS & set(answer["properties"])
    )
    item = contract.resolved(contract.resolved(answer["properties"][pages.items])["items"])
    assert not pages.key or pages.key in item["properties"]
    assert {pages.position or pages.marker} - {""} == POSITIONS & set(operation.query)
    assert pages.limit_only == (not POSITIONS & set(operation.query) and bool(SIZES & set(operation.query)))
    assert bool(pages.marker) == bool(pages.truncated) == ("marker" in answer["properties"])
    if pages.position:
        # Without a count the end of the pages is unknown.
        assert pages.count
        assert {pages.size} == SIZES & set(operation.query)
        assert pages.by_page == (pages.position == "page")


@each
def test_iam_action(service: str, operation: Operation) -> None:
    assert operation.action == ACTIONS[service][operation.name]
