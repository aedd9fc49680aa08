# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All list operations of the API, by the names that users call them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.client.suggestions import closest
from ansible_collections.scp.storage.plugins.module_utils.operations import (
    archivestorage,
    backup,
    baremetal,
    baremetal_blockstorage,
    filestorage,
    multinodegpucluster,
    parallel_filestorage,
    resourcemanager,
    virtualserver,
    vpc,
)
from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation

#: The storage services, and those that have servers, networks and tags.
_TABLES = (
    *(archivestorage, backup, baremetal_blockstorage, filestorage, parallel_filestorage),
    *(baremetal, multinodegpucluster, virtualserver, vpc, resourcemanager),
)
OPERATIONS: tuple[Operation, ...] = tuple(
    found for table in _TABLES for found in vars(table).values() if isinstance(found, Operation)
)
#: Short names of services, as modules have them.
ALIASES = {"archive": "archivestorage", "bm": "baremetal-blockstorage", "pfs": "parallel-filestorage"}
_PLACEHOLDER = re.compile(r"{(\w+)}")


def full_name(operation: Operation) -> str:
    """The service and the operation."""
    return f"{operation.service}.{operation.name}"


def list_operation(name: str) -> Operation:
    """The list operation that a name means: its ``operationId``, alone where only one service has it.

    :raises StorageError: there is none, or several; the message says which there are.
    """
    service, _dot, operation_id = name.rpartition(".")
    service = service.replace("_", "-")
    service = ALIASES.get(service, service)
    services = {operation.service for operation in OPERATIONS}
    if service and service not in services:
        raise StorageError(f"There is no service {service!r} in {name!r}{closest(service, services)}.")
    here = [operation for operation in OPERATIONS if service in ("", operation.service)]
    named = [operation for operation in here if operation.name.lower() == operation_id.lower()]
    lists = [operation for operation in named if operation.paging is not None]
    if len(lists) > 1:
        raise StorageError(f"{name!r} is an operation of several services. Give one: {_full_names(lists)}.")
    if not lists:
        known = [operation.name for operation in here if operation.paging is not None]
        what = "is not a list operation" if named else "is not an operation"
        raise StorageError(f"{name!r} {what}{f' of {service}' if service else ''}{closest(operation_id, known)}.")
    return lists[0]


def _full_names(operations: Iterable[Operation]) -> str:
    return ", ".join(full_name(operation) for operation in operations)


def parameters(operation: Operation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a list operation takes: the parameters of its path, which it needs, and its filters.

    Users have no use for what pages need.
    """
    paging = operation.paging
    pages = {paging.position, paging.size, paging.marker} if paging else set()
    return tuple(_PLACEHOLDER.findall(operation.path)), tuple(name for name in operation.query if name not in pages)


def sorted_out(operation: Operation, given: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Given parameters as those of the path and those of the query.

    :raises StorageError: one is unknown, or one of the path is missing.
    """
    path, query = parameters(operation)
    for name in given:
        if name not in (*path, *query):
            known = (*path, *query)
            reason = closest(name, known) if known else "; it takes none"
            raise StorageError(f"{full_name(operation)} takes no parameter {name!r}{reason}.")
    missing = [name for name in path if given.get(name) in (None, "")]
    if missing:
        raise StorageError(f"{full_name(operation)} needs {' and '.join(missing)}. Give it in params.")
    return {name: str(given[name]) for name in path}, {name: given[name] for name in query if name in given}
