# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of planning share: plans that are made and held against the contract, with no service behind them."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
from hypothesis import assume

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import Plan, make_plan
from ansible_collections.scp.storage.plugins.module_utils.engine.resource import Resource
from tests.collection_path import ROOT


class Contract:
    """What the printed API of one service allows."""

    def __init__(self, service: str) -> None:
        """Read the contract of ``service``, by its host name."""
        file = ROOT / "tests" / "simulator" / "contract" / f"{service}.openapi.json"
        self._document = json.loads(file.read_text(encoding="utf-8"))
        self._components = self._document["components"]

    def schema(self, operation: str) -> tuple[dict[str, Any] | None, set[str]]:
        """The schema of an operation's body, and the names of its query parameters."""
        for path in self._document["paths"].values():
            for call in path.values():
                if call["operationId"] == operation:
                    names = {item["name"] for item in call.get("parameters", []) if item["in"] == "query"}
                    body = call.get("requestBody")
                    return (body["content"]["application/json"]["schema"] if body else None), names
        raise AssertionError(f"{operation} is not an operation")

    def check(self, plan: Plan[Any]) -> None:
        """Assert that every step is a call that the contract allows, with no field that it does not know."""
        for step in plan.steps:
            schema, names = self.schema(step.operation.name)
            assert set(step.query) <= names
            assert (step.body is None) == (schema is None)
            if schema is not None:
                known = self._components["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
                body = step.operation.outgoing(step.operation.version, step.body or {})
                assert set(body) <= set(known)
                jsonschema_rs.validate({**schema, "components": self._components}, body)


def plan(resource: Resource[Any], state: Any, contract: Contract) -> Plan[Any]:
    """The plan of a resource, which is legal and leaves nothing to do; a task that cannot be met is no matter."""
    try:
        resource.check()
        made = make_plan(resource, state)
    except StorageError:
        assume(False)
        raise
    contract.check(made)
    assert resource.next_step(made.after) is None
    return made
