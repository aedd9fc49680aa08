# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of the services that list servers and networks, against the contract of each known version."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.operations import (
    baremetal,
    multinodegpucluster,
    virtualserver,
    vpc,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation

CONTRACTS = Path(__file__).parents[2] / "simulator" / "contract" / "later"
TABLES = (virtualserver, baremetal, multinodegpucluster, vpc)


def entries(table: ModuleType) -> list[Operation]:
    """Return all operations of a table."""
    return [value for value in vars(table).values() if isinstance(value, Operation)]


def contract(service: str, version: str) -> dict[str, Any]:
    """Return the contract of one version of a service."""
    found: dict[str, Any] = json.loads((CONTRACTS / f"{service}-{version}.openapi.json").read_text(encoding="utf-8"))
    return found


def versions(service: str) -> list[str]:
    """Return the versions that have a contract."""
    return sorted(
        path.name.removesuffix(".openapi.json").rpartition("-")[2] for path in CONTRACTS.glob(f"{service}-[0-9]*.json")
    )


CASES = [
    pytest.param(operation, version, id=f"{operation.service}-{version}-{operation.name}")
    for table in TABLES
    for operation in entries(table)
    for version in versions(operation.service)
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.SERVICE.name)
def test_table_has_all_operations_of_all_versions(table: ModuleType) -> None:
    service = table.SERVICE
    for version in versions(service.name):
        paths = contract(service.name, version)["paths"].values()
        listed = {call["operationId"] for methods in paths for call in methods.values()}
        assert listed == {operation.name for operation in entries(table)}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.SERVICE.name)
def test_table_knows_all_versions_that_are_offered(table: ModuleType) -> None:
    """What is older than the first known contract is left out."""
    service = table.SERVICE
    known = {service.version, *service.newer}
    assert set(versions(service.name)) <= known
    listed = contract(service.name, versions(service.name)[-1])["info"]["x-versions"]
    assert known == {one["version"] for one in listed if one["version"] >= service.version}
    assert list(service.newer) == sorted(service.newer)


@pytest.mark.parametrize(("operation", "version"), CASES)
def test_operation_fits_the_contract(operation: Operation, version: str) -> None:
    document = contract(operation.service, version)
    path = document["paths"][operation.path]
    call = path[operation.method.lower()]
    assert call["operationId"] == operation.name
    query = {one["name"] for one in call["parameters"] if one["in"] == "query"}
    assert set(operation.query) <= query
    paging = operation.paging
    if paging is not None:
        assert {name for name in (paging.position, paging.marker, paging.size) if name} <= query
        reference = call["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        answer = document["components"]["schemas"][reference.rpartition("/")[2]]["properties"]
        assert answer[paging.items]["type"] == "array"
        if paging.count:
            kinds = answer[paging.count]["type"]
            assert ("null" in kinds) == (not paging.counted)


def test_actions_have_the_names_of_operations() -> None:
    """Which is assumed, and what messages name."""
    assert all(operation.action == operation.name for table in TABLES for operation in entries(table))
