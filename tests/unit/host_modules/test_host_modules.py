# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules for managed hosts need nothing but the host's Python and ansible-core's modules."""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from typing import Any

import pytest
import yaml

from tests.collection_path import ROOT
from tests.module_files import HOST_MODULES

#: What modules may import beside the standard library.
ALLOWED = {"ansible.module_utils.basic"}


def module_of(name: str) -> Any:
    """Return a module's Python module."""
    return import_module(f"ansible_collections.scp.storage.plugins.modules.{name}")


def options_of(spec: dict[str, Any], key: str) -> dict[str, Any]:
    """Return what documentation and argument spec both have of options."""
    shared = ("type", "elements", "required", "default", "choices")
    return {
        name: {
            **{part: option[part] for part in shared if part in option and option[part] is not False},
            "options": options_of(option.get(key, {}), key),
        }
        for name, option in spec.items()
    }


@pytest.mark.parametrize("name", HOST_MODULES)
def test_host_module_is_python_3_6_and_imports_no_other_code(name: str) -> None:
    text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 6))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(str(node.module))
    others = {one for one in imported if one.partition(".")[0] not in sys.stdlib_module_names}

    assert others == ALLOWED
    # They came with Python 3.7 and later.
    assert not imported & {"__future__", "dataclasses", "zoneinfo", "graphlib", "tomllib"}
    newer = ("capture_output", "removeprefix", "removesuffix", "missing_ok", "functools.cache", "text=")
    assert [word for word in newer if word in text] == []


@pytest.mark.parametrize("name", HOST_MODULES)
def test_documentation_of_a_host_module_has_its_options(name: str) -> None:
    module = module_of(name)
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]

    assert options_of(documented, "suboptions") == options_of(module.ARGUMENTS, "options")


def test_there_are_host_modules() -> None:
    assert HOST_MODULES
