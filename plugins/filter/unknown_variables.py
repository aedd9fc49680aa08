# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: unknown_variables
short_description: Find misspelt variables of a role
version_added: 0.1.0
description:
  - Ansible ignores a variable that no task reads, so a misspelt option of a role has no effect and no message.
  - This filter takes the names of variables and returns a sentence for each that the collection does not know. All roles of the collection use it.
  - The playbooks of the collection use it without O(role_path). It then leaves out variables of roles, and those that resemble none of a playbook, as they
    can be your own. What begins with the name of a playbook that is not a role, such as C(backup_restore_), is the playbook's.
author:
  - the scp.storage authors (@scp-storage)
positional: _input, role_path
options:
  _input:
    description: Names of variables that begin with the name of the role and an underscore.
    type: list
    elements: str
    required: true
  role_path:
    description: Folder of the role, as in the variable C(role_path). Left out in playbooks.
    type: path
"""

EXAMPLES = r"""
---
- name: Check the names of the variables
  ansible.builtin.assert:
    that: misspelt | length == 0
    fail_msg: "{{ misspelt | join(' ') }}"
  vars:
    misspelt: "{{ query('ansible.builtin.varnames', '^dr_failover_') | scp.storage.unknown_variables(role_path) }}"
"""

RETURN = r"""
---
_value:
  description: A sentence for each unknown name, with the option that it resembles.
  type: list
  elements: str
"""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path

import yaml

#: Where roles and playbooks name variables, seen from the folder of a role.
_SOURCES = ("../*/[dmtv]*/**/*.yml", "../*/templates/*.j2", "../../playbooks/*.yml")
_ROLES = Path(__file__).resolve().parents[2] / "roles"
_PLAYBOOKS = _ROLES.parent / "playbooks"
#: How much a name must resemble a variable of a playbook, between 0 and 1: it can also be a variable of the user's own.
_LIKENESS = 0.85


def unknown_variables(names: Iterable[str], role_path: str | None = None) -> list[str]:
    """Describe each name that no role and no playbook of the collection uses."""
    if role_path is None:
        return _of_playbooks(names)
    folder = Path(role_path)
    suspects = _unknown(names, folder)
    if not suspects:
        return []
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = list(specs["argument_specs"]["main"]["options"])
    return [_sentence(name, options, folder.name) for name in suspects]


def _unknown(names: Iterable[str], folder: Path) -> list[str]:
    texts = [file.read_text(encoding="utf-8") for pattern in _SOURCES for file in folder.glob(pattern)]
    known = set(re.findall(r"\w+", "\n".join(texts)))
    return [name for name in sorted(names) if name not in known]


def _of_playbooks(names: Iterable[str]) -> list[str]:
    """Describe names that are not variables of playbooks, but must be meant for one."""
    suspects = _unknown(names, _ROLES / "role_variables")
    if not suspects:
        return []
    playbooks = {file.stem: file.read_text(encoding="utf-8") for file in _PLAYBOOKS.glob("*.yml")}
    # Roles that share a variable of a playbook read it in their defaults.
    texts = [*playbooks.values(), *(file.read_text(encoding="utf-8") for file in _ROLES.glob("*/defaults/main.yml"))]
    roles = {specs.parents[1].name for specs in _ROLES.glob("*/meta/argument_specs.yml")}
    options = tuple(f"{role}_" for role in roles)
    found = []
    for name in suspects:
        if name.startswith(options):
            # The role itself reports it.
            continue
        prefix = name.partition("_")[0]
        pattern = re.compile(rf"\b{prefix}_\w*[^\W_]\b")
        words = {word for text in texts for word in pattern.findall(text) if not word.startswith(options)}
        near = get_close_matches(name, words - playbooks.keys(), n=1, cutoff=_LIKENESS)
        own = [playbook for playbook in playbooks if playbook not in roles and name.startswith(f"{playbook}_")]
        if near:
            found.append(f"{name} is not a variable of this playbook. Did you mean {near[0]}?")
        elif own:
            found.append(f"{name} is not a variable of the playbook {own[0]}. See the beginning of its file.")
    return found


def _sentence(name: str, options: Iterable[str], role: str) -> str:
    # The common beginning would make all of them alike.
    endings = [option.removeprefix(f"{role}_") for option in options]
    near = get_close_matches(name.removeprefix(f"{role}_"), endings, n=1)
    hint = f"Did you mean {role}_{near[0]}?" if near else f"See ansible-doc -t role scp.storage.{role}."
    return f"{name} is not a variable of the role {role}. {hint}"


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        """Return it by its name."""
        return {"unknown_variables": unknown_variables}
