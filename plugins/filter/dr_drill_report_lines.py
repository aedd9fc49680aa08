# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: dr_drill_report_lines
short_description: Write the report of a disaster recovery drill as text
version_added: 0.1.0
description:
  - Returns a report of P(scp.storage.dr_drill_report#filter) as lines of Markdown, a verdict and a table first.
author:
  - the scp.storage authors (@scp-storage)
positional: _input
options:
  _input:
    description: A report of P(scp.storage.dr_drill_report#filter), for example the fact C(dr_drill_report) of the role P(scp.storage.dr_drill#role).
    type: dict
    required: true
seealso:
  - plugin: scp.storage.dr_drill_report
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Remove what drills have left
  scp.storage.scp_dr_drill:
    region: kr-west1
    target_region: kr-east1
    volumes: [web_data]
    state: absent
  register: removed
  failed_when: false

- name: Show what was removed
  ansible.builtin.debug:
    msg: "{{ {} | scp.storage.dr_drill_report(removed) | scp.storage.dr_drill_report_lines }}"
"""

RETURN = r"""
---
_value:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.report import report_lines


def dr_drill_report_lines(report: Mapping[str, Any]) -> list[str]:
    """Write a report as text."""
    return report_lines(report)


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"dr_drill_report_lines": dr_drill_report_lines}
