# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that Ansible runs as a process: what it gets from Ansible, and what it gives back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine import module_main
from ansible_collections.scp.storage.plugins.module_utils.engine.mode import Mode
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Report
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import VOLUME as SPEC
from tests.harness.processes import run_code


class Module:
    """In place of ``AnsibleModule``."""

    made: Module

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.params = {"name": "train"}
        self.check_mode = self._diff = False
        self.no_log_values: set[str] = set()
        self.ended: tuple[str, dict[str, Any]] | None = None
        Module.made = self

    def exit_json(self, **result: Any) -> None:
        self.ended = self.ended or ("exit", result)

    def fail_json(self, **result: Any) -> None:
        self.ended = self.ended or ("fail", result)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("diff", [True, False])
@pytest.mark.parametrize("result", [{"changed": True}, {"failed": True, "msg": "It cannot."}], ids=["done", "failed"])
def test_run_module_passes_the_mode_and_returns_the_result(
    monkeypatch: pytest.MonkeyPatch, check: bool, diff: bool, result: dict[str, Any]
) -> None:
    class Started(Module):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.check_mode, self._diff = check, diff

    got: list[tuple[ModuleSpec, Mapping[str, Any], Mapping[str, str], Mode]] = []

    def run(spec: ModuleSpec, params: Mapping[str, Any], environ: Mapping[str, str], mode: Mode) -> Report:
        got.append((spec, params, environ, mode))
        return Report(result, {"SK-made-up"})

    monkeypatch.setattr(module_main, "AnsibleModule", Started)
    monkeypatch.setattr(module_main, "run", run)
    module_main.run_module(SPEC)

    assert got == [(SPEC, {"name": "train"}, os.environ, Mode(check=check, diff=diff))]
    made = Module.made
    assert made.options == {"argument_spec": SPEC.argument_spec, "supports_check_mode": True, **SPEC.rules}
    assert made.no_log_values == {"SK-made-up"}
    assert made.ended == ("fail" if result.get("failed") else "exit", result)


CLIENT = "ansible_collections.scp.storage.plugins.module_utils.client"
#: Begins a process whose interpreter is too old.
OLD = "import sys; sys.version_info = (3, 10, 4, 'final', 0);"


def test_module_process_with_an_old_interpreter_returns_one_sentence() -> None:
    done = run_code(f"{OLD}import {CLIENT.replace('.client', '.engine.module_main')}", check=False)
    result = json.loads(done.stdout)
    assert result["failed"]
    assert result["msg"].startswith(
        f"{sys.executable} is Python 3.10, and scp.storage requires Python 3.11 or newer. Set"
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_plugin_with_an_old_interpreter_raises_the_same_sentence() -> None:
    done = run_code(f"{OLD}import {CLIENT}.settings", check=False)
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: {sys.executable} is Python 3.10, and scp.storage")


def test_blank_secrets_of_options_are_not_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Started(Module):
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.no_log_values = {" ", "SK-of-an-option"}

    monkeypatch.setattr(module_main, "AnsibleModule", Started)
    monkeypatch.setattr(module_main, "run", lambda *_ignored: Report({}, {"\n", "SK-made-up"}))
    module_main.run_module(SPEC)
    assert Module.made.no_log_values == {"SK-of-an-option", "SK-made-up"}
