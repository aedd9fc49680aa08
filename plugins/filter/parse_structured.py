# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: parse_structured
short_description: Parse a list or dictionary that may be given as text
version_added: 0.1.0
description:
  - Surveys of job templates and C(-e name=value) give every variable as a text. This filter takes such a text, or the list or dictionary itself.
  - Roles and playbooks of this collection read their lists with it, so all of them take the same texts.
author:
  - the scp.storage authors (@scp-storage)
positional: _input, name
options:
  _input:
    description:
      - The list or dictionary, which is returned unchanged, or a text.
      - The text holds a list or a dictionary in JSON or YAML, or words with commas or blanks between them, which make a list.
    type: raw
    required: true
  name:
    description: Name of the variable, for the message about a text that cannot be read. The text itself is never quoted, because it may be secret.
    type: str
    required: true
notes:
  - YAML is read without anchors and aliases.
"""

EXAMPLES = r"""
---
- name: The same list, three times
  ansible.builtin.debug:
    msg: "{{ item | scp.storage.parse_structured('volumes') }}"
  loop:
    - [web_data, db_data]
    - web_data, db_data
    - '["web_data", "db_data"]'

- name: No text is not a volume
  ansible.builtin.debug:
    msg: "{{ '' | scp.storage.parse_structured('volumes') | default([], true) }}"
"""

RETURN = r"""
---
_value:
  description: What was given, or what the text holds. Of an empty text it is none.
  type: raw
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.scp.storage.plugins.plugin_utils import arguments


def parse_structured(value: Any, name: str) -> Any:
    """Read a variable that may be a text.

    :raises AnsibleFilterError: the text cannot be read.
    """
    try:
        return arguments.parse_structured(value, name)
    except arguments.TextError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"parse_structured": parse_structured}
