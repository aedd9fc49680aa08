# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that every module of the collection has, and what they mean for its tasks."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.attributes``."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Has a corresponding action plugin, so that some parts of it can run on the controller.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: full
  action_group:
    description: Use C(group/scp.storage.scp) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - scp.storage.scp
notes:
  - Runs in the controller's own process, with the Python of Ansible. With C(async), a connection other than C(local), or another
    C(ansible_python_interpreter), the task runs as a separate process.
  - On the controller, C(become) is ignored. Calls to the API do not need another user.
  - An empty connection option counts as not set.
  - You can set connection options for all modules at once with C(module_defaults) and the action group C(scp.storage.scp).
"""
