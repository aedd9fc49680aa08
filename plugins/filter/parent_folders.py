# Copyright (c) 2026 the scp.storage authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders above a folder."""

from __future__ import annotations

DOCUMENTATION = r"""
---
name: parent_folders
short_description: List a folder and all folders above it
version_added: 0.1.0
description:
  - Returns a path, and the paths of all folders above it, the nearest first. It reads no file system.
  - The role P(scp.storage.storage_report#role) finds out with it whether a new folder can be created.
author:
  - the scp.storage authors (@scp-storage)
options:
  _input:
    description: A path.
    type: path
    required: true
"""

EXAMPLES = r"""
---
- name: Folders from the deepest to the root
  ansible.builtin.debug:
    msg: "{{ '/srv/reports/daily' | scp.storage.parent_folders }}"
"""

RETURN = r"""
---
_value:
  description: The paths.
  type: list
  elements: str
"""

from collections.abc import Callable
from pathlib import PurePosixPath


def parent_folders(path: str) -> list[str]:
    """See the documentation above."""
    folder = PurePosixPath(path)
    return [str(folder), *map(str, folder.parents)]


class FilterModule:
    """The filter of this file's name."""

    def filters(self) -> dict[str, Callable[..., list[str]]]:
        """Return it by its name."""
        return {"parent_folders": parent_folders}
