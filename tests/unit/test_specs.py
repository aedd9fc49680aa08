# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the specs of modules are, and what a module process imports for its own."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from ansible_collections.scp.storage.plugins.module_utils.engine.spec import ModuleSpec
from ansible_collections.scp.storage.plugins.module_utils.resources.connection import OTHER_PROBES, PROBES
from ansible_collections.scp.storage.plugins.module_utils.resources.specs import CONNECTION_INFO
from tests.collection_path import ROOT
from tests.harness.processes import run_code
from tests.module_files import API_MODULES

MODULES = "ansible_collections.scp.storage.plugins.modules"
UTILS = "ansible_collections.scp.storage.plugins.module_utils"
#: Where specs are built: those of a service or workflow in its folder, and a batch beside the table of its kinds.
PLACES = ("specs.py", "shared_options.py", "kinds.py")


def builds_specs(file: Path) -> bool:
    """Return whether a file calls ``ModuleSpec``."""
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "ModuleSpec"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    )


def test_specs_are_built_in_the_files_for_them_only() -> None:
    builders = {file for file in (ROOT / "plugins").rglob("*.py") if builds_specs(file)}

    assert builders
    assert {file.name for file in builders} == set(PLACES)
    assert not [file for file in builders if file.parent.name == "modules"]


@pytest.mark.parametrize("module", API_MODULES)
def test_module_file_has_documentation_an_import_of_its_spec_and_its_main_function_only(module: str) -> None:
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text(encoding="utf-8"))
    annotations, *documents, engine, spec, main, start = map(ast.unparse, tree.body)

    assert annotations == "from __future__ import annotations"
    assert [text.partition(" =")[0] for text in documents] == ["DOCUMENTATION", "EXAMPLES", "RETURN"]
    assert engine == f"from {UTILS}.engine.module_main import run_module"
    assert spec.startswith(f"from {UTILS}.")
    assert spec.endswith(" as SPEC")
    assert main == 'def main() -> None:\n    """Run the module as a separate process."""\n    run_module(SPEC)'
    assert start == "if __name__ == '__main__':\n    main()"


def documented(module: str) -> dict[str, dict[str, object]]:
    """Return the type, the choices and the default of each option that the module's own documentation has."""
    text = import_module(f"{MODULES}.{module}").DOCUMENTATION
    return {name: facts(option) for name, option in yaml.safe_load(text).get("options", {}).items()}


def facts(option: dict[str, object]) -> dict[str, object]:
    """Return what the documentation and the spec of an option both say."""
    keys = ("type", "elements", "choices", "default", "required")
    return {key: option[key] for key in keys if option.get(key) not in (None, False)}


@pytest.mark.parametrize("module", API_MODULES)
def test_options_are_as_documented(module: str) -> None:
    """``ansible-test sanity`` compares them too, with the fragments; this takes a second."""
    spec: ModuleSpec = import_module(f"{MODULES}.{module}").SPEC
    known = {name: facts(option) for name, option in spec.argument_spec.items()}

    assert {name: known.get(name) for name in documented(module)} == documented(module)


def test_connection_info_offers_the_services_that_it_can_probe() -> None:
    assert CONNECTION_INFO.options["services"]["choices"] == sorted({**PROBES, **OTHER_PROBES})


@pytest.mark.parametrize(
    ("module", "handlers"),
    [
        ("scp_filestorage_snapshot_info", {"filestorage.snapshot"}),
        ("scp_bm_volume_group_snapshot_schedule", {"baremetal_blockstorage.schedule"}),
        ("scp_tag_info", {"resource_tags"}),
    ],
)
def test_module_process_imports_no_other_handler(module: str, handlers: set[str]) -> None:
    code = f"import sys; from {MODULES}.{module} import SPEC; SPEC.argument_spec; print(*sys.modules)"
    loads = [import_module(f"{MODULES}.{name}").SPEC.handler.__module__ for name in API_MODULES]
    every = {name.removeprefix(f"{UTILS}.resources.") for name in loads if ".resources." in name}
    imported = {name.removeprefix(f"{UTILS}.resources.") for name in run_code(code).stdout.split()}

    assert imported & every == handlers
