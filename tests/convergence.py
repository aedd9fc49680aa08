# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules without Ansible, against a simulator, and holds them to what all of them promise."""

from __future__ import annotations

from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Mode, run
from tests.simulator.fixture import Simulator


class Bench:
    """Runs modules as the runner does. A module is its file, as imported."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.environ = simulator.environ()

    def run(self, module: Any, check: bool = False, **params: Any) -> dict[str, Any]:
        """The result of a task; it may have failed."""
        spec = module.SPEC
        defaults = {name: option.get("default") for name, option in spec.argument_spec.items()}
        return run(spec, {**defaults, **params}, self.environ, Mode(check=check, diff=True)).result

    def writes(self) -> list[str]:
        """The writes that the service took; those it refused for a moment do not count."""
        return [entry["operation"] for entry in self.simulator.writes() if 0 < entry["status"] < 400]

    def converge(self, module: Any, *, foretold: bool = True, repeats: bool = False, **params: Any) -> dict[str, Any]:
        """Run as a person would: look, do, look again; return the real run's result.

        :param foretold: whether what comes of it can be told in every field; otherwise in its shape only.
        :param repeats: the task acts in every run.
        """
        self.simulator.clear_operations()
        predicted = self.run(module, check=True, **params)
        assert self.simulator.writes() == [], "check mode must not write"
        real = self.run(module, **params)
        assert not real.get("failed"), real
        assert not predicted.get("failed"), predicted
        assert predicted["operations"] == real["operations"] == self.writes()
        assert predicted["changed"] == real["changed"] == bool(real["operations"])
        assert predicted["diff"]["before"] == real["diff"]["before"]
        assert set(real["diff"]["before"]) == set(real["diff"]["after"]) == set(predicted["diff"]["after"])
        if foretold:
            assert predicted["diff"]["after"] == real["diff"]["after"]
        if repeats:
            return real
        self.simulator.clear_operations()
        again = self.run(module, **params)
        assert (again["changed"], again["operations"], self.simulator.writes()) == (False, [], [])
        assert again["diff"]["before"] == again["diff"]["after"]
        return real
