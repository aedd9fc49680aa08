# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: dr_drill_failed_check
short_description: Describe a task that failed as a check of a disaster recovery drill
version_added: 0.1.0
description:
  - Returns why a task failed, in the form of the checks of P(scp.storage.dr_drill_report#filter), for a C(rescue) section. Of a loop, it returns
    why each item failed.
author:
  - the scp.storage authors (@scp-storage)
positional: _input, task
options:
  _input:
    description: The result of the task, C(ansible_failed_result).
    type: dict
    required: true
  task:
    description: The name of the task.
    type: str
    required: true
  hidden:
    description: Whether the task has C(no_log). Nothing of its result is returned then.
    type: bool
    default: false
"""

EXAMPLES = r"""
---
- name: Check a copy
  block:
    - name: Compare checksums
      ansible.builtin.command: /bin/false
      changed_when: false
  rescue:
    - name: Show why the check failed
      ansible.builtin.debug:
        msg: "{{ ansible_failed_result | scp.storage.dr_drill_failed_check(ansible_failed_task.name) }}"
"""

RETURN = r"""
---
_value:
  description: C(check) (the name of the task), C(passed), which is false, and C(found) (why).
  type: dict
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.scp.storage.plugins.module_utils.workflows.drill.report import failed_check


def dr_drill_failed_check(result: Mapping[str, Any], task: str, *, hidden: bool = False) -> dict[str, Any]:
    """Describe a task that failed."""
    return failed_check(str(task), result, hidden=bool(hidden))


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"dr_drill_failed_check": dr_drill_failed_check}
