# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: storage_report_plan
short_description: Validate the options of a storage report
version_added: 0.1.0
description:
  - Reads the options of the role P(scp.storage.storage_report#role), which may be texts of a survey, and says what is wrong with them.
  - It is what the role begins with. Other uses are rare.
author:
  - the scp.storage authors (@scp-storage)
options:
  _input:
    description: All options of the role that are about what to read and what to measure against, by their names without C(storage_report_).
    type: dict
    required: true
seealso:
  - plugin: scp.storage.storage_report_facts
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: What is wrong with some options
  ansible.builtin.debug:
    msg: "{{ ({'regions': 'kr-west1, kr-east1', 'kinds': 'tape'} | scp.storage.storage_report_plan).problems }}"
"""

RETURN = r"""
---
_value:
  description:
    - The C(regions) and C(kinds) that are asked for, the C(limits) to measure against (ages in seconds, sizes in bytes), and C(problems), a
      sentence for each option that cannot be.
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.scp.storage.plugins.plugin_utils.storage_report.options import plan


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return it by its name."""
        return {"storage_report_plan": plan}
