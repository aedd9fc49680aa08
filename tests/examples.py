# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of the plugins, as they stand and as one types them for an ad-hoc call."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.collection_path import ROOT
from tests.module_files import API_MODULES

#: Modules that call the API; the others need a managed host.
MODULES = API_MODULES


def examples(module: str) -> list[dict[str, Any]]:
    """The tasks in a module's ``EXAMPLES``."""
    tasks: list[dict[str, Any]]
    (tasks,) = documents(f"modules/{module}")
    return tasks


def documents(plugin: str) -> list[Any]:
    """The documents in the ``EXAMPLES`` of a plugin, which is named as ``lookup/scp_volume``."""
    tree = ast.parse(Path(ROOT / "plugins" / f"{plugin}.py").read_text(encoding="utf-8"))
    text = next(
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "EXAMPLES"
    )
    return list(yaml.safe_load_all(ast.literal_eval(text)))


def key_value(args: Mapping[str, Any]) -> str:
    """Options as one types them: ``name=web_data access_rules='[{"object_type": "VM"}]'``."""
    return " ".join(f"{name}={_quoted(_text(value))}" for name, value in args.items())


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
