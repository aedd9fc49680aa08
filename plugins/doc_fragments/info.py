# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all info modules have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.info``."""

    DOCUMENTATION = r"""
options:
  query:
    description:
      - A JMESPath expression that is applied to the whole result. The selected data is returned as RV(ignore:result).
      - Needs the Python library C(jmespath).
    type: str
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: Changes nothing in any mode.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: N/A
    details: Changes nothing.
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
"""
