# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills through the playbook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.modules.dr.drills import ALL
from tests.modules.dr.volumes import EAST, WEST


def drill(controller: Controller, items: Iterable[Mapping[str, Any]] = ALL, **options: Any) -> Run:
    """Run the playbook; ``variables`` are beside the list and the regions."""
    variables = {
        "dr_region": WEST,
        "dr_target_region": EAST,
        "dr_volumes": list(items),
        **options.pop("variables", {}),
    }
    return controller.playbook("scp.storage.dr_drill", variables=variables, **options)


def report(run: Run) -> dict[str, Any]:
    """The fact ``dr_drill_report``."""
    found: dict[str, Any] = next(
        result.result["ansible_facts"]["dr_drill_report"]
        for result in run
        if "dr_drill_report" in (result.result.get("ansible_facts") or {})
    )
    return found


def check_file(folder: Path, *tasks: dict[str, Any]) -> str:
    """A file of tasks to check copies with."""
    file = folder / "check.yml"
    file.write_text(json.dumps(list(tasks)))
    return str(file)
