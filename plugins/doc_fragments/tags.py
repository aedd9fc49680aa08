# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of modules that create what can have tags."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.tags``."""

    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Tags of the created resource, at most 50. Each key must be unique and not empty.
      - "A dictionary of keys and values is accepted as well, such as C({team: web})."
      - The API accepts tags only at creation and never returns them. Different tags therefore do not cause a change.
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the tag, up to 128 characters.
        type: str
        required: true
      value:
        description: Value of the tag, up to 256 characters.
        type: str
"""
