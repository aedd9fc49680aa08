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
  - Runs in the controller's own process, with the Python that Ansible itself uses, unless the task has another connection than C(local),
    C(async), or another C(ansible_python_interpreter).
  - On the controller, C(become) is ignored. Calls to the API need no other user.
  - An empty option about the connection counts as not given.
  - All options about the connection can be set once for all modules with C(module_defaults) and the action group C(scp.storage.scp).
"""
