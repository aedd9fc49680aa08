# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: storage_report_text
short_description: Write a size or a span of time for people
version_added: 0.1.0
description:
  - Writes a number of bytes as C(1.5 TB), counted in steps of 1024, or a number of seconds as C(3 d 4 h), as storage reports do.
author:
  - the scp.storage authors (@scp-storage)
positional: _input, unit
options:
  _input:
    description: The number.
    type: float
    required: true
  unit:
    description: What is counted.
    type: str
    choices: [bytes, seconds]
    required: true
seealso:
  - plugin: scp.storage.storage_report_facts
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: How much is in all volumes together
  ansible.builtin.debug:
    msg: "{{ there.volumes | sum(attribute='usage') | scp.storage.storage_report_text('bytes') }}"
"""

RETURN = r"""
---
_value:
  description: The text.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.scp.storage.plugins.plugin_utils.storage_report.things import told, told_bytes

_WRITERS = {"bytes": told_bytes, "seconds": told}


def storage_report_text(number: float, unit: str) -> str:
    """See the documentation above."""
    if unit not in _WRITERS:
        raise AnsibleFilterError(f"storage_report_text counts {' or '.join(_WRITERS)}, and not {unit}.")
    return _WRITERS[unit](float(number))


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"storage_report_text": storage_report_text}
