# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of writing modules: the object, the operations, the difference, the failure."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import CallContext, CallError, StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine.diff import make_diff
from ansible_collections.scp.storage.plugins.module_utils.engine.executor import Outcome
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import UNKNOWN_ID
from ansible_collections.scp.storage.plugins.module_utils.engine.results import build_result, failure_of


class Box:
    """A resource whose state is its size; 0 stands for none."""

    result_key = "box"

    def view(self, state: int) -> dict[str, Any]:
        return {"size": state, "color": "red"}

    def managed(self, state: int) -> dict[str, Any] | None:
        return {"size": state} if state else None

    def extras(self, before: int, after: int) -> dict[str, Any]:
        return {"grown": after - before}


def result_of(
    before: int | None, after: int | None, *operations: str, diff: bool = False, **more: Any
) -> dict[str, Any]:
    return build_result(Box(), Outcome(before, after, list(operations)), Mode(diff=diff), **more)  # type: ignore[arg-type]


def test_result_has_the_object_as_it_is_afterwards() -> None:
    assert result_of(1, 2, "Grow") == {
        "changed": True,
        "operations": ["Grow"],
        "box": {"size": 2, "color": "red"},
        "grown": 1,
    }
    assert result_of(2, 2) == {"changed": False, "operations": [], "box": {"size": 2, "color": "red"}, "grown": 0}


def test_result_of_a_removal_has_the_object_as_it_was() -> None:
    result = result_of(3, 0, "Delete", diff=True)
    assert result["box"] == {"size": 3, "color": "red"}
    assert result["diff"] == {
        "before": {"state": "present", "size": 3},
        "after": {"state": "absent", "size": None},
    }


def test_result_has_a_diff_only_in_diff_mode() -> None:
    assert "diff" not in result_of(0, 2, "Create")
    assert result_of(0, 2, "Create", diff=True)["diff"] == {
        "before": {"state": "absent", "size": None},
        "after": {"state": "present", "size": 2},
    }


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("identifier", ["7f3c", UNKNOWN_ID, f"{UNKNOWN_ID} (2)"])
def test_result_marks_what_is_only_planned(check: bool, identifier: str) -> None:
    class Named(Box):
        def view(self, state: int) -> dict[str, Any]:
            return {"id": identifier, "size": state}

    result = build_result(Named(), Outcome(0, 2, ["Create"]), Mode(check=check))  # type: ignore[arg-type]
    planned = {"planned": True} if check and identifier != "7f3c" else {}
    assert result["box"] == {"id": identifier, "size": 2, **planned}


def test_result_of_a_failure_has_no_extras() -> None:
    """They are about what was reached."""
    assert result_of(1, 2, "Grow", failed=True) == {
        "changed": True,
        "operations": ["Grow"],
        "box": {"size": 2, "color": "red"},
    }


def test_result_of_a_failure_before_the_first_read_has_no_object() -> None:
    assert result_of(None, None, diff=True, failed=True) == {"changed": False, "operations": []}


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, None), ({"a": 1}, None), (None, {"b": 2}), ({"a": 1, "b": None}, {"b": 2, "c": 3})],
)
def test_diff_has_the_same_keys_on_both_sides(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    diff = make_diff(before, after)
    keys = ["state", *dict.fromkeys([*(before or {}), *(after or {})])]
    assert list(diff["before"]) == list(diff["after"]) == keys
    for side, item in (("before", before), ("after", after)):
        assert diff[side].pop("state") == ("absent" if item is None else "present")
        assert {name: value for name, value in diff[side].items() if value is not None} == {
            name: value for name, value in (item or {}).items() if value is not None
        }


def test_failure_has_the_facts_of_its_error() -> None:
    error = CallError(
        CallContext("storage", "Create", "kr-west1", "POST"), "was refused with 403", status=403, code="No"
    )
    assert failure_of(error) == {"failed": True, "msg": error.message, "error": error.facts}
    assert error.facts["status"] == 403
    assert failure_of(StorageError("No.")) == {"failed": True, "msg": "No."}
    assert failure_of(StorageError("No.", candidates=None)) == {"failed": True, "msg": "No."}
