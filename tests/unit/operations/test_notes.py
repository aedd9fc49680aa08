# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module's notes name what it needs: the IAM actions, or the operations where their actions are not known."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
import yaml

from ansible_collections.scp.storage.plugins.module_utils.operations.table import Operation
from tests.collection_path import ROOT
from tests.module_files import API_MODULES

#: They need what the modules of the kinds that are listed need, and say so.
OF_OTHERS = {"scp_dr_drill", "scp_dr_plan", "scp_storage_apply", "scp_storage_report"}
#: The services of the printed reference. What modules need of others stands in the fragments of their documentation.
STORAGE = {"archivestorage", "backup", "baremetal-blockstorage", "filestorage", "parallel-filestorage"}
#: Modules that call none of these.
OF_NEIGHBOURS = {"scp_server_info", "scp_tag", "scp_tag_info"}
MODULES = sorted(set(API_MODULES) - OF_OTHERS)
OPERATIONS = [
    operation
    for file in (ROOT / "plugins" / "module_utils" / "operations").glob("[a-z]*.py")
    for operation in vars(
        import_module(f"ansible_collections.scp.storage.plugins.module_utils.operations.{file.stem}")
    ).values()
    if isinstance(operation, Operation)
]
#: By service and operationId, the name that a note has to say.
NEEDED = {(operation.service, operation.name): operation.action or operation.name for operation in OPERATIONS}
_ROW = re.compile(r"^\| (\w+) \| ([^|]+) \|", re.MULTILINE)
_NAME = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*\b")


def used() -> dict[str, set[str]]:
    """By module, what it needs of all that reached the simulator in tests (tests/coverage)."""
    found: dict[str, set[str]] = {module: set() for module in (*MODULES, *OF_OTHERS)}
    for part in (ROOT / "tests" / "coverage" / "table.md").read_text(encoding="utf-8").split("\n## ")[1:]:
        service = part.partition("\n")[0]
        for operation, modules in _ROW.findall(part):
            for module in re.findall(r"`(\w+)`", modules):
                if service in STORAGE or module in OF_NEIGHBOURS:
                    found[module].add(NEEDED[service, operation])
    return found


def noted(module: str) -> set[str]:
    """What the notes name."""
    documentation = import_module(f"ansible_collections.scp.storage.plugins.modules.{module}").DOCUMENTATION
    notes = [str(note) for note in yaml.safe_load(documentation).get("notes", [])]
    return set(_NAME.findall(" ".join(note for note in notes if "IAM action" in note)))


@pytest.mark.parametrize("module", MODULES)
def test_the_notes_name_what_a_module_needs(module: str) -> None:
    assert used()[module] or module in OF_NEIGHBOURS
    missing = used()[module] - noted(module)
    unknown = noted(module) - set(NEEDED.values())

    assert (missing, unknown) == (set(), set())
