# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the playbook ``awx_setup`` on stand-ins for the modules of ``awx.awx``, and keeps what it makes in AWX."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.collection_path import place
from tests.harness.playbooks import Controller
from tests.harness.tasks import Run
from tests.integration.awx.specs import COLLECTION, stored

STAND_IN = Path(__file__).parent / "fake_modules" / "action.py"
#: What the user writes down for the playbook.
ANSWERS: dict[str, Any] = {
    "awx_setup_image": "registry.example.com/scp-storage-ee:0.1.0",
    "awx_setup_scm_url": "https://git.example.com/scp-storage.git",
    "awx_setup_scm_branch": "0.1.0",
    "awx_setup_machine_credential": "Server login",
    "awx_setup_applications": [
        {
            "name": "Web shop",
            "volumes": ["web_data", {"name": "office", "frequency": "daily", "target_name": "office_copy"}],
            "region": "kr-west1",
            "target_region": "kr-east1",
            "protocol": "NFS",
            "type_name": "SSD",
            "approval_timeout": 86400,
        }
    ],
}


@dataclass(frozen=True)
class Made:
    """What the playbook asked AWX for.

    :ivar calls: the modules and their options, in order.
    """

    run: Run
    calls: list[tuple[str, dict[str, Any]]]

    def all(self, module: str) -> list[dict[str, Any]]:
        """The options of all calls of a module."""
        return [options for name, options in self.calls if name == module]

    def one(self, module: str, ends: str = "") -> dict[str, Any]:
        """The one of them whose name ends so."""
        (found,) = (options for options in self.all(module) if options["name"].endswith(ends))
        return found


def set_up(controller: Controller, answers: Mapping[str, Any], **options: Any) -> Made:
    """Run the playbook with these variables; it may fail.

    :param options: those of :meth:`Controller.playbook`.
    """
    folder = controller.folder / "awx"
    plugins = folder / "collections" / "ansible_collections" / Path(*COLLECTION.split(".")) / "plugins"
    for kind in ("action", "modules"):
        (plugins / kind).mkdir(parents=True, exist_ok=True)
    for name in stored()["modules"]:
        shutil.copy(STAND_IN, plugins / "action" / f"{name}.py")
        # Ansible looks for it, and runs the action.
        (plugins / "modules" / f"{name}.py").touch()
    (folder / "specs.json").write_text(json.dumps(stored()))
    calls = folder / "calls.jsonl"
    calls.unlink(missing_ok=True)
    environ = {
        "ANSIBLE_COLLECTIONS_PATH": f"{folder / 'collections'}:{place()}",
        "AWX_STAND_IN": str(folder),
        **options.pop("environ", {}),
    }
    run = controller.playbook("scp.storage.awx_setup", variables=answers, environ=environ, **options)
    lines = calls.read_text().splitlines() if calls.exists() else []
    return Made(run, [(entry["module"], entry["options"]) for entry in map(json.loads, lines)])
