# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of modules: the resource, the operations, the difference, or why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..client.errors import StorageError
from .diff import make_diff
from .executor import Outcome
from .mode import Mode
from .plan import UNKNOWN_ID
from .resource import Resource


def build_result(resource: Resource[Any], outcome: Outcome[Any], mode: Mode, *, failed: bool = False) -> dict[str, Any]:
    """Return the result of a writing module: the resource, the operations, the difference."""
    result: dict[str, Any] = {"changed": bool(outcome.operations), "operations": list(outcome.operations)}
    if outcome.before is None:
        return result
    before, after = outcome.before, outcome.after
    gone = resource.managed(after) is None
    view = resource.view(before if gone else after)
    result[resource.result_key] = {**view, "planned": True} if mode.check and _is_planned(view) else view
    if not failed:
        result.update(resource.extras(before, after))
        if outcome.doubts:
            result["warnings"] = [*result.get("warnings", ()), *outcome.doubts]
    if mode.diff:
        result["diff"] = make_diff(resource.managed(before), resource.managed(after))
    return result


def _is_planned(view: Mapping[str, Any]) -> bool:
    """Return whether a resource exists only in the plan: the service would give what identifies it."""
    return any(isinstance(value, str) and value.startswith(UNKNOWN_ID) for value in view.values())


def failure_of(failure: StorageError) -> dict[str, Any]:
    """The part of a result that says why a task, or a part of it, failed."""
    result: dict[str, Any] = {"failed": True, "msg": failure.message}
    if failure.facts:
        result["error"] = failure.facts
    return result
