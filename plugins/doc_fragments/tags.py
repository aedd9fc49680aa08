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
      - "Tags of the resource, at most 50. Each key must be unique and not empty. Keys and values consist of Latin and Korean letters, digits, blanks
        and C(+ - = . _ : / @)."
      - "A dictionary of keys and values is accepted as well, such as C({team: web})."
      - Missing tags are added and different values are changed, through Resource Manager. Other tags of the resource remain, unless O(purge_tags=true).
      - Without this option, tags are neither read nor changed.
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
  purge_tags:
    description:
      - Whether to remove the tags of the resource that O(tags) does not list. It has no effect without O(tags).
    type: bool
    default: false
notes:
  - "IAM actions needed for O(tags), in C(resourcemanager): the actions that list and set tags, and with O(purge_tags) the action that deletes tags. Their
    names are not published. To create a resource with tags, none of them is needed."
  - How soon Resource Manager lists a new resource is not known. With O(wait), a task that creates a resource with tags waits until it is listed, for about a
    minute at most.
"""
