# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and attributes of modules that work on a whole list."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.workflow``."""

    DOCUMENTATION = r"""
options:
  concurrency:
    description:
      - Maximum number of resources to work on at the same time. Most of that time is waiting. The number of concurrent calls begins at 8, grows to 48 at
        most while the services answer, and decreases when they are overloaded.
    type: int
    default: 128
  wait:
    description:
      - Whether to wait until the changes have taken effect. The task always waits for changes that another resource of the list needs.
    type: bool
    default: true
  variable_prefix:
    description:
      - Prefix of the names of options in messages. Roles set it, so that messages name their variables.
    type: str
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
  idempotent:
    description: When run twice in a row without anything else changing, the second run does not report C(changed).
    support: full
"""
