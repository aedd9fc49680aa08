# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: all of it is there, and answers are held to it."""

from __future__ import annotations

import pytest

from tests.simulator.app import known_switches
from tests.simulator.contract import check_answer, load_contracts, load_versions
from tests.simulator.services import find_services

CONTRACTS = load_contracts()
VERSIONS = load_versions()
PRINTED = [operation for contract in CONTRACTS.values() for operation in contract.operations.values()]
OPERATIONS = [o for v in VERSIONS.values() for contract in v.contracts.values() for o in contract.operations.values()]


def test_all_operations_are_there() -> None:
    assert len(PRINTED) == 129


@pytest.mark.parametrize("name", CONTRACTS)
def test_printed_version_is_the_oldest(name: str) -> None:
    assert VERSIONS[name].oldest.version == CONTRACTS[name].version


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.service}.{o.version}.{o.id}")
def test_routing_finds_each_operation(operation: object) -> None:
    assert isinstance(operation, type(OPERATIONS[0]))
    path = "/" + "/".join(segment or "a%20b" for segment in operation.segments)
    found = VERSIONS[operation.service].contracts[operation.version].find(operation.method, path)
    assert found is not None
    assert found[0] is operation
    assert found[1] == dict.fromkeys(operation.names, "a b")


def test_services_do_all_of_their_operations() -> None:
    from tests.simulator.clock import Clock
    from tests.simulator.state import World

    kinds = find_services()
    switches = known_switches()
    world = World(Clock(), switches, kinds)
    for name, service in world.services.items():
        assert set(service.handlers) == {o for c in VERSIONS[name].contracts.values() for o in c.operations}


def test_switches_have_names_of_their_own() -> None:
    from tests.simulator.behaviors import CORE

    names = [switch.name for switch in [*CORE, *(s for kind in find_services() for s in kind.switches)]]
    assert len(names) == len(set(names))


VOLUMES = CONTRACTS["filestorage"].operations["ListVolumes"]


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (200, {"count": 0, "filestorages": []}, None),
        (202, {"count": 0, "filestorages": []}, "the contract prints [200]"),
        (200, {"count": 0}, '"filestorages" is a required property'),
        (200, {"count": "0", "filestorages": []}, "count"),
        (200, {"count": 0, "filestorages": [], "more": 1}, "'more' was unexpected"),
        (200, None, "object"),
    ],
)
def test_answers_are_checked(status: int, body: object, wrong: str | None) -> None:
    found = check_answer(VOLUMES, status, body)
    assert found is None if wrong is None else found is not None and wrong in found


def test_an_answer_without_a_body_has_none() -> None:
    delete = CONTRACTS["filestorage"].operations["DeleteVolume"]
    assert check_answer(delete, 202, None) is None
    assert check_answer(delete, 202, {}) is not None
