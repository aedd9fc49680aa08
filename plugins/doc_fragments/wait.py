# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of modules that change something."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.wait``."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the change has taken effect. With V(false), the task ends when the service has accepted its last call. To continue to
        wait, run it again with V(true).
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum number of seconds to wait. On timeout, the task fails, reports the last state, and returns the available result.
      - To set it for all modules that have it, use C(module_defaults) with C(group/scp.storage.manage). Info modules do not have this option.
    type: int
    default: 600
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what a real run would do, without changing anything.
    support: full
    details: A resource that would be created has C(planned=true) in the result, and C(known after creation) instead of its id.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), in diff mode.
    support: full
"""
