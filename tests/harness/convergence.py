# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one module at a time, and holds it to what all of them promise."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tests.harness.modules import ModuleRunner, SkippedTime
from tests.simulator.fixture import Simulator


class ConvergingRunner(ModuleRunner):
    """Runs modules by their files, as imported, with a diff.

    Waits look as often as on the platform: a second task comes while what the first one has begun goes on.
    """

    def __init__(self, simulator: Simulator) -> None:
        super().__init__(simulator, SkippedTime(simulator, event_within=0))

    def call(self, module: ModuleType, check: bool = False, **params: Any) -> dict[str, Any]:
        """Run a task and return its result; it may have failed. An option that is ``None`` is not given."""
        given = {name: value for name, value in params.items() if value is not None}
        return self.run_task(module.__name__.rpartition(".")[2], given, check=check, diff=True).result

    def writes(self) -> list[str]:
        """Return the writes that the service took; those it refused for a moment do not count."""
        return [entry["operation"] for entry in self.simulator.writes() if 0 < entry["status"] < 400]

    def converge(
        self, module: ModuleType, *, predictable: bool = True, repeats: bool = False, **params: Any
    ) -> dict[str, Any]:
        """Run a task as a user would, in check mode, for real and once more; return the real run's result.

        :param predictable: whether check mode can predict the result in every field; otherwise in its shape only.
        :param repeats: the task acts in every run.
        """
        self.simulator.clear_operations()
        predicted = self.call(module, check=True, **params)
        assert self.simulator.writes() == [], "check mode must not write"
        real = self.call(module, **params)
        assert not real.get("failed"), real
        assert not predicted.get("failed"), predicted
        assert predicted["operations"] == real["operations"] == self.writes()
        assert predicted["changed"] == real["changed"] == bool(real["operations"])
        assert predicted["diff"]["before"] == real["diff"]["before"]
        assert set(real["diff"]["before"]) == set(real["diff"]["after"]) == set(predicted["diff"]["after"])
        if predictable:
            assert predicted["diff"]["after"] == real["diff"]["after"]
        if repeats:
            return real
        self.simulator.clear_operations()
        again = self.call(module, **params)
        assert (again["changed"], again["operations"], self.simulator.writes()) == (False, [], [])
        assert again["diff"]["before"] == again["diff"]["after"]
        return real
