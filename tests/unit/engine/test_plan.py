# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans: the walk along the next steps."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from ansible_collections.scp.storage.plugins.module_utils.client.errors import StorageError
from ansible_collections.scp.storage.plugins.module_utils.engine import plan
from ansible_collections.scp.storage.plugins.module_utils.engine.plan import Step, make_plan


@dataclass
class Counting:
    """Counts up to an end."""

    end: int

    def next_step(self, state: int) -> Step[int] | None:
        operation = SimpleNamespace(name=f"Add{state}", method="PUT")
        return Step(operation, lambda before, _answer: before + 1) if state < self.end else None


def test_plan_has_all_steps_and_the_state_that_they_lead_to() -> None:
    made = make_plan(Counting(3), 1)
    assert made.operations == ["Add1", "Add2"]
    assert made.after == 3
    assert make_plan(Counting(3), 3).steps == ()


def test_plan_that_does_not_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MAX_STEPS", 5)
    assert len(make_plan(Counting(5), 0).steps) == 5
    with pytest.raises(StorageError, match="Planning Add5 does not end"):
        make_plan(Counting(6), 0)
