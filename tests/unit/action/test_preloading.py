# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible's main process has imported before it forks the first task."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.resources.kinds import Storage
from tests.harness.processes import run_code

MODULES = "ansible_collections.scp.storage.plugins.modules"
#: Begins like ansible-playbook, which looks the plugin of a task up when it reads a playbook.
BEGIN = "import json, sys; from ansible.plugins.loader import action_loader, init_plugin_loader; init_plugin_loader();"
LOOKUP = 'found = action_loader.find_plugin_with_context("scp.storage.scp_connection_info").resolved;'


def run(code: str) -> Any:
    """Run code in another process, and return what it prints as JSON."""
    return json.loads(run_code(code).stdout)


def test_what_a_task_imports_is_its_own_module() -> None:
    found, imported = run(
        f"{BEGIN} {LOOKUP} before = set(sys.modules); import {MODULES}.scp_bm_volume as module; module.SPEC.handler;"
        " print(json.dumps([found, sorted(set(sys.modules) - before)]))"
    )
    assert found
    assert imported == [f"{MODULES}.scp_bm_volume"]


def test_handlers_of_all_kinds_are_imported_before_the_first_task() -> None:
    modules = {f"{MODULES}.scp_{kind}" for kind in Storage.kinds}
    imported = run(
        f"{BEGIN} {LOOKUP} before = set(sys.modules); from importlib import import_module;"
        f" handlers = [import_module(name).SPEC.handler for name in {sorted(modules)}];"
        " print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    assert set(imported) == modules


def test_with_an_old_python_the_plugin_is_found_and_the_task_says_what_is_wrong() -> None:
    found, plugin = run(
        f"{BEGIN} sys.version_info = (3, 10, 4, 'final', 0); {LOOKUP}"
        " print(json.dumps([found, any(name.endswith('.engine.runner') for name in sys.modules)]))"
    )
    assert found
    assert not plugin
