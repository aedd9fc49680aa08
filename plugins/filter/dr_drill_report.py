# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: dr_drill_report
short_description: Create the report of a disaster recovery drill
version_added: 0.1.0
description:
  - Creates one report from what M(scp.storage.scp_dr_drill) returned when it created copies, your checks, and what it returned when it
    removed the copies. It calls nothing and reads no file.
  - The role P(scp.storage.dr_drill#role) uses it. The README of the role lists the keys of the report.
author:
  - the scp.storage authors (@scp-storage)
positional: _input
options:
  _input:
    description: What M(scp.storage.scp_dr_drill) returned with O(scp.storage.scp_dr_drill#module:state=present). Can be a skipped task.
    type: dict
    required: true
  removed:
    description: What it returned with O(scp.storage.scp_dr_drill#module:state=absent). Can be a skipped task.
    type: dict
    default: {}
  checks:
    description: Checks of the copies, each with C(copy) (the id of the copy), C(check) (a name), C(passed) and C(found).
    type: list
    elements: dict
    default: []
  kept:
    description: Whether the copies were to stay.
    type: bool
    default: false
seealso:
  - plugin: scp.storage.dr_drill_report_lines
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Create copies
  scp.storage.scp_dr_drill:
    region: kr-west1
    target_region: kr-east1
    volumes: [web_data]
  register: made
  failed_when: false

- name: Remove the copies
  scp.storage.scp_dr_drill:
    region: kr-west1
    target_region: kr-east1
    volumes: [web_data]
    state: absent
  register: removed
  failed_when: false

- name: Show why the drill did not pass
  ansible.builtin.debug:
    msg: "{{ (made | scp.storage.dr_drill_report(removed)).failures }}"
"""

RETURN = r"""
---
_value:
  description: The report.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.report import build_report


def dr_drill_report(
    made: Mapping[str, Any],
    removed: Mapping[str, Any] | None = None,
    checks: Sequence[Mapping[str, Any]] = (),
    *,
    kept: bool = False,
) -> dict[str, Any]:
    """Make the report of a drill."""
    return build_report(made, removed, checks, kept=kept)


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"dr_drill_report": dr_drill_report}
