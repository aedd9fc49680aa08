# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of every module run as they stand."""

from __future__ import annotations

import pytest

from tests.examples import MODULES, examples
from tests.harness.playbooks import Controller
from tests.integration.example_fixtures import seed, variables

#: Modules that make these things in their examples, and of which service.
MAKERS = {
    "scp_filestorage_volume": "filestorage",
    "scp_pfs_volume": "parallel-filestorage",
    "scp_archive_bucket": "archivestorage",
}
#: Examples that only wait.
WAITING = ("Wait for the end of the newest recovery",)


@pytest.mark.parametrize("module", MODULES)
def test_examples(controller: Controller, module: str) -> None:
    """All go well in their order; each calls the service, and those that write change something."""
    simulator = controller.simulator
    world = seed(simulator, module)
    simulator.patch_world({service: part for service, part in world.items() if service != MAKERS.get(module)})
    tasks = examples(module)
    assert tasks
    run = controller.run(tasks, variables=variables(simulator)).succeeded()
    assert [result.name for result in run] == [example["name"] for example in tasks]
    for result in run:
        if result.action.startswith("scp."):
            assert result.calls, result.name
            assert result.changed is bool(result.writes), result.name
        if "operations" in result.result and result.name not in WAITING:
            assert result.changed, f"the example {result.name!r} does nothing"
    assert any(result.action == f"scp.storage.{module}" for result in run)
