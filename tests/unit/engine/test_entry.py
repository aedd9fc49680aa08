# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that Ansible runs as a process: what it gets from Ansible, and what it gives back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.scp.storage.plugins.module_utils.engine import entry
from ansible_collections.scp.storage.plugins.module_utils.engine.runner import Mode, Report
from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.parallel_filestorage.specs import VOLUME as SPEC


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
@pytest.mark.parametrize("result", [{"changed": True}, {"failed": True, "msg": "It can't."}], ids=["done", "failed"])
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

    monkeypatch.setattr(entry, "AnsibleModule", Started)
    monkeypatch.setattr(entry, "run", run)
    entry.run_module(SPEC)

    assert got == [(SPEC, {"name": "train"}, os.environ, Mode(check=check, diff=diff))]
    made = Module.made
    assert made.options == {"argument_spec": SPEC.argument_spec, "supports_check_mode": True, **SPEC.rules}
    assert made.no_log_values == {"SK-made-up"}
    assert made.ended == ("fail" if result.get("failed") else "exit", result)
