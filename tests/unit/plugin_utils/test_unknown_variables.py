# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Misspelt variables of roles are found, and all others are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ansible_collections.scp.storage.plugins.filter.unknown_variables import unknown_variables
from tests.placement import ROOT

#: Roles that users call; the others are parts of these.
ROLES = sorted(main.parents[1] for main in ROOT.glob("roles/*/tasks/main.yml"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("dr_failover_forced", "Did you mean dr_failover_force?"),
        ("dr_failover_target_acces_rules", "Did you mean dr_failover_target_access_rules?"),
        ("dr_failover_qqq", "See ansible-doc -t role scp.storage.dr_failover."),
    ],
)
def test_unknown_variable_is_described_with_the_option_that_it_resembles(name: str, hint: str) -> None:
    known = ["dr_failover_force", "dr_failover_permitted", "dr_failover_volumes"]
    assert unknown_variables([name, *known], str(ROOT / "roles" / "dr_failover")) == [
        f"{name} is not a variable of the role dr_failover. {hint}"
    ]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_role_checks_its_variables_first_and_knows_its_options(role: Path) -> None:
    first = yaml.safe_load((role / "tasks" / "main.yml").read_text(encoding="utf-8"))[0]
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))

    assert "unknown_variables(role_path)" in first["vars"]["__unknown_variables"]
    assert unknown_variables(specs["argument_specs"]["main"]["options"], str(role)) == []


def test_variables_of_playbooks_are_known() -> None:
    assert unknown_variables(["storage_mount_hosts", "storage_mount_become"], str(ROOT / "roles/storage_mount")) == []
