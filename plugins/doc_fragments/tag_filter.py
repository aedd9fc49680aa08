# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of info modules that selects by tags."""

from __future__ import annotations


class ModuleDocFragment:
    """``scp.storage.tag_filter``."""

    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Return only resources that have all of these tags in Resource Manager.
      - "A dictionary of keys and values is accepted as well, such as C({team: web})."
    type: list
    elements: dict
    suboptions:
      key:
        description: Key of the tag.
        type: str
        required: true
      value:
        description: Value of the tag.
        type: str
notes:
  - "IAM action needed for tags, in C(resourcemanager): the action that lists tags. Its name is not published."
"""
