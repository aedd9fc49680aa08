# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In place of a module of ``awx.awx``: checks the options as the module would, and writes them down.

It is copied under the name of each module (see ``setting_up.py``). ``AWX_STAND_IN`` names a folder with ``specs.json``,
and gets a line for each call in ``calls.jsonl``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]
    """The action."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        name = self._task.action.rpartition(".")[2]
        folder = Path(os.environ["AWX_STAND_IN"])
        spec = json.loads((folder / "specs.json").read_text())["modules"][name]
        rules = {rule: value for rule, value in spec.items() if rule.startswith(("mutually", "required"))}
        checked = ArgumentSpecValidator(spec["argument_spec"], **rules).validate(dict(self._task.args))
        if checked.error_messages:
            return {**result, "failed": True, "msg": f"{name}: {'; '.join(checked.error_messages)}"}
        given = {option: value for option, value in checked.validated_parameters.items() if value is not None}
        with (folder / "calls.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"module": name, "options": given}) + "\n")
        return {**result, "changed": True}
