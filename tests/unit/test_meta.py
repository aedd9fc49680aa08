# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in more than one place says the same everywhere: modules, roles, playbooks, requirements."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
import yaml

from ansible_collections.scp.storage.plugins.action.scp_connection_info import RENAMED
from tests import runtime_metadata
from tests.collection_path import ROOT
from tests.module_files import API_MODULES as MODULES
from tests.module_files import HOST_MODULES

RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
#: What the other roles share; it is not run by itself.
SHARED_ROLES = {"dr_common", "role_variables"}
ROLES = sorted({folder.name for folder in (ROOT / "roles").glob("*") if folder.is_dir()} - SHARED_ROLES)


def test_there_are_modules() -> None:
    assert MODULES


def test_the_action_group_holds_every_module_that_calls_the_api() -> None:
    assert RUNTIME["action_groups"]["scp"] == MODULES


def test_modules_for_managed_hosts_are_in_no_group_and_not_routed() -> None:
    listed = {name for names in RUNTIME["action_groups"].values() for name in names}

    assert not set(HOST_MODULES) & (listed | set(RUNTIME["plugin_routing"]["modules"]))


def test_the_group_of_managing_modules_holds_all_that_can_wait() -> None:
    specs = {name: import_module(f"ansible_collections.scp.storage.plugins.modules.{name}").SPEC for name in MODULES}

    assert RUNTIME["action_groups"]["manage"] == [
        name for name, spec in specs.items() if {"wait", "wait_timeout"} <= set(spec.argument_spec)
    ]


@pytest.mark.parametrize("module", MODULES)
def test_module_imports_the_check_of_its_interpreter_first(module: str) -> None:
    """An older interpreter fails on what the other imports need."""
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    imports = re.findall(r"^(?:from|import) (\S+)", text, re.MULTILINE)

    assert imports[:2] == ["__future__", "ansible_collections.scp.storage.plugins.module_utils.engine.module_main"]


def test_every_module_is_routed_to_the_action_plugin() -> None:
    routes = RUNTIME["plugin_routing"]["modules"]

    assert {name: route["action_plugin"] for name, route in routes.items() if name not in RENAMED} == dict.fromkeys(
        MODULES, "scp.storage.scp_connection_info"
    )


def test_former_names_of_modules_are_redirected() -> None:
    routes = RUNTIME["plugin_routing"]["modules"]

    assert {name: routes[name] for name in RENAMED} == {
        name: {"redirect": f"scp.storage.{module}"} for name, module in RENAMED.items()
    }
    assert set(RENAMED.values()) <= set(MODULES)


def test_runtime_metadata_is_as_generated() -> None:
    assert runtime_metadata.FILE.read_text(encoding="utf-8") == runtime_metadata.render()


def test_there_is_one_action_plugin() -> None:
    assert [file.name for file in (ROOT / "plugins" / "action").glob("[!_]*.py")] == ["scp_connection_info.py"]


def test_readme_table_links_to_all_content() -> None:
    """Each module, plugin, role and playbook is in the one table, with a link to the file that documents it."""
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| ")]
    linked = {
        (name, target)
        for row in rows
        for name, target in re.findall(r"\[(\w+)\]\(((?:plugins|roles|playbooks)/[^)\s]+)\)", row)
    }
    documented = [
        *(ROOT / "plugins").glob("modules/scp*.py"),
        *(
            file
            for folder in ("filter", "inventory", "lookup")
            for file in (ROOT / "plugins" / folder).glob("[!_]*.py")
        ),
        *(file for file in (ROOT / "playbooks").glob("*.yml") if file.stem not in ROLES),
    ]
    expected = {(file.stem, str(file.relative_to(ROOT))) for file in documented}

    assert linked == expected | {(role, f"roles/{role}/README.md") for role in ROLES}


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_specification_and_its_playbook(role: str) -> None:
    assert (ROOT / "roles" / role / "meta" / "argument_specs.yml").is_file()
    assert (ROOT / "playbooks" / f"{role}.yml").is_file()


def test_the_oldest_core_is_tested_with_the_lower_bounds() -> None:
    bounds = {line.replace(">=", "==") for line in (ROOT / "requirements.txt").read_text().splitlines() if ">=" in line}
    pins = set((ROOT / "tests" / "requirements" / "core-2.16.txt").read_text().splitlines())

    assert bounds <= pins


def test_each_role_and_playbook_is_packed() -> None:
    """They are listed by name, so that no playbook of a user in the clone goes out with the artifact."""
    directives = yaml.safe_load((ROOT / "galaxy.yml").read_text())["manifest"]["directives"]
    words = {word for directive in directives for word in directive.split()[1:]}

    assert {f"roles/{role}" for role in (*ROLES, *SHARED_ROLES)} <= words
    assert {f"playbooks/{file.name}" for file in (ROOT / "playbooks").glob("*.yml")} <= words
