# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of roles are found, and all others are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.scp.storage.plugins.filter.unknown_variables import unknown_variables
from tests.collection_path import ROOT

#: Roles that users call; the others are parts of these.
ROLES = sorted(specs.parents[1] for specs in ROOT.glob("roles/*/meta/argument_specs.yml"))
#: What reports misspelt variables.
SHARED_CHECK = "scp.storage.role_variables"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("dr_failover_forced", "Did you mean dr_failover_force?"),
        ("dr_failover_target_acces_rules", "Did you mean dr_failover_target_access_rules?"),
        ("dr_failover_qqq", "See ansible-doc -t role scp.storage.dr_failover."),
    ],
)
def test_unknown_variable_is_described_with_the_option_that_it_resembles(name: str, hint: str) -> None:
    known = ["dr_failover_force", "dr_failover_volumes"]
    assert unknown_variables([name, *known], str(ROOT / "roles" / "dr_failover")) == [
        f"{name} is not a variable of the role dr_failover. {hint}"
    ]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_role_checks_its_variables_first_and_knows_its_options(role: Path) -> None:
    first = yaml.safe_load((role / "tasks" / "main.yml").read_text(encoding="utf-8"))[0]
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))

    checks = first.get("ansible.builtin.import_role", {}).get("name") == SHARED_CHECK
    assert checks or "unknown_variables(role_path)" in first["vars"]["__unknown_variables"]
    assert unknown_variables(specs["argument_specs"]["main"]["options"], str(role)) == []


def test_variables_of_playbooks_are_known() -> None:
    assert unknown_variables(["storage_mount_hosts", "storage_mount_become"], str(ROOT / "roles/storage_mount")) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dr_target_access_ruls", "Did you mean dr_target_access_rules?"),
        ("dr_volums", "Did you mean dr_volumes?"),
        ("backup_restore_momment", "Did you mean backup_restore_moment?"),
        ("backup_restore_qqq", "See the beginning of its file."),
        ("backup_shedules", "Did you mean backup_schedules?"),
    ],
)
def test_misspelt_variable_of_a_playbook_is_described(name: str, said: str) -> None:
    (sentence,) = unknown_variables([name, "dr_region", "backup_restore_server"])
    assert sentence.startswith(f"{name} is not a variable of ")
    assert sentence.endswith(said)


def test_variables_of_users_and_of_roles_are_left_to_them() -> None:
    assert unknown_variables(["dr_contact", "backup_window", "dr_failover_forced", "dr_volumes"]) == []


@pytest.mark.parametrize(
    "playbook",
    ["backup_policy", "backup_restore", "dr_status", *(role.name for role in ROLES if role.name.startswith("dr_"))],
)
def test_playbook_checks_its_variables_first(playbook: str) -> None:
    (play,) = yaml.safe_load((ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8"))
    first = (play.get("pre_tasks") or play["tasks"])[0]
    shared = {"name": SHARED_CHECK, "tasks_from": "playbook"}
    checks = first.get("ansible.builtin.import_role") == shared and first["vars"]["__role_variables_prefix"]
    assert checks or first["vars"]["__unknown_variables"].endswith("scp.storage.unknown_variables }}")
